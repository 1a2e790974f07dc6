"""Where goals land, as far as the check-ins tell: worked out when asked, large objectives from their weekly
record.

A figure of an objective counts what hangs under it, seen by the reader or not, as its progress does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q

from pejl.domain import forecast, forecast_graphs, forecast_learning
from pejl.domain.forecast import Forecast, Refusal
from pejl.domain.forecast_mixtures import Parameters
from pejl.domain.values import Kind, Metric, ProgressMode, State
from pejl.models import Edge, ForecastLearning, Goal, GoalForecast, Workspace
from pejl.queries import forecast_subjects as subjects
from pejl.queries import nodes
from pejl.queries.forecast_subjects import Course, Subject
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member

LEVELS: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
NEAR: Final = 0.7  # of the way: enough of what was meant to be out of reach
MOST: Final = 1_000  # goals under those asked about; above it the weekly record answers
BASE_ENOUGH: Final = 20  # closed key results, before their share says anything
_AT_ONCE: Final = 5_000
_DIGITS: Final = 4
_FINENESS: Final = 2  # a value is told to a hundredth of the gap's order of size


@dataclass(frozen=True, slots=True)
class Landing:
    """Where one goal lands if things go on as they have.

    `reach` is the chance of the target (of an objective: of all of it), `near` of 0.7 of the way. `progress`
    holds fractions of the way by their level (0.1: nine of ten times it ends further), `values` the value
    that is not passed with that chance, in the metric's unit; None for objectives and goals kept by hand.
    `base_rate` is how many of the closed key results here reached their target. `said_on` is the day of a
    record, None where it was worked out now.
    """

    goal_id: UUID
    observations: int
    method: str
    reach: float
    near: float
    progress: dict[float, float]
    values: dict[float, Decimal] | None
    base_rate: float | None
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Why there is no forecast of a goal."""

    goal_id: UUID
    why: Refusal
    base_rate: float | None


Answer: TypeAlias = Landing | Unsaid
Told: TypeAlias = dict[str, Any]
NOTHING: Final[Mapping[UUID, tuple[date, Decimal]]] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """The forecasts of some goals, of those that have a course of their own and of those above them."""

    subjects: dict[UUID, Subject]
    own: dict[UUID, Forecast | Refusal]
    above: dict[UUID, Forecast | Refusal]


def of_goals(
    by: Member,
    rows: Iterable[GoalRow],
    *,
    now: datetime,
    supposing: Mapping[UUID, tuple[date, Decimal]] = NOTHING,
) -> dict[UUID, Answer]:
    """What is forecast of these goals, or why nothing is. A fixed number of queries.

    What has ended, has no days or is an initiative is not in the answer. `supposing` adds a value to a goal
    as if it were checked in on that day.
    """
    asked = [row.id for row in rows if row.state is State.OPEN and row.kind is not Kind.INITIATIVE]
    if not asked:
        return {}
    workspace = Workspace.objects.get(pk=by.workspace_id)
    near = {*asked, *_under(by.workspace_id, asked)}
    edges = nodes.edges(by.workspace_id, near)
    known = subjects.rows(by.workspace_id, near)
    small = _small([one for one in asked if one in known and fed(known[one])], edges, near=near)
    wanted = {one for some in small.values() for one in some} | set(asked)
    found = work_out(
        workspace,
        {one: known[one] for one in wanted if one in known},
        edges,
        of=list(small),
        today=by.today(now),
        supposing=supposing,
        fitted=fitted(by.workspace_id),
    )
    base = base_rate(by.workspace_id)
    large = [one for one in asked if one in known and fed(known[one]) and one not in small]
    answers = _recorded(by.workspace_id, large, base=base)
    for one in asked:
        if one in found.own:
            answers[one] = _own(found.subjects[one], found.own[one], base=base)
        elif one in found.above:
            answers[one] = _above(one, found.above[one], base=base)
    return answers


