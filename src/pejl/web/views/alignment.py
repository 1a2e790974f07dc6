"""What a goal leads up to, and with which share."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pejl.domain.access import Right
from pejl.queries import goals as goals_read
from pejl.queries import parents, scope
from pejl.services import alignment
from pejl.services.errors import Rejected
from pejl.web import goalpages, pages, words
from pejl.web.forms import goals as forms


@require_safe
@pages.signed_in
def align(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    return _page(request, goal_id)


@require_POST
@pages.signed_in
def add(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    read = forms.reader(request)
    try:
        parent = read.read("parent", forms.identity)
        share = read.read("share", forms.fraction)
        read.finish()
        if parent is None:
            raise Rejected.one("alignment.parent", field="parent")
        alignment.align(goal_id, parent=parent, share=share, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return _page(request, goal_id, rejected=rejected)
    return pages.done(request, _("Aligned"), f"/goals/{goal_id}/align")


@require_POST
@pages.signed_in
def reshare(request: HttpRequest, goal_id: UUID, parent_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    read = forms.reader(request)
    try:
        share = read.read("share", forms.fraction)
        read.finish()
        alignment.reshare(goal_id, parent=parent_id, share=share, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return _page(request, goal_id, rejected=rejected, at=parent_id)
    return pages.done(request, _("Share saved"), f"/goals/{goal_id}/align")


@require_POST
@pages.signed_in
def remove(request: HttpRequest, goal_id: UUID, parent_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    try:
        alignment.unalign(goal_id, parent=parent_id, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return _page(request, goal_id, rejected=rejected, at=parent_id)
    return pages.done(request, _("No longer aligned"), f"/goals/{goal_id}/align")


def _page(
    request: HttpRequest, goal_id: UUID, *, rejected: Rejected | None = None, at: UUID | None = None
) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    scope.goal(by, goal_id, right=Right.EDIT)
    text = request.GET.get("q", "") or request.POST.get("q", "")
    goal = goals_read.one(by, goal_id, now=now)
    choices, more = parents.choices(by, child=goal_id, text=text)
    return pages.render(
        request,
        "goals/align.html",
        status=goalpages.status_of(rejected),
        goal=goal,
        choices=choices,
        told={one.id: words.choice(one) for one in choices},
        shares={parent.id: forms.percent_text(parent.share) for parent in goal.parents},
        usual={parent.id: forms.percent_text(parent.effective_share) for parent in goal.parents},
        more=more,
        q=text,
        errors=pages.errors(rejected) if rejected else {},
        at=at,
        typed=request.POST,
    )


urls: list[URLPattern] = [
    path("goals/<uuid:goal_id>/align", align, name="goal-align"),
    path("goals/<uuid:goal_id>/parents", add, name="goal-parents"),
    path("goals/<uuid:goal_id>/parents/<uuid:parent_id>/share", reshare, name="goal-share"),
    path("goals/<uuid:goal_id>/parents/<uuid:parent_id>/remove", remove, name="goal-unalign"),
]
