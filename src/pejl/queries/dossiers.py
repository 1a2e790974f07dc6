"""All that the page of one goal tells: the goal, what hangs under it, what was said, what guards it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from pejl.domain import rhythm
from pejl.domain.access import Right
from pejl.domain.grading import Bands
from pejl.domain.values import Kind, State
from pejl.models import Edge
from pejl.queries import closings, courses, dues, goals, guards, scope, tasks, timelines, trees
from pejl.queries.closings import Copies
from pejl.queries.courses import Point
from pejl.queries.goals import GoalRow, PersonRef
from pejl.queries.guards import GuardRow
from pejl.queries.scope import Member
from pejl.queries.tasks import TaskRow
from pejl.queries.timelines import Timeline

Note = tuple[PersonRef | None, str, datetime, date]


@dataclass(frozen=True, slots=True)
class Dossier:
    """`initiatives` holds those of the goal and of its key results; `supporters` the objectives
    aligned to it; `below` all that is under it and seen, at any depth, nearest first (at most the first
    400 goals, and those named above).

    `notes` is the last note on each key result. `next_checkin` is None where nobody is asked for one."""

    goal: GoalRow
    key_results: tuple[GoalRow, ...]
    initiatives: tuple[GoalRow, ...]
    supporters: tuple[GoalRow, ...]
    below: tuple[GoalRow, ...]
    tasks: dict[UUID, tuple[TaskRow, ...]]
    notes: dict[UUID, Note]
    timeline: Timeline
    guards: tuple[GuardRow, ...]
    course: tuple[Point, ...]
    copies: Copies
    next_checkin: datetime | None
    bands: Bands
    rights: dict[UUID, frozenset[Right]]


def one(
    by: Member, goal_id: UUID, *, now: datetime, only: str = "all", limit: int = timelines.STEP
) -> Dossier:
    """Raises `NotFound`. The number of queries does not depend on how much there is."""
    goal = goals.one(by, goal_id, now=now)
    below = trees.edges(by)
    rows = _below(by, goal, below, now=now)
    under = _under(goal, rows, below)
    key_results = tuple(row for row in under if row.kind is Kind.KEY_RESULT)
    initiatives = tuple(row for row in under if row.kind is Kind.INITIATIVE)
    with_tasks = [row.id for row in (goal, *initiatives) if row.kind is Kind.INITIATIVE]
    return Dossier(
        goal=goal,
        key_results=key_results,
        initiatives=initiatives,
        supporters=tuple(row for row in under if row.kind is Kind.OBJECTIVE),
        below=tuple(rows.values()),
        tasks=tasks.of(by, with_tasks),
        notes=timelines.latest(by, [goal.id, *(row.id for row in key_results)]),
        timeline=timelines.timeline(by, goal_id, only=only, limit=limit),
        guards=guards.of(by, goal_id),
        course=courses.of(by, goal_id, mode=goal.progress_mode),
        copies=closings.copies(by, goal),
        next_checkin=_next(by, goal, key_results, now=now),
        bands=closings.bands_of(by),
        rights={row.id: row.rights for row in (goal, *under)},
    )


def _below(by: Member, goal: GoalRow, below: dict[UUID, list[UUID]], *, now: datetime) -> dict[UUID, GoalRow]:
    """All that is seen under it. What the page shows in full never falls to the limit."""
    deep = trees.under([goal.id], below)[1 : trees.MOST + 1]
    of_key_results = Edge.objects.current().filter(
        workspace_id=by.workspace_id, parent_id__in=below.get(goal.id, ()), parent__kind=Kind.KEY_RESULT
    )
    wanted = Q(pk__in=[*below.get(goal.id, ()), *deep])
    wanted |= Q(pk__in=of_key_results.values("child_id"), kind=Kind.INITIATIVE)
    rows = {row.id: row for row in goals.rows(by, scope.goals(by).filter(wanted), now=now)}
    place = {one: number for number, one in enumerate(deep)}
    return dict(sorted(rows.items(), key=lambda one: place.get(one[0], len(place))))


def _under(goal: GoalRow, rows: dict[UUID, GoalRow], below: dict[UUID, list[UUID]]) -> list[GoalRow]:
    """The children in their order, open ones first, and the initiatives of the key results among them."""
    order = {child: number for number, child in enumerate(below.get(goal.id, ()))}
    key_results = [child for child in order if child in rows and rows[child].kind is Kind.KEY_RESULT]
    second = {child for one in key_results for child in below.get(one, ())}
    found = [
        row for row in rows.values() if row.id in order or (row.id in second and row.kind is Kind.INITIATIVE)
    ]
    return sorted(
        found,
        key=lambda row: (row.state is not State.OPEN, order.get(row.id, len(order)), row.created_at, row.id),
    )


def _next(by: Member, goal: GoalRow, key_results: Sequence[GoalRow], *, now: datetime) -> datetime | None:
    """When the next word is asked for: of the goal itself, or of the key results it lives by."""
    asked = goal.progress_mode in dues.ASKED or any(one.state is State.OPEN for one in key_results)
    if goal.state is not State.OPEN or not asked:
        return None
    turn = dues.of_goals(by, [goal.id])[goal.id]
    return rhythm.next_due(turn, now=now, zone=by.zone).astimezone(by.zone)
