"""What a goal's check-ins come to: the counts on its row, and what each of them said at its time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from pejl.domain import progress, status
from pejl.domain.status import Limits
from pejl.domain.values import MetricKind, ProgressMode, State, Status, StatusMode
from pejl.models import Checkin, Goal, Workspace
from pejl.queries import checkins, measures
from pejl.queries.checkins import Known
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


def came_to(rows: Sequence[Checkin], workspace: Workspace) -> list[tuple[float | None, Status]]:
    """Progress and status of each check-in: the goal's as they are now for its latest one, and for a
    back-dated one what its own value gave, or else what was known, on its day.

    `row.goal` is as it stands after the check-ins, counted anew (`recount`). One query for each day with a
    back-dated word that has no value, none where there is no such word.
    """
    own = {row.pk: _reached(row.goal, row.value) for row in rows if _is_behind(row)}
    days: dict[date, list[UUID]] = {}
    for row in rows:
        if row.pk in own and own[row.pk] is None:
            days.setdefault(row.on, []).append(row.goal_id)
    known = {on: checkins.known_on(workspace, ids, on=on) for on, ids in days.items()}
    return [_came_to(row, workspace, own=own, known=known.get(row.on, {})) for row in rows]


def _is_behind(row: Checkin) -> bool:
    last = row.goal.last_checkin_on
    return last is not None and row.on < last


def _came_to(
    row: Checkin, workspace: Workspace, *, own: Mapping[UUID, float | None], known: Mapping[UUID, Known]
) -> tuple[float | None, Status]:
    if row.pk not in own:
        return row.goal.progress, Status(row.goal.status)
    reached = own[row.pk]
    if reached is not None:
        return reached, Status(row.status_given or _pace(row, reached, workspace))
    then = known.get(row.goal_id, checkins.UNKNOWN)
    return then.progress, Status(row.status_given or then.status)


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
