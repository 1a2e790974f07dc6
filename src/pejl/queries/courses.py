"""The course a goal has taken: its progress over time, one point a day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pejl.domain.values import ProgressMode
from pejl.models import Checkin, Figure
from pejl.queries.scope import Member

Point = tuple[date, float]


def of(by: Member, goal_id: UUID, *, mode: ProgressMode) -> tuple[Point, ...]:
    """Date and raw progress (1 is all the way), oldest first; the last figure of each day counts.

    A goal somebody checks in on goes by the check-ins' business dates, any other by when its
    figure was known.
    The caller has made sure the goal is seen. One query.
    """
    days: dict[date, float] = {}
    if mode in {ProgressMode.METRIC, ProgressMode.MANUAL}:
        checkins = Checkin.objects.current().filter(workspace_id=by.workspace_id, goal_id=goal_id)
        spoken = checkins.exclude(progress=None).order_by("on", "known_from", "pk")
        days = dict(spoken.values_list("on", "progress"))
        if days:
            return tuple(sorted(days.items()))
    figures = Figure.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id)
    for at, progress in figures.order_by("known_from", "pk").values_list("known_from", "progress"):
        if progress is not None:
            days[by.today(at)] = progress
    return tuple(sorted(days.items()))
