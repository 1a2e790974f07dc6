"""Pace and status: where a goal stands against the calendar, and how old its last word is.

    expected = whole days since the start / whole days from start to end, from 0 to 1
    d        = 100 · (expected - progress), in points
    d <= 0   on track      0 < d <= 25   at risk      d > 25   off track

Half way through April to June a goal is expected half way; at 0.30 it is 20 points behind:

>>> half = expected(start=date(2026, 4, 1), end=date(2026, 6, 30), today=date(2026, 5, 16))
>>> half
0.5
>>> by_pace(0.30, expected=half, limits=Limits()).value
'at_risk'
>>> by_pace(0.24, expected=half, limits=Limits()).value
'off_track'

Silence is told apart from status: a goal keeps its status and is stale beside it.

>>> is_stale(
...     state=State.OPEN, last_word=date(2026, 5, 1), since=date(2026, 4, 1), every_weeks=1,
...     today=date(2026, 5, 16),
... )
True
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from pejl.domain.values import CONTROL_KINDS, MOVING_KINDS, Metric, MetricKind, State, Status, StatusMode

WORST_FIRST = (Status.OFF_TRACK, Status.AT_RISK, Status.ON_TRACK, Status.NOT_STARTED)
ENDED = {
    State.CLOSED: Status.CLOSED,
    State.POSTPONED: Status.POSTPONED,
    State.DROPPED: Status.DROPPED,
}
INTERVALS_OF_SILENCE = 2
_DIGITS = 9  # points: 100 · (0.55 - 0.30) is 25, not 25.000000000000004


@dataclass(frozen=True, slots=True)
class Limits:
    """How many points behind are still on track, and how many are no longer at risk only."""

    at_risk: float = 0.0
    off_track: float = 25.0


def expected(*, start: date, end: date, today: date, metric: Metric | None = None) -> float:
    """The progress that the calendar asks for today, a fraction from 0 to 1.

    A straight line by whole days; a moving metric with phases goes in straight lines through them.
    Phases on or before the start, and on or after the end, do not bend the line: the ends are
    the goal's own. A goal that ends on the day it starts (or before) is expected whole from its end on.

    >>> from pejl.domain.values import Phase
    >>> grow = Metric(MetricKind.INCREASE, start=Decimal(0), target=Decimal(100),
    ...               phases=(Phase(date(2026, 1, 11), Decimal(80)),))
    >>> [expected(start=date(2026, 1, 1), end=date(2026, 1, 21), today=date(2026, 1, d), metric=grow)
    ...  for d in (1, 6, 11, 16, 21)]
    [0.0, 0.4, 0.8, 0.9, 1.0]
    """
    if today >= end:
        return 1.0
    if today <= start:
        return 0.0
    points = [(start, 0.0), *_phases(metric, start=start, end=end), (end, 1.0)]
    for (left, low), (right, high) in pairwise(points):
        if today <= right:
            passed = (today - left).days / (right - left).days
            return min(max(low + (high - low) * passed, 0.0), 1.0)
    return 1.0


def points_behind(progress: float | None, *, expected: float) -> float:
    """How many points of 100 ``progress`` is under ``expected``; negative when ahead. None counts as 0.

    >>> points_behind(0.3, expected=0.55)
    25.0
    """
    return round(100 * (expected - (progress or 0.0)), _DIGITS)


def by_pace(progress: float | None, *, expected: float, limits: Limits) -> Status:
    """The status of a goal that moves; no progress counts as 0."""
    behind = points_behind(progress, expected=expected)
    if behind <= limits.at_risk:
        return Status.ON_TRACK
    return Status.AT_RISK if behind <= limits.off_track else Status.OFF_TRACK


def by_control(inside: bool, warned: bool) -> Status:
    """The status of a figure that is to stay where it is.

    ``warned`` says that the value is outside, but no farther than the warning bound.

    >>> [by_control(inside, warned=warned).value
    ...  for inside, warned in ((True, False), (False, True), (False, False))]
    ['on_track', 'at_risk', 'off_track']
    """
    if inside:
        return Status.ON_TRACK
    return Status.AT_RISK if warned else Status.OFF_TRACK


def worst(statuses: Iterable[Status]) -> Status | None:
    """The worst of the statuses of goals still open; None where there is none.

    >>> worst([Status.ON_TRACK, Status.AT_RISK, Status.DROPPED]).value
    'at_risk'
    """
    present = set(statuses)
    return next((status for status in WORST_FIRST if status in present), None)


def offered_state(states: Iterable[State]) -> State | None:
    """The end that a parent is offered once its children have ended; never set by itself.

    Dropped children are left out, as they are from the roll-up and the grade.

    >>> offered_state([State.CLOSED, State.CLOSED]).value
    'closed'
    >>> offered_state([State.CLOSED, State.OPEN]) is None
    True
    """
    kept = set(states) - {State.DROPPED}
    for state in (State.CLOSED, State.POSTPONED):
        if kept == {state}:
            return state
    return None


def current(
    *,
    state: State,
    mode: StatusMode,
    stored: Status | None,
    progress: float | None,
    touched: bool,
    start: date | None,
    end: date | None,
    today: date,
    metric: Metric | None,
    value: Decimal | None,
    limits: Limits,
    children: Sequence[Status] = (),
    guard_broken: bool = False,
) -> Status:
    """The status to show: the one place that decides.

    ``stored`` is the last status a person gave (or a file brought), never an earlier answer of this
    function. A status set by hand that still holds is asked for with ``mode`` MANUAL; without one,
    the pace stands in. ``touched`` says that the goal was ever checked in on, or has progress.

    - A goal that has ended shows how it ended, whatever else is known.
    - Before its start and untouched, a goal is not started, also by its children.
    - Worst of the children: goals without open children go by pace.
    - A goal without both dates has no pace: not started until touched, then the stored status, else on track.
    - A control metric goes by its value alone; never measured, it counts as 0 against the calendar.
    - A baseline has no progress to compare: untouched it is not started; touched it is "in progress",
      shown as on track until its end date. Past that, the figure is overdue, and it is at risk.
    - A broken guard rail takes the green away: on track becomes at risk.
    """
    if state is not State.OPEN:
        return ENDED[state]
    given = stored if stored in WORST_FIRST else None
    if mode is StatusMode.MANUAL and given is not None:
        found = given
    elif not touched and (start is None or end is None or today < start):
        found = (worst(children) if mode is StatusMode.WORST else None) or Status.NOT_STARTED
    elif mode is StatusMode.WORST and (below := worst(children)) is not None:
        found = below
    else:
        found = _by_measure(
            given,
            progress=progress,
            touched=touched,
            dates=(start, end),
            today=today,
            metric=metric,
            value=value,
            limits=limits,
        )
    return Status.AT_RISK if guard_broken and found is Status.ON_TRACK else found


def is_stale(*, state: State, last_word: date | None, since: date, every_weeks: int, today: date) -> bool:
    """Whether an open goal has been silent for more than two check-in intervals.

    Counted from the last check-in, or from ``since`` (the start of the goal) when there is none.
    """
    silence = age_days(last_word, since=since, today=today)
    return state is State.OPEN and silence > INTERVALS_OF_SILENCE * 7 * every_weeks


def age_days(last_word: date | None, *, since: date, today: date) -> int:
    """Whole days since the last word, or since the start; 0 for what lies ahead.

    >>> age_days(None, since=date(2026, 4, 1), today=date(2026, 4, 19))
    18
    """
    return max(0, (today - (last_word or since)).days)


def _phases(metric: Metric | None, *, start: date, end: date) -> list[tuple[date, float]]:
    if metric is None or metric.kind not in MOVING_KINDS or metric.target is None:
        return []
    origin = Decimal(0) if metric.kind is MetricKind.REACH else metric.start
    if origin is None or origin == metric.target:
        return []
    way = metric.target - origin
    by_day = {phase.on: float((phase.value - origin) / way) for phase in metric.phases}
    return sorted((on, share) for on, share in by_day.items() if start < on < end)


def _by_measure(
    given: Status | None,
    *,
    progress: float | None,
    touched: bool,
    dates: tuple[date | None, date | None],
    today: date,
    metric: Metric | None,
    value: Decimal | None,
    limits: Limits,
) -> Status:
    start, end = dates
    if metric is not None and metric.kind is MetricKind.BASELINE:
        return _of_baseline(touched=touched, end=end, today=today)
    if (controlled := _of_control(metric, value=value)) is not None:
        return controlled
    if start is None or end is None:
        return given if given not in (None, Status.NOT_STARTED) else Status.ON_TRACK
    asked = expected(start=start, end=end, today=today, metric=metric)
    return by_pace(progress, expected=asked, limits=limits)


def _of_baseline(*, touched: bool, end: date | None, today: date) -> Status:
    if not touched:
        return Status.NOT_STARTED
    return Status.AT_RISK if end is not None and today > end else Status.ON_TRACK


def _of_control(metric: Metric | None, *, value: Decimal | None) -> Status | None:
    if metric is None or value is None or metric.kind not in CONTROL_KINDS:
        return None
    low, high = _bounds(metric)
    if low is None and high is None:
        return None
    warn_low, warn_high = _warning_bounds(metric, low=low, high=high)
    inside = _within(value, low=low, high=high)
    warned = metric.warning is not None and _within(value, low=warn_low, high=warn_high)
    return by_control(inside, warned=warned)


def _bounds(metric: Metric) -> tuple[Decimal | None, Decimal | None]:
    if metric.kind is MetricKind.AT_LEAST:
        return metric.target, None
    if metric.kind is MetricKind.AT_MOST:
        return None, metric.target
    return metric.lower, metric.upper


def _warning_bounds(
    metric: Metric, *, low: Decimal | None, high: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Where the warning ends: a bound of its own for one side, a margin around a range."""
    if metric.kind is MetricKind.BETWEEN:
        margin = metric.warning or Decimal(0)
        return (None if low is None else low - margin), (None if high is None else high + margin)
    return (metric.warning, None) if metric.kind is MetricKind.AT_LEAST else (None, metric.warning)


def _within(value: Decimal, *, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)
