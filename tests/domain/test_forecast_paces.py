"""The straight line as a forecast."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import forecast_paces
from pejl.domain.forecast_paces import Pace

START = date(2026, 1, 5)


def of(*values: float, start: float = 0, target: float = 120, weeks: int = 12, **more: Any) -> Pace | None:
    seen = [(START + timedelta(weeks=k + 1), value) for k, value in enumerate(values)]
    return forecast_paces.pace(
        start_date=START,
        end_date=START + timedelta(weeks=weeks),
        start_value=start,
        target_value=target,
        observations=more.get("observations", seen),
    )


def said(found: Pace | None) -> Pace:
    assert found is not None
    return found


def test_the_line_goes_through_the_start_and_the_last_value() -> None:
    assert said(of(10, 20, 35, 40)).value == pytest.approx(120)
    assert said(of(10, 20, 35, 40)).reach == pytest.approx(0.5)


def test_its_band_is_the_scatter_of_the_steps_and_of_the_slope() -> None:
    # slope 10, steps 10 10 15 5: s² = (0 + 0 + 25 + 25) / 3; 8 weeks left after 4: variance s² (8 + 64 / 4)
    assert said(of(10, 20, 35, 40)).deviation == pytest.approx((50 / 3 * 24) ** 0.5)


def test_a_chance_is_never_none_or_all() -> None:
    assert said(of(10, 20, 30)).reach == 0.999
    assert said(of(1, 2, 3)).reach == 0.001


def test_a_falling_target_is_reached_from_above() -> None:
    assert said(of(115, 108, 101, 93, start=120, target=45)).reach > 0.5
    assert said(of(119, 118, 116, 115, start=120, target=45)).reach < 0.01


def test_one_value_or_no_time_left_says_nothing() -> None:
    assert of(10) is None
    assert of(10, 20, weeks=2) is None


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=8), st.floats(-50, 50), st.floats(0.1, 10))
def test_another_unit_changes_nothing_of_the_chance(values: list[float], shift: float, scale: float) -> None:
    before = said(of(*values, start=0, target=50))
    other = [shift + scale * value for value in values]
    after = said(of(*other, start=shift, target=shift + scale * 50))
    assert after.reach == pytest.approx(before.reach, abs=1e-6)
    assert after.value == pytest.approx(shift + scale * before.value, abs=1e-6)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=8), st.randoms())
def test_the_order_of_the_values_does_not_matter(values: list[float], rnd: Any) -> None:
    seen = [(START + timedelta(weeks=k + 1), value) for k, value in enumerate(values)]
    turned = list(seen)
    rnd.shuffle(turned)
    assert of(observations=seen) == of(observations=turned)
