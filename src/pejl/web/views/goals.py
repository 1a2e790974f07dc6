"""The page of one goal, and removing it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pejl.domain.access import Right
from pejl.queries import goals as goals_read
from pejl.queries import scope
from pejl.services import goals
from pejl.services.errors import Rejected
from pejl.web import goalpages, pages, pasts
from pejl.web.views import alignment, corrections


@require_safe
@pages.signed_in
@pasts.of_any_day
def goal(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    return goalpages.show(request, goal_id)


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def remove(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    scope.goal(by, goal_id, right=Right.EDIT)
    row = goals_read.one(by, goal_id, now=now)
    refused: Rejected | None = None
    if request.method == "POST":
        try:
            goals.remove(goal_id, by=by, at=now, key=pages.key(request))
            up = row.parents[0].id if row.parents else None
            where = goalpages.address(up) if up else "/goals"
            return pages.done(request, _("Removed: %(title)s") % {"title": row.title}, where)
        except Rejected as rejected:
            refused = rejected
    errors = pages.errors(refused) if refused else {}
    return pages.render(
        request, "goals/remove.html", status=goalpages.status_of(refused), goal=row, errors=errors
    )


urls: list[URLPattern] = [
    path("goals/<uuid:goal_id>", goal, name="goal"),
    path("goals/<uuid:goal_id>/remove", remove, name="goal-remove"),
    *alignment.urls,
    *corrections.urls,
]
