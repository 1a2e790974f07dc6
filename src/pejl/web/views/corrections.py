"""Correcting and withdrawing a check-in. What it said before is kept."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pejl.domain.access import Right
from pejl.queries import goals as goals_read
from pejl.queries import timelines
from pejl.services import checkins
from pejl.services.errors import Rejected
from pejl.web import closingwords, goalpages, pages, words
from pejl.web.forms import goals as forms


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def correct(request: HttpRequest, checkin_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    row = timelines.checkin(by, checkin_id, right=Right.CHECK_IN)
    goal = goals_read.one(by, row.goal_id, now=now)
    if request.method != "POST":
        return _page(request, row, goal)
    try:
        checkins.correct(
            checkin_id, **forms.checkin(request, goal=goal), by=by, at=now, key=pages.key(request)
        )
    except Rejected as rejected:
        return _page(request, row, goal, rejected=rejected)
    return pages.done(request, _("Check-in corrected"), goalpages.address(goal.id, "timeline"))


@require_POST
@pages.signed_in
def withdraw(request: HttpRequest, checkin_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    row = timelines.checkin(by, checkin_id, right=Right.CHECK_IN)
    try:
        checkins.withdraw(checkin_id, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return _page(request, row, goals_read.one(by, row.goal_id, now=now), rejected=rejected)
    return pages.done(request, _("Check-in withdrawn"), goalpages.address(row.goal_id, "timeline"))


def _page(
    request: HttpRequest,
    row: timelines.CheckinRow,
    goal: goals_read.GoalRow,
    *,
    rejected: Rejected | None = None,
) -> HttpResponse:
    return pages.render(
        request,
        "goals/correct.html",
        status=goalpages.status_of(rejected),
        checkin=row,
        goal=goal,
        unit=forms.unit_of(goal),
        before=forms.before(row, goal=goal),
        asks_value=closingwords.asks_value(goal),
        scale=words.SCALE,
        statuses=words.given_statuses(),
        errors=pages.errors(rejected) if rejected else {},
        typed=request.POST if rejected else None,
    )


urls: list[URLPattern] = [
    path("checkins/<uuid:checkin_id>", correct, name="checkin-correct"),
    path("checkins/<uuid:checkin_id>/withdraw", withdraw, name="checkin-withdraw"),
]
