"""Goals and check-ins as flat rows, for the tables that people take out: only what they may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pejl.models import Checkin
from pejl.queries import goals as goals_read
from pejl.queries import scope
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class CheckinRow:
    goal: UUID
    title: str
    on: date
    recorded_at: datetime
    value: Decimal | None
    status: str
    confidence: int | None
    note: str
    by: str


def goals(by: Member, *, now: datetime) -> list[GoalRow]:
    """Every goal they see, by start date, level and kind."""
    order = ("start_date", "level", "kind", "position", "created_at", "pk")
    return goals_read.rows(by, scope.goals(by).order_by(*order), now=now)


def checkins(by: Member) -> Iterator[CheckinRow]:
    """Every standing check-in on those goals, the oldest first. One query, read as it comes."""
    names = (
        "goal_id", "goal__title", "on", "known_from", "value", "status", "confidence", "note", "by__name",
    )  # fmt: skip
    rows = (
        Checkin.objects.current()
        .filter(workspace_id=by.workspace_id, goal__in=scope.goals(by).values("pk"))
        .order_by("on", "known_from", "pk")
        .values_list(*names)
    )
    for goal, title, on, recorded, value, status, confidence, note, name in rows.iterator(CHUNK):
        yield CheckinRow(goal, title, on, recorded, value, status, confidence, note, name or "")
