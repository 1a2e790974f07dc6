"""The public back-test: what would have been forecast of series whose end is known.

A series of weekly values is cut into cycles of thirteen points that do not overlap. Each is forecast after
3, 5, 8 and 10 of them, with every point after the start lost with chance 0.2, as check-ins are missed. The
target is set as a team would, from the year before alone:

    target = start + direction · ambition · mean |change over twelve weeks|

with an ambition from a third to three. All draws follow from the name of the series, so that the same data
gives the same trials. Names are `source-measure-kind-number`; the kind is `dense` where the series moves in
at least half of its weeks, else `lumpy`.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pejl.domain import forecast
from pejl.domain.forecast import Case
from pejl.domain.forecast_mixtures import Array

Series: TypeAlias = Mapping[str, Sequence[tuple[int, float]]]

CYCLE: Final = 12
POINTS: Final = (3, 5, 8, 10)
LOST: Final = 0.2
AMBITIONS: Final = (1 / 3, 0.5, 0.75, 1.0, 4 / 3, 2.0, 3.0)
# Measures that go up and down; all others are totals that run.
LEVELS: Final = frozenset({"m4-weekly", "bof-monthlydownloads", "bof-openissue", "ghr-issues"})
QUANTILES: Final = np.arange(1, 40) / 40.0
RANGES: Final = (0.025, 0.1, 0.25, 0.75, 0.9, 0.975)
NEAR: Final = 0.7
_FIRST: Final = date(2024, 1, 1)
_YEAR: Final = 52
_LEAST_PAST: Final = 2  # changes over twelve weeks, before a team could set a target by them
_SMALL: Final = 0.05
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Trial:
    """One forecast to be judged: ``weeks`` and ``values`` seen, the first of them the start. ``scale`` is the
    mean change of the whole series over twelve weeks, in which errors are counted."""

    series: str
    source: str
    kind: str
    points: int
    weeks: tuple[int, ...]
    values: tuple[float, ...]
    target: float
    outcome: float
    scale: float

    @property
    def start(self) -> float:
        return self.values[0]

    @property
    def rises(self) -> bool:
        return self.target >= self.start


@dataclass(frozen=True, slots=True)
class Judged:
    """What one method said of every trial, held against what came; arrays of one entry for each trial.

    ``inside`` is (trials, 3): whether the outcome lies in the 50, 80 and 95 % range; ``width`` that of the
    80 % range and ``crps`` the error of the whole distribution (twice the mean pinball loss over 39 levels),
    both in the series' scale; ``reach`` and ``near`` the chances of the target and of 0.7 of the way.
    """

    inside: NDArray[np.bool_]
    width: Array
    crps: Array
    reach: Array
    near: Array


def source(name: str) -> str:
    return "-".join(name.split("-")[:2])


def trials(series: Series) -> list[Trial]:
    """Every trial that these series (step in whole weeks, value; gaps allowed) give, in their order."""
    return [one for name, points in series.items() for one in _of_one(name, points)]


def _of_one(name: str, points: Sequence[tuple[int, float]]) -> Iterable[Trial]:
    draws = np.random.default_rng(zlib.crc32(name.encode()))
    at = dict(points)
    changes = [abs(at[step + CYCLE] - value) for step, value in points if step + CYCLE in at]
    scale = float(np.mean(changes)) if changes else 0.0
    if scale <= 0:
        return
    last, first = points[-1][0], CYCLE + 1 + int(draws.integers(0, CYCLE + 1))
    while first + CYCLE <= last:
        if first not in at:
            first += 1
            continue
        # Drawn before anything is asked, so that a cycle never depends on one that was left out.
        ambition = AMBITIONS[int(draws.integers(len(AMBITIONS)))]
        coin = bool(draws.random() < 0.5)  # noqa: PLR2004 - a fair one
        lost = draws.random((len(POINTS), CYCLE + 1)) < LOST
        past = [
            at[step + CYCLE] - at[step]
            for step in range(max(0, first - _YEAR), first - CYCLE + 1)
            if step in at and step + CYCLE in at
        ]
        if len(past) >= _LEAST_PAST and first + CYCLE in at:
            target = _target(name, at[first], past, ambition=ambition, coin=coin)
            for row, count in enumerate(POINTS):
                weeks = _kept(at, first, count, lost[row].tolist())
                if weeks:
                    yield Trial(
                        series=name,
                        source=source(name),
                        kind=name.split("-")[2],
                        points=count,
                        weeks=weeks,
                        values=tuple(at[first + week] for week in weeks),
                        target=target,
                        outcome=at[first + CYCLE],
                        scale=scale,
                    )
        first += CYCLE + 1


def _target(name: str, start: float, past: list[float], *, ambition: float, coin: bool) -> float:
    """Onwards for a total that runs; either way for a level, for a team may want to turn it."""
    usual, drift = float(np.mean(np.abs(past))), float(np.mean(past))
    if usual <= 0:
        usual = max(_SMALL * abs(start), 1.0)
    runs = source(name) not in LEVELS and drift != 0
    sign = math.copysign(1.0, drift) if runs else (1.0 if coin else -1.0)
    return start + sign * ambition * usual


def _kept(at: Mapping[int, float], first: int, count: int, lost: list[bool]) -> tuple[int, ...]:
    """The start and the weeks that were checked in on; () where there are too few."""
    there = [week for week in range(1, count) if first + week in at]
    least = 1 if count == POINTS[0] else 2
    kept = [week for week in there if not lost[week]]
    if len(kept) < least:
        kept = there[-least:]
    return (0, *kept) if len(kept) >= least else ()


def ours(some: Sequence[Trial]) -> Judged:
    """The forecasts of Pejl, as shipped."""
    cases = [
        Case(
            _FIRST,
            _FIRST + timedelta(weeks=CYCLE),
            one.start,
            one.target,
            [
                (_FIRST + timedelta(weeks=week), value)
                for week, value in zip(one.weeks, one.values, strict=True)
            ],
        )
        for one in some
    ]
    found = forecast.forecasts(cases)
    reach, near = (
        np.array(
            [
                said.probability_at_least(aim) if one.rises else said.probability_at_most(aim)
                for one, said, aim in zip(some, found, _aims(some, part), strict=True)
            ]
        )
        for part in (1.0, NEAR)
    )
    return _judged(
        some,
        np.array([said.quantiles(np.array(RANGES)) for said in found]),
        np.array([said.quantiles(QUANTILES) for said in found]),
        reach,
        near,
    )


def others(some: Sequence[Trial]) -> dict[str, Judged]:
    """What is shown elsewhere: the last value with the spread of its steps (``naive``), the straight line
    through start and last value (``pace``), and that with its textbook band (``pace with band``)."""
    told = np.array([_simple(one) for one in some])
    last, spread, line, band = told.T
    return {
        "naive": _normal(some, last, spread),
        "pace": _normal(some, line, np.zeros(len(some))),
        "pace with band": _normal(some, line, band),
    }


def _simple(one: Trial) -> tuple[float, float, float, float]:
    """Last value and its deviation at the end; the line's end and its deviation."""
    pairs = list(pairwise(zip(one.weeks, one.values, strict=True)))
    last, value = one.weeks[-1], one.values[-1]
    left = CYCLE - last
    slope = (value - one.start) / last
    steps = [(after - before) ** 2 / (to - since) for (since, before), (to, after) in pairs]
    strays = [
        (after - before - slope * (to - since)) ** 2 / (to - since) for (since, before), (to, after) in pairs
    ]
    wander = math.sqrt(math.fsum(steps) / len(steps) * left)
    variance = math.fsum(strays) / max(len(strays) - 1, 1)
    return value, wander, value + slope * left, math.sqrt(variance * (left + left**2 / last))


