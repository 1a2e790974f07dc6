"""Calendars and feeds by their secret address, for programs that cannot sign in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from pejl.queries import feeds
from pejl.queries import tokens as tokens_read
from pejl.queries.feeds import History
from pejl.queries.scope import Member, NotFound
from pejl.services import tokens
from pejl.web import calendars, pages

Made = Callable[..., HttpResponse]


def by_address(view: Callable[..., HttpResponse]) -> Made:
    """Whoever knows the address is the person it was made for, in their language; an address that is unknown,
    revoked, or of somebody who left is no address."""

    @require_safe
    def found(request: HttpRequest, token: str, **where: Any) -> HttpResponse:
        now = pages.now(request)
        holder = tokens_read.reader(token, now=now)
        if holder is None:
            raise NotFound
        tokens.used(holder.token_id, last=holder.used_at, at=now)
        with translation.override(holder.member.language):
            return view(request, holder.member, **where)

    return found


@by_address
def checkins(request: HttpRequest, by: Member) -> HttpResponse:
    now = pages.now(request)
    turns, ends = feeds.checkins(by, now=now), feeds.ends(by, now=now)
    body = calendars.calendar(by, turns, ends, base=_base(request))
    return _told(request, body, kind="text/calendar")


@by_address
def goal(request: HttpRequest, by: Member, goal_id: UUID) -> HttpResponse:
    return _atom(request, feeds.goal(by, goal_id), room=f"/goals/{goal_id}")


@by_address
def team(request: HttpRequest, by: Member, team_id: UUID) -> HttpResponse:
    return _atom(request, feeds.team(by, team_id), room=f"/teams/{team_id}")


def _atom(request: HttpRequest, history: History, *, room: str) -> HttpResponse:
    here = request.build_absolute_uri(request.path)
    body = calendars.atom(history, room=room, base=_base(request), here=here)
    return _told(request, body, kind="application/atom+xml", changed_at=history.updated_at)


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _told(
    request: HttpRequest, body: bytes, *, kind: str, changed_at: datetime | None = None
) -> HttpResponse:
    """Kept by the reader's own program alone, which asks each time whether it changed."""
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    moment = None if changed_at is None else int(changed_at.timestamp())
    response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["ETag"] = etag
    if changed_at is not None:
        response["Last-Modified"] = http_date(changed_at.timestamp())
    answer = get_conditional_response(request, etag=etag, last_modified=moment, response=response)
    found: HttpResponse = answer or response
    found["Cache-Control"] = "private, no-cache"
    found["X-Robots-Tag"] = "noindex"
    return found


urls: list[URLPattern] = [
    path("feeds/<str:token>/checkins.ics", checkins),
    path("feeds/<str:token>/goals/<uuid:goal_id>.atom", goal),
    path("feeds/<str:token>/teams/<uuid:team_id>.atom", team),
]
