"""Bringing files in: looked through first, then applied or given up. Admins only."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pejl.queries import imports
from pejl.services import transfers
from pejl.services.errors import Rejected
from pejl.web import goalpages, importpages, pages, settingpages
from pejl.web.settingpages import deed


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def every(request: HttpRequest) -> HttpResponse:
    """What can be read and what was; a file that is sent is looked through and shown at its own address."""
    by = settingpages.admin(request)
    if request.method != "POST":
        return _every(request)
    try:
        file, name = _sent(request)
        found = transfers.preview(file, name=name, by=by, at=pages.now(request))
    except Rejected as rejected:
        return _every(request, errors=_at_file(rejected), status=goalpages.status_of(rejected))
    response = HttpResponseRedirect(f"/settings/imports/{found}")
    response.status_code = 303
    return response


def _every(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = [
        (row, importpages.state(row), (row.applied_at or row.at).astimezone(by.zone))
        for row in imports.recent(by)
    ]
    return settingpages.page(request, "imports/imports", page, imports=rows, readable=importpages.readable())


def _sent(request: HttpRequest) -> tuple[Any, str]:
    upload = request.FILES.get("file")
    if upload is None or not upload.size or upload.file is None:
        raise Rejected.one("file.missing", field="file")
    if upload.size > importpages.MOST:
        raise Rejected.one("file.too-large", field="file")
    return upload.file, upload.name or ""


def _at_file(rejected: Rejected) -> dict[str, str]:
    """Whatever was refused, was refused of the file."""
    return {"file": next(iter(pages.errors(rejected).values()), "")}


@require_safe
@pages.signed_in
def one(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The preview; once it is applied, the receipt."""
    settingpages.admin(request)
    return _one(request, import_id)


def _one(request: HttpRequest, import_id: UUID, **page: Any) -> HttpResponse:
    by = pages.member(request)
    row = imports.one(by, import_id)
    trouble = next(iter(page.get("errors", {}).values()), "")  # this page has no field it could stand at
    return settingpages.page(
        request,
        "imports/preview",
        {**page, "errors": {"": trouble}},
        row=row,
        said=importpages.of(row.receipt),
        form=importpages.form(row.format),
        size=importpages.size(row.file_size),
        at=row.at.astimezone(by.zone),
        applied_at=row.applied_at and row.applied_at.astimezone(by.zone),
        kept=row.applied_at is None and transfers.kept(row.id).exists(),
    )


@require_safe
@pages.signed_in
def receipt(request: HttpRequest, import_id: UUID) -> HttpResponse:
    by = settingpages.admin(request)
    row = imports.one(by, import_id)
    name = content_disposition_header(as_attachment=True, filename=f"{Path(row.file_name).stem}-receipt.json")
    laid_out = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(row.receipt, json_dumps_params=laid_out, headers={"Content-Disposition": name})


@deed(_one, "/settings/imports/{import_id}")
def apply(request: HttpRequest, import_id: UUID) -> str:
    transfers.apply(import_id, by=pages.member(request), at=pages.now(request))
    return _("The file is imported.")


@deed(_one, "/settings/imports")
def discard(request: HttpRequest, import_id: UUID) -> str:
    transfers.discard(import_id, by=pages.member(request))
    return _("The file is given up. Nothing was imported from it.")


urls: list[URLPattern] = [
    path("settings/imports", every),
    path("settings/imports/<uuid:import_id>", one),
    path("settings/imports/<uuid:import_id>/receipt.json", receipt),
    path("settings/imports/<uuid:import_id>/application", apply),
    path("settings/imports/<uuid:import_id>/removal", discard),
]