def work_out(
    workspace: Workspace,
    rows: Mapping[UUID, Any],
    edges: nodes.Edges,
    *,
    of: Collection[UUID],
    today: date,
    supposing: Mapping[UUID, tuple[date, Decimal]] = NOTHING,
    fitted: Parameters | None = None,
    seen: Callable[[Subject, Course], None] | None = None,
) -> Found:
    """The forecasts of all of `rows` (see `forecast_subjects.rows`) that have a course of their own, and of
    those goals of `of` that are fed by their children, all of which are among the rows. `seen` is told each
    course as it passes. Two queries for each 5,000 goals."""
    own = {key: one for key, row in rows.items() if (one := subjects.subject(row)) is not None}
    said: dict[UUID, Forecast | Refusal] = {}
    every = list(own.values())
    for start in range(0, len(every), _AT_ONCE):
        some = every[start : start + _AT_ONCE]
        courses = subjects.courses(workspace.pk, some, zone=ZoneInfo(workspace.timezone))
        asked = [
            subjects.asked(one, courses.get(one.id, []), today=today, supposing=supposing.get(one.id))
            for one in some
        ]
        found = forecast.of_many(asked, fitted=fitted)
        said.update((one.id, answer) for one, answer in zip(some, found, strict=True))
        if seen is not None:
            for one in some:
                seen(one, courses.get(one.id, []))
    landings = {key: one for key, one in said.items() if isinstance(one, Forecast)}
    return Found(
        subjects=own,
        own=said,
        above=forecast_graphs.objectives(
            {key: nodes.of(row, computed=True) for key, row in rows.items()},
            {key: some for key, some in edges.items() if key in rows},
            of=of,
            landings=landings,
            metrics={key: own[key].metric for key in landings},
            cap=workspace.capped,
            capped={key: row.period__capped for key, row in rows.items() if row.period__capped is not None},
            initiatives=workspace.initiatives_contribute,
        ),
    )


def fed(row: Any) -> bool:
    """Whether an open goal lands where what hangs under it does."""
    children = row.progress_mode == ProgressMode.CHILDREN and not row.sums
    return bool(children and row.state == State.OPEN and row.kind != Kind.INITIATIVE and subjects.dated(row))


def fitted(workspace_id: UUID) -> Parameters | None:
    """What was learned from the workspace's own closed key results, if there were enough. One query."""
    latest = ForecastLearning.objects.filter(workspace_id=workspace_id).order_by("-made_at", "-pk")
    learned = latest.values_list("parameters", flat=True).first()
    return None if learned is None else _loaded(json.dumps(learned, sort_keys=True))


@lru_cache(maxsize=64)
def _loaded(parameters: str) -> Parameters:
    found: Parameters = forecast_learning.loaded(json.loads(parameters))
    return found


def base_rate(workspace_id: UUID) -> float | None:
    """How many of the closed key results reached their target; None while there are few. One query."""
    closed = Goal.objects.filter(
        workspace_id=workspace_id, kind=Kind.KEY_RESULT, state=State.CLOSED, removed_at=None
    )
    counted = closed.aggregate(
        all=Count("pk", filter=Q(progress__isnull=False)), reached=Count("pk", filter=Q(progress__gte=1))
    )
    return counted["reached"] / counted["all"] if counted["all"] >= BASE_ENOUGH else None


def chances(one: Subject, found: Forecast) -> tuple[float, float]:
    """The chance of the target, and of 0.7 of the way."""
    start, target = float(one.start), float(one.metric.target or 0)
    near = start + NEAR * (target - start)
    if target >= start:
        return found.probability_at_least(target), found.probability_at_least(near)
    return found.probability_at_most(target), found.probability_at_most(near)


def _own(one: Subject, found: Forecast | Refusal, *, base: float | None) -> Answer:
    if isinstance(found, Refusal):
        return Unsaid(one.id, found, base)
    reach, near = chances(one, found)
    quantiles = {p: found.quantile(p) for p in LEVELS}
    return Landing(
        goal_id=one.id,
        observations=found.observations,
        method=found.method,
        reach=reach,
        near=near,
        progress=_fractions(one.start, one.metric, quantiles),
        values=None if one.by_hand else _values(one.start, one.metric, quantiles),
        base_rate=base,
    )


def _above(goal_id: UUID, found: Forecast | Refusal, *, base: float | None) -> Answer:
    if isinstance(found, Refusal):
        return Unsaid(goal_id, found, base)
    return Landing(
        goal_id=goal_id,
        observations=found.observations,
        method=found.method,
        reach=found.probability_at_least(1.0),
        near=found.probability_at_least(NEAR),
        progress={p: found.quantile(p) for p in LEVELS},
        values=None,
        base_rate=base,
    )


def _fractions(start: Decimal, metric: Metric, quantiles: Mapping[float, float]) -> dict[float, float]:
    """Fractions of the way by level; of a falling metric the low values are far along."""
    begin, way = float(start), float((metric.target or 0) - start)
    if way < 0:
        return {p: (quantiles[q] - begin) / way for p, q in zip(LEVELS, reversed(LEVELS), strict=True)}
    return {p: (value - begin) / (way or 1.0) for p, value in quantiles.items()}


