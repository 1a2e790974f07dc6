"""What happened, put down for the webhooks that asked for it, in the transaction of the deed: either both
are kept or neither, and a message is never lost between a commit and a queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pejl.domain import webhooks as rules
from pejl.models import Delivery, Event, Goal, Webhook
from pejl.models.fields import new_id
from pejl.queries import webhooks as webhooks_read
from pejl.queries.scope import Member

_REMEMBERED: ContextVar[dict[UUID, list[Webhook]] | None] = ContextVar("webhooks", default=None)


def put(event: Event, *, by: Member) -> None:
    """Writes a delivery for each webhook that asks for this and whose person may see what it is about.

    Inside :func:`remembered` the webhooks are asked for once; where none asks, that is all.
    """
    if event.verb.partition(".")[0] not in rules.KINDS:
        return
    asking = [one for one in _hooks(event.workspace_id) if rules.asks(one.verbs, event.verb)]
    bodies: dict[UUID, dict[str, Any] | None] = {}
    rows = []
    for hook in asking:
        if hook.person_id not in bodies:
            bodies[hook.person_id] = _body(event, hook, by=by)
        body = bodies[hook.person_id]
        if body is not None:
            rows.append(delivery(hook, event.verb, body, event=event.pk, at=event.at))
    Delivery.objects.bulk_create(rows)


@contextmanager
def remembered() -> Iterator[None]:
    """Within one transaction the webhooks of its workspace are the same for every event."""
    token = _REMEMBERED.set({})
    try:
        yield
    finally:
        _REMEMBERED.reset(token)


def _hooks(workspace_id: UUID) -> list[Webhook]:
    known = _REMEMBERED.get()
    if known is not None and workspace_id in known:
        return known[workspace_id]
    rows = Webhook.objects.filter(workspace_id=workspace_id, stopped_at=None)
    found = list(rows.select_related("person__workspace", "person__account"))
    if known is not None:
        known[workspace_id] = found
    return found


def delivery(hook: Webhook, verb: str, body: dict[str, Any], *, event: UUID, at: datetime) -> Delivery:
    """The row, not yet kept: due at once."""
    return Delivery(
        id=new_id(),
        workspace_id=hook.workspace_id,
        webhook_id=hook.pk,
        event=event,
        verb=verb,
        body=body,
        due_at=at,
        created_at=at,
    )


def message(verb: str, *, by: Member, at: datetime, **data: Any) -> dict[str, Any]:
    """A body as Standard Webhooks has it: `type`, `timestamp`, `data`."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    workspace = {"id": str(by.workspace_id), "slug": by.slug}
    person = None if by.person_id is None else {"id": str(by.person_id), "name": by.name}
    return {"type": verb, "timestamp": moment, "data": {"workspace": workspace, "by": person, **data}}


def _body(event: Event, hook: Webhook, *, by: Member) -> dict[str, Any] | None:
    """As the webhook's person may read it; None where they may not see its goal. What it names besides, such
    as a parent, is left out where they do not see that."""
    reader = webhooks_read.reader(hook.person)
    if reader is None or (event.goal_id is not None and not webhooks_read.sees(reader, event.goal_id)):
        return None
    told = {"subject": str(event.subject) if event.subject else None, "details": event.data}
    told = rules.without(told, webhooks_read.hidden(reader, told))  # type: ignore[assignment]
    goal = _goal(event.goal_id) if event.goal_id else None
    return message(event.verb, by=by, at=event.at, goal=goal, **told)


def _goal(goal_id: UUID) -> dict[str, str]:
    title, kind = Goal.objects.values_list("title", "kind").get(pk=goal_id)
    return {"id": str(goal_id), "title": title, "kind": kind}
