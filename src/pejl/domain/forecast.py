"""Where one key result will stand on its due date, as a distribution, from its check-ins so far.

A mixture of seven ways in which figures move (see :mod:`pejl.domain.forecast_mixtures`), weighed by what
the check-ins look like, with a spread that was measured on past series. docs/forecast.md tells the method,
how good it is, and where it fails. Sign-ups from 0 to 100 over twelve weeks, four weeks in:

>>> from datetime import timedelta
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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pejl.domain import forecast_mixtures as mixtures
from pejl.domain.forecast_mixtures import Array, Parameters, Rows
from pejl.domain.values import CONTROL_KINDS, Metric, MetricKind

Number: TypeAlias = float | Decimal
Observations: TypeAlias = Sequence[tuple[date, Number]]

METHOD: Final = "kernel mixture"
CALIBRATED: Final = "kernel mixture, calibrated"
ENDED: Final = "last value"
LEAST_CHECKINS: Final = 3  # after the start; with fewer the answer is mostly the prior
_SURE: Final = 0.001  # nobody knows the future better than this
_FAR: Final = date.max.toordinal() + 1
_WIDE: Final = 1e60  # gaps from the start: what lies beyond is as good as that, and its square still a number
_SMALL_SHARE: Final = 0.05  # of the start, where the target says nothing of the unit


class Refusal(StrEnum):
    """Why there is no forecast."""

    TOO_FEW = "too few check-ins"
    CONTROL = "control metric"
    MILESTONES = "milestones"
    BASELINE = "baseline"
    DONE = "done or not done"
    NO_TARGET = "no target"
    THIN = "too few key results with a forecast"


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
class Asked:
    """One key result as :func:`of_many` is asked about it: its metric in place of start and target."""

    metric: Metric
    start_date: date
    end_date: date
    observations: Observations
    as_of: date | None = None
    lower: Number | None = None
    upper: Number | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The distribution of the value on the last day. ``observations`` counts the days with a value, the
    start with them; ``method`` is :data:`METHOD`, :data:`CALIBRATED` with parameters of one's own, or
    :data:`ENDED` when the last value is the answer."""

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

    def quantiles(self, levels: Array) -> Array:
        """:meth:`quantile` of many levels at once, each in 0..1."""
        values: Array = np.interp(levels, self._below, self._nodes)
        return (
            values if self.lower is None and self.upper is None else np.clip(values, self.lower, self.upper)
        )

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
class Batch:
    """Cases with the same number of days with a value, made ready for :mod:`pejl.domain.forecast_mixtures`,
    with what stands between its units and theirs."""

    places: NDArray[np.intp]  # of each row among the cases
    rows: Rows
    origins: Array  # the value on the first day
    gaps: Array  # one unit of the rows


@dataclass(frozen=True, slots=True)
class _Days:
    """The days with a value of many cases, case after case and oldest first, each with its last value."""

    days: NDArray[np.int64]  # ordinals
    values: Array
    first: NDArray[np.int64]  # where the days of each case begin
    counts: NDArray[np.int64]  # how many it has, at least one
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    over: NDArray[np.bool_]  # whether the end is known, or would be if there had been a check-in


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
    fitted: Parameters | None = None,
) -> Forecast:
    """The forecast of one key result, whatever the evidence; :func:`of` refuses where it is too thin.

    ``observations`` may come in any order; the last given of a day counts. The start stands in for what
    was observed up to the start date. On the due date and after, all weight lies on the last value.
    ``fitted`` are parameters of one's own (:mod:`pejl.domain.forecast_learning`) in place of the shipped.
    ValueError when the cycle does not end after it starts.
    """
    case = Case(start_date, end_date, start_value, target_value, observations, as_of, lower, upper)
    return forecasts([case], fitted=fitted)[0]


def forecasts(cases: Iterable[Case], *, fitted: Parameters | None = None) -> list[Forecast]:
    """The same for many key results at once, in their order; some five times as fast."""
    given = list(cases)
    return [answer for answer in _answers(given, fitted=fitted, least=1) if answer is not None]


def of(
    metric: Metric,
    *,
    start_date: date,
    end_date: date,
    observations: Observations,
    as_of: date | None = None,
    lower: Number | None = None,
    upper: Number | None = None,
    fitted: Parameters | None = None,
) -> Forecast | Refusal:
    """The forecast of a metric, or why there is none. ``observations`` are running totals where the
    metric sums. Three check-ins after the start are the least, until the due date has come.

    >>> of(Metric(MetricKind.AT_LEAST, lower=Decimal(99)), start_date=date(2026, 1, 1),
    ...    end_date=date(2026, 3, 31), observations=[])
    <Refusal.CONTROL: 'control metric'>
    """
    return of_many([Asked(metric, start_date, end_date, observations, as_of, lower, upper)], fitted=fitted)[0]


def of_many(asked: Iterable[Asked], *, fitted: Parameters | None = None) -> list[Forecast | Refusal]:
    """:func:`of` for many key results at once, in their order."""
    read = [_case(one) for one in asked]
    answers = iter(
        _answers([one for one in read if isinstance(one, Case)], fitted=fitted, least=LEAST_CHECKINS + 1)
    )
    return [(next(answers) or Refusal.TOO_FEW) if isinstance(one, Case) else one for one in read]


