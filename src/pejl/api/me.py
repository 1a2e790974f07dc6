"""`GET /me`: who the token is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from pejl.api import answers, callers
from pejl.api.schemas import MeOut

router = Router(tags=["me"])


@router.get("/me", response=MeOut, summary="Who the token is, its workspace and scopes")
def me(request: HttpRequest) -> HttpResponse:
    found = callers.caller(request)
    by = found.member
    return answers.told(
        request,
        {
            "token": found.token_id,
            "scopes": ["read", "write"] if found.writes else ["read"],
            "person": {"id": by.person_id, "name": by.name},
            "role": by.role.value,
            "workspace": {"id": by.workspace_id, "slug": by.slug, "name": by.workspace_name},
        },
    )
