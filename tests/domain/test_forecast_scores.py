"""Forecasts held against what came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import forecast_scores as scores
from pejl.domain.forecast_scores import Confided, Said, Scores

WEEK = date(2026, 1, 5)


def said(goal: str, reach: float, reached: bool, *, week: int = 0, **more: Any) -> Said:
    given: dict[str, Any] = {"base": 0.5, "pace": 0.9, "outcome": 50.0, **more}
    return Said(
        goal,
        WEEK + timedelta(weeks=week),
        reach,
        low50=40,
        high50=60,
        low80=20,
        high80=80,
        reached=reached,
        **given,
    )


def judged(*rows: Said) -> Scores:
    found = scores.score(rows, enough=1)
    assert found is not None
    return found


def test_the_brier_score_is_the_mean_squared_distance_to_what_came() -> None:
    found = judged(said("a", 0.8, True), said("b", 0.4, False))
    assert found.brier == pytest.approx((0.04 + 0.16) / 2)
    assert found.brier_base == pytest.approx(0.25)
    assert found.brier_pace == pytest.approx((0.01 + 0.81) / 2)


def test_each_key_result_weighs_the_same_however_often_it_was_forecast() -> None:
    weeks = [said("a", 1.0, False, week=k) for k in range(9)]
    assert judged(*weeks, said("b", 1.0, True)).brier == pytest.approx(0.5)


def test_others_are_compared_on_the_cases_where_they_spoke() -> None:
    found = judged(said("a", 0.9, True, base=None), said("b", 0.6, True, base=0.5, pace=None))
    assert found.brier_base == pytest.approx(0.25)
    assert found.brier_where_base == pytest.approx(0.16)
    assert found.brier_where_pace == pytest.approx(0.01)
    silent = judged(said("a", 0.9, True, base=None, pace=None))
    assert (silent.brier_base, silent.brier_pace) == (None, None)


def test_the_ranges_are_held_against_the_outcomes() -> None:
    found = judged(
        said("a", 0.5, True, outcome=50), said("b", 0.5, True, outcome=70), said("c", 0.5, True, outcome=90)
    )
    assert found.inside50.share == pytest.approx(1 / 3)
    assert found.inside80.share == pytest.approx(2 / 3)
    assert found.inside80.count == 3


def test_chances_are_sorted_into_tenths_with_how_often_they_came_true() -> None:
    found = judged(said("a", 0.7, True), said("b", 0.72, False), said("c", 1.0, True), said("d", 0.999, True))
    assert [(one.low, one.count, one.came.share) for one in found.bins] == [(0.7, 2, 0.5), (0.9, 2, 1.0)]
    assert found.bins[0].said == pytest.approx(0.71)


def test_thirty_key_results_are_enough_and_not_one_fewer() -> None:
    rows = [said(str(k), 0.5, True) for k in range(30)]
    assert scores.score(rows) is not None
    assert scores.score(rows[1:]) is None
    assert scores.score([]) is None


def confided(goal: str, person: str, confidence: int, reached: bool, week: int = 0) -> Confided:
    return Confided(goal, person, WEEK + timedelta(weeks=week), confidence, reached)


def test_confidence_is_judged_as_a_chance_in_tenths() -> None:
    found = scores.confidence([confided("a", "x", 8, True), confided("b", "x", 8, False)], enough=2)
    assert found is not None
    assert found.brier == pytest.approx((0.04 + 0.64) / 2)
    assert found.brier_base == pytest.approx(0.25)
    assert [(one.low, one.said) for one in found.bins] == [(0.8, pytest.approx(0.8))]


def test_a_group_is_told_of_from_five_persons_on() -> None:
    rows = [confided(str(k), str(k % 5), 7, k % 2 == 0) for k in range(12)]
    assert scores.confidence(rows, people=5) is not None
    assert scores.confidence([one for one in rows if one.person != "4"], people=5, enough=1) is None
    assert scores.confidence(rows[:9], people=5) is None


chances = st.floats(0, 1)
forecasts = st.builds(said, st.sampled_from("abcd"), chances, st.booleans(), outcome=st.floats(0, 100))
rows = st.lists(forecasts, min_size=1)


@given(rows, st.randoms())
def test_the_order_does_not_matter_and_every_score_is_a_share(given_rows: list[Said], rnd: Any) -> None:
    turned = list(given_rows)
    rnd.shuffle(turned)
    found = judged(*given_rows)
    assert found == judged(*turned)
    assert 0 <= found.brier <= 1
    for share in (found.inside50, found.inside80, *(one.came for one in found.bins)):
        assert 0 <= share.low <= share.share <= share.high <= 1
    assert found.inside50.share <= found.inside80.share


@given(rows)
def test_the_same_week_said_twice_changes_nothing_but_the_count(given_rows: list[Said]) -> None:
    once, twice = judged(*given_rows), judged(*given_rows, *given_rows)
    assert twice.forecasts == 2 * once.forecasts
    assert twice.brier == pytest.approx(once.brier)
    assert twice.inside80.low == pytest.approx(once.inside80.low)


@given(chances, st.integers(1, 500))
def test_more_key_results_make_the_interval_no_wider(share: float, count: int) -> None:
    low, high = scores.wilson(share, count)
    nearer, farther = scores.wilson(share, count + 100)
    assert low <= share <= high
    assert farther - nearer <= high - low + 1e-9
