"""`/webhooks`: who else is told what happens here. Admins only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from pejl.api import answers, callers
from pejl.api.answers import Once, Paged, Strict, refusals
from pejl.queries import webhooks as webhooks_read
from pejl.queries.webhooks import WebhookRow
from pejl.services import webhooks
from pejl.services.webhooks import LONGEST, NewWebhook

router = Router(tags=["webhooks"])


class WebhookIn(Strict):
    """`events` are `goal.*`, `checkin.*`, `period.*` and the like, or exact names such as `goal.closed`."""

    url: str = Field(max_length=LONGEST)
    events: list[str] = Field(min_length=1, max_length=100)


class WebhookOut(Schema):
    """`active` is false while nothing is sent: it failed for ten days, or `person` is no admin any more."""

    id: UUID
    url: str
    events: list[str]
    person: str
    active: bool
    created_at: datetime


class WebhookMade(WebhookOut):
    """`secret` is told this once; it verifies the signatures."""

    secret: str


class WebhooksOut(Schema):
    items: list[WebhookOut]
    next: str | None


@router.get(
    "/webhooks", response={200: WebhooksOut, **refusals(403, 422)}, summary="Webhooks, a part at a time"
)
def every(request: HttpRequest, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, now):
        found, after = answers.part(map(_told, webhooks_read.every(by, now=now)), query)
        return answers.told(request, answers.page(found, after=after))


@router.get(
    "/webhooks/{webhook_id}",
    response={200: WebhookOut, **refusals(403, 404, 422)},
    summary="One webhook, without its secret",
)
def one(request: HttpRequest, webhook_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, now):
        return answers.one(request, _told(webhooks_read.one(by, webhook_id, now=now)))


@router.post(
    "/webhooks",
    response={201: WebhookMade, **refusals(403, 422)},
    summary="A new webhook; the answer holds its secret, this once",
)
def create(request: HttpRequest, body: WebhookIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    made = webhooks.create(NewWebhook(body.url, tuple(body.events)), by=by, at=at, key=key)
    row = _told(webhooks_read.one(by, made, now=at)) | {"secret": webhooks_read.secret(by, made)}
    response = answers.made(request, row, address=f"/webhooks/{made}")
    response["Cache-Control"] = "no-store"
    return response


@router.delete(
    "/webhooks/{webhook_id}",
    response={204: None, **refusals(403, 404, 422)},
    summary="Remove a webhook, with what waits for it",
)
def remove(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    webhooks.remove(webhook_id, by=by, at=at, key=key)
    return HttpResponse(status=204)


def _told(row: WebhookRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "events": list(row.verbs),
        "person": row.person,
        "active": row.stopped_at is None and not row.asleep,
        "created_at": row.created_at,
    }
