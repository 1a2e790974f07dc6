"""Webhooks, for admins: which there are, what was sent, and what the person behind one may be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q

from pejl.domain import webhooks as rules
from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.models import Delivery, DeliveryState, Goal, Person, Webhook
from pejl.queries import people, scope
from pejl.queries.scope import Forbidden, Member, NotFound

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """Without its secret. `both_until` is when the former secret ends, `asleep` that `person` is no admin any
    more, so that nothing is sent; `stopped_at` that it was switched off for failing."""

    id: UUID
    url: str
    verbs: tuple[str, ...]
    person: str
    created_at: datetime
    both_until: datetime | None
    stopped_at: datetime | None
    asleep: bool
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """`status` is the last HTTP answer; where there was none, `error` is a word of
    `adapters.channels.webhooks.Answer`, `unseen` or `stopped`. `next_at` is when it is tried (again)."""

    id: UUID
    webhook_id: UUID
    url: str
    verb: str
    state: DeliveryState
    attempts: int
    status: int | None
    error: str
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None


def every(by: Member, *, now: datetime) -> list[WebhookRow]:
    """The oldest first. Raises `Forbidden` for all but admins. Two queries."""
    _admin(by)
    tallies: dict[UUID, Any] = {
        row["webhook_id"]: row
        for row in Delivery.objects.filter(workspace_id=by.workspace_id)
        .exclude(state=DeliveryState.DELIVERED)
        .order_by()
        .values("webhook_id")
        .annotate(
            waiting=Count("pk", filter=Q(state=DeliveryState.WAITING)),
            dead=Count("pk", filter=Q(state=DeliveryState.DEAD)),
        )
    }
    rows = Webhook.objects.filter(workspace_id=by.workspace_id).select_related("person")
    return [_row(row, tallies.get(row.pk, {}), now=now) for row in rows.order_by("created_at", "pk")]


def one(by: Member, webhook_id: UUID, *, now: datetime) -> WebhookRow:
    """Raises `Forbidden`, `NotFound`."""
    found = next((row for row in every(by, now=now) if row.id == webhook_id), None)
    if found is None:
        raise NotFound
    return found


def secret(by: Member, webhook_id: UUID) -> str:
    """What signs its messages now, to be shown once. Raises `Forbidden`, `NotFound`."""
    _admin(by)
    found = (
        Webhook.objects.filter(workspace_id=by.workspace_id, pk=webhook_id)
        .values_list("secret", flat=True)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def deliveries(by: Member, *, dead: bool = False) -> list[DeliveryRow]:
    """The last `SHOWN`, the newest first; or only those that were given up. Raises `Forbidden`. One query."""
    _admin(by)
    rows = Delivery.objects.filter(workspace_id=by.workspace_id).select_related("webhook")
    if dead:
        rows = rows.filter(state=DeliveryState.DEAD)
    return [
        DeliveryRow(
            id=row.pk,
            webhook_id=row.webhook_id,
            url=row.webhook.url,
            verb=row.verb,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            status=row.status,
            error=row.error,
            created_at=row.created_at,
            next_at=row.due_at if row.state == DeliveryState.WAITING else None,
            ended_at=row.ended_at,
        )
        for row in rows.order_by("-created_at", "-pk")[:SHOWN]
    ]


def reader(person: Person) -> Member | None:
    """Whose eyes a webhook has; None once the person left or is no admin any more. Load `person` with its
    workspace and account. One query."""
    return None if _gone(person) else people.as_member(person)


def sees(by: Member, goal_id: UUID) -> bool:
    """Also of a goal that was removed: that it was is told to those who saw it."""
    return Goal.objects.filter(scope.visible(by), workspace_id=by.workspace_id, pk=goal_id).exists()


def hidden(by: Member, data: Any) -> frozenset[str]:
    """The ids in `data` that are goals which the person may not see. At most one query."""
    ids = {text: found for text in rules.texts(data) if (found := _id(text)) is not None}
    if not ids:
        return frozenset()
    unseen = set(scope.hidden(by).filter(pk__in=set(ids.values())).values_list("pk", flat=True))
    return frozenset(text for text, found in ids.items() if found in unseen)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _row(row: Webhook, tally: dict[str, Any], *, now: datetime) -> WebhookRow:
    until = row.turned_at + rules.OLD_SECRET if row.turned_at and row.secret_before else None
    return WebhookRow(
        id=row.pk,
        url=row.url,
        verbs=tuple(row.verbs),
        person=row.person.name,
        created_at=row.created_at,
        both_until=until if until is not None and until > now else None,
        stopped_at=row.stopped_at,
        asleep=_gone(row.person),
        waiting=tally.get("waiting", 0),
        dead=tally.get("dead", 0),
    )


def _gone(person: Person) -> bool:
    admin = person.role in {Role.ADMIN, Role.OWNER}
    return not (admin and person.active and person.erased_at is None)


def _admin(by: Member) -> None:
    if not by.is_admin:
        raise Forbidden(Right.SETTINGS)
