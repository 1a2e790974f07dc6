"""Who and what a workspace is made of: its people, teams and periods, as the settings show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from pejl.domain.values import Role
from pejl.models import Goal, GoalVersion, Period, Person, Team, TeamMember
from pejl.queries.scope import Member


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: UUID
    name: str
    email: str
    role: Role
    active: bool
    placeholder: bool
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    id: UUID
    name: str
    lead: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """`depth` is 0 for a team without a parent; the rows come in the order of the tree."""

    id: UUID
    name: str
    parent_id: UUID | None
    depth: int
    archived_at: datetime | None
    goals_by_members: bool
    checkin_weekday: int | None
    checkin_every_weeks: int | None
    members: tuple[MemberRow, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Whom and what one can choose from, by name: those who are here before those who left, teams before
    archived ones."""

    teams: tuple[tuple[UUID, str], ...]
    people: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class PeriodRow:
    id: UUID
    name: str
    kind: str
    year: int
    number: int
    start_date: date
    end_date: date
    used: bool

    @property
    def calendar(self) -> dict[str, Any]:
        """What its name is made of where the calendar names it."""
        return {
            "kind": self.kind,
            "start": self.start_date,
            "end": self.end_date,
            "year": self.year,
            "number": self.number,
        }


def people(by: Member, *, only: UUID | None = None) -> list[PersonRow]:
    """Everybody, or that one, by name; those who were erased are nobody any more. Two queries."""
    rows = TeamMember.objects.current().filter(workspace_id=by.workspace_id, team__archived_at=None)
    found = Person.objects.filter(workspace_id=by.workspace_id, service=False, erased_at=None)
    if only is not None:
        rows, found = rows.filter(person_id=only), found.filter(pk=only)
    teams: dict[UUID, list[str]] = {}
    for person_id, name in rows.order_by("team__name").values_list("person_id", "team__name"):
        teams.setdefault(person_id, []).append(name)
    return [
        PersonRow(
            person.pk,
            person.name,
            person.email,
            Role(person.role),
            person.active,
            person.account_id is None,
            tuple(teams.get(person.pk, ())),
        )
        for person in found.order_by("-active", "name", "pk")
    ]


def names(by: Member) -> Names:
    """Every team and every person. Two queries."""
    teams = Team.objects.filter(workspace_id=by.workspace_id)
    people = Person.objects.filter(workspace_id=by.workspace_id)
    return Names(
        teams=tuple(
            teams.order_by(F("archived_at").asc(nulls_first=True), "name", "pk").values_list("pk", "name")
        ),
        people=tuple(people.order_by("-active", "name", "pk").values_list("pk", "name")),
    )


def own_zone(by: Member) -> str:
    """The time zone the person has chosen for themselves; "" follows the workspace. One query."""
    if by.person_id is None:
        return ""
    rows = Person.objects.filter(workspace_id=by.workspace_id, pk=by.person_id)
    return rows.values_list("timezone", flat=True).first() or ""


def teams(by: Member) -> list[TeamRow]:
    """Every team with its members, parents before their sub-teams. Two queries."""
    members: dict[UUID, list[MemberRow]] = {}
    rows = TeamMember.objects.current().filter(workspace_id=by.workspace_id).order_by("-lead", "person__name")
    for team_id, person_id, name, lead in rows.values_list("team_id", "person_id", "person__name", "lead"):
        members.setdefault(team_id, []).append(MemberRow(person_id, name, lead))
    below: dict[UUID | None, list[Team]] = {}
    for team in Team.objects.filter(workspace_id=by.workspace_id).order_by("name", "pk"):
        below.setdefault(team.parent_id, []).append(team)
    found: list[TeamRow] = []
    waiting = [(team, 0) for team in reversed(below.get(None, []))]
    while waiting:
        team, depth = waiting.pop()
        found.append(
            TeamRow(
                team.pk,
                team.name,
                team.parent_id,
                depth,
                team.archived_at,
                team.goals_by_members,
                team.checkin_weekday,
                team.checkin_every_weeks,
                tuple(members.get(team.pk, ())),
            )
        )
        waiting.extend((child, depth + 1) for child in reversed(below.get(team.pk, [])))
    return found


def below(rows: Sequence[TeamRow], team_id: UUID) -> frozenset[UUID]:
    """That team and all under it, among rows in the order of the tree."""
    found = {team_id}
    for row in rows:
        if row.parent_id in found:
            found.add(row.id)
    return frozenset(found)


def periods(by: Member) -> list[PeriodRow]:
    """Every period, the latest first; `used` where a goal is, or was, in it. One query."""
    goals = Goal.objects.filter(workspace_id=by.workspace_id, period=OuterRef("pk"))
    before = GoalVersion.objects.filter(workspace_id=by.workspace_id, period=OuterRef("pk"))
    found = Period.objects.filter(workspace_id=by.workspace_id).annotate(used=Exists(goals) | Exists(before))
    return [
        PeriodRow(row.pk, row.name, row.kind, row.year, row.number, row.start_date, row.end_date, row.used)
        for row in found.order_by("-start_date", "end_date")
    ]
