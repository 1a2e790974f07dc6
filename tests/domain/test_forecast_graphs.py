"""Where objectives land, from the forecasts of what hangs under them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import forecast, forecast_graphs
from pejl.domain.forecast import Forecast, Refusal
from pejl.domain.rollup import Node
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode, Refused, State

START, END = date(2026, 1, 5), date(2026, 3, 30)
UP = Metric(MetricKind.INCREASE, start=Decimal(0), target=Decimal(100))
DOWN = Metric(MetricKind.DECREASE, start=Decimal(200), target=Decimal(100))
OBJECTIVE = "objective"


def node(
    one: str, *, progress: float | None = 0.0, mode: ProgressMode = ProgressMode.METRIC, **more: Any
) -> Node:
    given: dict[str, Any] = {"kind": Kind.KEY_RESULT, "state": State.OPEN, "touched": True, **more}
    return Node(id=one, mode=mode, baseline=False, progress=progress, **given)


def above(one: str = OBJECTIVE) -> Node:
    return node(one, kind=Kind.OBJECTIVE, mode=ProgressMode.CHILDREN, progress=None)


def landing(*values: float, metric: Metric = UP) -> Forecast:
    """As forecast after weekly check-ins with these values."""
    seen = [(START + timedelta(weeks=k + 1), value) for k, value in enumerate(values)]
    found = forecast.of(metric, start_date=START, end_date=END, observations=seen)
    assert isinstance(found, Forecast)
    return found


def of(
    landings: Mapping[str, Forecast],
    *,
    others: Sequence[Node] = (),
    shares: Mapping[str, float] | None = None,
    metrics: Mapping[str, Metric] | None = None,
    **options: Any,
) -> Forecast | Refusal:
    """The landing of one objective over these."""
    nodes = {OBJECTIVE: above()} | {one: node(one) for one in landings}
    nodes |= {str(one.id): one for one in others}
    edges = {OBJECTIVE: [(one, (shares or {}).get(one)) for one in nodes if one != OBJECTIVE]}
    asked = dict.fromkeys(landings, UP) | dict(metrics or {})
    return forecast_graphs.objectives(
        nodes, edges, of=[OBJECTIVE], landings=landings, metrics=asked, **options
    )[OBJECTIVE]


def said(found: Forecast | Refusal) -> Forecast:
    assert isinstance(found, Forecast), found
    return found


def test_over_one_key_result_it_lands_where_that_lands() -> None:
    alone = landing(9, 17, 24, 35)
    found = said(of({"kr": alone}, cap=False))
    assert found.method == forecast_graphs.SIMULATED
    assert found.observations == 1
    for p in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert found.quantile(p) == pytest.approx(max(0.0, alone.quantile(p) / 100), abs=0.01)
    assert found.probability_at_least(1.0) == pytest.approx(alone.probability_at_least(100), abs=0.005)


def test_a_falling_metric_is_far_along_where_its_value_is_low() -> None:
    falls = landing(190, 182, 171, 163, metric=DOWN)
    found = said(of({"kr": falls}, metrics={"kr": DOWN}, cap=False))
    assert found.quantile(0.9) == pytest.approx((200 - falls.quantile(0.1)) / 100, abs=0.01)
    assert found.probability_at_least(1.0) == pytest.approx(falls.probability_at_most(100), abs=0.005)


def test_what_is_over_its_target_counts_once_and_the_chance_of_all_is_kept() -> None:
    sure = landing(60, 90, 105, 120)
    found = said(of({"kr": sure}))
    assert found.quantile(0.9) == 1.0
    assert found.probability_at_least(1.0) == pytest.approx(sure.probability_at_least(100), abs=0.005)


def test_key_results_go_together_more_than_by_chance_and_less_than_wholly() -> None:
    one = landing(9, 17, 24, 35)
    width = one.quantile(0.9) / 100 - max(0.0, one.quantile(0.1) / 100)
    many = said(of({f"kr{k}": one for k in range(12)}, cap=False))
    spread = many.quantile(0.9) - many.quantile(0.1)
    assert 0.3 * width < spread < 0.9 * width  # 1/sqrt(12) would be 0.29, all as one 1.0


def test_a_fixed_share_weighs() -> None:
    high, low = landing(20, 45, 70, 95), landing(1, 2, 2, 3)
    leaning = said(of({"high": high, "low": low}, shares={"high": 0.9}))
    even = said(of({"high": high, "low": low}))
    assert leaning.quantile(0.5) > even.quantile(0.5) + 0.1


def test_what_is_closed_stays_where_it_is() -> None:
    closed = node("closed", progress=0.4, state=State.CLOSED)
    found = said(of({"kr": landing(20, 45, 70, 95)}, others=[closed], shares={"closed": 0.5, "kr": 0.5}))
    assert found.quantile(0.99) <= 0.7 + 1e-6


def test_what_is_dropped_does_not_count() -> None:
    dropped = node("dropped", progress=0.0, state=State.DROPPED)
    assert of({"kr": landing(9, 17, 24)}, others=[dropped]) == of({"kr": landing(9, 17, 24)})


def test_without_a_forecast_a_child_ends_anywhere_up_to_its_target() -> None:
    silent = node("silent", progress=0.5)
    found = said(of({"kr": landing(0, 0, 0, 0)}, others=[silent], shares={"kr": 0.5, "silent": 0.5}))
    assert found.quantile(0.01) >= 0.25
    assert found.quantile(0.5) == pytest.approx(0.375, abs=0.06)


def test_under_half_of_the_weight_there_is_no_forecast() -> None:
    silent = node("silent")
    assert of({"kr": landing(9, 17, 24)}, others=[silent], shares={"kr": 0.4}) is Refusal.THIN
    assert isinstance(of({"kr": landing(9, 17, 24)}, others=[silent], shares={"kr": 0.5}), Forecast)
    assert of({}, others=[node("closed", state=State.CLOSED)]) is Refusal.THIN
    assert of({}) is Refusal.THIN


def test_through_a_middle_objective_the_company_lands_where_its_key_results_do() -> None:
    one = landing(9, 17, 24, 35)
    nodes = {"company": above("company"), "team": above("team"), "kr": node("kr")}
    edges: dict[str, list[tuple[str, float | None]]] = {"company": [("team", None)], "team": [("kr", None)]}
    found = forecast_graphs.objectives(
        nodes, edges, of=["company", "team"], landings={"kr": one}, metrics={"kr": UP}
    )
    assert said(found["company"]).quantile(0.5) == said(found["team"]).quantile(0.5)
    assert said(found["company"]).observations == 1


def test_a_circle_is_refused_with_its_path() -> None:
    nodes = {"a": above("a"), "b": above("b")}
    edges: dict[str, list[tuple[str, float | None]]] = {"a": [("b", None)], "b": [("a", None)]}
    with pytest.raises(Refused, match=r"alignment\.cycle"):
        forecast_graphs.objectives(nodes, edges, of=["a"], landings={}, metrics={})


values = st.lists(st.floats(-50, 150), min_size=3, max_size=6)


@given(st.dictionaries(st.sampled_from("abcdef"), values, min_size=1, max_size=4), st.randoms())
def test_the_order_of_children_does_not_matter(given_values: dict[str, list[float]], rnd: Any) -> None:
    landings = {one: landing(*some) for one, some in given_values.items()}
    turned = list(landings.items())
    rnd.shuffle(turned)
    first, second = said(of(landings)), said(of(dict(turned)))
    for p in (0.05, 0.5, 0.95):
        assert math.isclose(first.quantile(p), second.quantile(p), abs_tol=1e-12)


@given(st.dictionaries(st.sampled_from("abcdef"), values, min_size=1, max_size=4))
def test_a_capped_objective_lands_between_nothing_and_all_and_its_quantiles_rise(
    given_values: dict[str, list[float]],
) -> None:
    found = said(of({one: landing(*some) for one, some in given_values.items()}))
    ladder = [found.quantile(p / 20) for p in range(1, 20)]
    assert ladder == sorted(ladder)
    assert 0 <= ladder[0] <= ladder[-1] <= 1
    assert 0 < found.probability_at_least(1.0) <= found.probability_at_least(0.7) < 1


@given(values, values, st.floats(0.1, 60))
def test_a_key_result_that_lands_higher_never_lowers_its_objective(
    one: list[float], other: list[float], more: float
) -> None:
    low = landing(*one)
    high = Forecast(low.observations, low.method, low.lower, low.upper, low._nodes + more, low._below)
    beside = landing(*other)
    before, after = said(of({"a": low, "b": beside})), said(of({"a": high, "b": beside}))
    for p in (0.1, 0.5, 0.9):
        assert after.quantile(p) >= before.quantile(p) - 1e-6
