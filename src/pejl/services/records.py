"""What a goal's check-ins come to: the counts on its row, and what each of them said at its time."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from pejl.domain import progress, status
from pejl.domain.status import Limits
from pejl.domain.values import MetricKind, ProgressMode, State, Status, StatusMode
from pejl.models import Checkin, Goal, Workspace
from pejl.services import measures

MOST_DIGITS = 30
_COUNTED = ["confidence", "last_checkin_on", "last_checkin_at", "checkin_count"]


def recount(workspace_id: UUID, goals: Collection[UUID]) -> None:
    """Sets on each goal how many check-ins it has, the last date and moment, and the last confidence."""
    rows = {goal.pk: goal for goal in Goal.objects.filter(workspace_id=workspace_id, pk__in=goals)}
    for goal in rows.values():
        goal.confidence = goal.last_checkin_on = goal.last_checkin_at = None
        goal.checkin_count = 0
    said = Checkin.objects.current().filter(workspace_id=workspace_id, goal_id__in=list(rows))
    for goal_id, on, known_from, confidence in said.order_by("on", "known_from", "pk").values_list(
        "goal_id", "on", "known_from", "confidence"
    ):
        goal = rows[goal_id]
        goal.checkin_count += 1
        goal.last_checkin_on = on
        goal.last_checkin_at = max(known_from, goal.last_checkin_at or known_from)
        goal.confidence = goal.confidence if confidence is None else confidence
    Goal.objects.bulk_update(rows.values(), _COUNTED)


def exact(value: Decimal) -> bool:
    """Whether it is a number that can be kept digit for digit: finite, and of a size that people write."""
    if not value.is_finite():
        return False
    return value.adjusted() <= MOST_DIGITS and int(value.as_tuple().exponent) >= -MOST_DIGITS


def came_to(row: Checkin, workspace: Workspace) -> tuple[float | None, Status]:
    """Progress and status of a check-in: the goal's as they are now for its latest one, and for a
    back-dated one what its own value gave on its own day. `row.goal` is as it stands after the check-in."""
    goal = row.goal
    later = Checkin.objects.current().filter(workspace_id=workspace.pk, goal=goal, on__gt=row.on)
    if not later.exists():
        return goal.progress, Status(goal.status)
    reached = _reached(goal, row.value)
    if row.status_given:
        return reached, Status(row.status_given)
    return reached, status.current(
        state=State.OPEN,
        mode=StatusMode.PACE,
        stored=None,
        progress=reached,
        touched=True,
        start=goal.start_date,
        end=goal.end_date,
        today=row.on,
        metric=measures.metric(goal),
        value=row.value,
        limits=Limits(at_risk=workspace.at_risk_points, off_track=workspace.off_track_points),
    )


def _reached(goal: Goal, value: Decimal | None) -> float | None:
    """How far that value is; a word without one, and a goal without its own, is as far as the goal."""
    metric = measures.metric(goal)
    if value is None or goal.progress_mode == ProgressMode.CHILDREN:
        return goal.progress
    if goal.progress_mode == ProgressMode.MANUAL:
        return float(value / measures.HUNDRED)
    if metric is None or metric.kind is MetricKind.MILESTONES:
        return goal.progress
    fraction = progress.of(metric, value)
    return None if fraction is None else float(fraction)