def _normal(some: Sequence[Trial], mean: Array, deviation: Array) -> Judged:
    normal = NormalDist()
    ranges = np.array([normal.inv_cdf(p) for p in RANGES])
    levels = np.array([normal.inv_cdf(float(p)) for p in QUANTILES])
    sides = np.array([1.0 if one.rises else -1.0 for one in some])
    reach, near = (
        np.array(
            [
                _over(float(a), float(d))
                for a, d in zip(sides * (mean - np.array(_aims(some, part))), deviation, strict=True)
            ]
        )
        for part in (1.0, NEAR)
    )
    return _judged(
        some,
        mean[:, None] + deviation[:, None] * ranges,
        mean[:, None] + deviation[:, None] * levels,
        reach,
        near,
    )


def _over(ahead: float, deviation: float) -> float:
    return NormalDist().cdf(ahead / deviation) if deviation > 0 else float(ahead >= 0)


def _aims(some: Sequence[Trial], part: float) -> list[float]:
    return [one.start + part * (one.target - one.start) for one in some]


def _judged(some: Sequence[Trial], ranges: Array, quantiles: Array, reach: Array, near: Array) -> Judged:
    outcome = np.array([one.outcome for one in some])
    scale = np.array([one.scale for one in some])
    slack = _SAME * np.maximum(1.0, np.abs(outcome))
    error = outcome[:, None] - quantiles
    loss = np.maximum(QUANTILES * error, (QUANTILES - 1) * error)
    inside = [
        (ranges[:, low] - slack <= outcome) & (outcome <= ranges[:, high] + slack)
        for low, high in ((2, 3), (1, 4), (0, 5))
    ]
    return Judged(
        inside=np.stack(inside, axis=1),
        width=(ranges[:, 4] - ranges[:, 1]) / scale,
        crps=2 * loss.mean(axis=1) / scale,
        reach=reach,
        near=near,
    )
