"""`/exports`: the workspace as a file, as the token sees it. The file is there for a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router

from pejl.api import answers, callers
from pejl.api.answers import refusals
from pejl.api.schemas_rooms import ExportIn, ExportOut
from pejl.queries.scope import Member
from pejl.services import exports_kept

router = Router(tags=["exports"])
TYPES: Final = {
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "yaml": "application/yaml",
}


@router.post(
    "/exports",
    response={201: ExportOut, **refusals(403, 409, 422)},
    summary="Write an export; zip is everything, for admins",
)
def create(request: HttpRequest, body: ExportIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    then = callers.moment(body.as_of, name="as_of", by=by) if body.as_of else None
    as_of = then if then is not None and then < at else None
    made = exports_kept.make(body.format, as_of=as_of, by=by, at=at, key=key)
    return answers.made(request, _told(by, made, now=at), address=f"/exports/{made}")


@router.get(
    "/exports/{export_id}",
    response={200: ExportOut, **refusals(404, 422)},
    summary="An export that lies ready, to who asked for it",
)
def one(request: HttpRequest, export_id: UUID) -> HttpResponse:
    by, now = callers.member(request), callers.now(request)
    return answers.one(request, _told(by, export_id, now=now))


@router.get(
    "/exports/{export_id}/file",
    response={200: bytes, **refusals(404, 422)},
    summary="The file of an export",
    openapi_extra={"x-content-types": sorted({name.split(";")[0] for name in TYPES.values()})},
)
def file(request: HttpRequest, export_id: UUID) -> FileResponse:
    by, now = callers.member(request), callers.now(request)
    kept = exports_kept.one(by, export_id, now=now)
    kind = TYPES[kept.form]
    return FileResponse(kept.path.open("rb"), as_attachment=True, filename=kept.name, content_type=kind)


def _told(by: Member, export_id: UUID, *, now: datetime) -> dict[str, Any]:
    kept = exports_kept.one(by, export_id, now=now)
    return {
        "id": kept.id,
        "state": "ready",
        "format": kept.form,
        "url": f"{settings.CONFIG.base_url}/api/v1/exports/{kept.id}/file",
        "kept_until": kept.kept_until,
    }
