"""The periods of a workspace, for reading and choosing."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pejl.models import Period
from pejl.queries.frames import FramePeriod
from pejl.queries.scope import Member


def every(by: Member) -> list[FramePeriod]:
    """All periods, the latest first; of those that start together the longest first. One query."""
    rows = Period.objects.filter(workspace_id=by.workspace_id)
    return sorted((FramePeriod.of(row) for row in rows), key=lambda one: (one.start, one.end), reverse=True)


def current(periods: list[FramePeriod], *, today: date) -> FramePeriod | None:
    """The shortest period that contains the day."""
    holding = [one for one in periods if one.start <= today <= one.end]
    return min(holding, key=lambda one: (one.end - one.start, one.start), default=None)


def within(periods: list[FramePeriod], chosen: FramePeriod) -> list[UUID]:
    """The periods whose goals belong on a page of this one: itself, and those that hold all of it."""
    return [one.id for one in periods if one.start <= chosen.start and one.end >= chosen.end]
