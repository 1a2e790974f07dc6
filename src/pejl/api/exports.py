"""`/exports`: the workspace as a file, as the token sees it. The file is there for a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from ninja import Router

from pejl.api import answers, callers
from pejl.api.answers import refusals
from pejl.api.schemas_rooms import ExportIn, ExportOut
from pejl.queries.scope import Member, NotFound
from pejl.services import exports_kept

router = Router(tags=["exports"])
PART: Final = 64 * 1024
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
def file(request: HttpRequest, export_id: UUID) -> StreamingHttpResponse:
    by, now = callers.member(request), callers.now(request)
    kept = exports_kept.one(by, export_id, now=now)
    parts = _parts(kept.path)
    try:
        length, _open = kept.path.stat().st_size, next(parts)
    except FileNotFoundError as error:  # its day ended meanwhile
        raise NotFound from error
    response = StreamingHttpResponse(parts, content_type=TYPES[kept.form])
    response["Content-Length"] = length
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=kept.name)
    return response


def _parts(path: Path) -> Iterator[bytes]:
    """Nothing, once the file is open, then the file in parts. It is closed at its end, and as well where
    nobody takes the rest."""
    with path.open("rb") as source:
        yield b""
        while part := source.read(PART):
            yield part


def _told(by: Member, export_id: UUID, *, now: datetime) -> dict[str, Any]:
    kept = exports_kept.one(by, export_id, now=now)
    return {
        "id": kept.id,
        "state": "ready",
        "format": kept.form,
        "url": f"{settings.CONFIG.base_url}/api/v1/exports/{kept.id}/file",
        "kept_until": kept.kept_until,
    }
