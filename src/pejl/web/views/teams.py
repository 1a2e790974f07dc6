"""Settings of the teams: who is in them, where they hang, how they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pejl.domain.access import Right
from pejl.queries import directories
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import teams
from pejl.web import choices, pages, settingpages
from pejl.web.forms import settings as forms
from pejl.web.settingpages import Page, deed, stamp


def _leads(request: HttpRequest) -> Member:
    by = pages.member(request)
    if not by.is_admin and not by.leads:
        raise Forbidden(Right.TEAM_SETTINGS)
    return by


def _teams(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = directories.teams(by)
    mine = [row for row in rows if by.is_admin or row.id in by.leads]
    places = [(str(row.id), row.name) for row in mine if row.archived_at is None]
    return settingpages.page(request, "teams", page, teams=mine, places=places)


@deed(_teams, "/settings/teams", gate=_leads, shown=True)
def all_teams(request: HttpRequest) -> str:
    teams.create(request.POST.get("name", ""), parent=forms.one(request, "parent"), **stamp(request))
    return _("The team is there.")


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


def _on_team(work: Callable[..., object]) -> Page:
    """A deed after which the team is saved."""

    def done(request: HttpRequest, **where: Any) -> str:
        work(request, **where)
        return _("The team is saved.")

    return deed(_team, "/settings/teams/{team_id}", gate=settingpages.anybody)(done)


@_on_team
def team_name(request: HttpRequest, team_id: UUID) -> None:
    teams.rename(team_id, name=request.POST.get("name", ""), **stamp(request))


@_on_team
def team_place(request: HttpRequest, team_id: UUID) -> None:
    teams.move(team_id, parent=forms.one(request, "parent"), **stamp(request))


@_on_team
def team_work(request: HttpRequest, team_id: UUID) -> None:
    """Who writes its goals, and when it checks in."""
    teams.configure(team_id, forms.team(request), **stamp(request))


@_on_team
def team_members(request: HttpRequest, team_id: UUID) -> None:
    person, lead = forms.chosen(request, "person"), request.POST.get("lead") == "yes"
    teams.join(team_id, person=person, lead=lead, **stamp(request))


@_on_team
def team_leave(request: HttpRequest, team_id: UUID, person_id: UUID) -> None:
    teams.leave(team_id, person=person_id, **stamp(request))


@deed(_team, "/settings/teams", gate=settingpages.anybody)
def team_archive(request: HttpRequest, team_id: UUID) -> str:
    if request.POST.get("archived") == "no":
        teams.restore(team_id, **stamp(request))
        return _("The team is back.")
    teams.archive(team_id, **stamp(request))
    return _("The team is archived. Its goals stay.")


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
