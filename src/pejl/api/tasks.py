"""The tasks of an initiative."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers
from pejl.api.answers import Once, Paged, refusals
from pejl.api.kept import kept
from pejl.api.schemas_goals import TaskIn, TaskOut, TaskPatch, TasksOut
from pejl.queries import resources, scope
from pejl.queries import tasks as read
from pejl.queries.tasks import TaskRow
from pejl.services import tasks

router = Router(tags=["tasks"])


@router.get(
    "/goals/{goal_id}/tasks",
    response={200: TasksOut, **refusals(404, 422)},
    summary="The tasks of an initiative, as they were added",
)
@kept
def every(request: HttpRequest, goal_id: UUID, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, _now):
        scope.goal(by, goal_id)
        rows = read.of(by, [goal_id]).get(goal_id, ())
    found, after = answers.part(map(_told, rows), query)
    return answers.told(request, answers.page(found, after=after))


@router.get("/tasks/{task_id}", response={200: TaskOut, **refusals(404, 422)}, summary="One task")
@kept
def one(request: HttpRequest, task_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, _now):
        return answers.one(request, _told(read.one(by, task_id)))


@router.post(
    "/goals/{goal_id}/tasks",
    response={201: TaskOut, **refusals(403, 404, 409, 422)},
    summary="A new task of an initiative",
)
def add(request: HttpRequest, goal_id: UUID, body: TaskIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    made = tasks.add(goal_id, **body.dict(), by=by, at=at, key=key)
    return answers.made(request, _told(read.one(by, made)), address=f"/tasks/{made}")


@router.patch(
    "/tasks/{task_id}",
    response={200: TaskOut, **refusals(403, 404, 409, 412, 422)},
    summary="Change a task, or tick it off",
)
def change(request: HttpRequest, task_id: UUID, body: TaskPatch) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    answers.unchanged(request, _told(read.one(by, task_id)))
    tasks.change(task_id, **body.dict(exclude_unset=True), by=by, at=at, key=key)
    return answers.one(request, _told(read.one(by, task_id)))


@router.delete(
    "/tasks/{task_id}",
    response={204: None, **refusals(403, 404, 409, 422)},
    summary="Take away a task",
)
def remove(request: HttpRequest, task_id: UUID) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    tasks.remove(task_id, by=by, at=at, key=key)
    return HttpResponse(status=204)


def _told(row: TaskRow) -> dict[str, Any]:
    return {
        "id": row.item,
        "goal": row.goal_id,
        "title": row.title,
        "owner": resources.ref(row.owner),
        "due": row.due,
        "done": row.done,
    }
