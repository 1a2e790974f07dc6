"""How good the forecasts have been, and the confidence of people: sums over the whole workspace, without
titles or names, so that everybody may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from pejl.domain import forecast, forecast_scores
from pejl.domain.forecast_scores import Confided, Said, Scores
from pejl.domain.values import Kind, ProgressMode, State
from pejl.models import Checkin, ForecastLearning, Goal, GoalForecast
from pejl.queries import measures
from pejl.queries.scope import Member

GROUP: Final = 5  # persons, before their confidence is told together
LATEST: Final = 2_000  # closed key results: more say no more, and take their time
_FIGURED: Final = (ProgressMode.CHILDREN, ProgressMode.SOURCE)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """`scores` is None while fewer than `needed` closed key results have a forecast on record; `so_far` says
    how many have. `learned_from` is how many closed key results the forecasts learned from, None for none."""

    scores: Scores | None
    so_far: int
    needed: int
    learned_from: int | None


@dataclass(frozen=True, slots=True)
class Confidence:
    """`group` is told from five persons on, `own` is the reader's alone; None while there is not enough.
    `group_people` is how many have said how confident they were of what is closed now."""

    group: forecast_scores.Confidence | None
    group_people: int
    own: forecast_scores.Confidence | None


def accuracy(by: Member) -> Accuracy:
    """Every weekly forecast of the key results that are closed now, the latest 2,000 of them, judged by the
    target it was said of. Those that were dropped or postponed have no outcome and are left out. Four
    queries."""
    said = list(_said(by.workspace_id))
    learned = ForecastLearning.objects.filter(workspace_id=by.workspace_id).order_by("-made_at", "-pk")
    return Accuracy(
        scores=forecast_scores.score(said),
        so_far=len({one.goal for one in said}),
        needed=forecast_scores.ENOUGH,
        learned_from=learned.values_list("key_results", flat=True).first(),
    )


def confidence(by: Member) -> Confidence:
    """What people said at check-in of key results that are closed now: of all people the latest 2,000 key
    results, of the reader the latest 2,000 that they spoke of. Four queries."""
    closed = _closed(by.workspace_id).exclude(progress=None)
    said = _confided(closed, Q(workspace_id=by.workspace_id))
    mine = Q(workspace_id=by.workspace_id, by_id=by.person_id)
    spoken = Checkin.objects.current().filter(mine, goal_id=OuterRef("pk"))
    own = [] if by.person_id is None else _confided(closed.filter(Exists(spoken)), mine)
    return Confidence(
        group=forecast_scores.confidence(said, people=GROUP),
        group_people=len({one.person for one in said}),
        own=forecast_scores.confidence(own),
    )


def _confided(closed: QuerySet[Goal], said: Q) -> list[Confided]:
    """The last word of each week on the latest of these goals: who corrects themselves said one thing."""
    reached = {goal: (found or 0) >= 1 for goal, found in closed.values_list("pk", "progress")[:LATEST]}
    rows = Checkin.objects.current().filter(said, goal_id__in=list(reached), confidence__isnull=False)
    columns = rows.order_by("goal_id", "on", "known_from", "pk").values_list(
        "goal_id", "by_id", "on", "confidence"
    )
    found = {
        (goal, person, week): Confided(goal, person, week, confidence or 0, reached=reached[goal])
        for goal, person, on, confidence in columns
        if person is not None and (week := on - timedelta(days=on.weekday()))
    }
    return list(found.values())


def _closed(workspace_id: UUID) -> QuerySet[Goal]:
    """Key results that are closed, the latest first."""
    found = Goal.objects.filter(
        workspace_id=workspace_id, kind=Kind.KEY_RESULT, state=State.CLOSED, removed_at=None
    )
    return found.order_by("-ended_at", "-pk")


def _said(workspace_id: UUID) -> Iterator[Said]:
    recorded = GoalForecast.objects.filter(workspace_id=workspace_id, goal=OuterRef("pk"))
    latest = list(_closed(workspace_id).filter(Exists(recorded)).values_list("pk", flat=True)[:LATEST])
    closed = GoalForecast.objects.filter(
        workspace_id=workspace_id, goal_id__in=latest, target__isnull=False
    ).exclude(method=forecast.ENDED)
    rows = list(
        closed.order_by("goal_id", "week").values_list(
            "goal_id", "week", "reach", "quantiles", "start", "target", "end_date", "base_rate", "pace_reach",
            "goal__progress_mode", "goal__value",
        )
    )  # fmt: skip
    ended = {goal: end for goal, _, _, _, _, _, end, *_ in rows}
    outcomes = _outcomes(workspace_id, ended)
    for goal, week, reach, quantiles, start, target, _, base, pace, mode, value in rows:
        outcome = value if mode in _FIGURED else outcomes.get(goal)
        if outcome is None or start is None or target is None:
            continue
        yield Said(
            goal=goal,
            week=week,
            reach=reach,
            low50=quantiles["0.25"],
            high50=quantiles["0.75"],
            low80=quantiles["0.1"],
            high80=quantiles["0.9"],
            base=base,
            pace=pace,
            outcome=float(outcome),
            reached=outcome >= target if target >= start else outcome <= target,
        )


def _outcomes(workspace_id: UUID, ended: dict[UUID, date]) -> dict[UUID, Decimal]:
    """The last value of each up to the end of its time."""
    found: dict[UUID, Decimal] = {}
    for ids in measures.batches(ended):
        rows = Checkin.objects.current().filter(workspace_id=workspace_id, goal_id__in=ids)
        said = rows.order_by("goal_id", "on", "known_from", "pk").values_list("goal_id", "on", "value")
        found.update((goal, value) for goal, on, value in said if value is not None and on <= ended[goal])
    return found
