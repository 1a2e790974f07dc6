"""Goals made ready for the forecast: the metric, the days, the values that were said, the known bounds.

All goals count here, closed to the reader or not, as they do in the roll-up; the callers answer of those
alone that the reader sees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pejl.domain.forecast import Asked
from pejl.domain.values import MOVING_KINDS, Kind, Metric, MetricKind, ProgressMode, State
from pejl.models import Checkin, Figure, Goal
from pejl.queries import measures

COLUMNS: Final = (
    "pk", "kind", "state", "progress_mode", "metric_kind", "unit", "start_value", "target_value", "lower",
    "upper", "warning", "sums", "phases", "value", "progress", "status", "checkin_count", "start_date",
    "end_date", "period__capped",
)  # fmt: skip
# A goal kept by hand is said in per cent of the way.
BY_HAND: Final = Metric(MetricKind.INCREASE, unit="%", start=Decimal(0), target=Decimal(100))
_SAID: Final = frozenset({ProgressMode.METRIC, ProgressMode.MANUAL})
Course = list[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A goal that has a course of its own. `by_hand` where its values are per cent of the way."""

    id: UUID
    kind: Kind
    metric: Metric
    mode: ProgressMode
    start_date: date
    end_date: date

    @property
    def by_hand(self) -> bool:
        return self.mode is ProgressMode.MANUAL

    @property
    def start(self) -> Decimal:
        """Where the way begins; one that only has a number to reach begins at 0."""
        if self.metric.kind is MetricKind.REACH or self.metric.start is None:
            return Decimal(0)
        return self.metric.start


def rows(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Any]:
    """The columns that forecasts need, of those that are not removed. One query for each 10,000."""
    return {
        row.pk: row
        for some in measures.batches(ids)
        for row in Goal.objects.filter(workspace_id=workspace_id, pk__in=some, removed_at=None).values_list(
            *COLUMNS, named=True
        )
    }


def subject(row: Any, *, state: State = State.OPEN) -> Subject | None:
    """None for one of another state, without days, an initiative, or fed by its children alone."""
    if row.state != state or row.kind == Kind.INITIATIVE or not dated(row):
        return None
    mode = ProgressMode(row.progress_mode)
    if mode is ProgressMode.CHILDREN and not row.sums:
        return None
    metric = BY_HAND if mode is ProgressMode.MANUAL else measures.metric(row)
    if metric is None or (metric.kind in MOVING_KINDS and metric.target == (metric.start or 0)):
        return None
    return Subject(row.pk, Kind(row.kind), metric, mode, row.start_date, row.end_date)


def dated(row: Any) -> bool:
    return row.start_date is not None and row.end_date is not None and row.start_date < row.end_date


def courses(workspace_id: UUID, subjects: Iterable[Subject], *, zone: ZoneInfo) -> dict[UUID, Course]:
    """What was said of each, by day: the check-ins, or where none are asked for the figures as they were
    known. Two queries for each 10,000."""
    said = {True: set[UUID](), False: set[UUID]()}
    for one in subjects:
        said[one.mode in _SAID].add(one.id)
    found: dict[UUID, Course] = {}
    for ids in measures.batches(said[True]):
        checkins = Checkin.objects.current().filter(workspace_id=workspace_id, goal_id__in=ids)
        spoken = checkins.exclude(value=None).order_by("goal_id", "on", "known_from", "pk")
        for goal, on, value in spoken.values_list("goal_id", "on", "value"):
            found.setdefault(goal, []).append((on, value))
    for ids in measures.batches(said[False]):
        figures = Figure.objects.filter(workspace_id=workspace_id, goal_id__in=ids)
        known = figures.order_by("goal_id", "known_from", "pk")
        for goal, at, value in known.values_list("goal_id", "known_from", "value"):
            if value is not None:
                found.setdefault(goal, []).append((at.astimezone(zone).date(), value))
    return found


def asked(
    one: Subject, course: Course, *, today: date, supposing: tuple[date, Decimal] | None = None
) -> Asked:
    """What the domain is asked; `supposing` adds a value as if it were checked in."""
    whole = course if supposing is None else [*course, supposing]
    lower, upper = bounds(one, [value for _, value in whole])
    return Asked(one.metric, one.start_date, one.end_date, whole, as_of=today, lower=lower, upper=upper)


def bounds(one: Subject, values: Iterable[Decimal]) -> tuple[Decimal | None, Decimal | None]:
    """What no value passes, as far as the figures tell: nothing that never was negative becomes so, and a
    percentage that stayed within 0 to 100 stays there."""
    every = [one.start, *([] if one.metric.target is None else [one.metric.target]), *values]
    low, high = min(every), max(every)
    percentage = one.metric.unit == "%" and low >= 0 and high <= measures.HUNDRED
    return (Decimal(0) if low >= 0 else None), (measures.HUNDRED if percentage else None)
