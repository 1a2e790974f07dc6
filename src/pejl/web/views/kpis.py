"""KPIs: the health figures that are followed all the time and kept within a range."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pejl.domain import amounts
from pejl.domain.values import Refused, Role
from pejl.queries import directories, kpis as queries
from pejl.queries.kpis import KpiRow
from pejl.services import kpis
from pejl.services.errors import Rejected
from pejl.web import charts, pages


@pages.signed_in
@require_GET
def every(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    rows = [(row, _spark(row)) for row in queries.rows(by)]
    return pages.render(request, "kpis/every.html", rows=rows, may_add=by.role is not Role.OBSERVER)


@pages.signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    by, typed, errors = pages.member(request), request.POST.dict(), {}
    if request.method == "POST":
        try:
            item = kpis.create(by=by, at=pages.now(request), key=pages.key(request), **_read(typed))
            return pages.done(request, _("The KPI is there. Give it a reading."), f"/kpis/{item}")
        except Rejected as rejected:
            errors = pages.errors(rejected)
    return _form(request, None, typed, errors)


@pages.signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, item: UUID) -> HttpResponse:
    by, row, errors = pages.member(request), queries.one(pages.member(request), item), {}
    typed = request.POST.dict() or _shown(row)
    if request.method == "POST":
        try:
            kpis.edit(item, **_read(typed), by=by, at=pages.now(request))
            return pages.done(request, _("The KPI is saved."), f"/kpis/{item}")
        except Rejected as rejected:
            errors = pages.errors(rejected)
    return _form(request, row, typed, errors)


def _form(request: HttpRequest, row: KpiRow | None, typed: Mapping[str, str], errors: Mapping[str, str]) -> HttpResponse:
    by = pages.member(request)
    return pages.render(
        request, "kpis/form.html", status=422 if errors else 200, row=row, typed=typed, errors=errors,
        people=[one for one in directories.people(by) if one.active], teams=directories.teams(by),
    )


@pages.signed_in
@require_GET
def one(request: HttpRequest, item: UUID) -> HttpResponse:
    return _one(request, item)


def _one(
    request: HttpRequest, item: UUID, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    by = pages.member(request)
    row = queries.one(by, item)
    return pages.render(
        request, "kpis/kpi.html", status=422 if errors else 200, row=row, spark=_spark(row), typed=typed or {},
        errors=errors or {}, today=by.today(pages.now(request)), may_write=by.role is not Role.OBSERVER,
    )


@pages.signed_in
@require_POST
def reading(request: HttpRequest, item: UUID) -> HttpResponse:
    by, row = pages.member(request), queries.one(pages.member(request), item)
    try:
        value = _amount(request.POST.get("value", ""), "value", unit=row.unit)
        if value is None:
            raise Rejected.one("amount.empty", field="value")
        kpis.read(item, value=value, on=_day(request.POST.get("on", "")), by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _one(request, item, typed=request.POST.dict(), errors=pages.errors(rejected))
    return pages.done(request, _("The reading is there."), f"/kpis/{item}")


def _spark(row: KpiRow) -> Any:
    return charts.spark([reading.value for reading in row.readings], lower=row.lower, upper=row.upper)


def _read(typed: Mapping[str, str]) -> dict[str, Any]:
    """The form as a KPI; each figure that cannot be read is named at its field."""
    owner, team = pages.ids([typed.get("owner", "")]), pages.ids([typed.get("team", "")])
    unit = typed.get("unit", "").strip()
    return {
        "name": typed.get("name", ""),
        "unit": unit,
        "lower": _amount(typed.get("lower", ""), "lower", unit=unit),
        "upper": _amount(typed.get("upper", ""), "upper", unit=unit),
        "owner": owner[0] if owner else None,
        "team": team[0] if team else None,
    }


def _shown(row: KpiRow) -> dict[str, str]:
    language = _language()
    return {
        "name": row.name,
        "unit": row.unit,
        "lower": "" if row.lower is None else amounts.format(row.lower, unit=row.unit, language=language),
        "upper": "" if row.upper is None else amounts.format(row.upper, unit=row.unit, language=language),
        "owner": str(row.owner_id or ""),
        "team": str(row.team_id or ""),
    }


def _amount(text: str, field: str, *, unit: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        read = amounts.parse(text, language=_language(), unit=unit)
    except Refused as refused:
        raise Rejected.by_rule(refused, field=field) from refused
    if isinstance(read, amounts.Ambiguous):
        raise Rejected.one("amount.ambiguous", field=field, readings=read.readings)
    return read.value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Rejected.one("date.unreadable", field="on", text=text) from error


def _language() -> amounts.Language:
    return "da" if (get_language() or "").startswith("da") else "en"


urls: list[URLPattern] = [
    path("kpis", every),
    path("kpis/new", new),
    path("kpis/<uuid:item>", one),
    path("kpis/<uuid:item>/edit", edit),
    path("kpis/<uuid:item>/readings", reading),
]
