"""The end of a goal: closing and scoring it, opening it again, carrying it on, copying it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pejl.domain.access import Right
from pejl.domain.values import State
from pejl.queries import closings, scope
from pejl.queries import goals as goals_read
from pejl.services import closing
from pejl.services.errors import Rejected
from pejl.web import closingwords, goalpages, pages
from pejl.web.forms import goals as forms


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def close(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    scope.goal(by, goal_id, right=Right.CLOSE)
    row = goals_read.one(by, goal_id, now=now)
    if request.method != "POST":
        return (
            HttpResponseRedirect(goalpages.address(goal_id))
            if row.state is not State.OPEN
            else _closing(request, row)
        )
    try:
        if request.POST.get("outcome") == State.POSTPONED:
            return _carry_on(request, goal_id)
        closing.close(goal_id, **forms.closing(request, goal=row), by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return _closing(request, row, rejected=rejected)
    return pages.done(request, _("Closed: %(title)s") % {"title": row.title}, goalpages.address(goal_id))


@require_POST
@pages.signed_in
def reopen(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    try:
        closing.reopen(goal_id, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return goalpages.show(request, goal_id, rejected=rejected, at="reopen")
    return pages.done(request, _("Open again"), goalpages.address(goal_id))


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def postpone(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by = pages.member(request)
    scope.goal(by, goal_id, right=Right.CLOSE)
    refused: Rejected | None = None
    if request.method == "POST":
        try:
            return _carry_on(request, goal_id)
        except Rejected as rejected:
            refused = rejected
    return _moving(request, goal_id, "closing/postpone.html", refused)


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def copy(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    refused: Rejected | None = None
    if request.method == "POST":
        try:
            reach = request.POST.get("reach", "children")
            copied = closing.copy(
                goal_id, period=_period(request), reach=reach, by=by, at=now, key=pages.key(request)
            )
            return pages.done(request, _("Copied. This is the copy."), goalpages.address(copied))
        except Rejected as rejected:
            refused = rejected
    return _moving(request, goal_id, "closing/copy.html", refused)


def _carry_on(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    reason = request.POST.get("reason", "")
    clone = closing.postpone(
        goal_id, period=_period(request), reason=reason, by=by, at=now, key=pages.key(request)
    )
    return pages.done(request, _("Postponed. This is where it carries on."), goalpages.address(clone))


def _period(request: HttpRequest) -> UUID:
    found = pages.ids([request.POST.get("period", "")])
    if not found:
        raise Rejected.one("period.missing", field="period")
    return found[0]


def _closing(
    request: HttpRequest, row: goals_read.GoalRow, *, rejected: Rejected | None = None
) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    found = closings.suggestion(by, row.id, now=now)
    return pages.render(
        request,
        "closing/close.html",
        status=goalpages.status_of(rejected),
        **_asked(request, by, row, rejected),
        closing=found,
        page=closingwords.page(found),
        unit=forms.unit_of(row),
    )


def _moving(request: HttpRequest, goal_id: UUID, template: str, rejected: Rejected | None) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    row = goals_read.one(by, goal_id, now=now)
    status = goalpages.status_of(rejected)
    return pages.render(request, template, status=status, **_asked(request, by, row, rejected))


def _asked(
    request: HttpRequest, by: scope.Member, row: goals_read.GoalRow, rejected: Rejected | None
) -> dict[str, Any]:
    return {
        "goal": row,
        "periods": closingwords.periods(closings.targets(by, row, today=by.today(pages.now(request)))),
        "errors": pages.errors(rejected) if rejected else {},
        "typed": request.POST if rejected else {},
    }


urls: list[URLPattern] = [
    path("goals/<uuid:goal_id>/close", close, name="goal-close"),
    path("goals/<uuid:goal_id>/reopen", reopen, name="goal-reopen"),
    path("goals/<uuid:goal_id>/postpone", postpone, name="goal-postpone"),
    path("goals/<uuid:goal_id>/copy", copy, name="goal-copy"),
]
