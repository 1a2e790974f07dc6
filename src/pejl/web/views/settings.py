"""Settings: one's own, the workspace's, its people and periods. Its teams have views of their own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pejl.queries import directories
from pejl.queries import workspaces as workspace_queries
from pejl.queries.scope import Member, NotFound
from pejl.services import people, periods, workspaces
from pejl.web import choices, pages, settingpages, words
from pejl.web.forms import settings as forms
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


def _self(request: HttpRequest) -> tuple[Member, UUID]:
    by = pages.member(request)
    if by.person_id is None:
        raise NotFound
    return by, by.person_id


@require_POST
@pages.signed_in
def edit_me(request: HttpRequest) -> HttpResponse:
    by, person_id = _self(request)
    changes = {name: request.POST[name] for name in ("name", "timezone", "language") if name in request.POST}
    return settingpages.act(
        request,
        _me,
        lambda: people.edit(person_id, changes, by=by, at=pages.now(request), key=pages.key(request)),
        said=_("Your settings are saved."),
        url="/settings",
    )


@require_POST
@pages.signed_in
def password(request: HttpRequest) -> HttpResponse:
    """The other places where the person is signed in are signed out; this one stays."""
    by, person_id = _self(request)
    typed, current = request.POST.get("password", ""), request.POST.get("current", "")

    def work() -> None:
        people.set_password(person_id, password=typed, current=current, by=by, at=pages.now(request))
        request.user.refresh_from_db()  # type: ignore[union-attr]
        auth.update_session_auth_hash(request, request.user)  # type: ignore[arg-type]

    return settingpages.act(
        request, _me, work, said=_("Your new password holds from now on."), url="/settings"
    )


# ------------------------------------------------------------------------------------------- the workspace


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def workspace(request: HttpRequest) -> HttpResponse:
    by = settingpages.admin(request)
    if request.method != "POST":
        return _workspace(request)

    def work() -> None:
        workspaces.configure(forms.workspace(request), by=by, at=pages.now(request), key=pages.key(request))

    said = _("The workspace's settings are saved.")
    return settingpages.act(request, _workspace, work, said=said, url="/settings/workspace")


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


# -------------------------------------------------------------------------------------------------- people


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def everybody(request: HttpRequest) -> HttpResponse:
    by = settingpages.admin(request)
    if request.method != "POST":
        return _everybody(request)

    def work() -> None:
        people.create(forms.person(request.POST.dict()), by=by, at=pages.now(request), key=pages.key(request))

    return settingpages.act(request, _everybody, work, said=_taken_in(request), url="/settings/people")


def _taken_in(request: HttpRequest) -> str:
    name = {"name": request.POST.get("name", "").strip()}
    if request.POST.get("password"):
        return _("%(name)s can sign in now.") % name
    return _("%(name)s is taken in, and can sign in once there is a password.") % name


def _everybody(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = [(row, choices.role(row.role), choices.may_manage(by, row.role)) for row in directories.people(by)]
    return settingpages.page(request, "people", page, people=rows, roles=choices.roles(by.role))


@require_POST
@pages.signed_in
def role(request: HttpRequest, person_id: UUID) -> HttpResponse:
    by = settingpages.admin(request)

    def work() -> None:
        chosen = forms.role(request.POST.get("role", ""))
        people.change_role(person_id, role=chosen, by=by, at=pages.now(request), key=pages.key(request))

    return settingpages.act(request, _everybody, work, said=_("The role is changed."), url="/settings/people")


@require_POST
@pages.signed_in
def activity(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Lets somebody in again, or no longer."""
    by, active = settingpages.admin(request), request.POST.get("active") == "yes"
    change = people.reactivate if active else people.deactivate
    said = _("They can sign in again.") if active else _("They can no longer sign in. What they wrote stays.")
    return settingpages.act(
        request,
        _everybody,
        lambda: change(person_id, by=by, at=pages.now(request), key=pages.key(request)),
        said=said,
        url="/settings/people",
    )


@require_POST
@pages.signed_in
def invitation(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Gives somebody who is only a name so far an account of their own."""
    by = settingpages.admin(request)

    def work() -> None:
        new = forms.person(request.POST.dict())
        people.invite(person_id, new, by=by, at=pages.now(request), key=pages.key(request))

    return settingpages.act(request, _everybody, work, said=_taken_in(request), url="/settings/people")


@require_POST
@pages.signed_in
def new_password(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """For somebody who has none, or has forgotten it."""
    by, typed = settingpages.admin(request), request.POST.get("password", "")
    if person_id == by.person_id:
        raise NotFound
    return settingpages.act(
        request,
        _everybody,
        lambda: people.set_password(person_id, password=typed, by=by, at=pages.now(request)),
        said=_("The new password holds from now on. Tell them in person."),
        url="/settings/people",
    )


# ------------------------------------------------------------------------------------------------- periods


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def all_periods(request: HttpRequest) -> HttpResponse:
    by = settingpages.admin(request)
    if request.method != "POST":
        return _periods(request)

    def work() -> None:
        periods.create(**forms.period(request), by=by, at=pages.now(request), key=pages.key(request))

    return settingpages.act(request, _periods, work, said=_("The period is there."), url="/settings/periods")


def _periods(request: HttpRequest, **page: Any) -> HttpResponse:
    by = pages.member(request)
    rows = [
        (row, words.period(row.name, **row.calendar), choices.period(row.kind))
        for row in directories.periods(by)
    ]
    return settingpages.page(request, "periods", page, periods=rows, today=by.today(pages.now(request)))


@require_POST
@pages.signed_in
def period(request: HttpRequest, period_id: UUID) -> HttpResponse:
    by = settingpages.admin(request)

    def work() -> None:
        changes = forms.period(request)
        periods.edit(period_id, **changes, by=by, at=pages.now(request), key=pages.key(request))

    return settingpages.act(request, _periods, work, said=_("The period is saved."), url="/settings/periods")


@require_POST
@pages.signed_in
def period_remove(request: HttpRequest, period_id: UUID) -> HttpResponse:
    by = settingpages.admin(request)
    return settingpages.act(
        request,
        _periods,
        lambda: periods.remove(period_id, by=by, at=pages.now(request), key=pages.key(request)),
        said=_("The period is gone."),
        url="/settings/periods",
    )


urls: list[URLPattern] = [
    path("settings", me),
    path("settings/me", edit_me),
    path("settings/password", password),
    path("settings/workspace", workspace),
    path("settings/people", everybody),
    path("settings/people/<uuid:person_id>/role", role),
    path("settings/people/<uuid:person_id>/activity", activity),
    path("settings/people/<uuid:person_id>/invitation", invitation),
    path("settings/people/<uuid:person_id>/password", new_password),
    path("settings/periods", all_periods),
    path("settings/periods/<uuid:period_id>", period),
    path("settings/periods/<uuid:period_id>/removal", period_remove),
    *teams.urls,
]
