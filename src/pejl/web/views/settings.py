"""Settings: one's own, the workspace's, its people and periods. Its teams have views of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pejl.queries import directories
from pejl.queries import workspaces as workspace_queries
from pejl.queries.scope import NotFound
from pejl.services import people, periods, workspaces
from pejl.web import choices, pages, settingpages, words
from pejl.web import format as told_as
from pejl.web.forms import settings as forms
from pejl.web.settingpages import deed, stamp
from pejl.web.views import people as people_pages
from pejl.web.views import teams

# ------------------------------------------------------------------------------------------------- oneself


@require_safe
@pages.signed_in
def me(request: HttpRequest) -> HttpResponse:
    return _me(request)


def _me(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    return settingpages.page(
        request,
        "me",
        page,
        email=request.user.email,  # type: ignore[union-attr]
        role=choices.role(by.role),
        timezone=directories.own_zone(by),
        zones=choices.zones(),
    )


def _self(request: HttpRequest) -> UUID:
    person_id = pages.member(request).person_id
    if person_id is None:
        raise NotFound
    return person_id


@deed(_me, "/settings", gate=settingpages.anybody)
def edit_me(request: HttpRequest) -> str:
    said = ("name", "timezone", "language")
    changes: dict[str, Any] = {name: request.POST[name] for name in said if name in request.POST}
    if "forecasts" in request.POST:
        changes["forecasts"] = request.POST["forecasts"] == "yes"
    people.edit(_self(request), changes, **stamp(request))
    return _("Your settings are saved.")


@deed(_me, "/settings", gate=settingpages.anybody)
def password(request: HttpRequest) -> str:
    """The other places where the person is signed in are signed out; this one stays."""
    by, at = pages.member(request), pages.now(request)
    typed, current = request.POST.get("password", ""), request.POST.get("current", "")
    people.set_password(_self(request), password=typed, current=current, by=by, at=at)
    request.user.refresh_from_db()  # type: ignore[union-attr]
    auth.update_session_auth_hash(request, request.user)  # type: ignore[arg-type]
    return _("Your new password holds from now on.")


# ------------------------------------------------------------------------------------------- the workspace


def _workspace(request: HttpRequest, **page: Any) -> HttpResponse:
    typed = page.get("typed")
    stored = forms.shown(workspace_queries.settings_of(pages.member(request)))
    page["typed"] = {**stored, **dict.fromkeys(forms.SWITCHES, False), **typed} if typed else stored
    return settingpages.page(
        request,
        "workspace",
        page,
        zones=choices.zones(),
        languages=choices.languages(),
        months=choices.months(),
        schemes=choices.schemes(),
        weekdays=choices.weekdays(),
        rhythms=choices.rhythms(),
    )


@deed(_workspace, "/settings/workspace", shown=True)
def workspace(request: HttpRequest) -> str:
    workspaces.configure(forms.workspace(request), **stamp(request))
    return _("The workspace's settings are saved.")


def _transfer(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    others = [one for one in directories.people(by) if one.active and not one.placeholder]
    people = [(str(one.id), f"{one.name}, {one.email}") for one in others if one.id != by.person_id]
    return settingpages.page(request, "transfer", page, people=people)


@deed(_transfer, "/settings/workspace", gate=settingpages.owner, shown=True)
def transfer(request: HttpRequest) -> str:
    workspaces.transfer(forms.chosen(request, "person"), **stamp(request))
    return _("The workspace is handed over. You are an administrator now.")


def _removal(request: HttpRequest, **page: Any) -> HttpResponse:
    held = workspace_queries.contents(pages.member(request))
    counts = [
        (held.goals, ngettext("goal", "goals", held.goals)),
        (held.checkins, ngettext("check-in", "check-ins", held.checkins)),
        (held.comments, ngettext("comment", "comments", held.comments)),
        (held.kpis, ngettext("KPI", "KPIs", held.kpis)),
        (held.teams, ngettext("team", "teams", held.teams)),
        (held.people, ngettext("person", "people", held.people)),
    ]
    told = [(told_as.amount(Decimal(count)), what) for count, what in counts]
    return settingpages.page(request, "removal", page, counts=told)


@deed(_removal, "/", gate=settingpages.owner, shown=True)
def removal(request: HttpRequest) -> str:
    """Goes on to another workspace of the person, else signs them out."""
    by, typed, spoken = pages.member(request), request.POST.get("confirm_name", ""), told_as.language()
    account_id: UUID = request.user.pk  # type: ignore[assignment]
    workspaces.remove(by.workspace_id, by=by, at=pages.now(request), confirm_name=typed)
    if workspace_queries.slugs_of(account_id):
        request.session.pop("workspace", None)
    else:
        auth.logout(request)
        request.session["language"] = spoken
    return _("%(name)s is deleted.") % {"name": by.workspace_name}


# -------------------------------------------------------------------------------------------------- people


def _everybody(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = [(row, choices.role(row.role), choices.may_manage(by, row.role)) for row in directories.people(by)]
    return settingpages.page(request, "people", page, people=rows, roles=choices.roles(by.role))


def _taken_in(request: HttpRequest) -> str:
    name = {"name": request.POST.get("name", "").strip()}
    if request.POST.get("password"):
        return _("%(name)s can sign in now.") % name
    return _("%(name)s is taken in, and can sign in once there is a password.") % name


@deed(_everybody, "/settings/people", shown=True)
def everybody(request: HttpRequest) -> str:
    people.create(forms.person(request.POST.dict()), **stamp(request))
    return _taken_in(request)


@deed(_everybody, "/settings/people")
def role(request: HttpRequest, person_id: UUID) -> str:
    people.change_role(person_id, role=forms.role(request.POST.get("role", "")), **stamp(request))
    return _("The role is changed.")


@deed(_everybody, "/settings/people")
def activity(request: HttpRequest, person_id: UUID) -> str:
    """Lets somebody in again, or no longer."""
    if request.POST.get("active") == "yes":
        people.reactivate(person_id, **stamp(request))
        return _("They can sign in again.")
    people.deactivate(person_id, **stamp(request))
    return _("They can no longer sign in. What they wrote stays.")


@deed(_everybody, "/settings/people")
def invitation(request: HttpRequest, person_id: UUID) -> str:
    """Gives somebody who is only a name so far an account of their own."""
    people.invite(person_id, forms.person(request.POST.dict()), **stamp(request))
    return _taken_in(request)


@deed(_everybody, "/settings/people")
def new_password(request: HttpRequest, person_id: UUID) -> str:
    """For somebody who has none, or has forgotten it. No key: it would keep a trace of the password."""
    by, typed = pages.member(request), request.POST.get("password", "")
    if person_id == by.person_id:
        raise NotFound
    people.set_password(person_id, password=typed, by=by, at=pages.now(request))
    return _("The new password holds from now on. Tell them in person.")


# ------------------------------------------------------------------------------------------------- periods


def _periods(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = [
        (row, words.period(row.name, **row.calendar), choices.period(row.kind))
        for row in directories.periods(by)
    ]
    return settingpages.page(request, "periods", page, periods=rows, today=by.today(pages.now(request)))


@deed(_periods, "/settings/periods", shown=True)
def all_periods(request: HttpRequest) -> str:
    periods.create(**forms.period(request), **stamp(request))
    return _("The period is there.")


@deed(_periods, "/settings/periods")
def period(request: HttpRequest, period_id: UUID) -> str:
    periods.edit(period_id, **forms.period(request), **stamp(request))
    return _("The period is saved.")


@deed(_periods, "/settings/periods")
def period_remove(request: HttpRequest, period_id: UUID) -> str:
    periods.remove(period_id, **stamp(request))
    return _("The period is gone.")


urls: list[URLPattern] = [
    path("settings", me),
    path("settings/me", edit_me),
    path("settings/password", password),
    path("settings/workspace", workspace),
    path("settings/workspace/transfer", transfer),
    path("settings/workspace/removal", removal),
    path("settings/people", everybody),
    path("settings/people/<uuid:person_id>/role", role),
    path("settings/people/<uuid:person_id>/activity", activity),
    path("settings/people/<uuid:person_id>/invitation", invitation),
    path("settings/people/<uuid:person_id>/password", new_password),
    path("settings/periods", all_periods),
    path("settings/periods/<uuid:period_id>", period),
    path("settings/periods/<uuid:period_id>/removal", period_remove),
    *people_pages.urls,
    *teams.urls,
]
