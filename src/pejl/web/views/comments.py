"""Talk on a goal and on its check-ins."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pejl.domain.access import Right
from pejl.queries import goals as goals_read
from pejl.queries import mentions as mentions_read
from pejl.queries import timelines
from pejl.queries.scope import Forbidden
from pejl.services import comments
from pejl.services.errors import Rejected
from pejl.web import goalpages, pages


@require_POST
@pages.signed_in
def post(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """A comment on the goal; with `checkin` an answer to that check-in, on this goal or one under it."""
    by, now = pages.member(request), pages.now(request)
    text, checkin = (
        request.POST.get("text", ""),
        next(iter(pages.ids([request.POST.get("checkin", "")])), None),
    )
    on = timelines.checkin(by, checkin).goal_id if checkin else goal_id
    try:
        comments.post(on, text=text, checkin=checkin, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return goalpages.show(
            request, goal_id, rejected=rejected, at=str(checkin or "comment"), typed={"text": text}
        )
    return pages.done(request, _("Comment posted"), goalpages.address(goal_id, "timeline"))


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def edit(request: HttpRequest, item: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    goal_id, remark = timelines.comment(by, item)
    if not remark.mine:
        raise Forbidden(Right.COMMENT)
    text, refused = request.POST.get("text", remark.text), None
    if request.method == "POST":
        try:
            comments.edit(item, text=text, by=by, at=now, key=pages.key(request))
            return pages.done(request, _("Comment changed"), goalpages.address(goal_id, "timeline"))
        except Rejected as rejected:
            refused = rejected
    return pages.render(
        request,
        "goals/comment.html",
        status=goalpages.status_of(refused),
        goal=goals_read.one(by, goal_id, now=now),
        remark=remark,
        text=text,
        errors=pages.errors(refused) if refused else {},
    )


@require_POST
@pages.signed_in
def remove(request: HttpRequest, item: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    goal_id, _remark = timelines.comment(by, item)
    try:
        comments.remove(item, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return goalpages.show(request, goal_id, rejected=rejected, at="comment")
    return pages.done(request, _("Comment removed"), goalpages.address(goal_id, "timeline"))


@require_safe
@pages.signed_in
def mentions(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Whom one can mean by what follows an @, as the options of a listbox."""
    found = mentions_read.find(pages.member(request), goal_id, text=request.GET.get("q", ""))
    return pages.render(request, "goals/_mentions.html", found=found)


urls: list[URLPattern] = [
    path("goals/<uuid:goal_id>/mentions", mentions, name="comment-mentions"),
    path("goals/<uuid:goal_id>/comments", post, name="comment-post"),
    path("comments/<uuid:item>", edit, name="comment-edit"),
    path("comments/<uuid:item>/remove", remove, name="comment-remove"),
]
