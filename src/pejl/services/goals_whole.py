"""Goals as programs write them: in one piece with the milestones that are reached, and framed by the goal
they hang under where they say nothing themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Goal, GoalPersonRole, Milestone
from pejl.queries import scope
from pejl.queries.scope import Member
from pejl.services import goals, links, milestones
from pejl.services.commands import command
from pejl.services.drafts import GoalDraft
from pejl.services.errors import Conflict, Reason, Rejected

Reached = Sequence[tuple[int, date | None]]
TIMES = frozenset({"period", "start_date", "end_date"})


@command
def create(
    draft: GoalDraft, *, left_out: Sequence[str] = (), reached: Reached = (), by: Member, at: datetime
) -> UUID:
    """A new goal as `goals.create` makes it. What is `left_out`, fields of the draft by name, a key result or
    an initiative takes from the first goal it hangs under: level, teams, time, visibility; any goal that
    names teams is theirs.

    `reached` are places among the milestones with the day on which each was reached.
    """
    goal_id = goals.create(_framed(draft, frozenset(left_out), by=by), by=by, at=at)
    _tick(goal_id, reached, by=by, at=at)
    return goal_id


@command
def edit(
    goal_id: UUID,
    *,
    changes: Mapping[str, Any],
    reached: Reached = (),
    by: Member,
    at: datetime,
    expected_version: int | None = None,
) -> UUID:
    """Changes a goal as `goals.edit` does, then ticks milestones by their places after the change; a day of
    None takes one back. Where that is all, it takes no more than the right to check in."""
    goal = scope.goal(by, goal_id)
    if expected_version is not None and goal.version != expected_version:
        raise Conflict.one("goal.changed")
    if changes or not reached:
        goals.edit(goal_id, changes=changes, by=by, at=at)
    _tick(goal_id, reached, by=by, at=at)
    return goal_id


def _framed(draft: GoalDraft, left_out: frozenset[str], *, by: Member) -> GoalDraft:
    above = None
    if draft.kind is not Kind.OBJECTIVE and draft.parents:
        above = scope.goal(by, draft.parents[0][0])
    frame: dict[str, Any] = {} if above is None else _frame(above, left_out)
    if above is None and draft.teams:
        frame["level"] = Level.TEAM
    return dataclasses.replace(draft, **{name: value for name, value in frame.items() if name in left_out})


def _frame(above: Goal, left_out: frozenset[str]) -> dict[str, Any]:
    frame: dict[str, Any] = {"level": Level(above.level), "teams": tuple(links.teams_of(above))}
    if left_out >= TIMES:
        frame |= {
            "period": above.period_id,
            "start_date": above.start_date,
            "end_date": above.end_date,
        }
    if above.visibility == Visibility.TEAM:
        frame["visibility"] = Visibility.TEAM
    if above.level == Level.PERSON:
        frame["owners"] = tuple(links.people_of(above, GoalPersonRole.OWNER))
    return frame


def _tick(goal_id: UUID, reached: Reached, *, by: Member, at: datetime) -> None:
    if not reached:
        return
    rows = Milestone.objects.current().filter(workspace_id=by.workspace_id, goal_id=goal_id)
    items = list(rows.order_by("position", "pk").values_list("item", flat=True))
    for place, on in reached:
        try:
            milestones.reach(items[place], on=on, by=by, at=at)
        except Rejected as rejected:
            field = f"milestones.{place}.reached_on"
            raise type(rejected)(
                Reason(one.code, field if one.field == "on" else one.field, one.params)
                for one in rejected.reasons
            ) from rejected
