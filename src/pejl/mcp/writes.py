"""The tools that write: two propose, one does what was proposed, one proposes to take it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pejl.domain import amounts
from pejl.domain.amounts import Ambiguous
from pejl.domain.values import ProgressMode
from pejl.domain.values import Refused as ByRule
from pejl.mcp import answers, names
from pejl.mcp.callers import Caller, Refused
from pejl.queries.goals import GoalRow
from pejl.queries.proposals import ProposalRow
from pejl.services import proposals
from pejl.services.errors import Rejected

Told = dict[str, Any]


def check_in(asked: answers.CheckIn, caller: Caller) -> Told:
    row = names.goal(caller, asked.goal)
    made = proposals.check_in(
        row.id,
        value=None if asked.value is None else _value(asked.value, row),
        confidence=asked.confidence,
        note=asked.note,
        on=_day(asked.on) if asked.on else None,
        by=caller.by,
        at=caller.at,
    )
    return _proposed(made)


def plan_changes(asked: answers.PlanChanges, caller: Caller) -> Told:
    return _proposed(proposals.plan(asked.okrs, prune=asked.prune, by=caller.by, at=caller.at))


def apply(asked: answers.OfProposal, caller: Caller) -> Told:
    done = proposals.apply(asked.proposal, by=caller.by, at=caller.at)
    told = {"proposal": done.id, "kind": done.kind, "applied_at": done.applied_at}
    return told | (done.result or {})


def undo(asked: answers.OfProposal, caller: Caller) -> Told:
    return _proposed(proposals.undo(asked.proposal, by=caller.by, at=caller.at))


def _proposed(row: ProposalRow) -> Told:
    until = row.made_at + proposals.HOLDS
    return {"proposal": row.id, "kind": row.kind, "applies_until": until} | row.told


def _value(given: Decimal | str, row: GoalRow) -> Decimal:
    """In the goal's unit; what can be read in two ways is refused with both."""
    if isinstance(given, Decimal):
        return given
    unit = "%" if row.progress_mode is ProgressMode.MANUAL else row.unit
    try:
        found = amounts.parse(given, language=None, unit=unit)
    except ByRule as refused:
        raise Rejected.by_rule(refused, field="value") from refused
    if isinstance(found, Ambiguous):
        raise Rejected.one("amount.ambiguous", field="value", text=given, readings=found.readings)
    return found.value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(_("Write the date as year, month and day, for instance 2026-12-31.")) from None
