"""Deliveries: taken by one worker at a time, signed, and settled by what the other side answered.

The table of deliveries is the queue. A worker takes one by moving its `due_at` on, in a single statement that
only one of several can win; whoever dies with it in hand leaves it to be taken again after `LEASE`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Min
from standardwebhooks.webhooks import Webhook as Signer

from pejl.domain import webhooks as rules
from pejl.models import Delivery, DeliveryState, Event, Webhook
from pejl.queries import people
from pejl.queries import webhooks as webhooks_read
from pejl.services import commands, events

log = logging.getLogger("pejl.webhooks")
LEASE: Final = timedelta(minutes=2)
KEPT: Final = timedelta(days=30)
KEPT_DEAD: Final = timedelta(days=90)
AGENT: Final = "Pejl-Webhooks/1"
GONE: Final = 410
_TAKEN_AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way: where to, with what, and the how manieth attempt it is."""

    delivery_id: UUID
    webhook_id: UUID
    url: str
    body: bytes
    headers: dict[str, str]
    attempt: int


def take(*, at: datetime, busy: Collection[UUID] = ()) -> Parcel | None:
    """The message that waits longest and is due, of no webhook in `busy`; None where there is none. It is the
    caller's for `LEASE`."""
    for workspace_id in _workspaces():
        for row in _due(workspace_id, at=at, busy=busy):
            if commands.retried(partial(_claimed, row, at=at)):
                parcel = _parcel(row, at=at)
                if parcel is not None:
                    return parcel
    return None


def settle(parcel: Parcel, *, status: int | None, why: str = "", at: datetime) -> None:
    """Arrived, to be tried again, or given up. A 410 and ten days of nothing but failures switch the webhook
    off; what waits for it is then given up, and can be sent again by hand."""
    commands.retried(partial(_settled, parcel, status=status, why=why, at=at))


def clear(*, at: datetime) -> None:
    """Forgets what arrived a month ago and what was given up three months ago."""
    for workspace_id in Webhook.objects.order_by().values_list("workspace_id", flat=True).distinct():
        ended = Delivery.objects.filter(workspace_id=workspace_id)
        ended.filter(state=DeliveryState.DELIVERED, ended_at__lte=at - KEPT).delete()
        ended.filter(state=DeliveryState.DEAD, ended_at__lte=at - KEPT_DEAD).delete()


def _workspaces() -> list[UUID]:
    """Those with a webhook that is on: every index begins with the workspace."""
    on = Webhook.objects.filter(stopped_at=None).order_by()
    return list(on.values_list("workspace_id", flat=True).distinct())


def _due(workspace_id: UUID, *, at: datetime, busy: Collection[UUID]) -> list[Delivery]:
    rows = Delivery.objects.filter(
        workspace_id=workspace_id, state=DeliveryState.WAITING, due_at__lte=at, webhook__stopped_at=None
    )
    rows = rows.exclude(webhook_id__in=busy).order_by("due_at", "pk")
    return list(
        rows.select_related("webhook__person__workspace", "webhook__person__account")[:_TAKEN_AT_ONCE]
    )


def _claimed(row: Delivery, *, at: datetime) -> bool:
    """Whether it is ours: of several who try, the statement finds the row as it was for one alone."""
    same = Delivery.objects.filter(
        workspace_id=row.workspace_id, pk=row.pk, state=DeliveryState.WAITING, due_at=row.due_at
    )
    return bool(same.update(due_at=at + LEASE, attempts=F("attempts") + 1))


def _parcel(row: Delivery, *, at: datetime) -> Parcel | None:
    """Signed; None where the webhook's person may no longer see what it is about."""
    hook = row.webhook
    if not _seen(row):
        _end(row.pk, DeliveryState.DEAD, attempt=row.attempts + 1, status=None, why="unseen", at=at)
        return None
    body = json.dumps(row.body, ensure_ascii=False, separators=(",", ":"))
    key, moment = f"msg_{row.pk.hex}", at.astimezone(UTC)
    signed = [
        Signer(secret).sign(key, moment, body)
        for secret in rules.secrets(hook.secret, hook.secret_before, turned_at=hook.turned_at, at=at)
    ]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": key,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signed),
    }
    return Parcel(row.pk, hook.pk, hook.url, body.encode(), headers, row.attempts + 1)


def _seen(row: Delivery) -> bool:
    reader = webhooks_read.reader(row.webhook.person)
    goal = row.body["data"].get("goal")
    return reader is not None and (goal is None or webhooks_read.sees(reader, UUID(goal["id"])))


def _settled(parcel: Parcel, *, status: int | None, why: str, at: datetime) -> None:
    with transaction.atomic():
        pause = rules.wait(attempts=parcel.attempt)
        if rules.arrived(status):
            _end(parcel.delivery_id, DeliveryState.DELIVERED, attempt=parcel.attempt, status=status, at=at)
            return
        if pause is None or status == GONE:
            _end(
                parcel.delivery_id, DeliveryState.DEAD, attempt=parcel.attempt, status=status, why=why, at=at
            )
        else:
            _ours(parcel.delivery_id, parcel.attempt).update(due_at=at + pause, status=status, error=why)
        hook = (
            Webhook.objects.select_related("workspace").filter(pk=parcel.webhook_id, stopped_at=None).first()
        )
        if hook is not None and (status == GONE or _failing_since(hook, at - rules.PATIENCE)):
            _stop(hook, at=at)


def _ours(delivery_id: UUID, attempt: int) -> Any:
    """Nothing, where it was sent anew by hand meanwhile or the lease ran out and another one took it."""
    return Delivery.objects.filter(pk=delivery_id, state=DeliveryState.WAITING, attempts=attempt)


def _end(
    delivery_id: UUID, state: DeliveryState, *, attempt: int, status: int | None, why: str = "", at: datetime
) -> None:
    _ours(delivery_id, attempt).update(state=state, status=status, error=why, ended_at=at)


def _failing_since(hook: Webhook, since: datetime) -> bool:
    """Whether something waits or died since before that moment, and nothing arrived after it."""
    rows = Delivery.objects.filter(workspace_id=hook.workspace_id, webhook=hook)
    resumed = Event.objects.filter(
        workspace_id=hook.workspace_id, verb="webhook.resumed", subject=hook.pk, at__gt=since
    )
    arrived = rows.filter(state=DeliveryState.DELIVERED).aggregate(last=Max("ended_at"))["last"]
    failing = rows.exclude(state=DeliveryState.DELIVERED).filter(attempts__gt=0)
    if arrived is not None:
        failing = failing.filter(created_at__gt=arrived)
    first = failing.aggregate(first=Min("created_at"))["first"]
    return first is not None and first <= since and not resumed.exists()


def _stop(hook: Webhook, *, at: datetime) -> None:
    hook.stopped_at = at
    hook.save(update_fields=["stopped_at"])
    waiting = Delivery.objects.filter(
        workspace_id=hook.workspace_id, webhook=hook, state=DeliveryState.WAITING
    )
    waiting.update(state=DeliveryState.DEAD, error="stopped", ended_at=at)
    system = people.system(hook.workspace.slug)
    events.record("webhook.stopped", by=system, at=at, subject=hook.pk)
    log.warning("workspace %s: webhook %s fails and is switched off", hook.workspace_id, hook.pk)
