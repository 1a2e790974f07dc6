"""Where one key result will stand on its due date, as a distribution, from its check-ins so far.

A mixture of seven ways in which figures move (see :mod:`pejl.domain.forecast_mixtures`), weighed by what
the check-ins look like, with a spread that was measured on past series. docs/forecast.md tells the method,
how good it is, and where it fails. Sign-ups from 0 to 100 over twelve weeks, four weeks in:

>>> start, weeks = date(2026, 1, 5), [0, 9, 17, 24, 35]
>>> seen = [(start + timedelta(weeks=k), float(value)) for k, value in enumerate(weeks)]
>>> found = forecast(start_date=start, end_date=date(2026, 3, 30), start_value=0, target_value=100,
...                  observations=seen)
>>> found.quantile(0.1) < found.quantile(0.5) < found.quantile(0.9), found.observations
(True, 5)
>>> 0 < found.probability_at_least(120) < found.probability_at_least(100) < 1
True
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np

from pejl.domain import forecast_mixtures as mixtures
from pejl.domain.forecast_mixtures import Array
from pejl.domain.values import CONTROL_KINDS, Metric, MetricKind

Number: TypeAlias = float | Decimal
Observations: TypeAlias = Sequence[tuple[date, Number]]

METHOD: Final = "kernel mixture"
ENDED: Final = "last value"
LEAST_CHECKINS: Final = 3  # after the start; with fewer the answer is mostly the prior
_SURE: Final = 0.001  # nobody knows the future better than this
_SMALL_SHARE: Final = 0.05  # of the start, where the target says nothing of the unit


class Refusal(StrEnum):
    """Why there is no forecast."""

    TOO_FEW = "too few check-ins"
    CONTROL = "control metric"
    MILESTONES = "milestones"
    BASELINE = "baseline"
    DONE = "done or not done"
    NO_TARGET = "no target"


@dataclass(frozen=True, slots=True)
class Case:
    """One key result to forecast. ``lower`` and ``upper`` are bounds no value can pass, as 0 for a count.

    With ``as_of`` only what was observed up to that day is used; without, everything given.
    """

    start_date: date
    end_date: date
    start_value: Number
    target_value: Number
    observations: Observations
    as_of: date | None = None
    lower: Number | None = None
    upper: Number | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The distribution of the value on the last day. ``observations`` counts the days with a value, the
    start with them; ``method`` is :data:`METHOD`, or :data:`ENDED` when the last value is the answer."""

    observations: int
    method: str
    lower: float | None = None
    upper: float | None = None
    _nodes: Array = field(default_factory=lambda: np.zeros(1), repr=False, compare=False)
    _below: Array = field(default_factory=lambda: np.ones(1), repr=False, compare=False)

    def quantile(self, p: float) -> float:
        """The value that is not passed with chance ``p``; rises with ``p``. ValueError unless 0 < p < 1."""
        if not 0 < p < 1:
            raise ValueError("a quantile lies between 0 and 1")
        value = float(np.interp(p, self._below, self._nodes))
        if self.lower is not None:
            value = max(value, self.lower)
        return value if self.upper is None else min(value, self.upper)

    def probability_at_least(self, x: Number) -> float:
        """The chance of ``x`` or more; before the end never 0 or 1."""
        if self.method == ENDED:
            return float(self._nodes[0] >= float(x))
        return 1.0 - self._at_most(float(x), certain_at_upper=False)

    def probability_at_most(self, x: Number) -> float:
        """The chance of ``x`` or less; before the end never 0 or 1."""
        if self.method == ENDED:
            return float(self._nodes[0] <= float(x))
        return self._at_most(float(x), certain_at_upper=True)

    def _at_most(self, x: float, *, certain_at_upper: bool) -> float:
        # What lies beyond a bound is gathered on it, and the bound itself belongs to both questions.
        below = float(np.interp(x, self._nodes, self._below))
        if self.lower is not None and (x < self.lower or (x == self.lower and not certain_at_upper)):
            below = 0.0
        if self.upper is not None and (x > self.upper or (x == self.upper and certain_at_upper)):
            below = 1.0
        return min(max(below, _SURE), 1.0 - _SURE)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A case made ready: the days with a value, and what stands between its units and the model's."""

    times: list[float]
    values: list[float]
    end: float
    sign: float
    origin: float
    gap: float


def forecast(
    *,
    start_date: date,
    end_date: date,
    start_value: Number,
    target_value: Number,
    observations: Observations,
    as_of: date | None = None,
    lower: Number | None = None,
    upper: Number | None = None,
) -> Forecast:
    """The forecast of one key result, whatever the evidence; :func:`of` refuses where it is too thin.

    ``observations`` may come in any order; the last given of a day counts. The start stands in for what
    was observed up to the start date. On the due date and after, all weight lies on the last value.
    ValueError when the cycle does not end after it starts.
    """
    case = Case(start_date, end_date, start_value, target_value, observations, as_of, lower, upper)
    return forecasts([case])[0]


