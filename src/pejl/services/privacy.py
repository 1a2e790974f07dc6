"""A private goal's children are private: the same people see them, and their own people still do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from pejl.domain.values import Visibility
from pejl.models import Edge, Goal, GoalPersonRole
from pejl.queries.scope import Member
from pejl.services import links, versions

CIRCLE = (GoalPersonRole.OWNER, GoalPersonRole.DELEGATE, GoalPersonRole.VIEWER)


def spread(goal: Goal, *, by: Member, at: datetime, left_out: Collection[UUID] = ()) -> None:
    """Makes everything under a private goal private too, for its circle besides each goal's own people.

    `left_out` are viewers that the goal no longer has: they lose sight of what is below as well. Does
    nothing under a goal that is not private. Removed goals and goals that were private already keep their
    own viewers.
    """
    if goal.visibility != Visibility.CHOSEN:
        return
    waiting, done = [goal], {goal.pk}
    while waiting:
        parent = waiting.pop()
        circle = links.people_of(parent, *CIRCLE)
        for child in _children(parent, known=done):
            done.add(child.pk)
            _close(child, circle, by=by, at=at, left_out=left_out)
            waiting.append(child)


def parent_is_private(workspace_id: UUID, parents: Iterable[UUID]) -> bool:
    return Goal.objects.filter(
        workspace_id=workspace_id, pk__in=list(parents), visibility=Visibility.CHOSEN
    ).exists()


def _children(parent: Goal, *, known: Collection[UUID]) -> list[Goal]:
    ids = Edge.objects.current().filter(workspace_id=parent.workspace_id, parent=parent).values("child_id")
    rows = Goal.objects.filter(workspace_id=parent.workspace_id, pk__in=ids, removed_at=None)
    return [row for row in rows if row.pk not in known]


def _close(child: Goal, circle: list[UUID], *, by: Member, at: datetime, left_out: Collection[UUID]) -> None:
    versions.change(child, by=by, at=at, visibility=Visibility.CHOSEN.value)
    own = set(links.people_of(child, GoalPersonRole.OWNER, GoalPersonRole.DELEGATE))
    viewers = [one for one in links.people_of(child, GoalPersonRole.VIEWER) if one not in left_out]
    more = [one for one in circle if one not in own and one not in viewers]
    links.set_people(child, GoalPersonRole.VIEWER, [*viewers, *more], at=at)
