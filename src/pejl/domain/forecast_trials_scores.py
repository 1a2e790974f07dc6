"""The figures of the back-test: ratios are formed by source, then the mean over the sources of a family
(totals that run; levels and rates), then over both, so that no source and no family weighs more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pejl.domain import forecast_trials
from pejl.domain.forecast_mixtures import Array
from pejl.domain.forecast_trials import LEVELS, NEAR, POINTS, Judged, Series, Trial

OURS: Final = "forecast"
_LEAST: Final = 20  # trials of a source, before its ratios say anything


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one method on one group of trials. ``inside`` are the shares of outcomes in the 50, 80 and 95 %
    range; ``width`` is that of the 80 % range over that of the naive one; ``crps`` maps a name to the ratio
    of the errors of the whole distribution; ``brier`` is of the target, ``brier_near`` of 0.7 of the way."""

    inside: tuple[float, float, float]
    width: float
    crps: dict[str, float]
    brier: float
    brier_near: float


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the trials, and the figures of each method on them."""

    name: str
    trials: int
    methods: dict[str, Figures]


@dataclass(frozen=True, slots=True)
class Tenth:
    """Chances of the target from ``low`` on: how many trials, their mean chance, the share that reached."""

    low: float
    trials: int
    said: float
    came: float


@dataclass(frozen=True, slots=True)
class Report:
    trials: int
    series: int
    groups: tuple[Group, ...]
    tenths: tuple[Tenth, ...]


def report(series: Series) -> Report:
    """The whole back-test. ValueError where the series give no trial."""
    some = forecast_trials.trials(series)
    if not some:
        raise ValueError("no trial")
    methods = {OURS: forecast_trials.ours(some), **forecast_trials.others(some)}
    dense = np.array([one.kind == "dense" for one in some])
    level = np.array([one.source in LEVELS for one in some])
    points = np.array([one.points for one in some])
    masks = {
        "dense": dense,
        "dense, running totals": dense & ~level,
        "dense, levels and rates": dense & level,
        "lumpy": ~dense,
        **{f"dense, after {count} points": dense & (points == count) for count in POINTS},
    }
    groups = (_group(name, some, methods, mask) for name, mask in masks.items())
    return Report(
        trials=len(some),
        series=len({one.series for one in some}),
        groups=tuple(one for one in groups if one is not None),
        tenths=_tenths(some, methods[OURS].reach, dense),
    )


def _group(
    name: str, some: Sequence[Trial], methods: dict[str, Judged], mask: NDArray[np.bool_]
) -> Group | None:
    sources = np.array([one.source for one in some])
    parts = [
        (key, here)
        for key in sorted(set(sources[mask].tolist()))
        if (here := mask & (sources == key)).sum() >= _LEAST
    ]
    if not parts:
        return None
    weights = _weights([key in LEVELS for key, _ in parts])

    def over(figure: Callable[[NDArray[np.bool_]], float]) -> float:
        return float(weights @ np.array([figure(here) for _, here in parts]))

    hits, near = _hits(some, 1.0), _hits(some, NEAR)
    found: dict[str, Figures] = {}
    for method, judged in methods.items():
        found[method] = Figures(
            inside=(
                over(lambda here, j=judged: float(j.inside[here, 0].mean())),  # type: ignore[misc]
                over(lambda here, j=judged: float(j.inside[here, 1].mean())),  # type: ignore[misc]
                over(lambda here, j=judged: float(j.inside[here, 2].mean())),  # type: ignore[misc]
            ),
            width=over(_ratio(judged.width, methods["naive"].width)),
            crps={
                other: over(_ratio(judged.crps, methods[other].crps)) for other in methods if other != OURS
            },
            brier=over(_error(judged.reach, hits)),
            brier_near=over(_error(judged.near, near)),
        )
    return Group(name, int(mask.sum()), found)


def _ratio(ours: Array, theirs: Array) -> Callable[[NDArray[np.bool_]], float]:
    return lambda here: float(ours[here].mean() / theirs[here].mean())


def _error(said: Array, came: Array) -> Callable[[NDArray[np.bool_]], float]:
    return lambda here: float(((said[here] - came[here]) ** 2).mean())


def _weights(levels: list[bool]) -> Array:
    """Both families weigh the same, and in each all sources."""
    of_levels, count = sum(levels), len(levels)
    weights = np.array([1 / of_levels if level else 1 / (count - of_levels) for level in levels])
    whole: Array = weights / weights.sum()
    return whole


def _hits(some: Sequence[Trial], part: float) -> Array:
    aims = [one.start + part * (one.target - one.start) for one in some]
    return np.array(
        [
            float(one.outcome >= aim if one.rises else one.outcome <= aim)
            for one, aim in zip(some, aims, strict=True)
        ]
    )


def _tenths(some: Sequence[Trial], reach: Array, mask: NDArray[np.bool_]) -> tuple[Tenth, ...]:
    came, said = _hits(some, 1.0)[mask], reach[mask]
    found = []
    for part in np.arange(0, 1, 0.1):
        here = (said >= part) & ((said < part + 0.1) | (part > 0.85))  # noqa: PLR2004 - 1 belongs to the last
        if here.any():
            low, count = round(float(part), 1), int(here.sum())
            found.append(Tenth(low, count, float(said[here].mean()), float(came[here].mean())))
    return tuple(found)
