"""Tasks of initiatives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pejl.models import Milestone, Task
from pejl.queries import scope
from pejl.queries.goals import PersonRef
from pejl.queries.scope import Member, NotFound


@dataclass(frozen=True, slots=True)
class TaskRow:
    item: UUID
    goal_id: UUID
    title: str
    owner: PersonRef | None
    due: date | None
    done: bool


def of(by: Member, goal_ids: Iterable[UUID]) -> dict[UUID, tuple[TaskRow, ...]]:
    """Goal → its tasks in their order. The caller has made sure the goals are seen. One query."""
    rows = Task.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=list(goal_ids))
    found: dict[UUID, list[TaskRow]] = {}
    for one in rows.select_related("owner").order_by("position", "known_from", "pk"):
        found.setdefault(one.goal_id, []).append(_row(one))
    return {goal_id: tuple(tasks) for goal_id, tasks in found.items()}


def one(by: Member, item: UUID) -> TaskRow:
    """A task of a goal the person sees. Raises `NotFound`."""
    found = (
        Task.objects.current().filter(workspace_id=by.workspace_id, item=item).select_related("owner").first()
    )
    if found is None or not scope.goals(by).filter(pk=found.goal_id).exists():
        raise NotFound
    return _row(found)


def goal_of_milestone(by: Member, item: UUID) -> UUID:
    """The goal a milestone belongs to, if the person sees it. Raises `NotFound`."""
    goal_id = (
        Milestone.objects.current()
        .filter(scope.seen(by, "goal_id"), workspace_id=by.workspace_id, item=item)
        .values_list("goal_id", flat=True)
        .first()
    )
    if goal_id is None:
        raise NotFound
    found: UUID = goal_id
    return found


def _row(one: Task) -> TaskRow:
    owner = PersonRef(one.owner.pk, one.owner.name) if one.owner else None
    return TaskRow(
        item=one.item, goal_id=one.goal_id, title=one.title, owner=owner, due=one.due, done=one.done
    )
