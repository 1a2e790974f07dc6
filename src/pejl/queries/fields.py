"""A field of a goal that changed, by the name and in the shape that the goal's resource gives it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pejl.domain.values import PeriodKind
from pejl.queries.frames import FramePeriod

# The columns and links whose names differ from those of the goal's resource.
NAMES: Final = {
    "period_id": "period",
    "checkin_owner_id": "checkin_owner",
    "metric_kind": "metric.kind",
    "unit": "metric.unit",
    "start_value": "metric.start",
    "target_value": "metric.target",
    "lower": "metric.lower",
    "upper": "metric.upper",
    "warning": "metric.warning",
    "sums": "metric.sum",
    "phases": "metric.phases",
    "grade_given": "grade.given",
    "viewer": "people",
    "task_done": "task.done",
    "milestone_done": "milestone.done",
}


def name(field: str) -> str:
    """
    >>> name("target_value"), name("title")
    ('metric.target', 'title')
    """
    return NAMES.get(field, field)


def value(field: str, found: Any, *, language: str) -> Any:
    """As the goal's resource writes it; a period (in that language), a person, a team and a goal by name."""
    if field == "period_id" and found is not None:
        return _period(**found).said(language)
    if field == "phases":
        return [{"date": one["on"], "value": Decimal(one["value"])} for one in found or ()]
    if field == "milestone" and isinstance(found, tuple):
        return {"title": found[0], "share": found[1]}
    return None if found == "" else found


def _period(*, name: str, kind: str, start: date, end: date, year: int, number: int) -> FramePeriod:
    return FramePeriod(UUID(int=0), PeriodKind(kind), start, end, year, number, name)
