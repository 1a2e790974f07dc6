"""`/teams`, who is in them and who leads them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers
from pejl.api.answers import Once, Paged, refusals
from pejl.api.kept import kept
from pejl.api.schemas_rooms import TeamIn, TeamOut, TeamPatch, TeamsOut
from pejl.queries import directories, resources
from pejl.queries.scope import Member, NotFound
from pejl.services import teams

router = Router(tags=["teams"])


@router.get("/teams", response={200: TeamsOut, **refusals(422)}, summary="Teams, a part at a time")
@kept
def every(request: HttpRequest, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, _now):
        found, after = answers.part(_told(by).values(), query)
        return answers.told(request, answers.page(found, after=after))


@router.get("/teams/{team_id}", response={200: TeamOut, **refusals(404, 422)}, summary="One team")
@kept
def one(request: HttpRequest, team_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, _now):
        return answers.one(request, _one(by, team_id))


@router.post(
    "/teams",
    response={201: TeamOut, **refusals(403, 409, 422)},
    summary="A new team, by admins, or by leads under their own",
)
def create(request: HttpRequest, body: TeamIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    more = body.dict(exclude_unset=True, exclude={"name"})
    made = teams.create(body.name, **more, by=by, at=at, key=key)
    return answers.made(request, _one(by, made), address=f"/teams/{made}")


@router.patch(
    "/teams/{team_id}",
    response={200: TeamOut, **refusals(403, 404, 409, 412, 422)},
    summary="Rename, move or archive a team, say who is in it",
)
def edit(request: HttpRequest, team_id: UUID, body: TeamPatch) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    answers.unchanged(request, _one(by, team_id))
    teams.change(team_id, body.dict(exclude_unset=True), by=by, at=at, key=callers.key(request))
    return answers.one(request, _one(by, team_id))


def _one(by: Member, team_id: UUID) -> dict[str, Any]:
    found = _told(by).get(team_id)
    if found is None:
        raise NotFound
    return found


def _told(by: Member) -> dict[UUID, dict[str, Any]]:
    rows = {row.id: row for row in directories.teams(by)}
    return {row.id: resources.team(row, rows) for row in rows.values()}
