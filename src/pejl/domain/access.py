"""Who may do what, as data: one row for each standing, one cell for each right.

    may = seen(goal) and any row of the person's standings whose cell holds one of the person's relations

The rows add up: an administrator has the member's row too. A member sees and aligns to a goal open to all,
but edits it only as its owner, its creator or a delegate. A private goal (chosen people) knows the people
named on it and nobody else, administrators included:

>>> anyone, owner = frozenset[Relation](), frozenset({Relation.OWNER})
>>> allows(Right.ALIGN, role=Role.MEMBER, relations=anyone, visibility=Visibility.EVERYONE)
True
>>> allows(Right.EDIT, role=Role.MEMBER, relations=anyone, visibility=Visibility.EVERYONE)
False
>>> allows(Right.EDIT, role=Role.MEMBER, relations=owner, visibility=Visibility.EVERYONE)
True
>>> allows(Right.SEE, role=Role.ADMIN, relations=anyone, visibility=Visibility.CHOSEN)
False
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pejl.domain.values import Level, Role, Visibility


class Right(StrEnum):
    """What can be done to a goal, and (the last three) to what stands around it.

    CREATE is writing a goal below this one as part of it; whether a person may write one for a team,
    themselves or the organisation is :func:`may_create`. DELETE_WORKSPACE includes handing it over.
    """

    SEE = "see"
    CHECK_IN = "check_in"
    EDIT = "edit"
    CREATE = "create"
    ALIGN = "align"
    CLOSE = "close"
    COMMENT = "comment"
    SETTINGS = "settings"
    TEAM_SETTINGS = "team_settings"
    DELETE_WORKSPACE = "delete_workspace"


class Relation(StrEnum):
    """What a person is to a goal. CHOSEN: named as a viewer. TEAM_LEAD: leads its team or one above it."""

    OWNER = "owner"
    CREATOR = "creator"
    DELEGATE = "delegate"
    CHECKIN_OWNER = "checkin_owner"
    CHOSEN = "chosen"
    TEAM_MEMBER = "team_member"
    TEAM_LEAD = "team_lead"
    ANYONE = "anyone"


class Standing(StrEnum):
    """A row of the table: the role in the workspace, or the lead of the goal's team."""

    OBSERVER = "observer"
    MEMBER = "member"
    TEAM_LEAD = "team_lead"
    ADMIN = "admin"
    OWNER = "owner"


class TeamPolicy(StrEnum):
    """Who writes a team's goals."""

    MEMBERS = "members"
    LEADS = "leads"


class OrganisationPolicy(StrEnum):
    """Who writes the organisation's goals."""

    ADMINS = "admins"
    ANYONE = "anyone"


Relations = frozenset[Relation]

NOBODY: Final[Relations] = frozenset()
ANYONE: Final[Relations] = frozenset({Relation.ANYONE})
WHO_SEES: Final[Relations] = frozenset(Relation)
LEAD: Final[Relations] = frozenset({Relation.TEAM_LEAD})
OWN: Final[Relations] = frozenset({Relation.OWNER})
WRITERS: Final[Relations] = frozenset({Relation.OWNER, Relation.CREATOR, Relation.DELEGATE})
REPORTERS: Final[Relations] = frozenset({Relation.OWNER, Relation.DELEGATE, Relation.CHECKIN_OWNER})
NAMED: Final[Relations] = WRITERS | REPORTERS | {Relation.CHOSEN}
TEAM: Final[Relations] = NAMED | {Relation.TEAM_MEMBER}

# Who sees a goal, by the standing and by how far the goal is open. Rows add up.
SEEN: Final[Mapping[Standing, Mapping[Visibility, Relations]]] = MappingProxyType({
    Standing.OBSERVER: {
        Visibility.EVERYONE: ANYONE, Visibility.TEAM: NOBODY, Visibility.CHOSEN: NOBODY,
    },
    Standing.MEMBER: {
        Visibility.EVERYONE: ANYONE, Visibility.TEAM: TEAM, Visibility.CHOSEN: NAMED,
    },
    Standing.TEAM_LEAD: {
        Visibility.EVERYONE: ANYONE, Visibility.TEAM: LEAD, Visibility.CHOSEN: NOBODY,
    },
    Standing.ADMIN: {
        Visibility.EVERYONE: ANYONE, Visibility.TEAM: ANYONE, Visibility.CHOSEN: NOBODY,
    },
    Standing.OWNER: {
        Visibility.EVERYONE: ANYONE, Visibility.TEAM: ANYONE, Visibility.CHOSEN: NOBODY,
    },
})  # fmt: skip

