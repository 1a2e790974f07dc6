"""Goals that another goal can be aligned to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, IntegerField, Value, When

from pejl.domain import alignment
from pejl.domain.values import Kind, Level
from pejl.models import Edge
from pejl.queries import scope
from pejl.queries.scope import Member

MOST = 60


@dataclass(frozen=True, slots=True)
class Choice:
    id: UUID
    title: str
    kind: Kind
    level: Level
    end_date: date | None


def choices(by: Member, *, child: UUID | None = None, text: str = "") -> tuple[tuple[Choice, ...], bool]:
    """Open goals the person sees whose title holds `text`, wide levels first; and whether there are more.

    Leaves out initiatives, the child, its parents, and all under it, which would close a circle.
    Three queries.
    """
    found = scope.open_goals(by).exclude(kind=Kind.INITIATIVE)
    if text.strip():
        found = found.filter(title__icontains=text.strip())
    barred = _barred(by, child) if child is not None else set()
    rank = Case(
        *[When(level=level, then=Value(place)) for place, level in enumerate(Level)],
        output_field=IntegerField(),
    )
    first = Case(When(kind=Kind.OBJECTIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = found.order_by(rank, first, "-end_date", "title", "pk").values_list(
        "pk", "title", "kind", "level", "end_date"
    )
    fit = [
        Choice(pk, title, Kind(kind), Level(level), end)
        for pk, title, kind, level, end in rows[: MOST + 1 + len(barred)]
        if pk not in barred
    ]
    return tuple(fit[:MOST]), len(fit) > MOST


def _barred(by: Member, child: UUID) -> set[UUID]:
    """The goal, its parents and everything under it."""
    edges = Edge.objects.current().filter(workspace_id=by.workspace_id).values_list("child_id", "parent_id")
    under: dict[UUID, list[UUID]] = {}
    parents: set[UUID] = set()
    for one, parent in edges:
        under.setdefault(parent, []).append(one)
        if one == child:
            parents.add(parent)
    return alignment.ancestors([child], parents=under) | parents | {child}
