"""Settings: one's own, the workspace's, its people, teams and periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.queries import directories, workspaces as workspace_queries
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import people, periods, teams, workspaces
from pejl.services.errors import Rejected
from pejl.web import pages

CONFIGURED = (
    "name", "language", "timezone", "fiscal_year_start", "scheme", "at_risk_points", "off_track_points",
    "checkin_weekday", "checkin_at", "checkin_every_weeks",
)
SWITCHES = ("capped", "initiatives_contribute", "organisation_goals_by_anyone")


def _act(
    request: HttpRequest, show: Callable[..., HttpResponse], work: Callable[[], object], *, said: str, url: str, **where: Any
) -> HttpResponse:
    """Does it and goes on, or shows the page again with what was typed and what to mend."""
    try:
        work()
    except Rejected as rejected:
        typed = {**request.POST.dict(), "form": request.path}
        return show(request, **where, typed=typed, errors=pages.errors(rejected), status=422)
    return pages.done(request, said, url)


def _admin(request: HttpRequest) -> None:
    if not pages.member(request).is_admin:
        raise Forbidden(Right.SETTINGS)


def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))


# ------------------------------------------------------------------------------------------------- oneself


@pages.signed_in
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    return _me(request)


def _me(
    request: HttpRequest, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    return pages.render(
        request, "settings/me.html", status=status, member=pages.member(request), email=request.user.email,  # type: ignore[union-attr]
        zones=_zones(), typed=typed or {}, errors=errors or {},
    )


@pages.signed_in
@require_POST
def edit_me(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    changes = {name: request.POST.get(name, "") for name in ("name", "timezone", "language")}
    if by.person_id is None:
        raise NotFound
    person_id = by.person_id
    return _act(
        request, _me, lambda: people.edit(person_id, changes, by=by, at=pages.now(request)),
        said=_("Your settings are saved."), url="/settings",
    )


@pages.signed_in
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    if by.person_id is None:
        raise NotFound
    person_id = by.person_id

    def work() -> None:
        from django.contrib import auth

        people.set_password(
            person_id, password=request.POST.get("password", ""), current=request.POST.get("current", ""),
            by=by, at=pages.now(request),
        )
        request.user.refresh_from_db()  # type: ignore[union-attr]
        auth.update_session_auth_hash(request, request.user)  # type: ignore[arg-type]

    return _act(request, _me, work, said=_("Your new password holds from now on."), url="/settings")


# ------------------------------------------------------------------------------------------- the workspace


@pages.signed_in
@require_http_methods(["GET", "POST"])
def workspace(request: HttpRequest) -> HttpResponse:
    _admin(request)
    if request.method != "POST":
        return _workspace(request)
    by = pages.member(request)
    changes: dict[str, Any] = {name: request.POST.get(name, "") for name in CONFIGURED}
    changes.update({name: name in request.POST for name in SWITCHES})
    return _act(
        request, _workspace, lambda: workspaces.configure(changes, by=by, at=pages.now(request)),
        said=_("The workspace's settings are saved."), url="/settings/workspace",
    )


def _workspace(
    request: HttpRequest, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    row = workspace_queries.settings_of(pages.member(request))
    stored: dict[str, Any] = {name: getattr(row, name) for name in (*CONFIGURED, *SWITCHES)}
    stored["checkin_at"] = row.checkin_at.strftime("%H:%M")
    for name in ("at_risk_points", "off_track_points"):
        stored[name] = f"{stored[name]:g}"
    if typed:
        stored = {**stored, **dict.fromkeys(SWITCHES, False), **typed}
    return pages.render(
        request, "settings/workspace.html", status=status, typed=stored, errors=errors or {}, zones=_zones()
    )


# -------------------------------------------------------------------------------------------------- people


@pages.signed_in
@require_http_methods(["GET", "POST"])
def everybody(request: HttpRequest) -> HttpResponse:
    _admin(request)
    if request.method != "POST":
        return _everybody(request)
    by, post = pages.member(request), request.POST
    role = post.get("role", "")

    def work() -> None:
        if role not in set(Role):
            raise Rejected.one("person.role", field="role")
        new = people.NewPerson(
            email=post.get("email", ""), name=post.get("name", ""), role=Role(role), password=post.get("password", "")
        )
        people.create(new, by=by, at=pages.now(request), key=pages.key(request))

    said = _("%(name)s can sign in now.") % {"name": post.get("name", "")}
    return _act(request, _everybody, work, said=said, url="/settings/people")


def _everybody(
    request: HttpRequest, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    by = pages.member(request)
    return pages.render(
        request, "settings/people.html", status=status, people=directories.people(by), me=by, roles=list(Role),
        typed=typed or {}, errors=errors or {},
    )


@pages.signed_in
@require_POST
def role(request: HttpRequest, person_id: UUID) -> HttpResponse:
    _admin(request)
    by, chosen = pages.member(request), request.POST.get("role", "")

    def work() -> None:
        if chosen not in set(Role):
            raise Rejected.one("person.role", field="role")
        people.change_role(person_id, role=Role(chosen), by=by, at=pages.now(request))

    return _act(request, _everybody, work, said=_("The role is changed."), url="/settings/people")


@pages.signed_in
@require_POST
def activity(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Lets somebody in again, or no longer."""
    _admin(request)
    by, active = pages.member(request), request.POST.get("active") == "yes"
    change = people.reactivate if active else people.deactivate
    said = _("They can sign in again.") if active else _("They can no longer sign in. What they wrote stays.")
    return _act(
        request, _everybody, lambda: change(person_id, by=by, at=pages.now(request)),
        said=said, url="/settings/people",
    )