def _values(start: Decimal, metric: Metric, quantiles: Mapping[float, float]) -> dict[float, Decimal]:
    """Rounded to what a forecast may pretend to know: a hundredth of the gap's order of size, and to whole
    numbers where start and target are whole."""
    target = metric.target or Decimal(0)
    gap = abs(target - start)
    order = math.floor(math.log10(float(gap))) - _FINENESS if gap else 0
    if start == start.to_integral_value() and target == target.to_integral_value():
        order = max(order, 0)
    step = Decimal(1).scaleb(order)
    return {
        p: (Decimal(value) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        for p, value in quantiles.items()
    }


def _recorded(workspace_id: UUID, goals: Collection[UUID], *, base: float | None) -> dict[UUID, Answer]:
    """The latest record of each. One query."""
    rows = GoalForecast.objects.filter(workspace_id=workspace_id, goal_id__in=list(goals)).order_by("week")
    return {
        row.goal_id: Landing(
            goal_id=row.goal_id,
            observations=row.observations,
            method=row.method,
            reach=row.reach,
            near=row.near,
            progress={p: float(row.quantiles[str(p)]) for p in LEVELS},
            values=None,
            base_rate=base,
            said_on=row.week,
        )
        for row in rows
    }


def _under(workspace_id: UUID, roots: Iterable[UUID]) -> list[UUID]:
    """What hangs under these, nearest first as far as the database goes about it so, at most one more than
    `MOST`. One query; the outer join is there for SQLite's planner (see `services.figures.ancestors`)."""
    table, key = connection.ops.quote_name(Edge._meta.db_table), Edge._meta.pk
    ids = list(roots)
    marks = ", ".join(["%s"] * len(ids))
    sql = f"""
        WITH RECURSIVE below(id) AS (
            SELECT child_id FROM {table}
            WHERE workspace_id = %s AND known_to IS NULL AND parent_id IN ({marks})
            UNION
            SELECT edge.child_id FROM below LEFT JOIN {table} AS edge
            ON edge.parent_id = below.id AND edge.workspace_id = %s AND edge.known_to IS NULL
        )
        SELECT id FROM below WHERE id IS NOT NULL LIMIT {MOST + 1}
    """  # noqa: S608 - a table's own name and placeholders
    values = [key.get_db_prep_value(one, connection) for one in (workspace_id, *ids, workspace_id)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [one if isinstance(one, UUID) else UUID(str(one)) for (one,) in cursor.fetchall()]


def _small(roots: Iterable[UUID], edges: nodes.Edges, *, near: set[UUID]) -> dict[UUID, set[UUID]]:
    """All that hangs under each root, with itself, where it is all `near` and not too much altogether."""
    found: dict[UUID, set[UUID]] = {}
    together: set[UUID] = set()
    whole = [(root, below) for root in roots if (below := _reached(root, edges)) <= near]
    for root, below in sorted(whole, key=lambda pair: len(pair[1])):
        together |= below
        if len(together) > MOST:
            break
        found[root] = below
    return found


def _reached(root: UUID, edges: nodes.Edges) -> set[UUID]:
    known, waiting = {root}, [root]
    while waiting:
        for child, _ in edges.get(waiting.pop(), ()):
            if child not in known:
                known.add(child)
                waiting.append(child)
    return known


def of_one(by: Member, row: GoalRow, *, now: datetime) -> Told:
    """The forecast of one goal as programs read it, or why there is none."""
    answer = of_goals(by, [row], now=now).get(row.id)
    if isinstance(answer, Landing):
        return _landed(row, answer)
    if answer is not None:
        told: Told = {"refused": answer.why.value}
        return told if answer.base_rate is None else {**told, "base_rate": answer.base_rate}
    if row.state is not State.OPEN:
        return {"refused": "not open"}
    return {"refused": "initiative" if row.kind is Kind.INITIATIVE else "no dates"}


def _landed(row: GoalRow, answer: Landing) -> Told:
    """Quantiles in the metric's unit; without values of its own in fractions of the way."""
    if answer.values is None:
        of: dict[str, Any] = {str(p): round(part, _DIGITS) for p, part in answer.progress.items()}
    else:
        of = {str(p): value for p, value in answer.values.items()}
    told: Told = {
        "probability": round(answer.reach, _DIGITS),
        "near": round(answer.near, _DIGITS),
        "quantiles": of,
        "unit": "fraction" if answer.values is None else row.unit,
        "observations": answer.observations,
        "method": answer.method,
    }
    if answer.base_rate is not None:
        told["base_rate"] = round(answer.base_rate, _DIGITS)
    return told if answer.said_on is None else {**told, "said_on": answer.said_on}
