"""Writing goals: `/goals` and what a goal hangs under."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from pejl.api import answers, bodies, callers
from pejl.api import goals as goals_api
from pejl.api.answers import refusals
from pejl.api.bodies import GoalIn, GoalPatch
from pejl.api.problems import Stop
from pejl.api.schemas import GoalOut
from pejl.api.schemas_goals import ShareIn
from pejl.queries import goals as goals_read
from pejl.services import alignment, goals, goals_whole
from pejl.services.errors import Conflict

router = goals_api.router  # one address is one router's


@router.post(
    "/goals",
    response={201: GoalOut, **refusals(403, 404, 409, 422)},
    summary="A new objective, key result or initiative",
)
def create(request: HttpRequest, body: GoalIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    with bodies.placed():
        draft, more = bodies.draft(request, body)
        made = goals_whole.create(draft, **more, by=by, at=at, key=key)
    return answers.made(request, goals_api.single(by, made, now=at), address=f"/goals/{made}")


@router.patch(
    "/goals/{goal_id}",
    response={200: GoalOut, **refusals(403, 404, 409, 412, 422)},
    summary="Change what a goal is; a metric is replaced as a whole",
)
def edit(request: HttpRequest, goal_id: UUID, body: GoalPatch) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    row = goals_read.one(by, goal_id, now=at)
    if callers.repeated(request):
        return answers.one(request, goals_api.single(by, goal_id, now=at))
    answers.unchanged(request, goals_api.told(by, [row])[0])
    expected = row.version if "If-Match" in request.headers else None
    with bodies.placed(), _unmoved():
        changes = bodies.changes(request, body, row)
        goals_whole.edit(goal_id, **changes, expected_version=expected, by=by, at=at, key=key)
    return answers.one(request, goals_api.single(by, goal_id, now=at))


@router.delete(
    "/goals/{goal_id}",
    response={204: None, **refusals(403, 404, 409, 422)},
    summary="Take away a goal that nobody checked in on; its past stays",
)
def remove(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    goals.remove(goal_id, by=by, at=at, key=key)
    return HttpResponse(status=204)


@router.put(
    "/goals/{goal_id}/parents/{parent_id}",
    response={200: GoalOut, **refusals(403, 404, 409, 422)},
    summary="Hang a goal under another, or change its share there; a circle is a 409 with its path",
)
def align(request: HttpRequest, goal_id: UUID, parent_id: UUID, body: ShareIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    share = None if body.share is None else float(body.share)
    alignment.hang(goal_id, parent=parent_id, share=share, by=by, at=at, key=key)
    return answers.one(request, goals_api.single(by, goal_id, now=at))


@router.delete(
    "/goals/{goal_id}/parents/{parent_id}",
    response={204: None, **refusals(403, 404, 409, 422)},
    summary="Take a goal from under another",
)
def unalign(request: HttpRequest, goal_id: UUID, parent_id: UUID) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    alignment.unalign(goal_id, parent=parent_id, by=by, at=at, key=key)
    return HttpResponse(status=204)


@contextmanager
def _unmoved() -> Iterator[None]:
    """Changed between the reading and the writing is changed since it was read."""
    try:
        yield
    except Conflict as conflict:
        if any(one.code == "goal.changed" for one in conflict.reasons):
            raise Stop(412) from conflict
        raise
