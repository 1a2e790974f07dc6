"""Talk on a goal and its check-ins."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers
from pejl.api.answers import Paged, refusals
from pejl.api.kept import kept
from pejl.api.schemas_goals import CommentIn, CommentOut, CommentsOut
from pejl.queries import resources, scope, sheets
from pejl.queries.scope import NotFound
from pejl.services import comments

router = Router(tags=["comments"])


@router.get(
    "/goals/{goal_id}/comments",
    response={200: CommentsOut, **refusals(404, 422)},
    summary="What was said about a goal and its check-ins",
)
@kept
def every(request: HttpRequest, goal_id: UUID, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, _now):
        scope.goal(by, goal_id)
        rows = list(sheets.comments(by, goal=goal_id))
    found, after = answers.part(map(resources.comment, rows), query)
    return answers.told(request, answers.page(found, after=after))


@router.post(
    "/goals/{goal_id}/comments",
    response={201: CommentOut, **refusals(403, 404, 409, 422)},
    summary="Say something about a goal, or about one of its check-ins",
)
def post(request: HttpRequest, goal_id: UUID, body: CommentIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    made = comments.post(goal_id, text=body.text, checkin=body.checkin, by=by, at=at, key=key)
    row = next((one for one in sheets.comments(by, goal=goal_id) if one.id == made), None)
    if row is None:
        raise NotFound
    return answers.made(request, resources.comment(row), address=f"/goals/{goal_id}/comments")
