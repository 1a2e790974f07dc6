"""Settings of the teams: who is in them, where they hang, how they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pejl.domain.access import Right
from pejl.queries import directories
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import teams
from pejl.services.errors import Rejected
from pejl.web import choices, pages, settingpages
from pejl.web.forms import settings as forms


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def all_teams(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    if not by.is_admin and not by.leads:
        raise Forbidden(Right.TEAM_SETTINGS)
    if request.method != "POST":
        return _teams(request)
    name, parent = request.POST.get("name", ""), forms.one(request, "parent")
    return settingpages.act(
        request,
        _teams,
        lambda: teams.create(name, parent=parent, by=by, at=pages.now(request), key=pages.key(request)),
        said=_("The team is there."),
        url="/settings/teams",
    )


def _teams(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = directories.teams(by)
    mine = [row for row in rows if by.is_admin or row.id in by.leads]
    places = [(str(row.id), row.name) for row in mine if row.archived_at is None]
    return settingpages.page(request, "teams", page, teams=mine, places=places)


@require_safe
@pages.signed_in
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    return _team(request, team_id=team_id)


def _team(request: HttpRequest, *, team_id: UUID, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = directories.teams(by)
    found = next((row for row in rows if row.id == team_id), None)
    if found is None or not (by.is_admin or team_id in by.leads):
        raise NotFound
    inside = {one.id for one in found.members}
    outside = [one for one in directories.people(by) if one.active and one.id not in inside]
    below = directories.below(rows, team_id)
    places = [row for row in rows if row.id not in below and row.archived_at is None]
    return settingpages.page(
        request,
        "team",
        page,
        team=found,
        outside=[(str(one.id), one.name) for one in outside],
        places=[(str(row.id), row.name) for row in places if by.is_admin or row.id in by.leads],
        may_move=by.is_admin or found.parent_id in by.leads,
        rhythm=forms.shown_rhythm(found),
        weekdays=choices.weekdays(),
        rhythms=choices.rhythms(),
    )


def _on_team(request: HttpRequest, team_id: UUID, work: Callable[[], object]) -> HttpResponse:
    said, url = _("The team is saved."), f"/settings/teams/{team_id}"
    return settingpages.act(request, _team, work, said=said, url=url, team_id=team_id)


@require_POST
@pages.signed_in
def team_name(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, name = pages.member(request), request.POST.get("name", "")
    return _on_team(
        request,
        team_id,
        lambda: teams.rename(team_id, name=name, by=by, at=pages.now(request), key=pages.key(request)),
    )


@require_POST
@pages.signed_in
def team_place(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, parent = pages.member(request), forms.one(request, "parent")
    return _on_team(
        request,
        team_id,
        lambda: teams.move(team_id, parent=parent, by=by, at=pages.now(request), key=pages.key(request)),
    )


@require_POST
@pages.signed_in
def team_work(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Who writes its goals, and when it checks in."""
    by = pages.member(request)

    def work() -> None:
        teams.configure(team_id, forms.team(request), by=by, at=pages.now(request), key=pages.key(request))

    return _on_team(request, team_id, work)


@require_POST
@pages.signed_in
def team_members(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, person = pages.member(request), forms.one(request, "person")
    lead = request.POST.get("lead") == "yes"

    def work() -> None:
        if person is None:
            raise Rejected.one("team.person", field="person")
        teams.join(team_id, person=person, lead=lead, by=by, at=pages.now(request), key=pages.key(request))

    return _on_team(request, team_id, work)


@require_POST
@pages.signed_in
def team_leave(request: HttpRequest, team_id: UUID, person_id: UUID) -> HttpResponse:
    by = pages.member(request)
    return _on_team(
        request,
        team_id,
        lambda: teams.leave(team_id, person=person_id, by=by, at=pages.now(request), key=pages.key(request)),
    )


@require_POST
@pages.signed_in
def team_archive(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, back = pages.member(request), request.POST.get("archived") == "no"
    change = teams.restore if back else teams.archive
    said = _("The team is back.") if back else _("The team is archived. Its goals stay.")
    return settingpages.act(
        request,
        _team,
        lambda: change(team_id, by=by, at=pages.now(request), key=pages.key(request)),
        said=said,
        url="/settings/teams",
        team_id=team_id,
    )


urls: list[URLPattern] = [
    path("settings/teams", all_teams),
    path("settings/teams/<uuid:team_id>", team),
    path("settings/teams/<uuid:team_id>/name", team_name),
    path("settings/teams/<uuid:team_id>/place", team_place),
    path("settings/teams/<uuid:team_id>/work", team_work),
    path("settings/teams/<uuid:team_id>/members", team_members),
    path("settings/teams/<uuid:team_id>/members/<uuid:person_id>/removal", team_leave),
    path("settings/teams/<uuid:team_id>/archive", team_archive),
]
