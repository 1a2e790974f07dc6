"""Lists of goals for programs: filtered, in an order, a part at a time.

A part begins behind the last goal of the part before, by the value it is ordered by and then its id, so that
goals that come or go in between neither repeat nor hide others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from pejl.domain.status import ENDED
from pejl.domain.values import Ambition, Kind, State, Status
from pejl.models import Edge, Goal, GoalPerson, GoalPersonRole, GoalTag, GoalTeam, Record
from pejl.queries import goals as goals_read
from pejl.queries import scope
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member

_LAST_DAY: Final = date(9999, 12, 31)
_NO_PROGRESS: Final = -1e12
# How each status of a goal that has ended came about; every other is one of an open goal.
_STATES: Final = {shown: state for state, shown in ENDED.items()}
_AHEAD: Final = 500  # goals read at a time where only reading them tells whether they fit
# What a list is ordered by, downwards where it begins with a minus. Nothing at all comes last.
ORDERS: Final[dict[str, Any]] = {
    "-updated": F("updated_at"),
    "title": F("title"),
    "progress": Coalesce(F("progress"), Value(_NO_PROGRESS)),
    "end_date": Coalesce(F("end_date"), Value(_LAST_DAY)),
}
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "-updated": datetime.fromisoformat,
    "title": str,
    "progress": float,
    "end_date": date.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """All that are given must hold. `q` is looked for in titles and descriptions."""

    kind: Kind | None = None
    period: UUID | None = None
    team: UUID | None = None
    owner: UUID | None = None
    parent: UUID | None = None
    status: Status | None = None
    ambition: Ambition | None = None
    tag: str = ""
    q: str = ""
    stale: bool | None = None
    updated_since: datetime | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """`after` is where the next part begins, None at the end: (the value ordered by, the id), as text."""

    rows: tuple[GoalRow, ...]
    after: tuple[str, str] | None


def goals(
    by: Member, filters: Filters, *, order: str, after: Sequence[str] | None, limit: int, now: datetime
) -> Part:
    """Raises `ValueError` for an `after` that is none of this order."""
    found = _filtered(by, filters).annotate(place=ORDERS[order])
    start = None if after is None else _place(order, after)
    ahead = limit + 1 if filters.status is None and filters.stale is None else max(limit + 1, _AHEAD)
    rows: list[GoalRow] = []
    while True:
        some = _some(found, order=order, start=start, limit=ahead)
        keys = [pk for pk, _ in some]
        seen = scope.goals(by).filter(pk__in=keys)
        read = {row.id: row for row in goals_read.rows(by, seen, now=now, tagged=True)}
        for pk, place in some:
            if len(rows) == limit:
                return Part(tuple(rows), start and (_said(start[0]), str(start[1])))
            start = (place, pk)
            if _fits(read[pk], filters):
                rows.append(read[pk])
        if len(some) < ahead:
            return Part(tuple(rows), None)


def _some(found: Any, *, order: str, start: Any, limit: int) -> list[tuple[UUID, Any]]:
    down = order.startswith("-")
    if start is not None:
        step = "lt" if down else "gt"
        found = found.filter(
            Q(**{f"place__{step}": start[0]}) | Q(place=start[0], **{f"pk__{step}": start[1]})
        )
    sign = "-" if down else ""
    return list(found.order_by(f"{sign}place", f"{sign}pk").values_list("pk", "place")[:limit])


def _fits(row: GoalRow, filters: Filters) -> bool:
    """Status and silence depend on the day, so they are asked of what was read."""
    if filters.status is not None and row.status is not filters.status:
        return False
    return filters.stale is None or (row.stale_days is not None) is filters.stale


def _filtered(by: Member, filters: Filters) -> QuerySet[Goal]:
    found = scope.goals(by)
    here = {"workspace_id": by.workspace_id}
    plain = {"kind": filters.kind, "period_id": filters.period, "ambition": filters.ambition}
    found = found.filter(**{name: value for name, value in plain.items() if value is not None})
    if filters.status is not None:
        found = found.filter(state=_STATES.get(filters.status, State.OPEN))
    if filters.stale:
        found = found.filter(state=State.OPEN)
    if filters.team is not None:
        of_team = GoalTeam.objects.current().filter(**here, team_id=filters.team)
        found = found.filter(pk__in=of_team.values("goal"))
    if filters.owner is not None:
        owned = GoalPerson.objects.current().filter(
            **here, person_id=filters.owner, role=GoalPersonRole.OWNER
        )
        found = found.filter(pk__in=owned.values("goal"))
    if filters.parent is not None:
        below = Edge.objects.current().filter(scope.seen(by, "parent"), **here, parent=filters.parent)
        found = found.filter(pk__in=below.values("child"))
    if filters.tag:
        tagged = GoalTag.objects.current().filter(**here, name__iexact=filters.tag)
        found = found.filter(pk__in=tagged.values("goal"))
    if filters.q:
        found = found.filter(Q(title__icontains=filters.q) | Q(description__icontains=filters.q))
    if filters.updated_since is not None:
        found = found.filter(updated_at__gte=filters.updated_since)
    if filters.source_id:
        came = Record.objects.filter(
            workspace_id=by.workspace_id, kind="goal", source_id=filters.source_id
        ).values("target")
        found = found.filter(pk__in=came)
    return found


def _place(order: str, after: Sequence[str]) -> tuple[Any, UUID]:
    place, pk = after
    return _READ[order](place), UUID(pk)


def _said(place: Any) -> str:
    return place.isoformat() if isinstance(place, date) else str(place)
