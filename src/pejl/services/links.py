"""A goal's rows of its own: people, teams, tags, steps, edges. A change ends rows and adds others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Greatest

from pejl.domain import tags
from pejl.models import Edge, Goal, GoalPerson, GoalPersonRole, GoalTag, GoalTeam, Milestone, Task
from pejl.models.fields import new_id
from pejl.queries.scope import Member


def end(rows: QuerySet[Any], *, at: datetime) -> int:
    """Ends the span of these rows, none before it began."""
    return rows.update(known_to=Greatest("known_from", at))


def set_people(goal: Goal, role: GoalPersonRole, people: Sequence[UUID], *, at: datetime) -> bool:
    """Makes these, in this order, the goal's people in that role; whether anything changed."""
    common = {"workspace_id": goal.workspace_id, "goal": goal, "role": role}
    return _set(GoalPerson, "person_id", people, common=common, at=at)


def set_teams(goal: Goal, teams: Sequence[UUID], *, at: datetime) -> bool:
    return _set(GoalTeam, "team_id", teams, common={"workspace_id": goal.workspace_id, "goal": goal}, at=at)


def set_tags(goal: Goal, wanted: Sequence[str], *, at: datetime) -> bool:
    """Makes these, in this order, the goal's tags; whether anything changed. One that is there already in
    other letters stays as it is spelt."""
    here = {tags.fold(one): one for one in tags_of(goal)}
    asked = [here.get(tags.fold(one), one) for one in tags.several(wanted)]
    return _set(GoalTag, "name", asked, common={"workspace_id": goal.workspace_id, "goal": goal}, at=at)


def set_milestones(
    goal: Goal,
    steps: Sequence[tuple[str, Decimal | None]],
    *,
    at: datetime,
    items: Sequence[UUID | None] = (),
) -> bool:
    """Makes these the goal's milestones. A step is the one that `items` names at its place, of this goal now
    or before, else the one of the same title: it stays the same one, reached or not."""
    own = Milestone.objects.filter(workspace_id=goal.workspace_id, goal=goal)
    rows = own.current()
    before = list(rows.order_by("position", "pk"))
    named = [*items, *[None] * (len(steps) - len(items))]
    kept = all(item in {None, row.item} for row, item in zip(before, named, strict=False))
    if [(row.title, row.share) for row in before] == list(steps) and kept:
        return False
    past = own.filter(item__in=[one for one in named if one is not None]).order_by("known_from", "pk")
    known = {row.item: row for row in [*past, *(row for row in before if row.item in named)]}
    left = [row for row in before if row.item not in known]
    end(rows, at=at)
    for place, ((title, share), item) in enumerate(zip(steps, named, strict=True)):
        same = known.pop(item, None) if item is not None else None
        if same is None:
            same = next((row for row in left if row.title == title), None)
        if same in left:
            left.remove(same)
        Milestone.objects.create(
            workspace_id=goal.workspace_id,
            goal=goal,
            item=same.item if same is not None else new_id(),
            title=title,
            share=share,
            reached_on=same.reached_on if same is not None else None,
            position=place,
            known_from=at,
        )
    return True


def add_task(
    goal: Goal, title: str, *, at: datetime, item: UUID | None = None, owner: UUID | None = None, **more: Any
) -> Task:
    """A task as one row; `item` names the task that it is the next version of."""
    return Task.objects.create(
        workspace_id=goal.workspace_id,
        goal=goal,
        item=item or new_id(),
        title=title,
        owner_id=owner,
        known_from=at,
        **more,
    )


def add_edge(
    goal: Goal, parent: UUID, *, share: float | None, by: Member, at: datetime, position: float = 0.0
) -> None:
    Edge.objects.create(
        workspace_id=goal.workspace_id,
        child=goal,
        parent_id=parent,
        share=share,
        position=position,
        by_id=by.person_id,
        known_from=at,
    )


def people_of(goal: Goal, *roles: GoalPersonRole) -> list[UUID]:
    rows = GoalPerson.objects.current().filter(workspace_id=goal.workspace_id, goal=goal, role__in=roles)
    return list(dict.fromkeys(rows.order_by("role", "position").values_list("person_id", flat=True)))


def teams_of(goal: Goal) -> list[UUID]:
    rows = GoalTeam.objects.current().filter(workspace_id=goal.workspace_id, goal=goal)
    return list(rows.order_by("position").values_list("team_id", flat=True))


def tags_of(goal: Goal) -> list[str]:
    rows = GoalTag.objects.current().filter(workspace_id=goal.workspace_id, goal=goal)
    return list(rows.order_by("position", "pk").values_list("name", flat=True))


def parents_of(goal: Goal) -> list[Edge]:
    return list(
        Edge.objects.current().filter(workspace_id=goal.workspace_id, child=goal).order_by("known_from", "pk")
    )


def children_of(goal: Goal) -> list[Edge]:
    rows = Edge.objects.current().filter(workspace_id=goal.workspace_id, parent=goal)
    return list(rows.order_by("position", "pk"))


def _set(model: Any, column: str, wanted: Sequence[Any], *, common: dict[str, Any], at: datetime) -> bool:
    rows = model.objects.current().filter(**common)
    places = {getattr(row, column): row.position for row in rows}
    asked: dict[Any, int] = {one: place for place, one in enumerate(dict.fromkeys(wanted))}
    if places == asked:
        return False
    moved: Iterable[Any] = [one for one, place in places.items() if asked.get(one) != place]
    end(rows.filter(**{f"{column}__in": moved}), at=at)
    model.objects.bulk_create(
        model(**common, **{column: one}, position=place, known_from=at)
        for one, place in asked.items()
        if places.get(one) != place
    )
    return True
