"""Writes that are shown before they are done: proposed, applied as shown or not at all, and taken back.

    made = proposals.check_in(goal_id, value=Decimal(75), by=alma, at=now)   # writes nothing to the goal
    done = proposals.apply(made.id, by=alma, at=later)                       # does what `made.told` shows
    back = proposals.undo(made.id, by=alma, at=later)                        # a proposal again

What is shown comes from the services themselves: the write is done and rolled back. Applying does it again
and looks whether it comes to the same; where it does not, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from pejl.models import Proposal, ProposalKind
from pejl.queries import proposals as proposals_read
from pejl.queries import scope
from pejl.queries.proposals import ProposalRow, Told
from pejl.queries.scope import Member
from pejl.services import checkins, gates, plans, plans_reading, plans_told, proposals_reversing
from pejl.services.commands import command
from pejl.services.errors import Conflict, Rejected

HOLDS: Final = timedelta(days=1)
KEPT: Final = timedelta(days=90)  # how long what was applied can be undone


@dataclass(frozen=True, slots=True)
class Deed:
    """What a write comes to: as it is shown, the goals it is about, and what it made."""

    told: Told
    goals: tuple[UUID, ...]
    made: Told


@command
def check_in(
    goal_id: UUID,
    *,
    value: Decimal | None = None,
    confidence: int | None = None,
    note: str = "",
    on: date | None = None,
    by: Member,
    at: datetime,
) -> ProposalRow:
    """Proposes a check-in, as `checkins.post` takes it; without a day it is one of today. Raises as that."""
    body = {
        "goal": str(goal_id),
        "value": None if value is None else format(value, "f"),
        "confidence": confidence,
        "note": note,
        "on": (on or by.today(at)).isoformat(),
    }
    return _propose(ProposalKind.CHECKIN, body, by=by, at=at)


@command
def plan(text: str, *, prune: bool = False, by: Member, at: datetime) -> ProposalRow:
    """Proposes what a file of OKRs would change. Raises `Rejected` with reasons at their path in the file."""
    return _propose(ProposalKind.PLAN, {"text": text, "prune": prune}, by=by, at=at)


@command
def undo(proposal_id: UUID, *, by: Member, at: datetime) -> ProposalRow:
    """Proposes to take back what was applied: a check-in is withdrawn, a plan reversed.

    Raises `Rejected` for what was never applied, is undone or an undoing itself; `Conflict` where somebody
    changed what it wrote since (`proposal.undo-moved`, by name).
    """
    row = _own(proposal_id, by=by)
    if row.undoes_id is not None or row.kind in {ProposalKind.WITHDRAWAL, ProposalKind.REVERSAL}:
        raise Rejected.one("proposal.is-undo")
    if row.applied_at is None:
        raise Rejected.one("proposal.not-applied")
    if _undone(row):
        raise Conflict.one("proposal.undone")
    if row.kind == ProposalKind.CHECKIN:
        result: Any = row.result
        body = {"checkin": result["made"]["checkin"], "goal": row.body["goal"]}
        return _propose(ProposalKind.WITHDRAWAL, body, by=by, at=at, undoes=row)
    return _propose(ProposalKind.REVERSAL, {"proposal": str(row.pk)}, by=by, at=at, undoes=row)


@command
def apply(proposal_id: UUID, *, by: Member, at: datetime) -> ProposalRow:
    """Does what was shown, all of it or nothing. Applied twice it is done once, and answers the same.

    Raises `Rejected` where it is somebody else's (`proposal.foreign`) or older than a day (`proposal.old`),
    `Conflict` where a goal moved since (`proposal.moved`, `plan.moved`).
    """
    row = _own(proposal_id, by=by)
    if row.applied_at is not None:
        return proposals_read.row(row)
    if at - row.made_at > HOLDS:
        raise Rejected.one("proposal.old")
    if row.undoes is not None and _undone(row.undoes):
        raise Conflict.one("proposal.undone")
    _unmoved(row.basis, by=by)
    deed = _DEEDS[row.kind](row.body, by=by, at=at)
    told = proposals_read.plain(deed.told)
    if told != row.told:
        raise _otherwise(row.told, told)
    row.applied_at = at
    row.result = proposals_read.plain({**deed.told, "made": deed.made})
    row.save(update_fields=["applied_at", "result"])
    return proposals_read.row(row)


def _propose(
    kind: ProposalKind, body: dict[str, Any], *, by: Member, at: datetime, undoes: Proposal | None = None
) -> ProposalRow:
    gates.writer(by)
    _tidy(by, at=at)
    with _rehearsed():
        deed = _DEEDS[kind](body, by=by, at=at)
    row = Proposal.objects.create(
        workspace_id=by.workspace_id,
        person_id=by.person_id,
        kind=kind,
        body=body,
        basis=proposals_read.basis(by, deed.goals),
        told=proposals_read.plain(deed.told),
        made_at=at,
        undoes=undoes,
    )
    return proposals_read.row(row)


@contextmanager
def _rehearsed() -> Iterator[None]:
    """What is written inside is rolled back, events and messages to webhooks too."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def _check_in(body: dict[str, Any], *, by: Member, at: datetime) -> Deed:
    goal = UUID(body["goal"])

    def work() -> Told:
        made = checkins.post(
            goal,
            value=None if body["value"] is None else Decimal(body["value"]),
            confidence=body["confidence"],
            note=body["note"],
            on=date.fromisoformat(body["on"]),
            by=by,
            at=at,
        )
        return {"checkin": made}

    said = {"goal": goal, **{name: body[name] for name in ("value", "confidence", "note", "on")}}
    said["value"] = None if body["value"] is None else Decimal(body["value"])
    return _watched(goal, work, by=by, at=at, told={"checkin": said})


