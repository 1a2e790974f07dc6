"""The only gate to goals: what a person may see.

Every read of goals, edges, check-ins and comments starts at :func:`goals`. A goal outside it does not
exist for the person asking: :class:`NotFound`, never a hint that it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from pejl.domain import access
from pejl.domain.access import Relation, Right
from pejl.domain.values import Role, State, Visibility
from pejl.models import Goal, GoalPerson, GoalPersonRole, GoalTeam

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet


class NotFound(Exception):  # noqa: N818 - an answer
    """There is no such thing for this person."""


class Forbidden(Exception):  # noqa: N818 - an answer
    """The person may see it, but not do this to it."""

    def __init__(self, right: Right) -> None:
        super().__init__(right.value)
        self.right = right


@dataclass(frozen=True)
class Member:
    """Somebody acting in one workspace. `leads` holds the teams they lead and all teams below those;
    `teams` those they belong to. A `person_id` of None is the workspace itself (terminal, seeding).
    `as_of` is the moment they look back at, from where nothing can be changed; None is now. `forecasts` says
    whether they want to see any; who asks for one by name is answered all the same."""

    workspace_id: UUID
    slug: str
    workspace_name: str
    person_id: UUID | None
    name: str
    role: Role
    language: str
    timezone: str
    forecasts: bool = True
    teams: frozenset[UUID] = frozenset()
    leads: frozenset[UUID] = frozenset()
    as_of: datetime | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def today(self, at: datetime) -> date:
        """The person's own date at that moment."""
        return at.astimezone(self.zone).date()

    @cached_property
    def seen(self) -> QuerySet[Goal]:
        """Behind :func:`goals`: put together once, for it is part of most reads."""
        everything = Goal.objects.filter(workspace_id=self.workspace_id, removed_at=None)
        return everything if self.person_id is None else everything.filter(visible(self))

    @property
    def is_admin(self) -> bool:
        return self.role in {Role.ADMIN, Role.OWNER}

    @property
    def writes(self) -> bool:
        """Whether there is anything they may write here at all: observers and the past only read."""
        return self.as_of is None and self.role is not Role.OBSERVER


def goals(by: Member) -> QuerySet[Goal]:
    """The goals of the workspace that the person may see."""
    return by.seen.all()


def seen(by: Member, column: str) -> Exists:
    """Whether the goal that `column` points at is among :func:`goals`, asked row by row: for a few rows of a
    large table this costs no more however many goals there are."""
    return Exists(goals(by).filter(pk=OuterRef(column)))


def among(by: Member, found: Iterable[tuple[UUID, str]]) -> set[UUID]:
    """Those of these goals of the workspace, given with their visibility and none of them removed, that the
    person may see. One query, none where everyone may see them all."""
    rows = list(found)
    seen = {pk for pk, visibility in rows if visibility == Visibility.EVERYONE or by.person_id is None}
    asked = {pk for pk, _ in rows} - seen
    return seen | set(goals(by).filter(pk__in=asked).values_list("pk", flat=True) if asked else ())


def hidden(by: Member) -> QuerySet[Goal]:
    """The goals of the workspace, removed ones too, that the person may not see as they stand now."""
    everything = Goal.objects.filter(workspace_id=by.workspace_id)
    if by.person_id is None:
        return everything.none()
    return everything.exclude(visibility=Visibility.EVERYONE).exclude(visible(by))


def visible(by: Member) -> Q:
    """The condition on `Goal` behind :func:`goals`: the row SEE of `pejl.domain.access`, as SQL."""
    seen = Q(visibility=Visibility.EVERYONE)
    if by.role is Role.OBSERVER:
        return seen
    named = Exists(
        GoalPerson.objects.current().filter(
            workspace_id=by.workspace_id, goal=OuterRef("pk"), person_id=by.person_id
        )
    )
    seen |= Q(named) | Q(checkin_owner_id=by.person_id) | Q(created_by_id=by.person_id)
    if by.is_admin:
        return seen | Q(visibility=Visibility.TEAM)
    in_team = Exists(
        GoalTeam.objects.current().filter(
            workspace_id=by.workspace_id, goal=OuterRef("pk"), team_id__in=by.teams | by.leads
        )
    )
    return seen | (Q(visibility=Visibility.TEAM) & Q(in_team))


def goal(by: Member, goal_id: UUID, *, right: Right = Right.SEE) -> Goal:
    """One goal, if the person has that right on it. Raises `NotFound`, or `Forbidden` where they see it."""
    found = goals(by).filter(pk=goal_id).first()
    if found is None:
        raise NotFound
    if right is not Right.SEE and not may(by, found, right):
        raise Forbidden(right)
    return found


def may(by: Member, found: Goal, right: Right) -> bool:
    return right in rights(by, [found])[found.pk]


def rights(by: Member, found: Iterable[Goal]) -> dict[UUID, frozenset[Right]]:
    """What the person may do to each of these goals, by the table of `pejl.domain.access`. Two queries."""
    found = list(found)
    on_goals = {"workspace_id": by.workspace_id, "goal_id__in": [one.pk for one in found]}
    roles: dict[UUID, set[str]] = {}
    teams: dict[UUID, set[UUID]] = {}
    if by.as_of is None and by.person_id is not None:
        named = GoalPerson.objects.current().filter(**on_goals, person_id=by.person_id)
        for goal_id, role in named.values_list("goal_id", "role"):
            roles.setdefault(goal_id, set()).add(role)
        for goal_id, team_id in (
            GoalTeam.objects.current().filter(**on_goals).values_list("goal_id", "team_id")
        ):
            teams.setdefault(goal_id, set()).add(team_id)
    return {
        one.pk: allowed(by, one, roles=roles.get(one.pk, set()), teams=teams.get(one.pk, set()))
        for one in found
    }


def allowed(by: Member, one: Goal, *, roles: AbstractSet[str], teams: AbstractSet[UUID]) -> frozenset[Right]:
    """What the person may do to this goal, on which they have those roles and which is of those teams."""
    if by.as_of is not None:
        return frozenset({Right.SEE})
    if by.person_id is None:
        return frozenset(Right)
    relations, visibility = _relations(by, one, roles, teams), Visibility(one.visibility)
    return frozenset(
        right
        for right in Right
        if access.allows(right, role=by.role, relations=relations, visibility=visibility)
    )


_BY_ROLE = {
    GoalPersonRole.OWNER: Relation.OWNER,
    GoalPersonRole.DELEGATE: Relation.DELEGATE,
    GoalPersonRole.VIEWER: Relation.CHOSEN,
}


def _relations(
    by: Member, one: Goal, roles: AbstractSet[str], teams: AbstractSet[UUID]
) -> frozenset[Relation]:
    relations = {Relation.ANYONE} | {_BY_ROLE[GoalPersonRole(role)] for role in roles}
    if one.created_by_id == by.person_id:
        relations.add(Relation.CREATOR)
    if one.checkin_owner_id == by.person_id:
        relations.add(Relation.CHECKIN_OWNER)
    if teams & by.teams:
        relations.add(Relation.TEAM_MEMBER)
    if teams & by.leads:
        relations.add(Relation.TEAM_LEAD)
    return frozenset(relations)


def open_goals(by: Member) -> QuerySet[Goal]:
    return goals(by).filter(state=State.OPEN)
