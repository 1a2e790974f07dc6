"""Tokens: made, seen once, revoked. Everybody their own; admins those of services too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pejl.domain.values import Role
from pejl.queries import feeds as feeds_read
from pejl.queries import tokens as tokens_read
from pejl.services import tokens
from pejl.services.errors import Rejected
from pejl.services.tokens import NewToken
from pejl.web import choices, goalpages, pages, settingpages
from pejl.web.settingpages import deed, stamp

NEVER = ""


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def every(request: HttpRequest) -> HttpResponse:
    """A token that is made is shown in the answer, which nobody keeps; there is no other way to see it."""
    if request.method != "POST":
        return _every(request)
    try:
        made = tokens.create(_typed(request), by=pages.member(request), at=pages.now(request))
    except Rejected as rejected:
        typed = {name: str(text) for name, text in request.POST.items()}
        status = goalpages.status_of(rejected)
        return _every(request, typed=typed, errors=pages.errors(rejected), status=status)
    return _shown(request, made=made)


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def follow(request: HttpRequest) -> HttpResponse:
    """A secret address for calendars and feeds, shown in the answer alone like any token."""
    if request.method != "POST":
        return HttpResponseRedirect("/settings/tokens#feeds")
    new = NewToken(request.POST.get("feed", "").strip() or _("Calendar and feeds"), days=None, feed=True)
    try:
        made = tokens.create(new, by=pages.member(request), at=pages.now(request))
    except Rejected as rejected:
        wrong = dict.fromkeys(["feed"], " ".join(pages.errors(rejected).values()))
        status = goalpages.status_of(rejected)
        return _every(request, typed={"feed": new.name}, errors=wrong, status=status)
    return _shown(request, secret=made)


def _shown(request: HttpRequest, **made: str) -> HttpResponse:
    response = _every(request, **made, status=201)
    response["Cache-Control"] = "no-store"
    return response


def _ways(request: HttpRequest, secret: str) -> list[tuple[str, str]]:
    """What the secret opens, as addresses to copy; first the goal or team that somebody came from."""
    by = pages.member(request)
    ways = [
        (feeds_read.goal(by, goal_id).title, f"goals/{goal_id}.atom")
        for goal_id in pages.ids(request.GET.getlist("goal")[:1])
    ]
    ways += [
        (feeds_read.team(by, team_id).title, f"teams/{team_id}.atom")
        for team_id in pages.ids(request.GET.getlist("team")[:1])
    ]
    ways.append((_("Your check-ins and the ends of periods, for a calendar"), "checkins.ics"))
    return [(title, request.build_absolute_uri(f"/feeds/{secret}/{way}")) for title, way in ways]


def _typed(request: HttpRequest) -> NewToken:
    days = request.POST.get("days", NEVER)
    role = request.POST.get("role", "")
    return NewToken(
        request.POST.get("name", ""),
        writes=request.POST.get("scope") == "write",
        days=int(days) if days.isdecimal() and days.isascii() else None,
        service=request.POST.get("as") == "service",
        role=Role(role) if role in set(Role) else Role.MEMBER,
    )


def _every(request: HttpRequest, *, made: str = "", secret: str = "", **page: Any) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    rows = tokens_read.every(by, now=now) if by.is_admin else tokens_read.mine(by, now=now)
    return settingpages.page(
        request,
        "tokens",
        page,
        made=made,
        ways=_ways(request, secret),
        secret=secret,
        wanted=request.GET.urlencode(),
        present=[row for row in rows if not row.ended and not row.feed],
        feeds=[row for row in rows if not row.ended and row.feed],
        ended=[row for row in rows if row.ended],
        roles=[one for one in choices.roles(by.role) if one[0] != Role.OWNER],
        lasting=[("30", _("30 days")), ("90", _("90 days")), ("365", _("A year")), (NEVER, _("Never"))],
        api=request.build_absolute_uri("/api/v1"),
        header="Authorization: Bearer pejl_…",
        now=now,
    )


@deed(_every, "/settings/tokens", gate=settingpages.anybody)
def revoke(request: HttpRequest, token_id: UUID) -> str:
    tokens.revoke(token_id, **stamp(request))
    return _("The token is revoked. Whatever used it is out.")


urls: list[URLPattern] = [
    path("settings/tokens", every),
    path("settings/tokens/feeds", follow),
    path("settings/tokens/<uuid:token_id>/removal", revoke),
]
