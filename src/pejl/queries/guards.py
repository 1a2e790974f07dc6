"""Guard-rails: the KPIs that must not slip while a goal is worked on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.models import Guardrail, Kpi, Reading
from pejl.queries import kpis
from pejl.queries.scope import Member

_POINTS = 12


@dataclass(frozen=True, slots=True)
class GuardRow:
    """A KPI with its range and its latest readings, oldest first. `outside` is None without a reading."""

    item: UUID
    name: str
    unit: str
    lower: Decimal | None
    upper: Decimal | None
    value: Decimal | None
    on: date | None
    outside: bool | None
    values: tuple[Decimal, ...]


def of(by: Member, goal_id: UUID) -> tuple[GuardRow, ...]:
    """The guard-rails of a goal the caller has made sure is seen. Two queries."""
    linked = Guardrail.objects.current().filter(workspace_id=by.workspace_id, goal_id=goal_id).values("kpi")
    found = list(
        Kpi.objects.current().filter(workspace_id=by.workspace_id, item__in=linked).order_by("name", "item")
    )
    readings: dict[UUID, list[Any]] = {}
    rows = Reading.objects.current().filter(workspace_id=by.workspace_id, kpi__in=[one.item for one in found])
    for row in rows.order_by("on", "known_from", "pk"):
        readings.setdefault(row.kpi, []).append(row)
    return tuple(_row(one, readings.get(one.item, [])[-_POINTS:]) for one in found)


def _row(kpi: Kpi, readings: list[Any]) -> GuardRow:
    last = readings[-1] if readings else None
    value = last.value if last else None
    return GuardRow(
        item=kpi.item,
        name=kpi.name,
        unit=kpi.unit,
        lower=kpi.lower,
        upper=kpi.upper,
        value=value,
        on=last.on if last else None,
        outside=None if value is None else not kpis.inside(value, lower=kpi.lower, upper=kpi.upper),
        values=tuple(row.value for row in readings),
    )
