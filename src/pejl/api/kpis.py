"""`/kpis` and their readings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers, measured
from pejl.api.answers import Once, Paged, refusals
from pejl.api.kept import kept
from pejl.api.schemas_rooms import KpiIn, KpiOut, KpiPatch, KpisOut, ReadingIn, ReadingOut, ReadingsOut
from pejl.queries import kpis as read
from pejl.queries import resources
from pejl.queries.kpis import KpiRow
from pejl.services import kpis

router = Router(tags=["kpis"])


@router.get("/kpis", response={200: KpisOut, **refusals(422)}, summary="KPIs, a part at a time")
@kept
def every(request: HttpRequest, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, _now):
        found, after = answers.part(map(_told, read.rows(by)), query)
        return answers.told(request, answers.page(found, after=after))


@router.get("/kpis/{kpi_id}", response={200: KpiOut, **refusals(404, 422)}, summary="One KPI, as it stands")
@kept
def one(request: HttpRequest, kpi_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, _now):
        return answers.one(request, _told(read.one(by, kpi_id)))


@router.post(
    "/kpis",
    response={201: KpiOut, **refusals(403, 409, 422)},
    summary="A new KPI: by admins any, by leads their teams', by others their own",
)
def create(request: HttpRequest, body: KpiIn) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    made = kpis.create(**_given(request, body.dict()), by=by, at=at, key=callers.key(request))
    return answers.made(request, _told(read.one(by, made)), address=f"/kpis/{made}")


@router.patch(
    "/kpis/{kpi_id}",
    response={200: KpiOut, **refusals(403, 404, 409, 412, 422)},
    summary="Change a KPI",
)
def edit(request: HttpRequest, kpi_id: UUID, body: KpiPatch) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    row = read.one(by, kpi_id)
    answers.unchanged(request, _told(row))
    wanted = _present(row) | body.dict(exclude_unset=True)
    kpis.edit(kpi_id, **_given(request, wanted), by=by, at=at, key=callers.key(request))
    return answers.one(request, _told(read.one(by, kpi_id)))


@router.get(
    "/kpis/{kpi_id}/readings",
    response={200: ReadingsOut, **refusals(404, 422)},
    summary="What it was, day by day, the oldest first",
)
@kept
def readings(request: HttpRequest, kpi_id: UUID, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, _now):
        days = [{"id": on, "on": on, "value": value} for on, value in read.readings(by, kpi_id)]
    found, after = answers.part(days, query)
    return answers.told(request, answers.page([_reading(**one) for one in found], after=after))


@router.post(
    "/kpis/{kpi_id}/readings",
    response={201: ReadingOut, **refusals(403, 404, 409, 422)},
    summary="Note what it was on a day",
)
def reading(request: HttpRequest, kpi_id: UUID, body: ReadingIn) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    value = measured.read(request, body.value, unit=read.one(by, kpi_id).unit, field="value")
    day = body.on or by.today(at)
    kpis.read(kpi_id, value=value, on=body.on, by=by, at=at, key=callers.key(request))
    return answers.made(request, {"on": day, "value": value}, address=f"/kpis/{kpi_id}/readings")


def _reading(**row: Any) -> dict[str, Any]:
    return {"on": row["on"], "value": row["value"]}


def _told(row: KpiRow) -> dict[str, Any]:
    """With whose it is, beside what files say of it."""
    own = {
        "owner": None if row.owner_id is None else {"id": row.owner_id, "name": row.owner},
        "team": None if row.team_id is None else {"id": row.team_id, "name": row.team},
    }
    return resources.kpi(row) | own


def _present(row: KpiRow) -> dict[str, Any]:
    names = ("name", "unit", "lower", "upper")
    return {name: getattr(row, name) for name in names} | {"owner": row.owner_id, "team": row.team_id}


def _given(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """With its bounds as numbers."""
    bounds = {
        name: measured.read(request, body[name], unit=body["unit"], field=name)
        for name in ("lower", "upper")
        if body[name] is not None
    }
    return body | bounds