# --------------------------------------------------------------------------------------------------- teams


@pages.signed_in
@require_http_methods(["GET", "POST"])
def all_teams(request: HttpRequest) -> HttpResponse:
    by = pages.member(request)
    if not by.is_admin and not by.leads:
        raise Forbidden(Right.TEAM_SETTINGS)
    if request.method != "POST":
        return _teams(request)
    parent = pages.ids([request.POST.get("parent", "")])
    return _act(
        request, _teams,
        lambda: teams.create(
            request.POST.get("name", ""), parent=parent[0] if parent else None,
            by=by, at=pages.now(request), key=pages.key(request),
        ),
        said=_("The team is there."), url="/settings/teams",
    )


def _teams(
    request: HttpRequest, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    by = pages.member(request)
    return pages.render(
        request, "settings/teams.html", status=status, teams=directories.teams(by), me=by, typed=typed or {}, errors=errors or {}
    )


@pages.signed_in
@require_GET
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    return _team(request, team_id=team_id)


def _team(
    request: HttpRequest, *, team_id: UUID, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    by = pages.member(request)
    if not by.is_admin and team_id not in by.leads:
        raise NotFound
    rows = directories.teams(by)
    found = next((row for row in rows if row.id == team_id), None)
    if found is None:
        raise NotFound
    inside = {one.id for one in found.members}
    outside = [one for one in directories.people(by) if one.active and one.id not in inside]
    return pages.render(
        request, "settings/team.html", status=status, team=found, teams=rows, outside=outside, me=by,
        typed=typed or {}, errors=errors or {},
    )


@pages.signed_in
@require_POST
def team_name(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, parent = pages.member(request), pages.ids([request.POST.get("parent", "")])

    def work() -> None:
        teams.rename(team_id, name=request.POST.get("name", ""), by=by, at=pages.now(request))
        if by.is_admin:
            teams.move(team_id, parent=parent[0] if parent else None, by=by, at=pages.now(request))

    return _act(request, _team, work, said=_("The team is saved."), url=f"/settings/teams/{team_id}", team_id=team_id)


@pages.signed_in
@require_POST
def team_members(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, chosen = pages.member(request), pages.ids([request.POST.get("person", "")])
    as_lead = request.POST.get("lead") == "yes"

    def work() -> None:
        if not chosen:
            raise Rejected.one("team.person", field="person")
        teams.join(team_id, person=chosen[0], lead=as_lead, by=by, at=pages.now(request))

    return _act(request, _team, work, said=_("The team is saved."), url=f"/settings/teams/{team_id}", team_id=team_id)


@pages.signed_in
@require_POST
def team_leave(request: HttpRequest, team_id: UUID, person_id: UUID) -> HttpResponse:
    by = pages.member(request)
    return _act(
        request, _team, lambda: teams.leave(team_id, person=person_id, by=by, at=pages.now(request)),
        said=_("The team is saved."), url=f"/settings/teams/{team_id}", team_id=team_id,
    )


@pages.signed_in
@require_POST
def team_archive(request: HttpRequest, team_id: UUID) -> HttpResponse:
    by, back = pages.member(request), request.POST.get("archived") == "no"
    change = teams.restore if back else teams.archive
    said = _("The team is back.") if back else _("The team is archived. Its goals stay.")
    return _act(
        request, _team, lambda: change(team_id, by=by, at=pages.now(request)),
        said=said, url="/settings/teams", team_id=team_id,
    )


# ------------------------------------------------------------------------------------------------- periods


@pages.signed_in
@require_http_methods(["GET", "POST"])
def all_periods(request: HttpRequest) -> HttpResponse:
    _admin(request)
    if request.method != "POST":
        return _periods(request)
    by, post = pages.member(request), request.POST

    def work() -> None:
        periods.create(
            post.get("name", ""), start=_date(post.get("start", ""), "start"), end=_date(post.get("end", ""), "end"),
            by=by, at=pages.now(request), key=pages.key(request),
        )

    return _act(request, _periods, work, said=_("The period is there."), url="/settings/periods")


def _date(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Rejected.one("date.unreadable", field=field, text=text) from error


def _periods(
    request: HttpRequest, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    by = pages.member(request)
    return pages.render(
        request, "settings/periods.html", status=status, periods=directories.periods(by), today=by.today(pages.now(request)),
        typed=typed or {}, errors=errors or {},
    )


@pages.signed_in
@require_POST
def period_remove(request: HttpRequest, period_id: UUID) -> HttpResponse:
    _admin(request)
    by = pages.member(request)
    return _act(
        request, _periods, lambda: periods.remove(period_id, by=by, at=pages.now(request)),
        said=_("The period is gone."), url="/settings/periods",
    )


urls: list[URLPattern] = [
    path("settings", me),
    path("settings/me", edit_me),
    path("settings/password", password),
    path("settings/workspace", workspace),
    path("settings/people", everybody),
    path("settings/people/<uuid:person_id>/role", role),
    path("settings/people/<uuid:person_id>/activity", activity),
    path("settings/teams", all_teams),
    path("settings/teams/<uuid:team_id>", team),
    path("settings/teams/<uuid:team_id>/name", team_name),
    path("settings/teams/<uuid:team_id>/members", team_members),
    path("settings/teams/<uuid:team_id>/members/<uuid:person_id>/removal", team_leave),
    path("settings/teams/<uuid:team_id>/archive", team_archive),
    path("settings/periods", all_periods),
    path("settings/periods/<uuid:period_id>/removal", period_remove),
]
