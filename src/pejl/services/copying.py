"""Goals once more: carried on into another period, or copied as they were meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pejl.domain import progress
from pejl.domain.values import (
    MOVING_KINDS,
    Kind,
    Level,
    Metric,
    MetricKind,
    State,
    Visibility,
)
from pejl.models import Goal, GoalPersonRole, Milestone, Period, Task, Workspace
from pejl.queries import measures, scope
from pejl.queries.scope import Member
from pejl.services import drafts, events, links, privacy, versions
from pejl.services.errors import Rejected
from pejl.services.versions import COLUMNS

REACHES = ("goal", "children", "all")
ROLES = (GoalPersonRole.OWNER, GoalPersonRole.DELEGATE, GoalPersonRole.VIEWER)
FRESH = {
    "state": State.OPEN.value,
    "status_pinned": False,
    "ended_at": None,
    "ended_by_id": None,
    "end_reason": "",
    "learned": "",
    "grade_computed": None,
    "grade_given": None,
    "grade_reason": "",
}


def period_of(period_id: UUID, *, by: Member) -> Period:
    found = Period.objects.filter(workspace_id=by.workspace_id, pk=period_id).first()
    if found is None:
        raise Rejected.one("period.unknown", field="period")
    return found


def carried(goal: Goal, *, by: Member) -> list[Goal]:
    """The open key results and initiatives below, however far, that go along when a goal is postponed."""
    found: dict[UUID, Goal] = {}
    waiting = [goal]
    while waiting:
        for child in _below(waiting.pop(), by=by):
            if child.kind != Kind.OBJECTIVE and child.state == State.OPEN and child.pk not in found:
                found[child.pk] = child
                waiting.append(child)
    return list(found.values())


def carry_on(
    goal: Goal, along: Sequence[Goal], *, period: Period, by: Member, at: datetime
) -> dict[UUID, UUID]:
    """New goals that begin where these stand, with what is left of them; original → new."""
    made: dict[UUID, Goal] = {}
    for one in (goal, *along):
        made[one.pk] = _clone(
            one, period=period, by=by, at=at, **measures.columns(left(measures.metric(one), one))
        )
        _steps_left(one, made[one.pk], at=at)
    _hang(made, by=by, at=at)
    _keep_above((goal, *along), made, period=period, by=by, at=at)
    return {original: clone.pk for original, clone in made.items()}


def left(metric: Metric | None, goal: Goal) -> Metric | None:
    """The metric for what is left: from the present value on, without the phases of the time that passed.

    A percentage counted from 0 starts at 0 again. A value that reached its target, or passed it, is no start
    for a way there: such a metric keeps the start it had.
    """
    if metric is None:
        return None
    metric = dataclasses.replace(metric, phases=())
    counted = metric.unit == "%" and not metric.start
    if metric.kind not in MOVING_KINDS or metric.kind is MetricKind.REACH or goal.value is None or counted:
        return metric
    done = progress.of(metric, goal.value)
    return metric if done is None or done >= 1 else dataclasses.replace(metric, start=goal.value)


def duplicate(
    goal: Goal, *, period: Period, reach: str, by: Member, at: datetime, workspace: Workspace
) -> dict[UUID, UUID]:
    """Copies as they were meant: with all steps, none of them taken; original → copy."""
    chosen = _chosen(goal, reach=reach, by=by)
    made: dict[UUID, Goal] = {}
    for one in chosen:
        if one.kind == Kind.OBJECTIVE or one.pk == goal.pk:
            _permit(one, by=by, workspace=workspace)
        metric = measures.metric(one)
        fresh = None if metric is None else dataclasses.replace(metric, phases=())
        made[one.pk] = _clone(one, period=period, by=by, at=at, **measures.columns(fresh))
        _all_steps(one, made[one.pk], at=at)
    _hang(made, by=by, at=at)
    return {original: clone.pk for original, clone in made.items()}


def _chosen(goal: Goal, *, reach: str, by: Member) -> list[Goal]:
    if reach == "goal":
        return [goal]
    found = {goal.pk: goal}
    waiting = [goal]
    while waiting:
        for child in _below(waiting.pop(), by=by):
            if child.state != State.DROPPED and child.pk not in found:
                found[child.pk] = child
                if reach == "all":
                    waiting.append(child)
    return list(found.values())


def _permit(goal: Goal, *, by: Member, workspace: Workspace) -> None:
    """Copying a goal is writing one."""
    drafts.permit(
        by,
        level=Level(goal.level),
        teams=links.teams_of(goal),
        owners=links.people_of(goal, GoalPersonRole.OWNER),
        workspace=workspace,
    )


def _below(goal: Goal, *, by: Member) -> list[Goal]:
    """Children that the person sees, in their order."""
    ids = [edge.child_id for edge in links.children_of(goal)]
    rows = scope.goals(by).in_bulk(ids)
    return [rows[one] for one in ids if one in rows]


def _clone(goal: Goal, *, period: Period, by: Member, at: datetime, **changed: Any) -> Goal:
    decided = {column: getattr(goal, column) for column in COLUMNS}
    clone = Goal.objects.create(
        workspace_id=goal.workspace_id,
        origin=goal,
        created_by_id=by.person_id,
        created_at=at,
        updated_at=at,
        position=goal.position,
        **{
            **decided,
            **FRESH,
            "period_id": period.pk,
            "start_date": period.start_date,
            "end_date": period.end_date,
            **changed,
        },
    )
    versions.begin(clone, by=by, at=at)
    for role in ROLES:
        links.set_people(clone, role, links.people_of(goal, role), at=at)
    links.set_teams(clone, links.teams_of(goal), at=at)
    links.set_tags(clone, links.tags_of(goal), at=at)
    events.record(
        "goal.created", by=by, at=at, goal=clone.pk, title=clone.title, kind=clone.kind, origin=goal.pk
    )
    return clone


def _steps_left(goal: Goal, clone: Goal, *, at: datetime) -> None:
    """Milestones not reached, with equal shares (all of them, where none is left), and tasks not done."""
    rows = list(_milestones(goal))
    ahead = [row for row in rows if row.reached_on is None] or rows
    links.set_milestones(clone, [(row.title, None) for row in ahead], at=at)
    _tasks(clone, (row for row in _tasks_of(goal) if not row.done), at=at)


def _all_steps(goal: Goal, clone: Goal, *, at: datetime) -> None:
    links.set_milestones(clone, [(row.title, row.share) for row in _milestones(goal)], at=at)
    _tasks(clone, _tasks_of(goal), at=at)


def _tasks(clone: Goal, tasks: Iterable[Task], *, at: datetime) -> None:
    """Without their dates: those lay in the period that was."""
    for place, task in enumerate(tasks):
        links.add_task(clone, task.title, at=at, owner=task.owner_id, position=place)


def _milestones(goal: Goal) -> list[Milestone]:
    rows = Milestone.objects.current().filter(workspace_id=goal.workspace_id, goal=goal)
    return list(rows.order_by("position", "pk"))


def _tasks_of(goal: Goal) -> list[Task]:
    rows = Task.objects.current().filter(workspace_id=goal.workspace_id, goal=goal)
    return list(rows.order_by("position", "pk"))


def _hang(made: dict[UUID, Goal], *, by: Member, at: datetime) -> None:
    """The new goals hang among themselves as the old ones do, with equal shares."""
    for original, clone in made.items():
        parent = Goal(pk=original, workspace_id=clone.workspace_id)
        for edge in links.children_of(parent):
            if edge.child_id in made:
                child = made[edge.child_id]
                links.add_edge(child, clone.pk, share=None, by=by, at=at, position=edge.position)


def _keep_above(
    originals: Iterable[Goal], made: dict[UUID, Goal], *, period: Period, by: Member, at: datetime
) -> None:
    for one in originals:
        for edge in links.parents_of(one):
            if edge.parent_id in made:
                continue
            parent = Goal.objects.get(pk=edge.parent_id)
            if _carries(parent, one, period=period):
                clone = made[one.pk]
                links.add_edge(clone, parent.pk, share=None, by=by, at=at, position=edge.position)
                if parent.visibility == Visibility.CHOSEN:
                    privacy.spread(parent, by=by, at=at)


def _carries(parent: Goal, child: Goal, *, period: Period) -> bool:
    """A key result or an initiative stays under a goal of that very period; an objective under one whose
    time reaches over all of it."""
    if parent.state != State.OPEN or parent.removed_at is not None:
        return False
    if child.kind != Kind.OBJECTIVE:
        return bool(parent.period_id == period.pk)
    start, end = parent.start_date, parent.end_date
    return (start is None or start <= period.start_date) and (end is None or end >= period.end_date)
