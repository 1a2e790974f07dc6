"""`GET /me`: who the token is, and what its person is asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from pejl.api import answers, callers
from pejl.api import goals as goals_api
from pejl.api.answers import refusals
from pejl.api.schemas import MeOut
from pejl.api.schemas_goals import TurnsOut
from pejl.queries import homes

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


@router.get(
    "/me/due",
    response={200: TurnsOut, **refusals()},
    summary="The goals that the token's person is to check in on, and which of them are due",
)
def due(request: HttpRequest) -> HttpResponse:
    by, now = callers.member(request), callers.now(request)
    found = homes.asked(by, now=now)
    goals = goals_api.told(by, [one.row for one in found])
    items = [
        {"goal": goal, "due": one.turn.due, "due_at": one.turn.due_at}
        for goal, one in zip(goals, found, strict=True)
    ]
    return answers.told(request, answers.page(items, after=None))
