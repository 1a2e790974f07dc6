"""The tools, each by what comes of it: what it is called, what it says of itself, what it takes and gives."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import mcp_types as types
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from pejl.mcp import answers, reads, writes
from pejl.mcp.answers import Given, Told
from pejl.mcp.callers import Caller, Refused
from pejl.queries import resources
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import messages
from pejl.services.errors import Reason, Rejected

log = logging.getLogger("pejl.mcp")


@dataclass(frozen=True, slots=True)
class Tool:
    """`title` and `description` are said in the language of the person."""

    title: str | Promise
    description: str | Promise
    takes: type[Given]
    gives: type[Told]
    run: Callable[[Any, Caller], dict[str, Any]]
    writes: bool = False
    destructive: bool = False
    idempotent: bool = True

    def told(self, name: str) -> types.Tool:
        return types.Tool(
            name=name,
            title=str(self.title),
            description=str(self.description),
            input_schema=schema(self.takes),
            output_schema=schema(self.gives),
            annotations=types.ToolAnnotations(
                read_only_hint=not self.writes,
                destructive_hint=self.destructive,
                idempotent_hint=self.idempotent,
                open_world_hint=False,
            ),
        )


TOOLS: Final[Mapping[str, Tool]] = {
    "find_goals": Tool(
        gettext_lazy("Find goals"),
        gettext_lazy(
            "Objectives, key results and initiatives that fit all that is asked for, in short, those that "
            "changed last first. Without anything it lists what the caller sees."
        ),
        answers.FindGoals, answers.GoalsFound, reads.find_goals,
    ),
    "read_goal": Tool(
        gettext_lazy("Read a goal"),
        gettext_lazy(
            "One goal in full: its figures, where it lands if things go on as they have, what hangs above "
            "and below it, the last check-ins and comments, what about it needs attention, and how it "
            "changed."
        ),
        answers.ReadGoal, answers.GoalRead, reads.read_goal,
    ),
    "needs_attention": Tool(
        gettext_lazy("What needs attention"),
        gettext_lazy(
            "Open goals that need a look, with why: check_in_due, stale, at_risk, off_track, or a mark such "
            "as no_owner or past_end. The longest overdue check-in first."
        ),
        answers.NeedsAttention, answers.AskingFound, reads.needs_attention,
    ),
    "what_changed": Tool(
        gettext_lazy("What changed"),
        gettext_lazy(
            "What was recorded between two moments: goals that came and went, and each field that moved, "
            "with moved targets before all others."
        ),
        answers.WhatChanged, answers.Changed, reads.what_changed,
    ),
    "check_in": Tool(
        gettext_lazy("Propose a check-in"),
        gettext_lazy(
            "Proposes a check-in on a goal and shows what it would change, for the goal and each one above "
            "it. Writes nothing to the goal. Show the person before and after; once they agree, call apply."
        ),
        answers.CheckIn, answers.Proposed, writes.check_in, writes=True, idempotent=False,
    ),
    "plan_changes": Tool(
        gettext_lazy("Propose changes of goals"),
        gettext_lazy(
            "Proposes to add, change and end goals, written as OKRs as code (YAML, see pejl://schema and "
            "pejl://okrs.yaml), and shows the diff. Writes nothing to the goals. Show the person the diff, "
            "and first of all what stands in final, which cannot be undone; once they agree, call apply."
        ),
        answers.PlanChanges, answers.Proposed, writes.plan_changes, writes=True, idempotent=False,
    ),
    "apply": Tool(
        gettext_lazy("Apply a proposal"),
        gettext_lazy(
            "Does exactly what a proposal showed, or nothing: it is refused where a goal moved since, where "
            "it is older than a day, or somebody else's. Only call it when the person has agreed to what was "
            "shown. Applied twice it is done once and answers the same."
        ),
        answers.OfProposal, answers.Applied, writes.apply, writes=True, destructive=True,
    ),
    "undo": Tool(
        gettext_lazy("Propose to undo"),
        gettext_lazy(
            "Proposes to take back what was applied: a check-in is withdrawn, a plan reversed. Shows what "
            "that would change and writes nothing; apply does it. Goals that a plan removed stay removed "
            "and are named as left. Refused where somebody changed the same since."
        ),
        answers.OfProposal, answers.Proposed, writes.undo, writes=True, idempotent=False,
    ),
}  # fmt: skip


@cache
def schema(model: type[Given | Told]) -> dict[str, Any]:
    """JSON Schema, without the titles that only repeat the names."""
    found: dict[str, Any] = _untitled(model.model_json_schema(by_alias=True))
    return found


def _untitled(value: Any, *, names: bool = False) -> Any:
    if isinstance(value, list):
        return [_untitled(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _untitled(one, names=key in {"properties", "$defs"})
        for key, one in value.items()
        if names or key != "title"
    }


def call(name: str, given: Mapping[str, Any], caller: Caller) -> types.CallToolResult:
    """Runs a tool of :data:`TOOLS`. What is refused is told as its error, and nothing is written."""
    tool = TOOLS[name]
    if tool.writes and not caller.writes:
        return _refused([_told("forbidden", _("This token only reads. Make one with the scope write."))])
    try:
        return _answer(tool.run(tool.takes.model_validate(given), caller))
    except (ValidationError, Rejected, NotFound, Forbidden, Refused) as error:
        return _refused(_reasons(error))


def _reasons(error: Exception) -> list[dict[str, Any]]:
    if isinstance(error, ValidationError):
        told = [_invalid(one) for one in error.errors(include_url=False)]
        return list({one["path"]: one for one in reversed(told)}.values())[::-1]
    if isinstance(error, Rejected):
        return [_reason(one) for one in error.reasons]
    if isinstance(error, NotFound):
        return [_told("not_found", _("There is no such thing here."))]
    if isinstance(error, Forbidden):
        return [_told("forbidden", _("You may not do that here."))]
    return [_told("refused", str(error))]


def _answer(told: dict[str, Any], *, error: bool = False) -> types.CallToolResult:
    """As data, and as the same in text for those who read no data. What people wrote stays in its field."""
    text = resources.encoded(told)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=json.loads(text),
        is_error=error,
    )


def _refused(reasons: list[dict[str, Any]]) -> types.CallToolResult:
    return _answer({"refused": reasons}, error=True)


def _told(code: str, message: str, *, path: str = "") -> dict[str, Any]:
    return {"path": path, "code": code, "message": message}


def _reason(one: Reason) -> dict[str, Any]:
    told = _told(one.code, messages.sentence(one), path=one.field)
    readings = dict(one.params).get("readings")
    return told if readings is None else told | {"readings": list(readings)}  # type: ignore[call-overload]


def _invalid(one: Any) -> dict[str, Any]:
    """In the words of the schema, which are those an assistant knows; of a number or text as one field."""
    place = [str(part) for part in one["loc"]]
    field = place[:-1] if len(place) > 1 and place[-1] in {"decimal", "str"} else place
    return _told(str(one["type"]), str(one["msg"]), path=".".join(field))
