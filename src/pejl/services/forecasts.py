"""The record of forecasts: what was said each week, kept as it was, so that it can be judged by what came.

Nothing else in the workspace follows from it. It is worked out while everybody goes on writing, and written
in short turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from pejl.domain import forecast, forecast_learning, forecast_paces
from pejl.domain.forecast import Case, Forecast
from pejl.domain.forecast_learning import Past
from pejl.domain.values import MOVING_KINDS, Kind, State
from pejl.models import ForecastLearning, Goal, GoalForecast, Workspace
from pejl.queries import forecast_subjects as subjects
from pejl.queries import forecast_weeks as weeks
from pejl.queries import forecasts as read
from pejl.queries import nodes
from pejl.queries.scope import Member
from pejl.services import commands

KEPT_LEVELS: Final = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
LEARNED_AT: Final = (3, 5, 8)  # check-ins after which a closed key result is looked back at
_AT_ONCE: Final = 2_000
_AT_MOST_LEARNED: Final = 5_000  # key results, the latest


def record(*, by: Member, at: datetime) -> int:
    """Keeps this week's forecast of every open goal that has one; how many. A second time in the same week
    nothing is written. Before it, what there is to learn from the closed key results is learned anew."""
    week = weeks.of(by.today(at))
    if weeks.kept(by.workspace_id, week):
        return 0
    workspace = Workspace.objects.get(pk=by.workspace_id)
    _learn(workspace, week=week, by=by, at=at)
    rows, count = _rows(workspace, week=week, at=at, today=by.today(at)), 0
    while some := list(islice(rows, _AT_ONCE)):
        commands.retried(partial(_write, GoalForecast, workspace.pk, some))
        count += len(some)
    return count


def _rows(workspace: Workspace, *, week: date, at: datetime, today: date) -> Iterator[GoalForecast]:
    every = Goal.objects.filter(workspace_id=workspace.pk, removed_at=None)
    known = subjects.rows(workspace.pk, list(every.values_list("pk", flat=True)))
    edges = nodes.edges(workspace.pk, known)
    of = [key for key, row in known.items() if read.fed(row)]
    paces: dict[UUID, float | None] = {}

    def seen(one: subjects.Subject, course: subjects.Course) -> None:
        paces[one.id] = _pace(one, course, today=today)

    found = read.work_out(
        workspace, known, edges, of=of, today=today, fitted=read.fitted(workspace.pk), seen=seen
    )
    base = read.base_rate(workspace.pk)
    same: dict[str, Any] = {"workspace_id": workspace.pk, "week": week, "made_at": at, "base_rate": base}
    for key, said in found.own.items():
        if isinstance(said, Forecast) and said.method != forecast.ENDED:
            one = found.subjects[key]
            reach, near = read.chances(one, said)
            yield GoalForecast(
                **same,
                **_told(key, said, reach=reach, near=near),
                start=one.start,
                target=one.metric.target,
                end_date=one.end_date,
                pace_reach=paces[key],
            )
    for key, above in found.above.items():
        if isinstance(above, Forecast):
            reach, near = above.probability_at_least(1.0), above.probability_at_least(read.NEAR)
            yield GoalForecast(
                **same, **_told(key, above, reach=reach, near=near), end_date=known[key].end_date
            )


def _told(goal_id: UUID, said: Forecast, *, reach: float, near: float) -> dict[str, Any]:
    return {
        "goal_id": goal_id,
        "observations": said.observations,
        "method": said.method,
        "reach": reach,
        "near": near,
        "quantiles": {str(level): said.quantile(level) for level in KEPT_LEVELS},
    }


def _pace(one: subjects.Subject, course: subjects.Course, *, today: date) -> float | None:
    """The chance that the straight line gives, for comparison."""
    found = forecast_paces.pace(
        start_date=one.start_date,
        end_date=one.end_date,
        start_value=one.start,
        target_value=one.metric.target or 0,
        observations=[(on, value) for on, value in course if on <= today],
    )
    return None if found is None else found.reach


def _learn(workspace: Workspace, *, week: date, by: Member, at: datetime) -> None:
    """At most once a week, and only from enough closed key results."""
    latest = ForecastLearning.objects.filter(workspace_id=workspace.pk).order_by("-made_at", "-pk").first()
    if latest is not None and weeks.of(by.today(latest.made_at)) >= week:
        return
    closed = _closed(workspace)
    if len(closed) < forecast_learning.LEAST:
        return
    learned = forecast_learning.learn(list(_pasts(workspace, closed)))
    if learned is None:
        return
    row = ForecastLearning(
        workspace_id=workspace.pk,
        made_at=at,
        key_results=len(closed),
        parameters=forecast_learning.dumped(learned),
    )
    commands.retried(partial(_write, ForecastLearning, workspace.pk, [row]))


def _closed(workspace: Workspace) -> dict[UUID, Any]:
    """The closed key results that moved towards a target, the latest first."""
    found = Goal.objects.filter(
        workspace_id=workspace.pk,
        kind=Kind.KEY_RESULT,
        state=State.CLOSED,
        removed_at=None,
        checkin_count__gt=3,
    )
    latest = list(found.order_by("-ended_at", "-pk").values_list("pk", flat=True)[:_AT_MOST_LEARNED])
    return subjects.rows(workspace.pk, latest)


def _pasts(workspace: Workspace, closed: dict[UUID, Any]) -> Iterator[Past]:
    """Each of them after three, five and eight of its check-ins, with the value it ended on."""
    own = [one for row in closed.values() if (one := subjects.subject(row, state=State.CLOSED)) is not None]
    courses = subjects.courses(workspace.pk, own, zone=ZoneInfo(workspace.timezone))
    for one in own:
        target = one.metric.target
        days = dict(pair for pair in courses.get(one.id, []) if one.start_date <= pair[0] <= one.end_date)
        course = sorted(days.items())
        if target is None or not course or one.metric.kind not in MOVING_KINDS:
            continue
        lower, upper = subjects.bounds(one, [value for _, value in course])
        for count in LEARNED_AT:
            if count < len(course):
                on = course[count - 1][0]
                case = Case(one.start_date, one.end_date, one.start, target, course[:count], on, lower, upper)
                yield Past(case=case, outcome=float(course[-1][1]), key_result=one.id)


def _write(model: Any, workspace_id: UUID, rows: list[Any]) -> None:
    """Of several servers that come to it at once, each goal's forecast is kept from one."""
    with transaction.atomic():
        commands.lock(workspace_id)
        model.objects.bulk_create(rows, ignore_conflicts=True)
