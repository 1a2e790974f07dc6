"""Check-ins: what is said of a goal on a day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers, measured
from pejl.api import goals as goals_api
from pejl.api.answers import Once, Paged, refusals
from pejl.api.kept import kept
from pejl.api.schemas_goals import CheckedOut, CheckinIn, CheckinOut, CheckinPatch, CheckinsOut
from pejl.domain.values import ProgressMode, Status
from pejl.queries import goals, resources, scope, sheets
from pejl.queries.scope import Member, NotFound
from pejl.services import checkins

router = Router(tags=["check-ins"])


@router.get(
    "/goals/{goal_id}/checkins",
    response={200: CheckinsOut, **refusals(404, 422)},
    summary="The check-ins on a goal that stand, by date",
)
@kept
def every(request: HttpRequest, goal_id: UUID, query: Query[Paged]) -> HttpResponse:
    after = _place(query.cursor)
    with callers.known(request) as (by, _now):
        scope.goal(by, goal_id)
        rows = sheets.checkins_on(by, goal_id, after=after, limit=query.limit + 1)
    some = rows[: query.limit]
    last = (str(some[-1].on), str(some[-1].id)) if len(rows) > len(some) else None
    return answers.told(request, answers.page([resources.checkin(row) for row in some], after=last))


@router.get(
    "/checkins/{checkin_id}",
    response={200: CheckinOut, **refusals(404, 422)},
    summary="One check-in that was neither corrected nor withdrawn",
)
@kept
def one(request: HttpRequest, checkin_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, _now):
        row, _given, stands = sheets.checkin(by, checkin_id)
        if not stands:
            raise NotFound
        return answers.one(request, resources.checkin(row))


@router.post(
    "/goals/{goal_id}/checkins",
    response={201: CheckedOut, **refusals(403, 404, 409, 422)},
    summary="Check in on a goal",
)
def post(request: HttpRequest, goal_id: UUID, body: CheckinIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    said = body.dict() | _read(request, body, goal_id, by=by, at=at)
    made = checkins.post(goal_id, **said, by=by, at=at, key=key)
    return answers.made(request, _told(by, made, now=at), address=f"/checkins/{made}")


@router.patch(
    "/checkins/{checkin_id}",
    response={200: CheckedOut, **refusals(403, 404, 409, 412, 422)},
    summary="Correct a check-in: another stands in its place, and what was said is kept",
)
def correct(request: HttpRequest, checkin_id: UUID, body: CheckinPatch) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    row, given, _stands = sheets.checkin(by, checkin_id)
    answers.unchanged(request, resources.checkin(row))
    before = {"value": row.value, "confidence": row.confidence, "note": row.note, "on": row.on}
    before["status"] = Status(given) if given else None
    said = body.dict(exclude_unset=True) | _read(request, body, row.goal, by=by, at=at)
    made = checkins.correct(checkin_id, **(before | said), by=by, at=at, key=key)
    return answers.told(request, _told(by, made, now=at))


@router.delete(
    "/checkins/{checkin_id}",
    response={204: None, **refusals(403, 404, 409, 422)},
    summary="Withdraw a check-in; what was said is kept",
)
def withdraw(request: HttpRequest, checkin_id: UUID) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    checkins.withdraw(checkin_id, by=by, at=at, key=key)
    return HttpResponse(status=204)


def _read(
    request: HttpRequest, body: CheckinIn, goal_id: UUID, *, by: Member, at: datetime
) -> dict[str, Any]:
    """Of what was sent: the value as a number, and the status."""
    found: dict[str, Any] = {}
    if body.value is not None:
        found["value"] = value(request, body.value, goal_id, by=by, at=at)
    if body.status is not None:
        found["status"] = Status(body.status)
    return found


def value(request: HttpRequest, given: Decimal | str, goal_id: UUID, *, by: Member, at: datetime) -> Decimal:
    """In the goal's unit; a percentage where it is kept by hand."""
    row = goals.one(by, goal_id, now=at)
    unit = "%" if row.progress_mode is ProgressMode.MANUAL else row.unit
    return measured.read(request, given, unit=unit, field="value")


def _told(by: Member, checkin_id: UUID, *, now: datetime) -> dict[str, Any]:
    row, _given, _stands = sheets.checkin(by, checkin_id)
    return {"checkin": resources.checkin(row), "goal": goals_api.single(by, row.goal, now=now)}


def _place(cursor: str) -> tuple[date, UUID] | None:
    """The date and the id of the last one before. Raises `Stop`."""
    after = answers.place(cursor)
    if after is None:
        return None
    try:
        on, key = after
        return date.fromisoformat(on), UUID(key)
    except (ValueError, TypeError, AttributeError) as error:
        raise answers.no_cursor() from error
