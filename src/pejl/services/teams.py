"""Teams, nested as deep as the organisation is, and who is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from pejl.models import Person, Team, TeamMember
from pejl.queries import people
from pejl.queries.scope import Member
from pejl.services import events, gates, texts
from pejl.services.commands import command
from pejl.services.errors import Rejected

_WEEKS = {None, 1, 2, 4}
_WEEKDAYS = {None, 0, 1, 2, 3, 4, 5, 6}


@command
def create(
    name: str,
    *,
    parent: UUID | None = None,
    members: Sequence[UUID] = (),
    leads: Sequence[UUID] = (),
    by: Member,
    at: datetime,
) -> UUID:
    """A new team with those in it. Admins make them anywhere, leads under the teams they lead."""
    _all_known(by, {"parent": parent, "members": members, "leads": leads})
    gates.lead(by, parent)
    if parent is not None:
        _open(by, parent)
    name = _free(by, texts.line(name, field="name"), parent=parent)
    team = Team.objects.create(workspace_id=by.workspace_id, name=name, parent_id=parent, created_at=at)
    events.record("team.created", by=by, at=at, subject=team.pk, name=name)
    maker = replace(by, leads=by.leads | {team.pk})  # who may make it may say who is in it
    _seats(team.pk, members=members or None, leads=leads or None, by=maker, at=at)
    made: UUID = team.pk
    return made


@command
def change(team_id: UUID, changes: Mapping[str, Any], *, by: Member, at: datetime) -> None:
    """All of it or nothing: `name`, `parent`, `archived`, `members` (everybody who is in it) and `leads`
    (members who lead it, taken in where they are not). Raises what each of these raises on its own, and
    `Rejected` at `parent`, `members` or `leads` for somebody or something that is not here."""
    _team(by, team_id)
    _all_known(by, changes)
    if changes.get("archived") is False:
        restore(team_id, by=by, at=at)
    if "name" in changes:
        rename(team_id, name=changes["name"], by=by, at=at)
    if "parent" in changes and changes["parent"] != _team(by, team_id).parent_id:
        move(team_id, parent=changes["parent"], by=by, at=at)
    _seats(team_id, members=changes.get("members"), leads=changes.get("leads"), by=by, at=at)
    if changes.get("archived") is True:
        archive(team_id, by=by, at=at)


def _all_known(by: Member, changes: Mapping[str, Any]) -> None:
    parent = changes.get("parent")
    if parent is not None and not Team.objects.filter(workspace_id=by.workspace_id, pk=parent).exists():
        raise Rejected.one("team.unknown", field="parent")
    for name in ("members", "leads"):
        wanted = set(changes.get(name) or ())
        here = Person.objects.filter(workspace_id=by.workspace_id, pk__in=wanted, active=True, service=False)
        present = TeamMember.objects.current().filter(workspace_id=by.workspace_id, person_id__in=wanted)
        known = set(here.values_list("pk", flat=True)) | set(present.values_list("person_id", flat=True))
        if wanted - known:
            raise Rejected.one("person.unknown", field=name)


def _seats(
    team_id: UUID,
    *,
    members: Sequence[UUID] | None,
    leads: Sequence[UUID] | None,
    by: Member,
    at: datetime,
) -> None:
    """Who is in it and who leads it; None leaves that as it is."""
    if members is None and leads is None:
        return
    rows = TeamMember.objects.current().filter(workspace_id=by.workspace_id, team_id=team_id)
    present: dict[UUID, bool] = dict(rows.values_list("person_id", "lead"))
    leading = {one for one, lead in present.items() if lead} if leads is None else set(leads)
    wanted = set(present) if members is None else set(members)
    if leads is not None:
        wanted |= leading
    for person in sorted(set(present) - wanted):
        leave(team_id, person=person, by=by, at=at)
    for person in sorted(wanted):
        if present.get(person) is not (person in leading):
            join(team_id, person=person, lead=person in leading, by=by, at=at)


@command
def rename(team_id: UUID, *, name: str, by: Member, at: datetime) -> None:
    gates.lead(by, team_id)
    team = _team(by, team_id)
    before, team.name = (
        team.name,
        _free(by, texts.line(name, field="name"), parent=team.parent_id, but=team_id),
    )
    team.save(update_fields=["name"])
    events.record("team.renamed", by=by, at=at, subject=team_id, before=before, name=team.name)


@command
def move(team_id: UUID, *, parent: UUID | None, by: Member, at: datetime) -> None:
    """Hangs the team, and all below it, under another. Both places must be the person's to lead."""
    team = _team(by, team_id)
    gates.lead(by, team.parent_id)
    gates.lead(by, parent)
    if parent is not None:
        if parent in people.below(by.workspace_id, frozenset({team_id})):
            raise Rejected.one("team.loop", field="parent", name=team.name)
        _open(by, parent)
    _free(by, team.name, parent=parent, but=team_id)
    team.parent_id = parent
    team.save(update_fields=["parent"])
    events.record("team.moved", by=by, at=at, subject=team_id, name=team.name, parent=parent)


