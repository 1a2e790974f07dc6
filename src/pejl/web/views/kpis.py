"""KPIs: the health figures that are followed all the time and kept within a range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pejl.domain.access import Right
from pejl.domain.values import Metric, MetricKind
from pejl.queries import directories
from pejl.queries import kpis as queries
from pejl.queries.kpis import KpiRow
from pejl.queries.scope import Forbidden, Member
from pejl.services import kpis
from pejl.services.errors import Rejected
from pejl.web import charts, goalpages, goalwords, pages, pasts
from pejl.web.forms import kpis as forms


@require_safe
@pages.signed_in
@pasts.of_any_day
def every(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    rows = [(row, _limit(row), _spark(row)) for row in queries.rows(by)]
    outside = sum(row.in_range is False for row, _limit, _drawn in rows)
    return pages.render(request, "kpis/every.html", rows=rows, outside=outside, may_add=by.writes)


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def new(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    if not by.writes:
        raise Forbidden(Right.CREATE)
    if request.method != "POST":
        return _form(request, None, typed={"owner": str(by.person_id or "")})
    try:
        item = kpis.create(**forms.kpi(request), by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _form(request, None, typed=request.POST.dict(), rejected=rejected)
    except Forbidden:
        return _form(request, None, typed=request.POST.dict(), elsewhere=True)
    return pages.done(request, _("The KPI is there. Give it a reading."), f"/kpis/{item}")


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def edit(request: HttpRequest, item: UUID) -> HttpResponse:
    by, row = _mine(request, item)
    if request.method != "POST":
        return _form(request, row, typed=forms.shown(row))
    try:
        kpis.edit(item, **forms.kpi(request), by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _form(request, row, typed=request.POST.dict(), rejected=rejected)
    except Forbidden:
        return _form(request, row, typed=request.POST.dict(), elsewhere=True)
    return pages.done(request, _("The KPI is saved."), f"/kpis/{item}")


def _mine(request: HttpRequest, item: UUID) -> tuple[Member, KpiRow]:
    by = pages.member(request)
    row = queries.one(by, item)
    if not queries.may_change(by, row):
        raise Forbidden(Right.EDIT)
    return by, row


def _form(
    request: HttpRequest,
    row: KpiRow | None,
    *,
    typed: Mapping[str, str],
    rejected: Rejected | None = None,
    elsewhere: bool = False,
) -> HttpResponse:
    """`elsewhere`: the KPI would be somebody else's, or another team's."""
    by = pages.member(request)
    errors = pages.errors(rejected) if rejected else {}
    if elsewhere:
        errors = {"owner": _("Choose yourself as the owner, or a team that you lead.")}
    people = [(str(one.id), one.name) for one in directories.people(by) if one.active]
    teams = [(str(one.id), one.name) for one in directories.teams(by) if one.archived_at is None]
    return pages.render(
        request,
        "kpis/form.html",
        status=422 if elsewhere else goalpages.status_of(rejected),
        row=row,
        typed=typed,
        errors=errors,
        people=[("", _("Nobody yet")), *people],
        teams=[("", _("No team")), *teams],
    )


@require_safe
@pages.signed_in
@pasts.of_any_day
def one(request: HttpRequest, item: UUID) -> HttpResponse:
    return _one(request, item)


def _one(request: HttpRequest, item: UUID, *, rejected: Rejected | None = None) -> HttpResponse:
    by = pages.member(request)
    row, text = queries.one(by, item), request.GET.get("q", "") or request.POST.get("q", "")
    offered, more = queries.guardable(by, row, text=text)
    return pages.render(
        request,
        "kpis/kpi.html",
        status=goalpages.status_of(rejected),
        row=row,
        limit=_limit(row),
        spark_drawn=_spark(row),
        typed=request.POST if rejected else {},
        errors=pages.errors(rejected) if rejected else {},
        today=by.today(pages.now(request)),
        may_change=queries.may_change(by, row),
        may_read=queries.may_read(by, row),
        offered=[(str(goal.id), goal.title) for goal in offered],
        more=more,
        endable=queries.endable(by, row),
        q=text,
    )


@require_POST
@pages.signed_in
def reading(request: HttpRequest, item: UUID) -> HttpResponse:
    by = pages.member(request)
    row = queries.one(by, item)
    try:
        given = forms.reading(request, unit=row.unit)
        kpis.read(item, **given, by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _one(request, item, rejected=rejected)
    return pages.done(request, _("The reading is there."), f"/kpis/{item}")


@require_POST
@pages.signed_in
def link(request: HttpRequest, item: UUID) -> HttpResponse:
    """Lets it guard a goal from now on."""
    by = pages.member(request)
    try:
        goal = forms.goal(request)
        kpis.link(item, goal=goal, by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _one(request, item, rejected=rejected)
    return pages.done(request, _("The KPI guards the goal."), f"/kpis/{item}#goals")


@require_POST
@pages.signed_in
def unlink(request: HttpRequest, item: UUID, goal_id: UUID) -> HttpResponse:
    by = pages.member(request)
    try:
        kpis.unlink(item, goal=goal_id, by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _one(request, item, rejected=rejected)
    return pages.done(request, _("The KPI guards the goal no longer."), f"/kpis/{item}#goals")


@require_POST
@pages.signed_in
def remove(request: HttpRequest, item: UUID) -> HttpResponse:
    by = pages.member(request)
    try:
        kpis.remove(item, by=by, at=pages.now(request), key=pages.key(request))
    except Rejected as rejected:
        return _one(request, item, rejected=rejected)
    return pages.done(request, _("The KPI is followed no longer."), "/kpis")


def _limit(row: KpiRow) -> str:
    """Its range in words; "" without bounds."""
    return goalwords.limits(Metric(MetricKind.BETWEEN, unit=row.unit, lower=row.lower, upper=row.upper))


def _spark(row: KpiRow) -> Any:
    return charts.spark([reading.value for reading in row.readings], lower=row.lower, upper=row.upper)


urls: list[URLPattern] = [
    path("kpis", every),
    path("kpis/new", new),
    path("kpis/<uuid:item>", one),
    path("kpis/<uuid:item>/edit", edit),
    path("kpis/<uuid:item>/readings", reading),
    path("kpis/<uuid:item>/goals", link),
    path("kpis/<uuid:item>/goals/<uuid:goal_id>/removal", unlink),
    path("kpis/<uuid:item>/removal", remove),
]
