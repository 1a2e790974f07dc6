"""The bars and charts of the page of one goal, as geometry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pejl.domain import status
from pejl.domain.values import ProgressMode, State
from pejl.queries.dossiers import Dossier
from pejl.queries.goals import GoalRow
from pejl.web import charts, landings
from pejl.web import format as told_as
from pejl.web.landings import Answers


@dataclass(frozen=True, slots=True)
class Pictures:
    """`bars` by goal, `sparks` by KPI. `course` is None for a goal without dates or any progress yet;
    `pace` is where it is expected today, as text."""

    bars: dict[UUID, charts.Bearing]
    sparks: dict[UUID, charts.Spark]
    course: charts.Course | None
    pace: str


def of(dossier: Dossier, *, today: date, answers: Answers = landings.NONE) -> Pictures:
    goal = dossier.goal
    return Pictures(
        bars={one.id: bar(one, answers) for one in (goal, *dossier.key_results, *dossier.supporters)},
        sparks={
            guard.item: charts.spark(guard.values, lower=guard.lower, upper=guard.upper)
            for guard in dossier.guards
        },
        course=_course(dossier, today=today, answers=answers),
        pace="" if goal.expected is None else told_as.percent(goal.expected),
    )


def bar(goal: GoalRow, answers: Answers = landings.NONE) -> charts.Bearing:
    """A goal moved by its metric stands in its own unit, any other in per cent."""
    own = goal.progress_mode in {ProgressMode.METRIC, ProgressMode.SOURCE}
    return charts.bearing(
        metric=goal.metric if own else None,
        value=goal.value if own else None,
        progress=goal.progress,
        expected=goal.expected,
        language=told_as.language(),
        closed=goal.state is not State.OPEN,
        landing=landings.drawn(answers, goal.id),
    )


def _course(dossier: Dossier, *, today: date, answers: Answers) -> charts.Course | None:
    goal = dossier.goal
    if goal.start_date is None or goal.end_date is None or not dossier.course:
        return None
    return charts.course(
        dossier.course,
        start=goal.start_date,
        end=goal.end_date,
        today=today,
        expected=_pace(goal, start=goal.start_date, end=goal.end_date),
        landing=landings.drawn(answers, goal.id),
    )


def _pace(goal: GoalRow, *, start: date, end: date) -> tuple[tuple[date, float], ...]:
    """The corners of the expected line; none for a goal that has no pace."""
    if goal.expected is None:
        return ()
    phases = goal.metric.phases if goal.metric is not None else ()
    corners = sorted({start, end, *(phase.on for phase in phases if start < phase.on < end)})
    return tuple((on, status.expected(start=start, end=end, today=on, metric=goal.metric)) for on in corners)
