"""Webhooks: made, changed, tried, given a new secret, removed. Admins only."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from pejl.domain import webhooks as rules
from pejl.domain.access import Right
from pejl.models import Delivery, DeliveryState, Webhook
from pejl.models.fields import new_id
from pejl.queries.scope import Forbidden, Member
from pejl.services import events, gates, outbox, texts
from pejl.services.commands import command
from pejl.services.errors import Rejected

LONGEST: Final = 500
MOST: Final = 50
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """`verbs` are `goal.*` and the like, or exact names such as `goal.closed`."""

    url: str
    verbs: tuple[str, ...]


@command
def create(new: NewWebhook, *, by: Member, at: datetime) -> UUID:
    """Told from now on, with the sight of who makes it. Raises `Forbidden`, `Rejected` (`url`, `events`)."""
    gates.admin(by)
    if by.person_id is None:
        raise Forbidden(Right.SETTINGS)
    url, verbs = _address(new.url), _verbs(new.verbs)
    if Webhook.objects.filter(workspace_id=by.workspace_id).count() >= MOST:
        raise Rejected.one("webhook.many", field="url", most=MOST)
    hook = Webhook.objects.create(
        workspace_id=by.workspace_id,
        url=url,
        verbs=verbs,
        secret=_secret(),
        person_id=by.person_id,
        created_at=at,
    )
    _record("created", hook, by=by, at=at, verbs=verbs)
    return _id(hook)


@command
def edit(
    webhook_id: UUID,
    *,
    url: str | None = None,
    verbs: Iterable[str] | None = None,
    by: Member,
    at: datetime,
) -> None:
    """Another address, other events. What waits goes to the new address, with the same secret."""
    hook = _hook(by, webhook_id)
    hook.url = hook.url if url is None else _address(url)
    hook.verbs = hook.verbs if verbs is None else _verbs(verbs)
    hook.save(update_fields=["url", "verbs"])
    _record("changed", hook, by=by, at=at, verbs=hook.verbs)


@command
def remove(webhook_id: UUID, *, by: Member, at: datetime) -> None:
    """With all that waits and the list of what was sent."""
    hook = _hook(by, webhook_id)
    _record("removed", hook, by=by, at=at)
    hook.delete()


@command
def turn(webhook_id: UUID, *, by: Member, at: datetime) -> UUID:
    """A new secret. For a day messages are signed by both, so that the other side can change it in peace."""
    hook = _hook(by, webhook_id)
    hook.secret_before, hook.secret, hook.turned_at = hook.secret, _secret(), at
    hook.save(update_fields=["secret", "secret_before", "turned_at"])
    _record("turned", hook, by=by, at=at)
    return _id(hook)


@command
def resume(webhook_id: UUID, *, by: Member, at: datetime) -> None:
    """Switches one on again that was switched off for failing. Twice is as once."""
    hook = _hook(by, webhook_id)
    if hook.stopped_at is not None:
        hook.stopped_at = None
        hook.save(update_fields=["stopped_at"])
        _record("resumed", hook, by=by, at=at)


@command
def test(webhook_id: UUID, *, by: Member, at: datetime) -> UUID:
    """Sends a message that says nothing, on its way like any other."""
    hook = _on(_hook(by, webhook_id))
    body = outbox.message(rules.TEST, by=by, at=at)
    row = outbox.delivery(hook, rules.TEST, body, event=new_id(), at=at)
    row.save()
    return _id(row)


@command
def replay(delivery_id: UUID, *, by: Member, at: datetime) -> None:
    """Sends it again at once, with the same id: the other side knows it where it has it already."""
    gates.admin(by)
    rows = Delivery.objects.filter(workspace_id=by.workspace_id, pk=delivery_id)
    _on(gates.known(rows.select_related("webhook").first()).webhook)
    rows.update(state=DeliveryState.WAITING, attempts=0, due_at=at, status=None, error="", ended_at=None)


def _hook(by: Member, webhook_id: UUID) -> Webhook:
    gates.admin(by)
    return gates.known(Webhook.objects.filter(workspace_id=by.workspace_id, pk=webhook_id).first())


def _on(hook: Webhook) -> Webhook:
    if hook.stopped_at is not None:
        raise Rejected.one("webhook.stopped")
    return hook


def _record(what: str, hook: Webhook, *, by: Member, at: datetime, **data: Any) -> None:
    """The host alone: in many an address the rest is as good as a password."""
    host = urlsplit(hook.url).hostname
    events.record(f"webhook.{what}", by=by, at=at, subject=hook.pk, host=host, **data)


def _address(text: str) -> str:
    url = texts.line(text, field="url", most=LONGEST)
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or " " in url or parts.username is not None or parts.fragment:
        raise Rejected.one("webhook.address", field="url")
    return url


def _verbs(asked: Iterable[str]) -> list[str]:
    verbs = sorted(set(asked))
    if not verbs or not all(rules.known(verb) for verb in verbs):
        raise Rejected.one("webhook.events", field="events")
    return verbs


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _id(row: Webhook | Delivery) -> UUID:
    answer: UUID = row.pk
    return answer
