"""`/periods`: those of the calendar, and those of one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers, measured
from pejl.api.answers import Once, Paged, refusals
from pejl.api.kept import kept
from pejl.api.schemas_rooms import PeriodIn, PeriodOut, PeriodPatch, PeriodsOut
from pejl.queries import periods as read
from pejl.queries import resources
from pejl.queries.scope import Member, NotFound
from pejl.services import periods

router = Router(tags=["periods"])


@router.get("/periods", response={200: PeriodsOut, **refusals(422)}, summary="Periods, a part at a time")
@kept
def every(request: HttpRequest, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, now):
        found, after = answers.part(_told(request, by, now=now), query)
        return answers.told(request, answers.page(found, after=after))


@router.get("/periods/{period_id}", response={200: PeriodOut, **refusals(404, 422)}, summary="One period")
@kept
def one(request: HttpRequest, period_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, now):
        return answers.one(request, _one(request, by, period_id, now=now))


@router.post(
    "/periods",
    response={201: PeriodOut, **refusals(403, 409, 422)},
    summary="A period of one's own, by admins",
)
def create(request: HttpRequest, body: PeriodIn) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    with answers.named(start="start_date", end="end_date"):
        made = periods.create(
            body.name, start=body.start_date, end=body.end_date, by=by, at=at, key=callers.key(request)
        )
    return answers.made(request, _one(request, by, made, now=at), address=f"/periods/{made}")


@router.patch(
    "/periods/{period_id}",
    response={200: PeriodOut, **refusals(403, 404, 409, 412, 422)},
    summary="Rename or move a period of one's own, by admins",
)
def edit(request: HttpRequest, period_id: UUID, body: PeriodPatch) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    present = _one(request, by, period_id, now=at)
    answers.unchanged(request, present)
    wanted = present | body.dict(exclude_unset=True)
    start, end = wanted["start_date"], wanted["end_date"]
    with answers.named(start="start_date", end="end_date"):
        periods.edit(
            period_id, name=wanted["name"], start=start, end=end, by=by, at=at, key=callers.key(request)
        )
    return answers.one(request, _one(request, by, period_id, now=at))


def _one(request: HttpRequest, by: Member, period_id: UUID, *, now: datetime) -> dict[str, Any]:
    for told in _told(request, by, now=now):
        if told["id"] == period_id:
            return told
    raise NotFound


def _told(request: HttpRequest, by: Member, *, now: datetime) -> list[dict[str, Any]]:
    rows = read.every(by)
    current = read.current(rows, today=by.today(now))
    language = measured.language(request) or by.language
    return [resources.period(row, current=row == current, language=language) for row in rows]
