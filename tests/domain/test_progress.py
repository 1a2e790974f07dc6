"""Progress of one goal, by the kind of its metric."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pejl.domain import progress
from pejl.domain.progress import Bounds
from pejl.domain.values import Metric, MetricKind, Milestone, Phase, Refused

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=3)


def moving(start: str, target: str) -> Metric:
    kind = MetricKind.INCREASE if Decimal(target) > Decimal(start) else MetricKind.DECREASE
    return Metric(kind, start=Decimal(start), target=Decimal(target))


@pytest.mark.parametrize(
    ("start", "target", "value", "expected"),
    [
        ("12000000", "24000000", "15000000", "0.25"),
        ("120", "30", "75", "0.5"),
        ("157", "225", "191", "0.5"),
        ("3", "1", "3.5", "-0.25"),
        ("80", "90", "92", "1.2"),
        ("9", "9.5", "9", "0"),
    ],
)
def test_progress_is_the_way_from_start_to_target(start: str, target: str, value: str, expected: str) -> None:
    assert progress.of(moving(start, target), Decimal(value)) == Decimal(expected)


def test_one_checkout_step_of_three_is_a_third() -> None:
    found = progress.of(moving("9", "6"), Decimal(8))
    assert found is not None
    assert abs(found - Decimal(1) / 3) < Decimal("1e-20")


def test_reach_starts_at_nought() -> None:
    reach = Metric(MetricKind.REACH, target=Decimal(950))
    assert progress.of(reach, Decimal(475)) == Decimal("0.5")


@pytest.mark.parametrize(
    ("progress_", "capped", "free"), [("-0.25", "0", "0"), ("1.2", "1", "1.2"), ("0.4", "0.4", "0.4")]
)
def test_used_progress_is_floored_and_capped(progress_: str, capped: str, free: str) -> None:
    assert progress.used(Decimal(progress_)) == Decimal(capped)
    assert progress.used(Decimal(progress_), cap=False) == Decimal(free)
    assert progress.used(float(progress_)) == float(capped)
    assert isinstance(progress.used(float(progress_)), float)


def test_the_target_itself_is_on_the_right_side() -> None:
    uptime = Metric(MetricKind.AT_LEAST, unit="%", target=Decimal("99.5"), warning=Decimal(99))
    assert progress.of(uptime, Decimal("99.5")) == 1
    assert progress.of(replace(uptime, kind=MetricKind.AT_MOST, warning=None), Decimal("99.5")) == 1
    assert progress.of(uptime, Decimal("99.2")) == 0


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        (Metric(MetricKind.AT_LEAST, target=Decimal(10), warning=Decimal(8)), "10", Bounds.INSIDE),
        (Metric(MetricKind.AT_LEAST, target=Decimal(10), warning=Decimal(8)), "8", Bounds.WARNING),
        (Metric(MetricKind.AT_LEAST, target=Decimal(10), warning=Decimal(8)), "7.9", Bounds.OUTSIDE),
        (Metric(MetricKind.AT_LEAST, target=Decimal(10)), "9.9", Bounds.OUTSIDE),
        (Metric(MetricKind.AT_MOST, target=Decimal(10), warning=Decimal(12)), "12", Bounds.WARNING),
        (Metric(MetricKind.AT_MOST, target=Decimal(10), warning=Decimal(12)), "12.1", Bounds.OUTSIDE),
        (
            Metric(MetricKind.BETWEEN, lower=Decimal(1), upper=Decimal(3), warning=Decimal(1)),
            "3",
            Bounds.INSIDE,
        ),
        (
            Metric(MetricKind.BETWEEN, lower=Decimal(1), upper=Decimal(3), warning=Decimal(1)),
            "0",
            Bounds.WARNING,
        ),
        (
            Metric(MetricKind.BETWEEN, lower=Decimal(1), upper=Decimal(3), warning=Decimal(1)),
            "4.1",
            Bounds.OUTSIDE,
        ),
    ],
)
def test_a_warning_bound_lies_on_the_bad_side(metric: Metric, value: str, expected: Bounds) -> None:
    progress.check(metric)
    assert progress.in_bounds(metric, Decimal(value)) is expected
    assert progress.of(metric, Decimal(value)) == (1 if expected is Bounds.INSIDE else 0)


def test_milestones_share_equally_unless_given() -> None:
    thirds = (Milestone(reached=True), Milestone(reached=True), Milestone(reached=False))
    found = progress.of(Metric(MetricKind.MILESTONES, milestones=thirds), None)
    assert found == Decimal(2) / 3
    given_ = (
        Milestone(reached=True, share=Decimal("0.5")),
        Milestone(reached=False),
        Milestone(reached=True),
    )
    assert progress.of(Metric(MetricKind.MILESTONES, milestones=given_), None) == Decimal("0.75")


def test_all_milestones_reached_is_exactly_one() -> None:
    steps = tuple(Milestone(reached=True, share=Decimal("0.333")) for _ in range(3))
    metric = Metric(MetricKind.MILESTONES, milestones=steps)
    progress.check(metric)
    assert progress.of(metric, None) == 1
    equal = tuple(Milestone(reached=True) for _ in range(7))
    assert progress.of(Metric(MetricKind.MILESTONES, milestones=equal), None) == 1


def test_a_baseline_has_no_progress() -> None:
    assert progress.of(Metric(MetricKind.BASELINE), Decimal(4)) is None


def test_done_is_all_or_nothing() -> None:
    done = Metric(MetricKind.DONE)
    assert [progress.of(done, Decimal(value)) for value in (0, 1)] == [0, 1]
    assert progress.of(done, None) is None


def test_no_value_is_no_progress() -> None:
    assert progress.of(moving("120", "30"), None) is None


def test_an_initiative_counts_its_tasks() -> None:
    assert progress.of_tasks(done=1, total=4) == Decimal("0.25")
    assert progress.of_tasks(done=0, total=0) is None


DAY = date(2026, 1, 1)
LATER = date(2026, 2, 1)
RISE = Metric(MetricKind.INCREASE, start=Decimal(10), target=Decimal(20))
RANGE = Metric(MetricKind.BETWEEN, lower=Decimal(1), upper=Decimal(3))
FLOOR = Metric(MetricKind.AT_LEAST, target=Decimal(5))
HALF, TOO_MUCH = (
    Metric(MetricKind.MILESTONES, milestones=(Milestone(reached=False, share=Decimal(share)),))
    for share in ("0.5", "1.5")
)


def phased(*phases: tuple[date, int]) -> Metric:
    return replace(RISE, phases=tuple(Phase(on, Decimal(value)) for on, value in phases))


@pytest.mark.parametrize(
    ("metric", "code", "field"),
    [
        (replace(RISE, start=None), "metric.needs-start", "start"),
        (replace(RISE, target=None), "metric.needs-target", "target"),
        (replace(RISE, target=Decimal("10.0")), "metric.start-is-target", "target"),
        (replace(RISE, target=Decimal(5)), "metric.direction", "target"),
        (replace(RISE, kind=MetricKind.DECREASE), "metric.direction", "target"),
        (Metric(MetricKind.REACH), "metric.needs-target", "target"),
        (Metric(MetricKind.REACH, target=Decimal(0)), "metric.start-is-target", "target"),
        (Metric(MetricKind.AT_LEAST), "metric.needs-target", "target"),
        (replace(FLOOR, warning=Decimal(6)), "metric.warning-side", "warning"),
        (Metric(MetricKind.AT_MOST, target=Decimal(5), warning=Decimal(4)), "metric.warning-side", "warning"),
        (Metric(MetricKind.BETWEEN, lower=Decimal(1)), "metric.bounds", "upper"),
        (Metric(MetricKind.BETWEEN, upper=Decimal(1)), "metric.bounds", "lower"),
        (replace(RANGE, upper=Decimal(0)), "metric.bounds", "upper"),
        (replace(RANGE, warning=Decimal(-1)), "metric.warning-side", "warning"),
        (HALF, "metric.shares", "milestones"),
        (TOO_MUCH, "metric.shares", "milestones"),
        (phased((LATER, 12), (DAY, 15)), "metric.phases", "phases"),
        (phased((DAY, 15), (LATER, 12)), "metric.phases", "phases"),
        (replace(RISE, phases=(Phase(DAY, Decimal(25)),)), "metric.phases", "phases"),
        (Metric(MetricKind.DONE, phases=(Phase(DAY, Decimal(1)),)), "metric.phases", "phases"),
        (replace(RISE, unit="%", sum=True), "metric.sum", "sum"),
        (Metric(MetricKind.BASELINE, sum=True), "metric.sum", "sum"),
    ],
)  # fmt: skip
def test_a_metric_that_cannot_be_measured_by_is_refused(metric: Metric, code: str, field: str) -> None:
    with pytest.raises(Refused) as no:
        progress.check(metric)
    assert (no.value.code, no.value.field) == (code, field)


def test_phases_in_order_are_fine() -> None:
    progress.check(replace(RISE, phases=(Phase(DAY, Decimal(12)), Phase(LATER, Decimal(12)))))
    fall = Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(30))
    progress.check(replace(fall, phases=(Phase(DAY, Decimal(90)), Phase(LATER, Decimal(60)))))


@given(start=NUMBERS, target=NUMBERS, value=NUMBERS, step=st.decimals(min_value=0, max_value=10**6, places=3))
def test_a_step_towards_the_target_never_lowers_progress(
    *, start: Decimal, target: Decimal, value: Decimal, step: Decimal
) -> None:
    assume(start != target)
    metric = moving(str(start), str(target))
    further = value + (step if target > start else -step)
    before, after = progress.of(metric, value), progress.of(metric, further)
    assert before is not None
    assert after is not None
    assert after >= before
    assert progress.of(metric, start) == 0
    assert progress.of(metric, target) == 1


@given(raw=st.floats(allow_nan=False, allow_infinity=False))
def test_used_progress_lies_between_nought_and_one(raw: float) -> None:
    assert 0 <= progress.used(raw) <= 1
    assert progress.used(progress.used(raw)) == progress.used(raw)
    assert progress.used(raw, cap=False) == max(raw, 0)
