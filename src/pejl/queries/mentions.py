"""Whom a comment on a goal can call: people of the workspace who see that goal."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pejl.domain import access
from pejl.domain.access import Relation, Right
from pejl.domain.values import Role, Visibility
from pejl.models import Goal, GoalPerson, GoalPersonRole, GoalTeam, Person, Team, TeamMember
from pejl.queries import scope
from pejl.queries.goals import PersonRef
from pejl.queries.scope import Member

MOST = 8

_NAMED = {
    GoalPersonRole.OWNER: Relation.OWNER,
    GoalPersonRole.DELEGATE: Relation.DELEGATE,
    GoalPersonRole.VIEWER: Relation.CHOSEN,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """`teams` tells people of the same name apart."""

    person: PersonRef
    teams: str


def find(by: Member, goal_id: UUID, *, text: str = "") -> tuple[Choice, ...]:
    """At most eight whose name, or a word of it, begins with `text`; those on the goal come first, and
    nobody is offered themselves. Raises `NotFound` and `Forbidden` as a comment does. Nine queries."""
    goal = scope.goal(by, goal_id, right=Right.COMMENT)
    people = Person.objects.filter(workspace_id=by.workspace_id, active=True, service=False)
    if by.person_id is not None:
        people = people.exclude(pk=by.person_id)
    relations = _relations(goal)
    wanted = " ".join(text.casefold().split())
    found = [
        PersonRef(pk, name)
        for pk, name, role in people.values_list("pk", "name", "role")
        if _begins(name, wanted)
        and access.allows(
            Right.SEE,
            role=Role(role),
            relations=frozenset(relations.get(pk, set())),
            visibility=Visibility(goal.visibility),
        )
    ]
    found.sort(key=lambda one: (one.id not in relations, one.name.casefold(), one.id))
    shown = found[:MOST]
    teams = _teams(by, [one.id for one in shown])
    return tuple(Choice(one, ", ".join(teams.get(one.id, ()))) for one in shown)


def _begins(name: str, wanted: str) -> bool:
    told = " ".join(name.casefold().split())
    return told.startswith(wanted) or f" {wanted}" in told


def _relations(goal: Goal) -> dict[UUID, set[Relation]]:
    """Everybody who is something to the goal, and what."""
    found: dict[UUID, set[Relation]] = {}

    def add(person: UUID | None, relation: Relation) -> None:
        if person is not None:
            found.setdefault(person, set()).add(relation)

    here = {"workspace_id": goal.workspace_id}
    add(goal.created_by_id, Relation.CREATOR)
    add(goal.checkin_owner_id, Relation.CHECKIN_OWNER)
    named = GoalPerson.objects.current().filter(**here, goal=goal)
    for person, role in named.values_list("person_id", "role"):
        add(person, _NAMED[GoalPersonRole(role)])
    own = set(GoalTeam.objects.current().filter(**here, goal=goal).values_list("team_id", flat=True))
    over = _with_those_above(goal.workspace_id, own)
    members = TeamMember.objects.current().filter(**here, team_id__in=over)
    for person, team, lead in members.values_list("person_id", "team_id", "lead"):
        if team in own:
            add(person, Relation.TEAM_MEMBER)
        if lead:
            add(person, Relation.TEAM_LEAD)
    return found


def _with_those_above(workspace_id: UUID, teams: set[UUID]) -> set[UUID]:
    above = dict(Team.objects.filter(workspace_id=workspace_id).values_list("pk", "parent_id"))
    found: set[UUID] = set()
    for one in teams:
        team: UUID | None = one
        while team is not None and team not in found:
            found.add(team)
            team = above.get(team)
    return found


def _teams(by: Member, people: list[UUID]) -> dict[UUID, list[str]]:
    rows = TeamMember.objects.current().filter(
        workspace_id=by.workspace_id, person_id__in=people, team__archived_at=None
    )
    found: dict[UUID, list[str]] = {}
    for person, name in rows.order_by("team__name").values_list("person_id", "team__name"):
        found.setdefault(person, []).append(name)
    return found
