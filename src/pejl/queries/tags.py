"""Tags as they are read: those of goals, and those in use on the goals that a person sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from pejl.domain import tags
from pejl.models import GoalTag
from pejl.queries import scope
from pejl.queries.scope import Member


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in use, as most goals spell it; `spellings` are all the ways in which goals that the person
    sees spell it."""

    name: str
    spellings: tuple[str, ...]


def of(by: Member, goals: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The tags of these goals, in their order. The caller has made sure that they are seen. One query."""
    found: dict[UUID, tuple[str, ...]] = {}
    rows = GoalTag.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=goals)
    for goal, name in rows.order_by("position", "pk").values_list("goal_id", "name"):
        found[goal] = (*found.get(goal, ()), name)
    return found


def in_use(by: Member) -> tuple[Tag, ...]:
    """Every tag on a goal that the person sees, by name. One query."""
    rows = GoalTag.objects.current().filter(
        workspace_id=by.workspace_id, goal__in=scope.goals(by).values("pk")
    )
    counted = rows.order_by().values_list("name").annotate(Count("pk"))
    spelt: dict[str, list[tuple[int, str]]] = {}
    for name, count in counted:
        spelt.setdefault(tags.fold(name), []).append((-count, name))
    found = (Tag(min(some)[1], tuple(sorted(name for _, name in some))) for some in spelt.values())
    return tuple(sorted(found, key=lambda tag: (tags.fold(tag.name), tag.name)))


def named(found: Iterable[Tag], text: str) -> Tag | None:
    """The tag among these that the text names, in whatever letters; one that no goal carries where it names
    none of them; None where it says nothing."""
    asked = next(iter(tags.several([text])), None)
    if asked is None:
        return None
    wanted = tags.fold(asked)
    return next((tag for tag in found if tags.fold(tag.name) == wanted), Tag(asked, ()))


def carries(by: Member, tag: Tag) -> Exists:
    """Whether a goal carries the tag, as a condition on it."""
    rows = GoalTag.objects.current().filter(workspace_id=by.workspace_id, name__in=tag.spellings)
    return Exists(rows.filter(goal=OuterRef("pk")))
