"""KPIs as they stand: the last reading, whether it is in range, the way there, the goals they guard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pejl.models import Guardrail, Kpi, Reading
from pejl.queries import scope
from pejl.queries.scope import Member, NotFound

SHOWN_READINGS = 13


@dataclass(frozen=True, slots=True)
class ReadingRow:
    id: UUID
    on: date
    value: Decimal
    by: str


@dataclass(frozen=True, slots=True)
class GuardedGoal:
    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class KpiRow:
    """`in_range` is None before the first reading. `readings` come oldest first, at most 13 of them."""

    item: UUID
    name: str
    unit: str
    lower: Decimal | None
    upper: Decimal | None
    owner: str
    team: str
    owner_id: UUID | None
    team_id: UUID | None
    value: Decimal | None
    on: date | None
    in_range: bool | None
    readings: tuple[ReadingRow, ...]
    goals: tuple[GuardedGoal, ...]


def rows(by: Member, *, at: datetime | None = None) -> list[KpiRow]:
    """All KPIs of the workspace, by name. Three queries."""
    found = list(
        Kpi.objects.as_of(at).filter(workspace_id=by.workspace_id).select_related("owner", "team").order_by("name", "item")
    )
    readings = _readings(by, [kpi.item for kpi in found], at=at)
    goals = _goals(by, at=at)
    return [_row(kpi, readings.get(kpi.item, []), goals.get(kpi.item, [])) for kpi in found]


def one(by: Member, item: UUID) -> KpiRow:
    """Raises `NotFound`."""
    for row in rows(by):
        if row.item == item:
            return row
    raise NotFound


def inside(value: Decimal, *, lower: Decimal | None, upper: Decimal | None) -> bool:
    """The healthy range includes its bounds."""
    return (lower is None or value >= lower) and (upper is None or value <= upper)


def _readings(by: Member, items: list[UUID], *, at: datetime | None) -> dict[UUID, list[ReadingRow]]:
    """The last reading of each day."""
    found: dict[UUID, dict[date, ReadingRow]] = {}
    query = Reading.objects.as_of(at).filter(workspace_id=by.workspace_id, kpi__in=items)
    for row in query.select_related("by").order_by("on", "known_from", "pk"):
        name = row.by.name if row.by else ""
        found.setdefault(row.kpi, {})[row.on] = ReadingRow(row.pk, row.on, row.value, name)
    return {item: list(days.values()) for item, days in found.items()}


def _goals(by: Member, *, at: datetime | None) -> dict[UUID, list[GuardedGoal]]:
    """The guarded goals that the person may see."""
    found: dict[UUID, list[GuardedGoal]] = {}
    links = Guardrail.objects.as_of(at).filter(workspace_id=by.workspace_id, goal__in=scope.goals(by, at=at).values("pk"))
    for item, goal_id, title in links.order_by("goal__title").values_list("kpi", "goal_id", "goal__title"):
        found.setdefault(item, []).append(GuardedGoal(goal_id, title))
    return found


def _row(kpi: Kpi, readings: list[ReadingRow], goals: list[GuardedGoal]) -> KpiRow:
    last = readings[-1] if readings else None
    return KpiRow(
        item=kpi.item,
        name=kpi.name,
        unit=kpi.unit,
        lower=kpi.lower,
        upper=kpi.upper,
        owner=kpi.owner.name if kpi.owner else "",
        team=kpi.team.name if kpi.team else "",
        owner_id=kpi.owner_id,
        team_id=kpi.team_id,
        value=last.value if last else None,
        on=last.on if last else None,
        in_range=inside(last.value, lower=kpi.lower, upper=kpi.upper) if last else None,
        readings=tuple(readings[-SHOWN_READINGS:]),
        goals=tuple(goals),
    )
