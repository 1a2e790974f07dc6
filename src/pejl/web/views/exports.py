"""Taking out what one may see: everything, or tables."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pejl.domain import periods
from pejl.queries.scope import Member
from pejl.services import exports
from pejl.web import pages, settingpages

KEPT_IN_MEMORY = 8 * 1024 * 1024
TYPES = {
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "yaml": "application/yaml",
}


@require_safe
@pages.signed_in
def choose(request: HttpRequest) -> HttpResponse:
    return _page(request, errors={})


@require_safe
@pages.signed_in
def download(request: HttpRequest) -> Any:
    by, now = pages.member(request), pages.now(request)
    form, on = request.GET.get("format", ""), request.GET.get("on", "")
    if form not in exports.offered(by):
        return _page(request, errors={"format": _("Choose one of these.")}, status=422)
    try:
        as_of = _moment(on, by=by, now=now)
    except ValueError:
        return _page(request, errors={"on": _("Write the day as 2026-10-03.")}, status=422)
    out = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        exports.write(form, by, out, at=now, as_of=as_of)  # type: ignore[arg-type]
    except BaseException:
        out.close()
        raise
    out.seek(0)
    name = exports.name(by, form, day=by.today(as_of or now))
    return FileResponse(out, as_attachment=True, filename=name, content_type=TYPES[form])


def _moment(on: str, *, by: Member, now: datetime) -> datetime | None:
    """None for today, which is as things stand."""
    if not on:
        return None
    found = periods.moment(on, zone=by.zone)
    return found if found < now else None


def _page(request: HttpRequest, *, errors: dict[str, str], status: int = 200) -> HttpResponse:
    every = [
        ("zip", _("Everything"), _("With all its history, as documented JSON Lines. Pejl reads it back.")),
        ("xlsx", _("Excel"), _("Goals, check-ins, comments, tasks and KPIs, to read and to calculate with.")),
        ("csv", _("CSV"), _("One row for each goal, for any spreadsheet.")),
        ("json", _("JSON"), _("Goals and what hangs on them, for programs.")),
        ("yaml", _("YAML"), _("The open goals as text, to edit and to keep under version control.")),
    ]
    choices = [one for one in every if one[0] in exports.offered(pages.member(request))]
    typed = {name: str(text) for name, text in request.GET.items()}
    shown = {"errors": errors, "typed": typed, "status": status}
    today = pages.member(request).today(pages.now(request))
    return settingpages.page(request, "exports/exports", shown, choices=choices, today=today)


urls: list[URLPattern] = [
    path("settings/exports", choose),
    path("settings/exports/file", download),
]
