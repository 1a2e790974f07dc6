"""How goals end, open again, and go on."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from pejl.api import answers, callers, checkins, measured
from pejl.api import goals as goals_api
from pejl.api.answers import refusals
from pejl.api.schemas import GoalOut
from pejl.api.schemas_goals import ClosureIn, CopyIn, PostponementIn
from pejl.domain.values import State
from pejl.services import closing

router = Router(tags=["endings"])


@router.post(
    "/goals/{goal_id}/closure",
    response={201: GoalOut, **refusals(403, 404, 409, 422)},
    summary="Close a goal with its grade, or drop it without one",
)
def close(request: HttpRequest, goal_id: UUID, body: ClosureIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    value, grade = body.value, body.grade
    why = "reason" if grade is None else "grade_reason"
    with answers.named(grade_reason="reason"):
        closing.close(
            goal_id,
            outcome=State(body.outcome),
            value=None if value is None else checkins.value(request, value, goal_id, by=by, at=at),
            grade=None if grade is None else measured.read(request, grade, unit="", field="grade"),
            learned=body.learned,
            **{why: body.reason},
            by=by,
            at=at,
            key=key,
        )
    return answers.made(request, goals_api.single(by, goal_id, now=at), address=f"/goals/{goal_id}")


@router.delete(
    "/goals/{goal_id}/closure",
    response={204: None, **refusals(403, 404, 409, 422)},
    summary="Reopen a goal; how it ended is kept",
)
def reopen(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    closing.reopen(goal_id, by=by, at=at, key=key)
    return HttpResponse(status=204)


@router.post(
    "/goals/{goal_id}/postponement",
    response={201: GoalOut, **refusals(403, 404, 409, 422)},
    summary="End a goal here and carry it on in another period: the goal that carries on",
)
def postpone(request: HttpRequest, goal_id: UUID, body: PostponementIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    made = closing.postpone(goal_id, period=body.period, reason=body.reason, by=by, at=at, key=key)
    return answers.made(request, goals_api.single(by, made, now=at), address=f"/goals/{made}")


@router.post(
    "/goals/{goal_id}/copy",
    response={201: GoalOut, **refusals(403, 404, 409, 422)},
    summary="The goal once more in a period, without any progress: the copy",
)
def copy(request: HttpRequest, goal_id: UUID, body: CopyIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    made = closing.copy(goal_id, period=body.period, reach=body.reach, by=by, at=at, key=key)
    return answers.made(request, goals_api.single(by, made, now=at), address=f"/goals/{made}")
