"""What moved between two days, and the life of one goal."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from pejl.queries import changes, directories, goals, lives, periods
from pejl.web import changepages, goalwords, lifepages, pages, pasts

_MOST_DIGITS = 5


@require_safe
@pages.signed_in
@pasts.of_any_day
def moved(request: HttpRequest) -> HttpResponse:
    """Looking back, it tells of the days up to that one, as they were known then."""
    by, now = pages.member(request), pages.now(request)
    among = changepages.among(
        directories.names(by), team=request.GET.get("team", ""), person=request.GET.get("person", "")
    )
    asked = changepages.days(
        periods.every(by),
        request.GET.get("from", ""),
        request.GET.get("to", ""),
        today=by.today(now),
        zone=by.zone,
    )
    found = changes.between(
        by,
        since=asked.since,
        until=min(asked.until, now),
        team=among.team,
        person=among.person,
    )
    return pages.render(
        request,
        "changes/moved.html",
        days=asked,
        among=among,
        page=changepages.page(found),
        zone=by.zone,
        me=by,
        today=by.today(now),
    )


@require_safe
@pages.signed_in
@pasts.of_any_day
def history(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    goal = goals.one(by, goal_id, now=now)
    life = lives.life(by, goal_id, page=_page(request))
    return pages.render(
        request,
        "changes/history.html",
        goal=goal,
        way=goalwords.way(goal),
        life=life,
        days=lifepages.days(life, zone=by.zone),
        me=by,
    )


def _page(request: HttpRequest) -> int:
    """Which page is asked for; anything else is the first."""
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 1


urls: list[URLPattern] = [
    path("changes", moved, name="changes"),
    path("goals/<uuid:goal_id>/history", history, name="goal-history"),
]