def _case(asked: Asked) -> Case | Refusal:
    metric = asked.metric
    refused = _refusal(metric)
    if refused is not None:
        return refused
    start = metric.start if metric.start is not None else Decimal(0)
    target = metric.target if metric.target is not None else start
    return Case(
        asked.start_date,
        asked.end_date,
        start,
        target,
        asked.observations,
        asked.as_of,
        asked.lower,
        asked.upper,
    )


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


def _answers(cases: list[Case], *, fitted: Parameters | None, least: int) -> list[Forecast | None]:
    """The forecasts; none before the end for a case with fewer days than ``least``."""
    if not cases:
        return []
    days = _days(cases)
    found: list[Forecast | None] = [None] * len(cases)
    for place in np.flatnonzero(days.over).tolist():
        case, count = cases[place], int(days.counts[place])
        value = days.values[days.first[place] + count - 1]
        bounds = _bound(case.lower), _bound(case.upper)
        found[place] = Forecast(count, ENDED, *bounds, np.array([value]), np.ones(1))
    method = METHOD if fitted is None else CALIBRATED
    for batch in _batches(cases, days, least=least):
        nodes, below = mixtures.distributions(batch.rows, fitted=fitted)
        nodes *= batch.gaps[:, None]
        nodes += batch.origins[:, None]
        count = batch.rows.times.shape[1] + 1
        for place, at, under in zip(batch.places.tolist(), nodes, below, strict=True):
            case = cases[place]
            found[place] = Forecast(count, method, _bound(case.lower), _bound(case.upper), at, under)
    return found


def batches(cases: Sequence[Case]) -> Iterator[Batch]:
    """The cases whose end is not known yet, by number of days with a value; for who fits parameters.

    ValueError when a cycle does not end after it starts.
    """
    if cases:
        yield from _batches(cases, _days(cases), least=1)


def _batches(cases: Sequence[Case], read: _Days, *, least: int) -> Iterator[Batch]:
    origins, targets = read.values[read.first], _floats([case.target_value for case in cases])
    starts = _floats([case.start_value for case in cases])
    gaps = np.abs(targets - starts)
    gaps = np.where(gaps > 0, gaps, _SMALL_SHARE * np.abs(starts))
    gaps = np.where(gaps > 0, gaps, 1.0)
    signs = np.sign(targets - starts)
    counts = np.where(read.over, 0, read.counts)
    for count in np.unique(counts[counts >= least]).tolist():
        places = np.flatnonzero(counts == count)
        grid = read.first[places][:, None] + np.arange(1, count)
        lengths = read.ends[places] - read.starts[places]
        rows = Rows(
            times=(read.days[grid] - read.starts[places][:, None]) / lengths[:, None],
            values=np.clip(
                (read.values[grid] - origins[places][:, None]) / gaps[places][:, None], -_WIDE, _WIDE
            ),
            ends=np.ones(len(places)),
            signs=signs[places],
        )
        yield Batch(places, rows, origins[places], gaps[places])


def _days(cases: Sequence[Case]) -> _Days:
    """In arrays, as there may be a hundred thousand cases with ten check-ins each."""
    starts, ends = (
        _ordinals([case.start_date for case in cases]),
        _ordinals([case.end_date for case in cases]),
    )
    if (ends <= starts).any():
        raise ValueError("a cycle ends after it starts")
    until = np.array([_FAR if case.as_of is None else case.as_of.toordinal() for case in cases])
    pairs = list(chain.from_iterable([case.observations for case in cases]))
    of = np.repeat(np.arange(len(cases)), [len(case.observations) for case in cases])
    days, values = _ordinals([day for day, _ in pairs]), _floats([value for _, value in pairs])
    known = days <= np.minimum(until, ends)[of]
    # The start comes before all of its case: what is older than the start counts as of that day.
    of = np.concatenate([np.arange(len(cases)), of[known]])
    days = np.concatenate([np.zeros(len(cases), dtype=np.int64), days[known]])
    values = np.concatenate([_floats([case.start_value for case in cases]), values[known]])
    # Sorted by day alone: the order of those on one day is kept, so that the last one wins.
    order = np.argsort(of * _FAR + days, kind="stable")
    of, days, values = of[order], np.maximum(days[order], starts[of[order]]), values[order]
    last = np.append((of[1:] != of[:-1]) | (days[1:] != days[:-1]), True)
    of, days, values = of[last], days[last], values[last]
    counts = np.bincount(of, minlength=len(cases))
    first = np.cumsum(counts) - counts
    over = (days[first + counts - 1] >= ends) | ((until >= ends) & (until < _FAR))
    return _Days(days, values, first, counts, starts, ends, over)


def _ordinals(days: Sequence[date]) -> NDArray[np.int64]:
    return np.fromiter(map(date.toordinal, days), dtype=np.int64, count=len(days))


def _floats(numbers: Sequence[Number]) -> Array:
    return np.array(numbers, dtype=np.float64)


def _bound(value: Number | None) -> float | None:
    return None if value is None else float(value)
