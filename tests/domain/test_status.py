"""Pace, status, silence: the rules of the calendar and what wins over it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import status
from pejl.domain.status import Limits
from pejl.domain.values import Metric, MetricKind, Phase, State, Status, StatusMode

START, END = date(2026, 4, 1), date(2026, 6, 30)
HALFWAY = date(2026, 5, 16)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
FRACTIONS = st.floats(min_value=-2, max_value=3, allow_nan=False)


def ask(**told: Any) -> Status:
    """The status of an open goal half way, on pace, with whatever the test tells otherwise."""
    facts: dict[str, Any] = {
        "state": State.OPEN, "mode": StatusMode.PACE, "stored": None, "progress": 0.5, "touched": True,
        "start": START, "end": END, "today": HALFWAY, "metric": None, "value": None, "limits": Limits(),
    }  # fmt: skip
    return status.current(**(facts | told))


def test_the_line_runs_from_nothing_at_the_start_to_all_at_the_end() -> None:
    asked = [status.expected(start=START, end=END, today=day) for day in (START, HALFWAY, END)]
    assert asked == [0.0, 0.5, 1.0]


def test_outside_its_dates_a_goal_is_expected_not_at_all_or_whole() -> None:
    assert status.expected(start=START, end=END, today=date(2026, 1, 1)) == 0.0
    assert status.expected(start=START, end=END, today=date(2027, 1, 1)) == 1.0


def test_a_goal_of_one_day_is_expected_whole_on_it() -> None:
    assert status.expected(start=START, end=START, today=START) == 1.0
    assert status.expected(start=START, end=START, today=START - timedelta(days=1)) == 0.0


@pytest.mark.parametrize(
    ("metric", "asked"),
    [
        (
            Metric(
                MetricKind.DECREASE,
                start=Decimal(120),
                target=Decimal(20),
                phases=(Phase(HALFWAY, Decimal(100)),),
            ),
            0.2,
        ),
        (Metric(MetricKind.REACH, target=Decimal(50), phases=(Phase(HALFWAY, Decimal(40)),)), 0.8),
        (
            Metric(
                MetricKind.INCREASE, start=Decimal(0), target=Decimal(10), phases=(Phase(END, Decimal(3)),)
            ),
            0.5,
        ),
        (
            Metric(
                MetricKind.INCREASE, start=Decimal(9), target=Decimal(9), phases=(Phase(HALFWAY, Decimal(9)),)
            ),
            0.5,
        ),
        (Metric(MetricKind.AT_LEAST, target=Decimal(9), phases=(Phase(HALFWAY, Decimal(1)),)), 0.5),
        (
            Metric(
                MetricKind.INCREASE,
                start=Decimal(0),
                target=Decimal(10),
                phases=(Phase(HALFWAY, Decimal(30)),),
            ),
            1.0,
        ),
    ],
)
def test_phases_bend_the_line_of_a_moving_metric_alone(metric: Metric, asked: float) -> None:
    assert status.expected(start=START, end=END, today=HALFWAY, metric=metric) == pytest.approx(asked)


def test_phases_count_by_their_day_in_whatever_order_they_are_written() -> None:
    late, early = Phase(date(2026, 1, 16), Decimal(90)), Phase(date(2026, 1, 6), Decimal(10))
    metric = Metric(MetricKind.INCREASE, start=Decimal(0), target=Decimal(100), phases=(late, early))
    asked = status.expected(
        start=date(2026, 1, 1), end=date(2026, 1, 21), today=date(2026, 1, 11), metric=metric
    )
    assert asked == pytest.approx(0.5)


@given(start=DAYS, length=st.integers(0, 800), one=DAYS, other=DAYS)
def test_what_is_expected_stays_a_fraction_and_never_falls(
    start: date, length: int, one: date, other: date
) -> None:
    early, late = sorted((one, other))
    end = start + timedelta(days=length)
    first = status.expected(start=start, end=end, today=early)
    second = status.expected(start=start, end=end, today=late)
    assert 0 <= first <= second <= 1


@pytest.mark.parametrize(
    ("progress", "expected", "found"),
    [
        (0.5, 0.5, Status.ON_TRACK),
        (0.6, 0.5, Status.ON_TRACK),
        (0.499, 0.5, Status.AT_RISK),
        (0.25, 0.5, Status.AT_RISK),
        (0.3, 0.55, Status.AT_RISK),
        (0.249, 0.5, Status.OFF_TRACK),
        (None, 0.5, Status.OFF_TRACK),
        (None, 0.2, Status.AT_RISK),
        (None, 0.0, Status.ON_TRACK),
        (-0.25, 0.0, Status.AT_RISK),
    ],
)
def test_the_pace_gives_the_status(progress: float | None, expected: float, found: Status) -> None:
    assert status.by_pace(progress, expected=expected, limits=Limits()) is found


def test_both_limits_are_the_workspace_s_own() -> None:
    loose = Limits(at_risk=10, off_track=40)
    assert status.by_pace(0.4, expected=0.5, limits=loose) is Status.ON_TRACK
    assert status.by_pace(0.2, expected=0.5, limits=loose) is Status.AT_RISK
    assert status.by_pace(0.05, expected=0.5, limits=loose) is Status.OFF_TRACK


@given(low=FRACTIONS, high=FRACTIONS, expected=st.floats(0, 1))
def test_more_progress_never_gives_a_worse_status(low: float, high: float, expected: float) -> None:
    low, high = sorted((low, high))
    order = [Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK]
    worse = status.by_pace(low, expected=expected, limits=Limits())
    better = status.by_pace(high, expected=expected, limits=Limits())
    assert order.index(better) <= order.index(worse)


def test_the_worst_status_wins_and_ended_goals_are_left_out() -> None:
    assert status.worst([Status.ON_TRACK, Status.OFF_TRACK, Status.AT_RISK]) is Status.OFF_TRACK
    assert status.worst([Status.NOT_STARTED, Status.ON_TRACK]) is Status.ON_TRACK
    assert status.worst([Status.NOT_STARTED, Status.CLOSED]) is Status.NOT_STARTED
    assert status.worst([Status.CLOSED, Status.POSTPONED, Status.DROPPED]) is None
    assert status.worst([]) is None


@given(st.lists(st.sampled_from(Status)), st.sampled_from([Status.CLOSED, Status.POSTPONED, Status.DROPPED]))
def test_an_ended_child_never_changes_the_worst(statuses: list[Status], ended: Status) -> None:
    assert status.worst([*statuses, ended]) is status.worst(statuses)


@pytest.mark.parametrize(
    ("states", "offered"),
    [
        ([State.CLOSED, State.CLOSED], State.CLOSED),
        ([State.POSTPONED], State.POSTPONED),
        ([State.CLOSED, State.DROPPED], State.CLOSED),
        ([State.CLOSED, State.POSTPONED], None),
        ([State.CLOSED, State.OPEN], None),
        ([State.DROPPED], None),
        ([], None),
    ],
)
def test_a_parent_is_offered_the_end_of_all_its_children(states: list[State], offered: State | None) -> None:
    assert status.offered_state(states) is offered


@pytest.mark.parametrize(
    ("state", "shown"),
    [(State.CLOSED, Status.CLOSED), (State.POSTPONED, Status.POSTPONED), (State.DROPPED, Status.DROPPED)],
)
@pytest.mark.parametrize("mode", list(StatusMode))
def test_an_end_wins_over_everything(state: State, shown: Status, mode: StatusMode) -> None:
    found = ask(
        state=state, mode=mode, stored=Status.ON_TRACK, children=[Status.OFF_TRACK], guard_broken=True
    )
    assert found is shown


def test_before_its_start_a_goal_is_not_started_until_it_is_touched() -> None:
    before = START - timedelta(days=1)
    assert ask(today=before, touched=False, progress=None) is Status.NOT_STARTED
    assert ask(today=before, touched=True, progress=0.1) is Status.ON_TRACK


def test_after_its_start_silence_goes_by_the_calendar() -> None:
    assert ask(touched=False, progress=None) is Status.OFF_TRACK
    assert ask(touched=False, progress=None, today=START) is Status.ON_TRACK


def test_a_status_by_hand_holds_and_the_pace_stands_in_where_there_is_none() -> None:
    assert ask(mode=StatusMode.MANUAL, stored=Status.OFF_TRACK) is Status.OFF_TRACK
    assert ask(mode=StatusMode.MANUAL, stored=None, progress=0.4) is Status.AT_RISK


def test_a_reopened_goal_does_not_keep_the_word_closed() -> None:
    assert ask(mode=StatusMode.MANUAL, stored=Status.CLOSED, progress=0.5) is Status.ON_TRACK


def test_worst_of_the_children_falls_back_on_the_pace() -> None:
    assert ask(mode=StatusMode.WORST, children=[Status.ON_TRACK, Status.AT_RISK]) is Status.AT_RISK
    assert ask(mode=StatusMode.WORST, children=[Status.CLOSED], progress=0.1) is Status.OFF_TRACK


@pytest.mark.parametrize(
    ("metric", "value", "found"),
    [
        (Metric(MetricKind.AT_LEAST, target=Decimal("99.5")), "99.5", Status.ON_TRACK),
        (Metric(MetricKind.AT_LEAST, target=Decimal("99.5")), "99.4", Status.OFF_TRACK),
        (Metric(MetricKind.AT_LEAST, target=Decimal("99.5"), warning=Decimal(99)), "99", Status.AT_RISK),
        (Metric(MetricKind.AT_LEAST, target=Decimal("99.5"), warning=Decimal(99)), "98.9", Status.OFF_TRACK),
        (Metric(MetricKind.AT_MOST, target=Decimal(10)), "10", Status.ON_TRACK),
        (Metric(MetricKind.AT_MOST, target=Decimal(10), warning=Decimal(12)), "12", Status.AT_RISK),
        (Metric(MetricKind.AT_MOST, target=Decimal(10), warning=Decimal(12)), "12.1", Status.OFF_TRACK),
        (Metric(MetricKind.BETWEEN, lower=Decimal(4), upper=Decimal(6)), "6", Status.ON_TRACK),
        (Metric(MetricKind.BETWEEN, lower=Decimal(4), upper=Decimal(6)), "6.1", Status.OFF_TRACK),
        (
            Metric(MetricKind.BETWEEN, lower=Decimal(4), upper=Decimal(6), warning=Decimal(1)),
            "3",
            Status.AT_RISK,
        ),
        (
            Metric(MetricKind.BETWEEN, lower=Decimal(4), upper=Decimal(6), warning=Decimal(1)),
            "7",
            Status.AT_RISK,
        ),
        (
            Metric(MetricKind.BETWEEN, lower=Decimal(4), upper=Decimal(6), warning=Decimal(1)),
            "2.9",
            Status.OFF_TRACK,
        ),
    ],
)
def test_a_control_metric_goes_by_its_value_and_not_by_the_calendar(
    metric: Metric, value: str, found: Status
) -> None:
    assert ask(metric=metric, value=Decimal(value), progress=0.0) is found
    assert ask(metric=metric, value=Decimal(value), progress=0.0, start=None, end=None) is found


def test_a_control_metric_that_nobody_measured_is_not_green() -> None:
    uptime = Metric(MetricKind.AT_LEAST, target=Decimal("99.5"))
    assert ask(metric=uptime, value=None, progress=None, touched=False) is Status.OFF_TRACK


def test_a_baseline_is_in_progress_once_touched_and_overdue_after_its_end() -> None:
    figure = Metric(MetricKind.BASELINE)
    assert ask(metric=figure, progress=None, touched=False) is Status.NOT_STARTED
    assert ask(metric=figure, progress=None, touched=True) is Status.ON_TRACK
    assert ask(metric=figure, progress=None, touched=True, today=END + timedelta(days=1)) is Status.AT_RISK


@pytest.mark.parametrize("dates", [{"start": None}, {"end": None}, {"start": None, "end": None}])
def test_without_dates_there_is_no_pace(dates: dict[str, None]) -> None:
    assert ask(touched=False, progress=None, **dates) is Status.NOT_STARTED
    assert ask(progress=0.0, **dates) is Status.ON_TRACK
    assert ask(progress=0.0, stored=Status.AT_RISK, **dates) is Status.AT_RISK
    assert ask(progress=0.0, stored=Status.NOT_STARTED, **dates) is Status.ON_TRACK


@given(
    mode=st.sampled_from(StatusMode),
    stored=st.none() | st.sampled_from(Status),
    progress=st.none() | FRACTIONS,
    touched=st.booleans(),
    today=DAYS,
    children=st.lists(st.sampled_from(Status), max_size=4),
)
def test_a_broken_guard_rail_takes_the_green_away_and_nothing_else(**told: Any) -> None:
    free, guarded = ask(**told), ask(**told, guard_broken=True)
    assert guarded is (Status.AT_RISK if free is Status.ON_TRACK else free)
    assert free in status.WORST_FIRST


@pytest.mark.parametrize(
    ("days", "every_weeks", "stale"),
    [(14, 1, False), (15, 1, True), (28, 2, False), (29, 2, True), (57, 4, True)],
)
def test_a_goal_is_stale_after_more_than_two_intervals(days: int, every_weeks: int, stale: bool) -> None:
    today = START + timedelta(days=days)
    open_goal = {"state": State.OPEN, "every_weeks": every_weeks, "today": today}
    assert status.is_stale(last_word=None, since=START, **open_goal) is stale  # type: ignore[arg-type]
    assert status.is_stale(last_word=START, since=date(2025, 1, 1), **open_goal) is stale  # type: ignore[arg-type]


def test_only_open_goals_go_stale_and_none_before_it_begins() -> None:
    long_after = date(2027, 1, 1)
    for state in (State.CLOSED, State.POSTPONED, State.DROPPED):
        assert not status.is_stale(state=state, last_word=None, since=START, every_weeks=1, today=long_after)
    assert not status.is_stale(state=State.OPEN, last_word=None, since=long_after, every_weeks=1, today=START)


def test_the_age_of_the_last_word_is_in_whole_days_and_never_negative() -> None:
    assert status.age_days(date(2026, 5, 1), since=START, today=HALFWAY) == 15
    assert status.age_days(None, since=START, today=HALFWAY) == 45
    assert status.age_days(END, since=START, today=HALFWAY) == 0