def forecasts(cases: Iterable[Case]) -> list[Forecast]:
    """The same for many key results at once, in their order; some five times as fast."""
    given = list(cases)
    found: list[Forecast | None] = [None] * len(given)
    same: dict[int, list[tuple[int, _Seen]]] = {}
    for place, case in enumerate(given):
        days = _days(case)
        if _is_over(case, days):
            found[place] = _ended(case, days)
        else:
            same.setdefault(len(days), []).append((place, _seen(case, days)))
    for count, rows in same.items():
        nodes, below = _distributions([seen for _, seen in rows])
        for row, (place, _) in enumerate(rows):
            lower, upper = _bounds(given[place])
            found[place] = Forecast(count, METHOD, lower, upper, nodes[row], below[row])
    return [answer for answer in found if answer is not None]


def of(
    metric: Metric,
    *,
    start_date: date,
    end_date: date,
    observations: Observations,
    as_of: date | None = None,
    lower: Number | None = None,
    upper: Number | None = None,
) -> Forecast | Refusal:
    """The forecast of a metric, or why there is none. ``observations`` are running totals where the
    metric sums. Three check-ins after the start are the least, until the due date has come.

    >>> of(Metric(MetricKind.AT_LEAST, lower=Decimal(99)), start_date=date(2026, 1, 1),
    ...    end_date=date(2026, 3, 31), observations=[])
    <Refusal.CONTROL: 'control metric'>
    """
    refused = _refusal(metric)
    if refused is not None:
        return refused
    start = metric.start if metric.start is not None else Decimal(0)
    target = metric.target if metric.target is not None else start
    case = Case(start_date, end_date, start, target, observations, as_of, lower, upper)
    days = _days(case)
    if len(days) <= LEAST_CHECKINS and not _is_over(case, days):
        return Refusal.TOO_FEW
    return forecasts([case])[0]


def _refusal(metric: Metric) -> Refusal | None:
    if metric.kind in CONTROL_KINDS:
        return Refusal.CONTROL
    by_kind = {
        MetricKind.MILESTONES: Refusal.MILESTONES,
        MetricKind.BASELINE: Refusal.BASELINE,
        MetricKind.DONE: Refusal.DONE,
    }
    refused = by_kind.get(metric.kind)
    return Refusal.NO_TARGET if refused is None and metric.target is None else refused


def _days(case: Case) -> list[tuple[date, float]]:
    """The last value of each day that counts, oldest first, from the start on."""
    if case.end_date <= case.start_date:
        raise ValueError("a cycle ends after it starts")
    until = case.end_date if case.as_of is None else min(case.as_of, case.end_date)
    start = case.start_date
    # Sorted by day alone: Python keeps the order of those on one day, so that the last one wins.
    ordered = sorted((pair for pair in case.observations if pair[0] <= until), key=_day)
    by_day: dict[date, Number] = {start: case.start_value}
    by_day.update((max(day, start), value) for day, value in ordered)
    return [(day, float(value)) for day, value in by_day.items()]


def _day(observation: tuple[date, Number]) -> date:
    return observation[0]


def _is_over(case: Case, days: list[tuple[date, float]]) -> bool:
    return days[-1][0] >= case.end_date or (case.as_of is not None and case.as_of >= case.end_date)


def _ended(case: Case, days: list[tuple[date, float]]) -> Forecast:
    lower, upper = _bounds(case)
    return Forecast(len(days), ENDED, lower, upper, np.array([days[-1][1]]), np.ones(1))


def _bounds(case: Case) -> tuple[float | None, float | None]:
    return (
        None if case.lower is None else float(case.lower),
        None if case.upper is None else float(case.upper),
    )


def _seen(case: Case, days: list[tuple[date, float]]) -> _Seen:
    start, target = float(case.start_value), float(case.target_value)
    gap = abs(target - start) or _SMALL_SHARE * abs(start) or 1.0
    whole = (case.end_date - case.start_date) / timedelta(days=1)
    first, origin = days[0]
    return _Seen(
        times=[(day - first).days / whole for day, _ in days[1:]],
        values=[(value - origin) / gap for _, value in days[1:]],
        end=1.0,
        sign=float(np.sign(target - start)),
        origin=origin,
        gap=gap,
    )


def _distributions(rows: list[_Seen]) -> tuple[Array, Array]:
    """Nodes in the units of each key result, and the chance of at most each."""
    size = (len(rows), len(rows[0].times))
    nodes, below = mixtures.distributions(
        mixtures.Rows(
            times=np.array([seen.times for seen in rows], dtype=np.float64).reshape(size),
            values=np.array([seen.values for seen in rows], dtype=np.float64).reshape(size),
            ends=np.array([seen.end for seen in rows]),
            signs=np.array([seen.sign for seen in rows]),
        )
    )
    origins, gaps = np.array([[seen.origin] for seen in rows]), np.array([[seen.gap] for seen in rows])
    return origins + gaps * nodes, below
