"""What was forecast, held against what came.

    Brier score = mean of (chance said - what came)², what came being 1 or 0; lower is better

After G. W. Brier, *Verification of forecasts expressed in terms of probability* (1950). The weeks of one
key result hang together, so that each key result weighs the same, and intervals count key results alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Final, TypeVar

ENOUGH: Final = 30  # closed key results, before the forecasts are judged
CONFIDENT_ENOUGH: Final = 10  # the same for the confidence of people
PARTS: Final = 10
_SIGMAS: Final = 1.959964  # 95 of 100 cases

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one key result in one week, and what came. ``reach`` is the chance of the target,
    ``base`` the one that the base rate gave, ``pace`` the straight line's; bounds of the ranges and
    ``outcome`` stand in the key result's own unit."""

    goal: Hashable
    week: date
    reach: float
    low50: float
    high50: float
    low80: float
    high80: float
    base: float | None
    pace: float | None
    outcome: float
    reached: bool


@dataclass(frozen=True, slots=True)
class Confided:
    """How confident one person was of one key result in one week, of 10, and whether it was reached."""

    goal: Hashable
    person: Hashable
    week: date
    confidence: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A share of ``count`` key results, and where the true one lies in 95 of 100 cases."""

    share: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Chances said from ``low`` to under ``high``: how many, of how many key results, their mean, and how
    often it came."""

    low: float
    high: float
    count: int
    key_results: int
    said: float
    came: Share


@dataclass(frozen=True, slots=True)
class Scores:
    """``brier_base`` and ``brier_pace`` are those of the base rate and of the straight line where these said
    anything, None where never; ``brier_where_base`` and ``brier_where_pace`` ours on the same cases."""

    key_results: int
    forecasts: int
    brier: float
    inside50: Share
    inside80: Share
    bins: tuple[Bin, ...]
    brier_base: float | None = None
    brier_where_base: float | None = None
    brier_pace: float | None = None
    brier_where_pace: float | None = None


@dataclass(frozen=True, slots=True)
class Confidence:
    """The same for people. ``brier_base`` is what always saying the share reached would have scored."""

    people: int
    key_results: int
    brier: float
    brier_base: float
    bins: tuple[Bin, ...]


def score(said: Iterable[Said], *, enough: int = ENOUGH) -> Scores | None:
    """The forecasts judged; None with fewer than ``enough`` key results."""
    rows = list(said)
    goals = len({one.goal for one in rows})
    if goals < max(enough, 1):
        return None
    base = [one for one in rows if one.base is not None]
    pace = [one for one in rows if one.pace is not None]
    return Scores(
        key_results=goals,
        forecasts=len(rows),
        brier=_brier(rows, lambda one: one.reach),
        inside50=_share(rows, lambda one: one.low50 <= one.outcome <= one.high50),
        inside80=_share(rows, lambda one: one.low80 <= one.outcome <= one.high80),
        bins=_bins([(one.goal, one.reach, one.reached) for one in rows]),
        brier_base=_brier(base, lambda one: one.base or 0.0) if base else None,
        brier_where_base=_brier(base, lambda one: one.reach) if base else None,
        brier_pace=_brier(pace, lambda one: one.pace or 0.0) if pace else None,
        brier_where_pace=_brier(pace, lambda one: one.reach) if pace else None,
    )


def confidence(
    rows: Iterable[Confided], *, people: int = 1, enough: int = CONFIDENT_ENOUGH
) -> Confidence | None:
    """People's confidence judged as if 7 of 10 were a chance of 0.7; None of fewer than ``people`` persons
    or ``enough`` key results. What several said of one key result is averaged."""
    given = list(rows)
    persons, goals = len({one.person for one in given}), len({one.goal for one in given})
    if persons < max(people, 1) or goals < max(enough, 1):
        return None
    came = _each(given, lambda one: float(one.reached))
    share = fmean(came)
    return Confidence(
        people=persons,
        key_results=goals,
        brier=fmean(_each(given, lambda one: (one.confidence / 10 - one.reached) ** 2)),
        brier_base=fmean(_each(given, lambda one: (share - one.reached) ** 2)),
        bins=_bins([(one.goal, one.confidence / 10, one.reached) for one in given]),
    )


def wilson(share: float, count: int) -> tuple[float, float]:
    """Where the true share lies in 95 of 100 cases (Wilson, 1927; see Brown, Cai and DasGupta, 2001).

    >>> tuple(round(end, 3) for end in wilson(0.5, 10))
    (0.237, 0.763)
    """
    square = _SIGMAS**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _SIGMAS / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _brier(rows: Sequence[Said], chance: Callable[[Said], float]) -> float:
    return fmean(_each(rows, lambda one: (chance(one) - one.reached) ** 2))


def _share(rows: Sequence[Said], inside: Callable[[Said], bool]) -> Share:
    return _spread(_each(rows, lambda one: float(inside(one))))


def _spread(each: Sequence[float]) -> Share:
    share = min(1.0, fmean(each))
    return Share(share, *wilson(share, len(each)), len(each))


def _each(rows: Iterable[T], figure: Callable[[T], float]) -> list[float]:
    """The mean figure of each key result, in an order of its own."""
    found: dict[Hashable, list[float]] = {}
    for one in rows:
        found.setdefault(one.goal, []).append(figure(one))  # type: ignore[attr-defined]
    return sorted(math.fsum(some) / len(some) for some in found.values())


@dataclass(frozen=True, slots=True)
class _Said:
    goal: Hashable
    chance: float
    came: bool


def _bins(rows: Iterable[tuple[Hashable, float, bool]]) -> tuple[Bin, ...]:
    by_part: dict[int, list[_Said]] = {}
    for goal, chance, came in rows:
        # Nine decimals are what is meant; 0.7 of ten parts is the eighth.
        by_part.setdefault(min(PARTS - 1, int(round(chance * PARTS, 9))), []).append(
            _Said(goal, chance, came)
        )
    return tuple(
        Bin(
            low=part / PARTS,
            high=(part + 1) / PARTS,
            count=len(some),
            key_results=len({one.goal for one in some}),
            said=fmean(_each(some, lambda one: one.chance)),
            came=_spread(_each(some, lambda one: float(one.came))),
        )
        for part, some in sorted(by_part.items())
    )
