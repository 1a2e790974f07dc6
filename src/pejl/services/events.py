"""The record of what was done. Written in the transaction of the deed; what was done never changes, only whom
it names, where two people were one or somebody is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.models import Event
from pejl.queries.scope import Member
from pejl.services import outbox


def record(
    verb: str, *, by: Member, at: datetime, goal: UUID | None = None, subject: UUID | None = None, **data: Any
) -> None:
    """Adds one event, such as `goal.closed`; `data` holds what is needed to tell it in a sentence.

    The webhooks that ask for it are told."""
    event = Event.objects.create(
        workspace_id=by.workspace_id,
        at=at,
        by_id=by.person_id,
        verb=verb,
        goal_id=goal,
        subject=subject,
        data={name: _plain(value) for name, value in data.items()},
    )
    outbox.put(event, by=by)


def reword(workspace_id: UUID, told: Callable[[Event], tuple[UUID | None, dict[str, Any]]]) -> None:
    """Gives each event the subject and the data that `told` makes of it, in the caller's transaction."""
    changed = []
    for event in Event.objects.filter(workspace_id=workspace_id).iterator(chunk_size=2_000):
        before = (event.subject, event.data)
        event.subject, event.data = told(event)
        if (event.subject, event.data) != before:
            changed.append(event)
    Event.objects.bulk_update(changed, ["subject", "data"], batch_size=200)


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
