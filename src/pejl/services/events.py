"""The record of what was done. Written in the transaction of the deed, never changed."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.models import Event
from pejl.queries.scope import Member


def record(
    verb: str, *, by: Member, at: datetime, goal: UUID | None = None, subject: UUID | None = None, **data: Any
) -> None:
    """Adds one event, such as `goal.closed`; `data` holds what is needed to tell it in a sentence."""
    Event.objects.create(
        workspace_id=by.workspace_id,
        at=at,
        by_id=by.person_id,
        verb=verb,
        goal_id=goal,
        subject=subject,
        data={name: _plain(value) for name, value in data.items()},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
