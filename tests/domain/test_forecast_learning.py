"""What a past teaches the forecast: better ranges where it misjudges, and nothing much where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

from pejl.domain import forecast as forecasting
from pejl.domain import forecast_learning as learning
from pejl.domain import forecast_mixtures as mixtures
from pejl.domain.forecast import Case
from pejl.domain.forecast_learning import Past
from pejl.domain.forecast_mixtures import Parameters

START, WEEKS = date(2026, 1, 5), 12
END = START + timedelta(weeks=WEEKS)
TARGET = 100.0
LEVELS = np.array([0.1, 0.5, 0.9])

Path = Callable[[np.random.Generator], list[float]]  # the value after each week, the last one's is the end


def pushed(dice: np.random.Generator) -> list[float]:
    """Half of the pace until the last weeks, then all the way: a push at the end of the quarter."""
    pace = dice.normal(0.5, 0.08) * TARGET / WEEKS
    early = np.cumsum(dice.normal(pace, 2.0, size=WEEKS - 2))
    end = dice.normal(0.95, 0.06) * TARGET
    return [*early.tolist(), float((early[-1] + end) / 2), float(end)]


def wild(dice: np.random.Generator) -> list[float]:
    """Calm for weeks, then leaps."""
    calm = np.cumsum(dice.normal(0.0, 1.0, size=8))
    leaps = calm[-1] + np.cumsum(dice.normal(0.0, 25.0, size=WEEKS - 8))
    return [*calm.tolist(), *leaps.tolist()]


def drawn(dice: np.random.Generator) -> list[float]:
    """As the shipped parameters say that figures move."""
    shipped = mixtures.parameters()
    component = dice.choice(len(shipped.log_weights), p=np.exp(shipped.log_weights))
    kernel, drift, scale = np.unravel_index(
        component, (len(shipped.kernels), len(shipped.drifts), len(shipped.scales))
    )
    a, b, c = shipped.kernels[kernel]
    times = np.arange(1, WEEKS + 1) / WEEKS
    covariance = a * np.minimum.outer(times, times) + b * np.outer(times, times)
    covariance += c / 2 * (1 + np.eye(WEEKS))
    variance = shipped.shape * shipped.scales[scale] / dice.gamma(shipped.shape)
    mean = shipped.drifts[drift] * times
    found: list[float] = (TARGET * dice.multivariate_normal(mean, variance * covariance)).tolist()
    return found


def past(path: Path, *, count: int, seed: int, weeks: Sequence[int] = (3, 5, 8)) -> list[Past]:
    """So many key results, each at the moments after these weeks."""
    dice = np.random.default_rng(seed)
    found = []
    for number in range(count):
        values = path(dice)
        for week in weeks:
            seen = [(START + timedelta(weeks=k + 1), values[k]) for k in range(week)]
            found.append(Past(Case(START, END, 0.0, TARGET, seen), values[-1], number))
    return found


def within(cycles: Sequence[Past], own: Parameters | None) -> float:
    """How many of the outcomes lie in the 80 % range."""
    found = forecasting.forecasts([one.case for one in cycles], fitted=own)
    hits = [
        answer.quantile(0.1) <= one.outcome <= answer.quantile(0.9)
        for answer, one in zip(found, cycles, strict=True)
    ]
    return sum(hits) / len(hits)


@cache
def taught(path: Path) -> Parameters:
    own = learning.learn(past(path, count=400, seed=1))
    assert own is not None
    return own


@pytest.mark.parametrize("path", [pushed, wild])
def test_what_the_shipped_parameters_misjudge_is_covered_better_after_learning(path: Path) -> None:
    fresh = past(path, count=300, seed=2)
    before, after = within(fresh, None), within(fresh, taught(path))
    assert before < 0.6
    assert abs(after - 0.8) < abs(before - 0.8) / 2


def test_cycles_as_the_shipped_parameters_expect_them_teach_nothing_much() -> None:
    shipped, own = mixtures.parameters(), taught(drawn)
    assert np.abs(np.exp(own.log_weights) - np.exp(shipped.log_weights)).sum() / 2 < 0.1
    fresh = past(drawn, count=100, seed=2)
    cases = [one.case for one in fresh]
    for before, after in zip(
        forecasting.forecasts(cases), forecasting.forecasts(cases, fitted=own), strict=True
    ):
        low, middle, high = before.quantiles(LEVELS)
        assert after.quantile(0.5) == pytest.approx(middle, abs=0.1 * (high - low))


def test_ninety_nine_key_results_are_too_few_whatever_the_moments() -> None:
    cycles = past(pushed, count=100, seed=3)
    assert learning.learn(cycles) is not None
    assert learning.learn([one for one in cycles if one.key_result != 7]) is None
    assert learning.learn([]) is None


def test_key_results_whose_end_was_known_or_is_no_number_do_not_count() -> None:
    cycles = past(pushed, count=100, seed=3, weeks=(5,))
    known = replace(cycles[0], case=replace(cycles[0].case, as_of=END))
    assert learning.learn([known, *cycles[1:]]) is None
    assert learning.learn([replace(cycles[0], outcome=float("nan")), *cycles[1:]]) is None


def test_the_order_of_the_past_does_not_matter() -> None:
    cycles = past(wild, count=120, seed=4)
    mixed = [cycles[k] for k in np.random.default_rng(5).permutation(len(cycles))]
    one, other = learning.learn(cycles), learning.learn(mixed)
    assert one is not None
    assert other is not None
    assert learning.dumped(one) == learning.dumped(other)


def test_each_key_result_weighs_the_same_at_however_many_moments_it_is_given() -> None:
    cycles = past(drawn, count=110, seed=6, weeks=(5,))
    often = [*cycles, *[cycles[0]] * 500]
    once, many = learning.learn(cycles), learning.learn(often)
    assert once is not None
    assert many is not None
    assert many.log_weights == pytest.approx(once.log_weights)
    assert many.widths == pytest.approx(once.widths)


@pytest.mark.parametrize("count", [100, 300])
def test_a_width_is_drawn_to_the_shipped_one_by_a_hundred_key_results(count: int) -> None:
    seen = [(START + timedelta(weeks=week), 5.0 * week) for week in range(1, 5)]
    case = Case(START, END, 0.0, TARGET, seen)
    own = learning.learn([Past(case, 130.0, number) for number in range(count)])
    assert own is not None
    bare = replace(own, widths=dict.fromkeys(own.widths, 1.0))
    low, middle, high = forecasting.forecasts([case], fitted=bare)[0].quantiles(LEVELS)
    missed = (130 - middle) / ((high - low) / 2)
    shipped = mixtures.parameters().widths["up1"]
    assert own.widths["up1"] == pytest.approx((count * missed + 100 * shipped) / (count + 100), rel=1e-6)


def test_a_group_without_a_past_keeps_its_width() -> None:
    own, shipped = taught(wild), mixtures.parameters()
    assert own.widths["flat2"] == shipped.widths["flat2"]
    assert own.widths["mixed2"] > shipped.widths["mixed2"]


def test_what_moves_as_it_never_did_before_weighs_more_after() -> None:
    own, shipped = taught(pushed), mixtures.parameters()
    moved = np.exp(own.log_weights) - np.exp(shipped.log_weights)
    assert np.exp(own.log_weights).sum() == pytest.approx(1)
    assert np.abs(moved).sum() / 2 > 0.2


def test_stored_and_read_again_it_answers_the_same() -> None:
    own = taught(pushed)
    stored = json.dumps(learning.dumped(own))
    again = learning.loaded(json.loads(stored))
    assert len(stored) < 3000
    assert again.log_weights == pytest.approx(own.log_weights, rel=1e-12)
    assert again.widths == own.widths
    case = past(pushed, count=1, seed=7)[0].case
    one, other = (forecasting.forecasts([case], fitted=fitted)[0] for fitted in (own, again))
    assert one.quantile(0.9) == pytest.approx(other.quantile(0.9), rel=1e-9)
    assert one.method == forecasting.CALIBRATED
    assert forecasting.forecasts([case])[0].method == forecasting.METHOD


def spoilt(**changes: Any) -> dict[str, Any]:
    stored: dict[str, Any] = learning.dumped(mixtures.parameters())
    return stored | changes


WEIGHTS = spoilt()["weights"]
WIDTHS = spoilt()["widths"]


@pytest.mark.parametrize(
    "stored",
    [
        {},
        spoilt(weights=None),
        spoilt(weights=WEIGHTS[1:]),
        spoilt(weights=["0.1"] * len(WEIGHTS)),
        spoilt(weights=[-WEIGHTS[0], *WEIGHTS[1:]]),
        spoilt(weights=[float("nan"), *WEIGHTS[1:]]),
        spoilt(weights=[weight / 2 for weight in WEIGHTS]),
        spoilt(widths=[1.0] * 15),
        spoilt(widths={}),
        spoilt(widths=WIDTHS | {"more": 1.0}),
        spoilt(widths=WIDTHS | {"up0": True}),
        spoilt(widths=WIDTHS | {"up0": 0}),
        spoilt(widths=WIDTHS | {"up0": float("inf")}),
    ],
)
def test_nonsense_in_the_store_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not|none"):
        learning.loaded(stored)


def test_the_shipped_parameters_can_be_stored_too() -> None:
    again = learning.loaded(spoilt())
    assert again.log_weights == pytest.approx(mixtures.parameters().log_weights)
