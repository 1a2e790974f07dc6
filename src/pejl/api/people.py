"""`/people`: everybody in the workspace, and those who are only named in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers
from pejl.api.answers import Once, Paged, refusals
from pejl.api.kept import kept
from pejl.api.schemas_rooms import PeopleOut, PersonIn, PersonOut, PersonPatch
from pejl.queries import directories, resources, sheets
from pejl.queries.scope import Member, NotFound
from pejl.services import people
from pejl.services.people import NewPerson

router = Router(tags=["people"])


@router.get("/people", response={200: PeopleOut, **refusals(422)}, summary="People, a part at a time")
@kept
def every(request: HttpRequest, query: Query[Paged]) -> HttpResponse:
    with callers.known(request) as (by, _now):
        found, after = answers.part(_told(by).values(), query)
        return answers.told(request, answers.page(found, after=after))


@router.get("/people/{person_id}", response={200: PersonOut, **refusals(404, 422)}, summary="One person")
@kept
def one(request: HttpRequest, person_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, _now):
        return answers.one(request, _one(by, person_id))


@router.post(
    "/people",
    response={201: PersonOut, **refusals(403, 409, 422)},
    summary="Take somebody in, by admins; without an e-mail a placeholder, by everybody",
)
def create(request: HttpRequest, body: PersonIn) -> HttpResponse:
    by, at, key = callers.member(request), callers.now(request), callers.key(request)
    if body.email is None:
        made = people.placeholder(body.name, by=by, at=at, key=key)
    else:
        made = people.create(NewPerson(body.email, body.name, body.role), by=by, at=at, key=key)
    return answers.made(request, _one(by, made), address=f"/people/{made}")


@router.patch(
    "/people/{person_id}",
    response={200: PersonOut, **refusals(403, 404, 409, 412, 422)},
    summary="Change somebody: everybody their own name, admins the rest",
)
def edit(request: HttpRequest, person_id: UUID, body: PersonPatch) -> HttpResponse:
    by, at = callers.member(request), callers.now(request)
    answers.unchanged(request, _one(by, person_id))
    people.change(person_id, body.dict(exclude_unset=True), by=by, at=at, key=callers.key(request))
    return answers.one(request, _one(by, person_id))


def _one(by: Member, person_id: UUID) -> dict[str, Any]:
    found = _told(by, only=person_id).get(person_id)
    if found is None:
        raise NotFound
    return found


def _told(by: Member, *, only: UUID | None = None) -> dict[UUID, dict[str, Any]]:
    managers = sheets.managers(by, only=only)
    return {
        row.id: resources.person(row, manager=managers.get(row.id), admin=by.is_admin)
        for row in directories.people(by, only=only)
    }
