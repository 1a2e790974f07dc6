"""Tasks of an initiative, and milestones of a key result."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pejl.domain.access import Right
from pejl.queries import directories, scope
from pejl.queries import goals as goals_read
from pejl.queries import tasks as tasks_read
from pejl.services import milestones, tasks
from pejl.services.errors import Rejected
from pejl.web import goalpages, pages
from pejl.web.forms import goals as forms


@require_POST
@pages.signed_in
def add(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    try:
        tasks.add(goal_id, **forms.task(request), by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        where = next(iter(pages.ids([request.POST.get("on", "")])), goal_id)
        return goalpages.show(request, where, rejected=rejected, at=str(goal_id), typed=request.POST.dict())
    return pages.done(request, _("Task added"), pages.next_url(request, goalpages.address(goal_id, "tasks")))


@require_POST
@pages.signed_in
def tick(request: HttpRequest, item: UUID) -> HttpResponse:
    """`done` 1 or 0: sent twice it says the same."""
    by, now = pages.member(request), pages.now(request)
    row = tasks_read.one(by, item)
    done = request.POST.get("done") == "1"
    try:
        tasks.change(item, done=done, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return goalpages.show(request, row.goal_id, rejected=rejected, at="tasks")
    message = _("Done: %(title)s") if done else _("Not done: %(title)s")
    return pages.done(
        request,
        message % {"title": row.title},
        pages.next_url(request, goalpages.address(row.goal_id, "tasks")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def edit(request: HttpRequest, item: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    row = tasks_read.one(by, item)
    scope.goal(by, row.goal_id, right=Right.EDIT)
    refused: Rejected | None = None
    if request.method == "POST":
        try:
            tasks.change(item, **forms.task(request), by=by, at=now, key=pages.key(request))
            return pages.done(request, _("Task saved"), goalpages.address(row.goal_id, "tasks"))
        except Rejected as rejected:
            refused = rejected
    return pages.render(
        request,
        "goals/task.html",
        status=goalpages.status_of(refused),
        task=row,
        goal=goals_read.one(by, row.goal_id, now=now),
        before={
            "title": row.title,
            "owner": row.owner.id if row.owner else "",
            "due": row.due.isoformat() if row.due else "",
        },
        owners=[
            ("", _("nobody yet")),
            *((str(one.id), one.name) for one in directories.people(by) if one.active),
        ],
        errors=pages.errors(refused) if refused else {},
        typed=request.POST if refused else None,
    )


@require_POST
@pages.signed_in
def remove(request: HttpRequest, item: UUID) -> HttpResponse:
    by, now = pages.member(request), pages.now(request)
    row = tasks_read.one(by, item)
    try:
        tasks.remove(item, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return goalpages.show(request, row.goal_id, rejected=rejected, at="tasks")
    return pages.done(
        request, _("Removed: %(title)s") % {"title": row.title}, goalpages.address(row.goal_id, "tasks")
    )


@require_POST
@pages.signed_in
def reach(request: HttpRequest, item: UUID) -> HttpResponse:
    """`reached` 1 or 0; a milestone reached is reached today."""
    by, now = pages.member(request), pages.now(request)
    goal_id = tasks_read.goal_of_milestone(by, item)
    on = by.today(now) if request.POST.get("reached") == "1" else None
    try:
        milestones.reach(item, on=on, by=by, at=now, key=pages.key(request))
    except Rejected as rejected:
        return goalpages.show(request, goal_id, rejected=rejected, at="milestones")
    message = _("Milestone reached") if on else _("Milestone not reached")
    return pages.done(request, message, pages.next_url(request, goalpages.address(goal_id, "milestones")))


urls: list[URLPattern] = [
    path("goals/<uuid:goal_id>/tasks", add, name="task-add"),
    path("tasks/<uuid:item>", edit, name="task-edit"),
    path("tasks/<uuid:item>/tick", tick, name="task-tick"),
    path("tasks/<uuid:item>/remove", remove, name="task-remove"),
    path("milestones/<uuid:item>/reach", reach, name="milestone-reach"),
]
