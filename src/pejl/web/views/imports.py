"""Bringing files in: looked through first, its columns chosen, then applied or given up. Admins only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pejl.queries import imports
from pejl.services import profiles, transfers
from pejl.services.errors import Rejected
from pejl.web import goalpages, importcolumns, importpages, pages, settingpages, uploads
from pejl.web.settingpages import deed

PAGE: Final = "/settings/imports"


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def every(request: HttpRequest) -> HttpResponse:
    """What can be read and what was; a file that is sent is looked through and shown at its own address."""
    by = settingpages.admin(request)
    if request.method != "POST":
        return _every(request)
    try:
        file, name = _sent(request)
        profile = importcolumns.picked(request.POST.get("profile", ""), imports.profiles(by))
        found = transfers.preview(file, name=name, by=by, at=pages.now(request), profile=profile)
    except Rejected as rejected:
        typed = {"profile": request.POST.get("profile", "")}
        status = goalpages.status_of(rejected)
        return _every(request, typed=typed, errors=_at_file(rejected), status=status)
    response = HttpResponseRedirect(f"{PAGE}/{found}")
    response.status_code = 303
    return response


def _every(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = [
        (row, importpages.state(row), (row.applied_at or row.at).astimezone(by.zone))
        for row in imports.recent(by)
    ]
    kept = [(row, row.at.astimezone(by.zone)) for row in imports.profiles(by)]
    return settingpages.page(
        request,
        "imports/imports",
        page,
        imports=rows,
        readable=importpages.readable(),
        profiles=kept,
        by_profile=[("", _("By its headings")), *((row.id, row.name) for row, _day in kept)],
        most=uploads.MOST,
    )


def _sent(request: HttpRequest) -> tuple[Any, str]:
    upload = request.FILES.get("file")
    if uploads.too_large(request) or (upload is not None and (upload.size or 0) > uploads.MOST):
        raise Rejected.one("file.too-large", field="file")
    if upload is None or not upload.size or upload.file is None:
        raise Rejected.one("file.missing", field="file")
    return upload.file, upload.name or ""


def _at_file(rejected: Rejected) -> dict[str, str]:
    """Whatever was refused and is not the profile, was refused of the file."""
    found = pages.errors(rejected)
    return found if "profile" in found else {"file": next(iter(found.values()), "")}


@require_safe
@pages.signed_in
def one(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The preview; once it is applied, the receipt."""
    settingpages.admin(request)
    return _one(request, import_id)


def _one(request: HttpRequest, import_id: UUID, **page: Any) -> HttpResponse:
    by = pages.member(request)
    row = imports.one(by, import_id)
    errors = page.get("errors", {})
    trouble = next((said for field, said in errors.items() if field != "name"), "")
    chosen = importcolumns.sent(request) if errors else None
    under_way = None if row.applied_at else transfers.under_way(row.id, at=pages.now(request))
    return settingpages.page(
        request,
        "imports/preview",
        {**page, "errors": {"": trouble, "name": errors.get("name", "")}},
        row=row,
        said=importpages.of(row.receipt),
        columns=importcolumns.of(row, imports.profiles(by), chosen=chosen),
        form=importpages.form(row.format),
        size=importpages.size(row.file_size),
        at=row.at.astimezone(by.zone),
        applied_at=row.applied_at and row.applied_at.astimezone(by.zone),
        kept=row.applied_at is None and transfers.kept(row.id).exists(),
        under_way=under_way,
        way=importpages.way(under_way),
    )


@require_safe
@pages.signed_in
def progress(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """How far an import is that is being applied, for the bar on its page: `done` and `total` are rows, None
    while nothing is under way; `said` tells it in words."""
    by = settingpages.admin(request)
    applied = imports.applied(by, import_id)
    under_way = None if applied else transfers.under_way(import_id, at=pages.now(request))
    done, total = under_way or (None, None)
    told = {"applied": applied, "done": done, "total": total, "said": importpages.way(under_way)}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


@require_safe
@pages.signed_in
def receipt(request: HttpRequest, import_id: UUID) -> HttpResponse:
    by = settingpages.admin(request)
    row = imports.one(by, import_id)
    name = content_disposition_header(as_attachment=True, filename=f"{Path(row.file_name).stem}-receipt.json")
    laid_out = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(row.receipt, json_dumps_params=laid_out, headers={"Content-Disposition": name})


@deed(_one, PAGE + "/{import_id}")
def apply(request: HttpRequest, import_id: UUID) -> str:
    transfers.apply(import_id, by=pages.member(request), at=pages.now(request))
    return _("The file is imported.")


@deed(_one, PAGE + "/{import_id}")
def columns(request: HttpRequest, import_id: UUID) -> str:
    """Reads the file by the columns that were chosen, and keeps those under a name where that was asked."""
    by, at = pages.member(request), pages.now(request)
    row, chosen = imports.one(by, import_id), importcolumns.sent(request)
    said = _("The file is looked through again.")
    if request.POST.get("then") == "keep":
        name = request.POST.get("name", "")
        profiles.save(name, columns=chosen, by=by, at=at)
        said = _("The columns are kept as “%(name)s”.") % {"name": " ".join(name.split())}
        if chosen == dict(row.receipt.get("columns", [])):
            return said
    transfers.again(import_id, profile=chosen, by=by, at=at)
    return said


@deed(_one, PAGE + "/{import_id}")
def profile(request: HttpRequest, import_id: UUID) -> str:
    by = pages.member(request)
    picked = importcolumns.picked(request.POST.get("profile", ""), imports.profiles(by))
    transfers.again(import_id, profile=picked or {}, by=by, at=pages.now(request))
    return _("The file is looked through again.")


@deed(_every, PAGE)
def forget(request: HttpRequest, profile_id: UUID) -> str:
    profiles.remove(profile_id, by=pages.member(request), at=pages.now(request))
    return _("The profile is removed.")


@deed(_one, PAGE)
def discard(request: HttpRequest, import_id: UUID) -> str:
    transfers.discard(import_id, by=pages.member(request))
    return _("The file is given up. Nothing was imported from it.")


urls: list[URLPattern] = [
    path("settings/imports", every),
    path("settings/imports/<uuid:import_id>", one),
    path("settings/imports/<uuid:import_id>/receipt.json", receipt),
    path("settings/imports/<uuid:import_id>/progress", progress),
    path("settings/imports/<uuid:import_id>/columns", columns),
    path("settings/imports/<uuid:import_id>/profile", profile),
    path("settings/imports/profiles/<uuid:profile_id>/removal", forget),
    path("settings/imports/<uuid:import_id>/application", apply),
    path("settings/imports/<uuid:import_id>/removal", discard),
]