def _withdraw(body: dict[str, Any], *, by: Member, at: datetime) -> Deed:
    checkin = UUID(body["checkin"])

    def work() -> Told:
        checkins.withdraw(checkin, by=by, at=at)
        return {"withdrawn": checkin}

    return _watched(UUID(body["goal"]), work, by=by, at=at, told={"withdraw": {"checkin": checkin}})


def _watched(goal: UUID, work: Callable[[], Told], *, by: Member, at: datetime, told: Told) -> Deed:
    """Does the work, and tells how it moves the goal and those above it."""
    ids = proposals_read.above(by, [goal])
    before = proposals_read.figures(by, ids, now=at)
    made = work()
    after = proposals_read.figures(by, ids, now=at)
    moved = [_moved(one, before[one], after[one]) for one in ids if one in before and one in after]
    return Deed({**told, "goals": moved}, (goal,), made)


def _moved(goal: UUID, before: Told, after: Told) -> Told:
    names = ("title", "kind", "unit")
    figures = [{key: one[key] for key in one if key not in names} for one in (before, after)]
    return {"id": goal, **{name: after[name] for name in names}, "before": figures[0], "after": figures[1]}


def _plan(body: dict[str, Any], *, by: Member, at: datetime) -> Deed:
    file = plans_reading.read(body["text"].encode())
    compared = plans.compare(file, by=by, at=at, prune=body["prune"])
    told = plans_told.told(compared)
    made = plans.apply(file, plan_id=compared.id, by=by, at=at)
    keys = [{"key": one["key"], "id": new} for one, new in zip(told["add"], made, strict=True)]
    removed = [one for one in told["prune"] if one["outcome"] == "removed"]
    final = [{name: one[name] for name in ("id", "kind", "title")} for one in removed]
    return Deed({"plan": told, **({"final": final} if final else {})}, (), {"added": keys})


def _reverse(body: dict[str, Any], *, by: Member, at: datetime) -> Deed:
    row = _own(UUID(body["proposal"]), by=by)
    told, ids = proposals_reversing.do(row, by=by, at=at)
    return Deed({"reversal": told}, ids, {})


_DEEDS: Final[dict[str, Callable[..., Deed]]] = {
    ProposalKind.CHECKIN: _check_in,
    ProposalKind.WITHDRAWAL: _withdraw,
    ProposalKind.PLAN: _plan,
    ProposalKind.REVERSAL: _reverse,
}


def _own(proposal_id: UUID, *, by: Member) -> Proposal:
    """Raises `NotFound`, or `Rejected` for somebody else's."""
    rows = Proposal.objects.select_related("undoes").filter(workspace_id=by.workspace_id, pk=proposal_id)
    row = gates.known(rows.first())
    if row.person_id != by.person_id:
        raise Rejected.one("proposal.foreign")
    return row


def _undone(row: Proposal) -> bool:
    rows = Proposal.objects.filter(workspace_id=row.workspace_id, undoes=row, applied_at__isnull=False)
    return rows.exists()


def _unmoved(basis: dict[str, Any], *, by: Member) -> None:
    """Raises `Conflict` where a goal is no longer as it was; one that is gone is not named."""
    now = proposals_read.plain(proposals_read.basis(by, [UUID(one) for one in basis]))
    for goal, before in basis.items():
        if now.get(goal) != before:
            title = scope.goals(by).filter(pk=goal).values_list("title", flat=True).first()
            raise Conflict.one("proposal.moved", title=title)


def _otherwise(before: Told, after: Told) -> Rejected:
    """Names the first goal that would move in another way than was shown."""
    pairs = zip(after.get("goals", ()), before.get("goals", ()), strict=False)
    title = next((one["title"] for one, was in pairs if one != was), None)
    return Conflict.one("proposal.moved", title=title) if title else Conflict.one("plan.moved")


def _tidy(by: Member, *, at: datetime) -> None:
    """Drops what nobody applied in time, and what was applied too long ago to be undone."""
    old = Proposal.objects.filter(workspace_id=by.workspace_id, made_at__lt=at - 7 * HOLDS)
    old.filter(applied_at=None).delete()
    old.filter(made_at__lt=at - KEPT).delete()
