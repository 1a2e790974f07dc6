"""The arithmetic of the forecast beside the same the slow way: matrices, every node, plain formulas."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pejl.domain import forecast_mixtures as mixtures
from pejl.domain.forecast_mixtures import Array, Rows

SHIPPED = mixtures.parameters()
LAW = settings(max_examples=40, deadline=None)


@st.composite
def rows(draw: st.DrawFn, *, least: int = 0) -> Rows:
    """One key result, checked in on whole days of a quarter."""
    days = sorted(draw(st.lists(st.integers(1, 80), min_size=least, max_size=12, unique=True)))
    values = [draw(st.integers(-200, 200)) / 64 for _ in days]
    return Rows(
        times=np.array([days], dtype=np.float64) / 84,
        values=np.array([values], dtype=np.float64),
        ends=np.ones(1),
        signs=np.array([draw(st.sampled_from([-1.0, 0.0, 1.0]))]),
    )


def covariance(kernel: Array, times: Array) -> Array:
    a, b, c = kernel
    whole: Array = a * np.minimum.outer(times, times) + b * np.outer(times, times)
    whole += c / 2 * (1 + np.eye(len(times)))
    return whole


def components(seen: Rows) -> Iterator[tuple[float, float, float]]:
    """Log likelihood, place and scale of each component, from the formulas in docs/forecast.md."""
    times, values, sign = seen.times[0], seen.values[0], float(seen.signs[0])
    n, shape = len(times), SHIPPED.shape
    for kernel in SHIPPED.kernels:
        whole = covariance(kernel, np.append(times, 1.0))
        inverse = np.linalg.inv(whole[:n, :n])
        weighed = inverse @ whole[:n, n]
        variance = whole[n, n] - whole[:n, n] @ weighed
        determinant = float(np.linalg.slogdet(whole[:n, :n])[1])
        for drift in SHIPPED.drifts:
            left = values - drift * sign * times
            square = float(left @ inverse @ left)
            for scale in SHIPPED.scales:
                spread = shape * scale + square / 2
                likely = shape * math.log(shape * scale) - (shape + n / 2) * math.log(spread)
                size = math.sqrt(variance * spread / (shape + n / 2))
                yield likely - determinant / 2, float(weighed @ left) + drift * sign, size


@LAW
@given(rows())
def test_the_filter_gives_the_likelihoods_that_the_matrices_give(seen: Rows) -> None:
    expected = [likely for likely, _, _ in components(seen)]
    assert mixtures.likelihoods(seen)[0] == pytest.approx(expected, rel=1e-6, abs=1e-6)


@LAW
@given(rows())
def test_the_chances_are_those_of_the_heaviest_components_at_every_node(seen: Rows) -> None:
    n = seen.times.shape[1]
    found = list(components(seen))
    weights = SHIPPED.log_weights + np.array([likely for likely, _, _ in found]) / (1 + SHIPPED.tempering * n)
    best = np.argsort(-weights)
    if weights[best[mixtures.KEPT - 1]] - weights[best[mixtures.KEPT]] < 1e-6:
        return  # of two that weigh the same either may be kept
    heaviest = best[: mixtures.KEPT]
    weighed = np.exp(weights[heaviest] - weights[heaviest].max())
    weighed /= weighed.sum()
    places, sizes = (np.array([found[k][at] for k in heaviest]) for at in (1, 2))
    nodes, below = mixtures.distributions(seen, calibrated=False)
    standard = (nodes[0] - places[:, None]) / sizes[:, None]
    exact = weighed @ mixtures.student_below(standard, freedom=int(2 * SHIPPED.shape) + n)
    assert np.abs(below[0] - exact).max() < 0.005


@pytest.mark.parametrize("freedom", [2, 3, 4, 7, 14, 15, 60])
def test_student_is_the_integral_of_its_density(freedom: int) -> None:
    places = np.linspace(-40.0, 40.0, 200_001)
    half = (freedom + 1) / 2
    log_norm = math.lgamma(half) - math.lgamma(freedom / 2) - math.log(math.pi * freedom) / 2
    density = np.exp(log_norm - half * np.log1p(places**2 / freedom))
    steps = (density[1:] + density[:-1]) / 2 * np.diff(places)
    middle = len(places) // 2
    summed = 0.5 + np.cumsum(steps[middle:])
    assert mixtures.student_below(places[middle + 1 :], freedom=freedom) == pytest.approx(summed, abs=1e-6)
    assert mixtures.student_below(np.zeros(1), freedom=freedom)[0] == 0.5


@LAW
@given(rows(least=1))
def test_nodes_and_chances_rise_from_nothing_to_all(seen: Rows) -> None:
    nodes, below = mixtures.distributions(seen)
    assert (np.diff(nodes[0]) > 0).all()
    assert (np.diff(below[0]) >= 0).all()
    assert below[0, 0] == pytest.approx(0, abs=1e-12)
    assert below[0, -1] == pytest.approx(1, abs=1e-12)


def test_more_rows_than_one_chunk_holds_come_out_as_they_went_in() -> None:
    dice = np.random.default_rng(1)
    count = 700
    times = np.sort(dice.permuted(np.tile(np.arange(1, 80), (count, 1)), axis=1)[:, :4], axis=1) / 84
    many = Rows(times, dice.normal(size=(count, 4)), np.ones(count), np.ones(count))
    nodes, below = mixtures.distributions(many)
    for row in (0, 31, 32, 511, 512, 699):
        cut = slice(row, row + 1)
        alone, under = mixtures.distributions(Rows(times[cut], many.values[cut], np.ones(1), np.ones(1)))
        assert nodes[row] == pytest.approx(alone[0], rel=1e-9, abs=1e-9)
        assert below[row] == pytest.approx(under[0], abs=1e-9)


def test_the_width_of_a_group_is_looked_up_by_its_name() -> None:
    values = np.array(
        [[0.0, 0.0, 0.0], [0.1, 0.3, 0.4], [0.1, 0.1, 0.2], [-0.1, -0.3, -0.4], [0.3, 0.1, 0.2]]
    )
    names = mixtures.groups(values)
    assert names == ["flat1", "up1", "sticky1", "down1", "mixed1"]
    assert mixtures.widths(values).tolist() == [SHIPPED.widths[name] for name in names]