# What a person may do with a goal that they see, and around it. A right without a cell is not given by that
# row; the rows add up. ANYONE in a cell asks for no relation at all.
TABLE: Final[Mapping[Standing, Mapping[Right, Relations]]] = MappingProxyType({
    Standing.OBSERVER: {
        Right.COMMENT: WHO_SEES,
    },
    Standing.MEMBER: {
        Right.CHECK_IN: REPORTERS,
        Right.EDIT: WRITERS,
        Right.CREATE: WRITERS,
        Right.ALIGN: WHO_SEES,
        Right.CLOSE: OWN,
        Right.COMMENT: WHO_SEES,
    },
    Standing.TEAM_LEAD: {
        Right.CHECK_IN: LEAD,
        Right.EDIT: LEAD,
        Right.CREATE: LEAD,
        Right.CLOSE: LEAD,
        Right.TEAM_SETTINGS: LEAD,
    },
    Standing.ADMIN: {
        Right.EDIT: ANYONE,
        Right.CREATE: ANYONE,
        Right.CLOSE: ANYONE,
        Right.SETTINGS: ANYONE,
        Right.TEAM_SETTINGS: ANYONE,
    },
    Standing.OWNER: {
        Right.DELETE_WORKSPACE: ANYONE,
    },
})  # fmt: skip

AROUND: Final = frozenset({Right.SETTINGS, Right.TEAM_SETTINGS, Right.DELETE_WORKSPACE})
_ROWS: Final[Mapping[Role, tuple[Standing, ...]]] = MappingProxyType({
    Role.OBSERVER: (Standing.OBSERVER,),
    Role.MEMBER: (Standing.MEMBER, Standing.TEAM_LEAD),
    Role.ADMIN: (Standing.MEMBER, Standing.TEAM_LEAD, Standing.ADMIN),
    Role.OWNER: (Standing.MEMBER, Standing.TEAM_LEAD, Standing.ADMIN, Standing.OWNER),
})  # fmt: skip
_RANK: Final = {Role.OBSERVER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3}


def allows(
    right: Right, *, role: Role, relations: frozenset[Relation], visibility: Visibility = Visibility.EVERYONE
) -> bool:
    """Whether a person of this workspace has the right on a goal, being all of ``relations`` to it.

    What is not seen is not there: without SEE no other right on the goal. On a private goal only the people
    named on it count; teams, leads and administrators are strangers to it. For the rights around goals
    (settings, deletion) the visibility says nothing.
    """
    if right in AROUND:
        return any(TABLE[row].get(right, NOBODY) & (relations | ANYONE) for row in _ROWS[role])
    counted = relations & NAMED if visibility is Visibility.CHOSEN else relations | ANYONE
    seen = any(SEEN[row][visibility] & counted for row in _ROWS[role])
    if right is Right.SEE or not seen:
        return seen
    return any(TABLE[row].get(right, NOBODY) & counted for row in _ROWS[role])


def may_create(
    *,
    role: Role,
    level: Level,
    leads_team: bool = False,
    member_of_team: bool = False,
    team_policy: str = TeamPolicy.MEMBERS,
    org_policy: str = OrganisationPolicy.ADMINS,
    is_self: bool = False,
) -> bool:
    """Whether a person may write a new goal at this level, for this team or this person.

    ``leads_team`` and ``member_of_team`` speak of the team the goal is for (a person's goal: a team that
    the person is in); leading a team above it counts as leading it. ``is_self``: the goal is one's own.
    Administrators write everywhere, observers nowhere; a policy that is not known opens nothing.

    >>> may_create(role=Role.MEMBER, level=Level.TEAM, member_of_team=True, team_policy=TeamPolicy.LEADS)
    False
    """
    if role is Role.OBSERVER:
        return False
    if role in (Role.ADMIN, Role.OWNER):
        return True
    if level is Level.ORGANISATION:
        return org_policy == OrganisationPolicy.ANYONE
    if level is Level.TEAM:
        return leads_team or (member_of_team and team_policy == TeamPolicy.MEMBERS)
    return is_self or leads_team


def manage_person(role: Role, target_role: Role, *, becomes: Role | None, owners: int) -> bool:
    """Whether ``role`` may turn a person with ``target_role`` into ``becomes``; None takes them out.

    Only administrators and owners manage people, nobody above themselves and nobody to above themselves.
    The last owner (``owners`` counts them) stays the owner, also at their own wish.

    >>> manage_person(Role.ADMIN, Role.MEMBER, becomes=Role.OWNER, owners=1)
    False
    """
    if role not in (Role.ADMIN, Role.OWNER):
        return False
    if target_role is Role.OWNER and becomes is not Role.OWNER and owners <= 1:
        return False
    highest = max(_RANK[target_role], _RANK[becomes] if becomes else 0)
    return highest <= _RANK[role]
