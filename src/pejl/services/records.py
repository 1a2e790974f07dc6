"""What a goal's check-ins come to: the counts on its row, and what each of them said at its time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from pejl.domain import progress, status
from pejl.domain.status import Limits
from pejl.domain.values import MetricKind, ProgressMode, State, Status, StatusMode
from pejl.models import Checkin, Figure, Goal, Workspace
from pejl.queries import measures
from pejl.services import inserts

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
    inserts.update(
        Goal, [(key.hex, {name: getattr(row, name) for name in _COUNTED}) for key, row in rows.items()]
    )


def exact(value: Decimal) -> bool:
    """Whether it is a number that can be kept digit for digit: finite, and of a size that people write."""
    if not value.is_finite():
        return False
    return value.adjusted() <= MOST_DIGITS and int(value.as_tuple().exponent) >= -MOST_DIGITS


def came_to(row: Checkin, workspace: Workspace) -> tuple[float | None, Status]:
    """Progress and status of a check-in: the goal's as they are now for its latest one, and for a
    back-dated one what its own value gave, or else what was known, on its day. `row.goal` is as it stands
    after the check-in."""
    goal = row.goal
    later = Checkin.objects.current().filter(workspace_id=workspace.pk, goal=goal, on__gt=row.on)
    if not later.exists():
        return goal.progress, Status(goal.status)
    own = _reached(goal, row.value)
    reached, shown = (own, _pace(row, own, workspace)) if own is not None else _known_then(row, workspace)
    return reached, Status(row.status_given or shown)


def _reached(goal: Goal, value: Decimal | None) -> float | None:
    """How far that value is by itself; None for a word without one, and on a goal that takes none."""
    measure = measures.metric(goal)
    if value is None or goal.progress_mode not in {ProgressMode.MANUAL, ProgressMode.METRIC}:
        return None
    if goal.progress_mode == ProgressMode.MANUAL:
        return float(value / measures.HUNDRED)
    if measure is None or measure.kind is MetricKind.MILESTONES:
        return None
    fraction = progress.of(measure, value)
    return None if fraction is None else float(fraction)


def _pace(row: Checkin, reached: float, workspace: Workspace) -> Status:
    return status.current(
        state=State.OPEN,
        mode=StatusMode.PACE,
        stored=None,
        progress=reached,
        touched=True,
        start=row.goal.start_date,
        end=row.goal.end_date,
        today=row.on,
        metric=measures.metric(row.goal),
        value=row.value,
        limits=Limits(at_risk=workspace.at_risk_points, off_track=workspace.off_track_points),
    )


def _known_then(row: Checkin, workspace: Workspace) -> tuple[float | None, Status]:
    """The goal's figures as they were known at the end of that day in the workspace's time zone."""
    night = datetime.combine(row.on + timedelta(days=1), time.min, tzinfo=ZoneInfo(workspace.timezone))
    kept = Figure.objects.filter(workspace_id=workspace.pk, goal_id=row.goal_id, known_from__lt=night)
    last = kept.order_by("-known_from", "-pk").first()
    return (None, Status.NOT_STARTED) if last is None else (last.progress, Status(last.status))
