"""The straight line as a forecast: what most tools show, kept beside ours so that both can be judged.

    value at the end = last value + slope since the start · time left

Its band is that of a random walk with drift (Brockwell and Davis, *Introduction to Time Series and
Forecasting*, section 1.5): the steps scatter about the slope with a variance s² per unit of time, and the
slope itself is known no better than the time seen allows, so that the end has the variance s²·(h + h²/t).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist
from typing import Final

from pejl.domain.forecast import Number, Observations

LEAST: Final = 2  # days with a value after the start: one alone has nothing to scatter about
_SURE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Pace:
    """Where the line lands, with its standard deviation, and the chance it gives the target."""

    value: float
    deviation: float
    reach: float


def pace(
    *,
    start_date: date,
    end_date: date,
    start_value: Number,
    target_value: Number,
    observations: Observations,
) -> Pace | None:
    """The straight line from the start through the last value; None with fewer than two values after the
    start or with nothing left of the time. ``observations`` may come in any order, the last given of a day
    counts. The chance is never 0 or 1.

    >>> start, weeks = date(2026, 1, 5), [10, 20, 35, 40]
    >>> seen = [(start + timedelta(weeks=k + 1), value) for k, value in enumerate(weeks)]
    >>> found = pace(start_date=start, end_date=start + timedelta(weeks=12), start_value=0,
    ...              target_value=120, observations=seen)
    >>> round(found.value, 6), round(found.reach, 3)
    (120.0, 0.5)
    """
    days: dict[date, float] = {start_date: float(start_value)}
    for day, value in sorted(observations, key=lambda pair: pair[0]):
        if day <= end_date:
            days[max(day, start_date)] = float(value)
    seen = sorted(days.items())
    last, value = seen[-1]
    if len(seen) <= LEAST or last >= end_date:
        return None
    passed, left = _weeks(last - start_date), _weeks(end_date - last)
    slope = (value - seen[0][1]) / passed
    strays = [
        ((after - before) - slope * _weeks(to - since)) ** 2 / _weeks(to - since)
        for (since, before), (to, after) in pairwise(seen)
    ]
    variance = math.fsum(strays) / (len(strays) - 1)
    end = value + slope * left
    deviation = math.sqrt(variance * (left + left**2 / passed))
    return Pace(end, deviation, _reach(end, deviation, start=float(start_value), target=float(target_value)))


def _weeks(span: timedelta) -> float:
    return span / timedelta(weeks=1)


def _reach(end: float, deviation: float, *, start: float, target: float) -> float:
    ahead = end - target if target >= start else target - end
    sure = 1.0 if ahead >= 0 else 0.0
    chance = NormalDist().cdf(ahead / deviation) if deviation else sure
    return min(max(chance, _SURE), 1.0 - _SURE)
