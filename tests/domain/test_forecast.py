"""The forecast of one key result: its laws, whatever the figures."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pejl.domain import forecast as forecasting
from pejl.domain import forecast_mixtures as mixtures
from pejl.domain.forecast import Asked, Case, Forecast, Refusal
from pejl.domain.values import Metric, MetricKind

START, END = date(2026, 1, 5), date(2026, 3, 30)
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
SHIPPED = mixtures.parameters()
OWN = replace(SHIPPED, widths={name: 2 * width for name, width in SHIPPED.widths.items()})
MOVING = Metric(MetricKind.INCREASE, start=Decimal(0), target=Decimal(100))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    days = draw(st.lists(st.integers(1, 80), max_size=9, unique=True))
    values = [draw(st.integers(-300, 300)) / 4 for _ in days]
    target = draw(st.sampled_from([-400.0, -60.0, 20.0, 100.0, 900.0]))
    seen = [(START + timedelta(days=day), value) for day, value in zip(days, values, strict=True)]
    return Case(START, END, 0.0, target, [(START, 0.0), *seen])


def one(case: Case) -> Forecast:
    return forecasting.forecasts([case])[0]


def weekly(*values: float) -> list[tuple[date, float]]:
    return [(START + timedelta(weeks=week), value) for week, value in enumerate(values)]


def moved(case: Case, *, by: float, times: float) -> Case:
    return replace(
        case,
        start_value=by + times * float(case.start_value),
        target_value=by + times * float(case.target_value),
        observations=[(day, by + times * float(value)) for day, value in case.observations],
    )


LAW = settings(max_examples=60, deadline=None)


@LAW
@given(cases())
def test_quantiles_rise_with_their_level(case: Case) -> None:
    found = [one(case).quantile(level) for level in LEVELS]
    assert found == sorted(found)
    assert found[0] < found[-1]


@LAW
@given(cases(), st.floats(-2000, 2000), st.floats(0, 500))
def test_the_probability_falls_as_the_bar_moves_away(case: Case, bar: float, further: float) -> None:
    found = one(case)
    assert found.probability_at_least(bar + further) <= found.probability_at_least(bar)
    assert found.probability_at_most(bar - further) <= found.probability_at_most(bar)


@LAW
@given(cases(), st.integers(-1000, 1000), st.sampled_from([0.01, 0.5, 3.0, 1000.0]))
def test_other_units_give_the_same_answer_in_those_units(case: Case, by: int, times: float) -> None:
    here, there = one(case), one(moved(case, by=by, times=times))
    slack = 1e-6 * times * (1000 + abs(by / times))
    for level in LEVELS:
        assert there.quantile(level) == pytest.approx(by + times * here.quantile(level), abs=slack)


@LAW
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_check_ins_does_not_matter(case: Case, dice: Random) -> None:
    mixed = list(case.observations)
    dice.shuffle(mixed)
    other = one(replace(case, observations=mixed))
    assert [other.quantile(level) for level in LEVELS] == [one(case).quantile(level) for level in LEVELS]


@LAW
@given(cases(), st.integers(0, 83))
def test_as_of_a_day_nothing_later_is_known(case: Case, days: int) -> None:
    then = START + timedelta(days=days)
    known = [pair for pair in case.observations if pair[0] <= then]
    asked, only = one(replace(case, as_of=then)), one(replace(case, observations=known))
    assert asked.observations == only.observations
    assert [asked.quantile(level) for level in LEVELS] == [only.quantile(level) for level in LEVELS]


@settings(max_examples=25, deadline=None)
@given(st.lists(cases(), min_size=2, max_size=12))
def test_many_at_once_are_answered_as_each_alone(many: list[Case]) -> None:
    for case, together in zip(many, forecasting.forecasts(many), strict=True):
        alone = one(case)
        for level in LEVELS:
            assert together.quantile(level) == pytest.approx(alone.quantile(level), rel=1e-9, abs=1e-9)


@st.composite
def untidy(draw: st.DrawFn) -> Case:
    """Check-ins before the start, after the end, several on one day, in any order; asked as of any day."""
    days = draw(st.lists(st.integers(-20, 110), max_size=14))
    seen = [(START + timedelta(days=day), draw(st.integers(-300, 300)) / 4) for day in days]
    as_of = draw(st.none() | st.integers(-20, 110).map(lambda day: START + timedelta(days=day)))
    return Case(START, END, 5, Decimal(80), seen, as_of)


def tidied(case: Case) -> Case:
    """The same, cleaned the slow way."""
    until = case.end_date if case.as_of is None else min(case.as_of, case.end_date)
    by_day = {START: case.start_value}
    for day, value in sorted(case.observations, key=lambda pair: pair[0]):
        if day <= until:
            by_day[max(day, START)] = value
    asked = None if case.as_of is None else max(case.as_of, START)
    return replace(case, observations=list(by_day.items()), as_of=asked)


@LAW
@given(st.lists(untidy(), min_size=1, max_size=6))
def test_of_each_day_from_the_start_to_the_day_asked_about_the_last_value_counts(many: list[Case]) -> None:
    for case, found in zip(many, forecasting.forecasts(many), strict=True):
        clean = tidied(case)
        plain = one(clean)
        over = (case.as_of or START) >= END or clean.observations[-1][0] >= END
        assert found.observations == len(clean.observations) == plain.observations
        assert found.method == plain.method == (forecasting.ENDED if over else forecasting.METHOD)
        for level in LEVELS:
            assert found.quantile(level) == pytest.approx(plain.quantile(level), rel=1e-9, abs=1e-9)


METRICS = [
    MOVING,
    Metric(MetricKind.DECREASE, start=Decimal(40), target=Decimal(-10)),
    Metric(MetricKind.INCREASE, target=Decimal(30)),
    Metric(MetricKind.INCREASE),
    Metric(MetricKind.AT_LEAST, lower=Decimal(9)),
    Metric(MetricKind.DONE),
]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(METRICS), untidy()), max_size=8), st.booleans())
def test_many_metrics_at_once_are_answered_as_each_alone(
    many: list[tuple[Metric, Case]], with_own: bool
) -> None:
    own = OWN if with_own else None
    asked = [
        Asked(metric, START, END, case.observations, case.as_of, lower=-50, upper=70) for metric, case in many
    ]
    for (metric, case), together in zip(many, forecasting.of_many(asked, fitted=own), strict=True):
        alone = forecasting.of(
            metric,
            start_date=START,
            end_date=END,
            observations=case.observations,
            as_of=case.as_of,
            lower=-50,
            upper=70,
            fitted=own,
        )
        if isinstance(together, Refusal):
            assert together is alone
        else:
            assert isinstance(alone, Forecast)
            assert (together.observations, together.method) == (alone.observations, alone.method)
            for level in LEVELS:
                assert together.quantile(level) == pytest.approx(alone.quantile(level), rel=1e-9, abs=1e-9)


@LAW
@given(cases())
def test_with_parameters_of_ones_own_twice_as_wide_the_range_is_twice_as_wide(case: Case) -> None:
    before, after = one(case), forecasting.forecasts([case], fitted=OWN)[0]
    middle = before.quantile(0.5)
    assert (before.method, after.method) == (forecasting.METHOD, forecasting.CALIBRATED)
    for level in LEVELS:
        wide = middle + 2 * (before.quantile(level) - middle)
        assert after.quantile(level) == pytest.approx(wide, rel=1e-6, abs=1e-6)


def test_of_none_there_are_no_forecasts() -> None:
    assert forecasting.forecasts([]) == []
    assert forecasting.of_many([]) == []
    assert list(forecasting.batches([])) == []


@LAW
@given(cases(), st.floats(-1e12, 1e12))
def test_before_the_end_nothing_is_certain(case: Case, bar: float) -> None:
    found = one(case)
    assert 0 < found.probability_at_least(bar) < 1
    assert 0 < found.probability_at_most(bar) < 1


def test_steady_growth_on_pace_makes_the_target_likely_and_a_standstill_does_not() -> None:
    growing = one(Case(START, END, 0, 100, weekly(0, 10, 21, 29, 41, 50, 61)))
    still = one(Case(START, END, 0, 100, weekly(0, 2, 1, 3, 2, 2, 3)))
    assert growing.probability_at_least(100) > 0.6
    assert still.probability_at_least(100) < 0.1


def test_on_the_due_date_all_weight_lies_on_the_last_value() -> None:
    found = one(Case(START, END, 0, 100, weekly(0, 30, 70), as_of=END))
    assert found.method == forecasting.ENDED
    assert {found.quantile(level) for level in LEVELS} == {70}
    assert (found.probability_at_least(70), found.probability_at_least(71)) == (1, 0)
    assert (found.probability_at_most(70), found.probability_at_most(69)) == (1, 0)


def test_a_check_in_after_the_due_date_does_not_change_the_end() -> None:
    seen = [*weekly(0, 30), (END, 80.0), (END + timedelta(days=1), 95.0)]
    assert one(Case(START, END, 0, 100, seen)).quantile(0.5) == 80


def test_the_last_check_in_of_a_day_counts() -> None:
    day = START + timedelta(days=7)
    twice = one(Case(START, END, 0, 100, [(day, 90.0), (day, 10.0)]))
    once = one(Case(START, END, 0, 100, [(day, 10.0)]))
    assert twice.quantile(0.5) == once.quantile(0.5)
    assert twice.observations == 2


def test_values_stay_within_known_bounds() -> None:
    free = Case(START, END, 0, 10, weekly(0, 0, 0, 0))
    bound = one(replace(free, lower=0, upper=12))
    assert one(free).quantile(0.05) < 0
    assert bound.quantile(0.05) == 0
    assert bound.quantile(0.999) <= 12
    assert bound.probability_at_least(0) > 0.99
    assert bound.probability_at_least(12.5) < 0.01
    assert bound.probability_at_most(12) > 0.99


def test_without_a_check_in_the_start_and_the_target_speak() -> None:
    found = one(Case(START, END, 0, 100, []))
    assert found.observations == 1
    assert found.quantile(0.1) < found.quantile(0.5) < found.quantile(0.9)
    assert found.quantile(0.5) > 0


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (MetricKind.AT_LEAST, Refusal.CONTROL),
        (MetricKind.AT_MOST, Refusal.CONTROL),
        (MetricKind.BETWEEN, Refusal.CONTROL),
        (MetricKind.MILESTONES, Refusal.MILESTONES),
        (MetricKind.BASELINE, Refusal.BASELINE),
        (MetricKind.DONE, Refusal.DONE),
        (MetricKind.INCREASE, Refusal.NO_TARGET),
    ],
)
def test_what_cannot_be_forecast_is_refused_by_name(kind: MetricKind, why: Refusal) -> None:
    seen = weekly(0, 10, 20, 30, 40)
    assert forecasting.of(Metric(kind), start_date=START, end_date=END, observations=seen) is why


@pytest.mark.parametrize(("values", "enough"), [((0, 9, 18), False), ((0, 9, 18, 30), True)])
def test_two_check_ins_after_the_start_are_too_few(values: tuple[int, ...], enough: bool) -> None:
    found = forecasting.of(MOVING, start_date=START, end_date=END, observations=weekly(*values))
    assert isinstance(found, Forecast) is enough
    assert enough or found is Refusal.TOO_FEW


def test_few_check_ins_are_enough_once_the_due_date_has_come() -> None:
    found = forecasting.of(MOVING, start_date=START, end_date=END, observations=weekly(0, 40), as_of=END)
    assert isinstance(found, Forecast)
    assert found.quantile(0.5) == 40


def test_a_quantile_outside_its_range_and_a_cycle_without_length_are_errors() -> None:
    found = one(Case(START, END, 0, 100, []))
    with pytest.raises(ValueError, match="between 0 and 1"):
        found.quantile(1.0)
    with pytest.raises(ValueError, match="ends after"):
        one(Case(START, START, 0, 100, []))


def test_figures_of_any_size_have_a_forecast_in_numbers() -> None:
    seen = [(START + timedelta(weeks=k + 1), Decimal(10) ** (150 + 5 * k)) for k in range(4)]
    found = one(Case(START, END, 0, 1, seen))
    assert all(math.isfinite(found.quantile(p)) for p in (0.01, 0.5, 0.99))
    assert 0 < found.probability_at_least(1) < 1