@command
def configure(team_id: UUID, changes: Mapping[str, Any], *, by: Member, at: datetime) -> None:
    """Changes `goals_by_members` or the team's own check-in rhythm: `checkin_weekday` (0 is Monday),
    `checkin_at` (a time), `checkin_every_weeks` (1, 2 or 4); None follows the workspace."""
    gates.lead(by, team_id)
    team = _team(by, team_id)
    wanted = {name: value for name, value in changes.items() if name in _SETTINGS}
    if wanted.get("checkin_weekday") not in _WEEKDAYS:
        raise Rejected.one("rhythm.weekday", field="checkin_weekday")
    if wanted.get("checkin_every_weeks") not in _WEEKS:
        raise Rejected.one("rhythm.weeks", field="checkin_every_weeks")
    for name, value in wanted.items():
        setattr(team, name, value)
    team.save(update_fields=sorted(wanted))
    events.record("team.configured", by=by, at=at, subject=team_id, name=team.name, changes=wanted)


_SETTINGS = {"goals_by_members", "checkin_weekday", "checkin_at", "checkin_every_weeks"}


@command
def archive(team_id: UUID, *, by: Member, at: datetime) -> None:
    """Out of every choice, with all that it did kept. Its sub-teams are archived or moved first."""
    team = _team(by, team_id)
    gates.lead(by, team.parent_id)
    if team.archived_at is not None:
        return
    below = Team.objects.filter(workspace_id=by.workspace_id, parent=team, archived_at=None).count()
    if below:
        raise Rejected.one("team.has-teams", name=team.name, teams=below)
    team.archived_at = at
    team.save(update_fields=["archived_at"])
    events.record("team.archived", by=by, at=at, subject=team_id, name=team.name)


@command
def restore(team_id: UUID, *, by: Member, at: datetime) -> None:
    team = _team(by, team_id)
    gates.lead(by, team.parent_id)
    if team.archived_at is None:
        return
    if team.parent_id is not None:
        _open(by, team.parent_id)
    _free(by, team.name, parent=team.parent_id, but=team_id)
    team.archived_at = None
    team.save(update_fields=["archived_at"])
    events.record("team.restored", by=by, at=at, subject=team_id, name=team.name)


@command
def join(team_id: UUID, *, person: UUID, lead: bool = False, by: Member, at: datetime) -> None:
    """Takes somebody into the team, or makes a member its lead, or a lead a member."""
    gates.lead(by, team_id)
    team = _open(by, team_id)
    joining = gates.known(Person.objects.filter(workspace_id=by.workspace_id, pk=person, active=True).first())
    present = _membership(by, team_id, person)
    if present is not None and present.lead == lead:
        return
    if present is not None:
        _end(present, at=at)
    TeamMember.objects.create(
        workspace_id=by.workspace_id, team=team, person=joining, lead=lead, known_from=at
    )
    events.record(
        "team.joined", by=by, at=at, subject=team_id, name=team.name, person=joining.name, lead=lead
    )


@command
def leave(team_id: UUID, *, person: UUID, by: Member, at: datetime) -> None:
    """Ends a membership: one's own, or as lead of the team."""
    if by.person_id != person:
        gates.lead(by, team_id)
    team = _team(by, team_id)
    present = gates.known(_membership(by, team_id, person))
    _end(present, at=at)
    events.record("team.left", by=by, at=at, subject=team_id, name=team.name, person=present.person.name)


def _team(by: Member, team_id: UUID) -> Team:
    return gates.known(Team.objects.filter(workspace_id=by.workspace_id, pk=team_id).first())


def _open(by: Member, team_id: UUID) -> Team:
    team = _team(by, team_id)
    if team.archived_at is not None:
        raise Rejected.one("team.archived", name=team.name)
    return team


def _free(by: Member, name: str, *, parent: UUID | None, but: UUID | None = None) -> str:
    """Two teams side by side never share a name: people tell them apart by it."""
    beside = Team.objects.filter(
        Q(workspace_id=by.workspace_id, parent_id=parent, archived_at=None, name__iexact=name)
    )
    if beside.exclude(pk__in=[but] if but else []).exists():
        raise Rejected.one("team.name-taken", field="name", name=name)
    return name


def _membership(by: Member, team_id: UUID, person_id: UUID) -> TeamMember | None:
    found: TeamMember | None = (
        TeamMember.objects.current()
        .select_related("person")
        .filter(workspace_id=by.workspace_id, team_id=team_id, person_id=person_id)
        .first()
    )
    return found


def _end(present: TeamMember, *, at: datetime) -> None:
    present.known_to = at
    present.save(update_fields=["known_to"])
