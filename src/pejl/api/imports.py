"""`/imports`: a file is looked through first, then applied. Admins only."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers
from pejl.api.answers import Once, refusals
from pejl.api.schemas_rooms import ImportOut
from pejl.queries import imports
from pejl.queries.scope import Member
from pejl.services import gates, transfers
from pejl.services.errors import Rejected

router = Router(tags=["imports"])
_FILE: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            }
        },
    }
}


@router.post(
    "/imports",
    response={201: ImportOut, **refusals(403, 409, 413, 422)},
    summary="Look a file through: the receipt of what it would bring",
    openapi_extra=_FILE,
)
def preview(request: HttpRequest) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    gates.admin(by)
    file, name = _sent(request)
    made = transfers.preview(file, name=name, by=by, at=at, key=key)
    return answers.made(request, _told(by, made), address=f"/imports/{made}")


@router.get(
    "/imports/{import_id}",
    response={200: ImportOut, **refusals(404, 422)},
    summary="An import with its receipt, to admins",
)
def one(request: HttpRequest, import_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, _now):
        return answers.one(request, _told(by, import_id))


@router.post(
    "/imports/{import_id}/application",
    response={201: ImportOut, **refusals(403, 404, 409, 422)},
    summary="Do what was looked through, all of it or nothing",
)
def apply(request: HttpRequest, import_id: UUID) -> HttpResponse:
    by = callers.member(request)
    transfers.apply(import_id, by=by, at=callers.now(request), key=callers.key(request))
    return answers.made(request, _told(by, import_id), address=f"/imports/{import_id}")


def _sent(request: HttpRequest) -> tuple[Any, str]:
    """The file and its name. The server leaves out one that is too large before anything is kept of it."""
    upload = request.FILES.get("file")
    if upload is None or not upload.size or upload.file is None:
        large = getattr(request, "upload_too_large", False)
        raise Rejected.one("file.too-large" if large else "file.missing", field="file")
    return upload.file, upload.name or ""


def _told(by: Member, import_id: UUID) -> dict[str, Any]:
    row = imports.one(by, import_id)
    names = ("id", "state", "file_name", "format", "at", "applied_at", "receipt")
    return {name: getattr(row, name) for name in names}
