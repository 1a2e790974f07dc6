"""`GET /health`: whether the server is well, without a token."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from pejl.api import answers
from pejl.api.schemas_rooms import HealthOut
from pejl.queries import workspaces

router = Router(tags=["health"])


@router.get(
    "/health",
    auth=None,
    response={200: HealthOut, 503: HealthOut},
    summary="Whether the database answers and its tables are those of this version",
)
def health(request: HttpRequest) -> HttpResponse:
    well = workspaces.database_is_current()
    return answers.told(request, {"status": "ok" if well else "unavailable"}, status=200 if well else 503)
