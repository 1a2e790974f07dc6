"""Every row of the table of rights, told once more by hand, and the laws over all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import access
from pejl.domain.access import OrganisationPolicy, Relation, Right, TeamPolicy
from pejl.domain.values import Level, Role, Visibility

ON_A_GOAL = ("see", "check_in", "edit", "create", "align", "close", "comment")
AROUND = ("settings", "team_settings", "delete_workspace")
WRITES = [right for right in Right if right not in (Right.SEE, Right.COMMENT)]
ROLES = st.sampled_from(Role)
RIGHTS = st.sampled_from(Right)
RELATIONS = st.frozensets(st.sampled_from(Relation))
VISIBILITIES = st.sampled_from(Visibility)

# role, relation, visibility -> the rights on the goal, in full
ROWS = [
    ("observer", None, "everyone", "see comment"),
    ("observer", "team_member", "everyone", "see comment"),
    ("observer", "owner", "everyone", "see comment"),
    ("observer", "team_member", "team", ""),
    ("observer", "chosen", "chosen", ""),
    ("member", None, "everyone", "see align comment"),
    ("member", "owner", "everyone", "see check_in edit create align close comment"),
    ("member", "creator", "everyone", "see edit create align comment"),
    ("member", "delegate", "everyone", "see check_in edit create align comment"),
    ("member", "checkin_owner", "everyone", "see check_in align comment"),
    ("member", "chosen", "everyone", "see align comment"),
    ("member", "team_member", "everyone", "see align comment"),
    ("member", None, "team", ""),
    ("member", "owner", "team", "see check_in edit create align close comment"),
    ("member", "creator", "team", "see edit create align comment"),
    ("member", "delegate", "team", "see check_in edit create align comment"),
    ("member", "checkin_owner", "team", "see check_in align comment"),
    ("member", "chosen", "team", "see align comment"),
    ("member", "team_member", "team", "see align comment"),
    ("member", None, "chosen", ""),
    ("member", "team_member", "chosen", ""),
    ("member", "chosen", "chosen", "see align comment"),
    ("member", "owner", "chosen", "see check_in edit create align close comment"),
    ("member", "creator", "chosen", "see edit create align comment"),
    ("member", "delegate", "chosen", "see check_in edit create align comment"),
    ("member", "checkin_owner", "chosen", "see check_in align comment"),
    ("member", "team_lead", "everyone", "see check_in edit create align close comment"),
    ("member", "team_lead", "team", "see check_in edit create align close comment"),
    ("member", "team_lead", "chosen", ""),
    ("admin", None, "everyone", "see edit create align close comment"),
    ("admin", None, "team", "see edit create align close comment"),
    ("admin", "checkin_owner", "everyone", "see check_in edit create align close comment"),
    ("admin", "delegate", "team", "see check_in edit create align close comment"),
    ("admin", None, "chosen", ""),
    ("admin", "team_lead", "chosen", ""),
    ("admin", "chosen", "chosen", "see align comment"),
    ("admin", "owner", "chosen", "see check_in edit create align close comment"),
    ("owner", None, "everyone", "see edit create align close comment"),
    ("owner", None, "team", "see edit create align close comment"),
    ("owner", None, "chosen", ""),
    ("owner", "chosen", "chosen", "see align comment"),
]


def related(relation: str | None) -> frozenset[Relation]:
    return frozenset({Relation(relation)}) if relation else frozenset()


@pytest.mark.parametrize(("role", "relation", "visibility", "rights"), ROWS)
def test_a_row_of_the_table_gives_exactly_its_rights(
    role: str, relation: str | None, visibility: str, rights: str
) -> None:
    given_rights = {
        right
        for right in ON_A_GOAL
        if access.allows(
            Right(right), role=Role(role), relations=related(relation), visibility=Visibility(visibility)
        )
    }
    assert given_rights == set(rights.split())


@pytest.mark.parametrize(
    ("role", "relation", "rights"),
    [
        ("observer", None, ""),
        ("observer", "team_lead", ""),
        ("member", None, ""),
        ("member", "team_member", ""),
        ("member", "owner", ""),
        ("member", "team_lead", "team_settings"),
        ("admin", None, "settings team_settings"),
        ("owner", None, "settings team_settings delete_workspace"),
    ],
)
@pytest.mark.parametrize("visibility", list(Visibility))
def test_the_rights_around_goals_go_by_role_and_lead(
    role: str, relation: str | None, rights: str, visibility: Visibility
) -> None:
    given_rights = {
        right
        for right in AROUND
        if access.allows(Right(right), role=Role(role), relations=related(relation), visibility=visibility)
    }
    assert given_rights == set(rights.split())


def test_every_right_stands_in_one_of_the_two_lists() -> None:
    assert {*ON_A_GOAL, *AROUND} == {right.value for right in Right}


@given(st.sampled_from(WRITES), RELATIONS, VISIBILITIES)
def test_an_observer_never_writes(
    right: Right, relations: frozenset[Relation], visibility: Visibility
) -> None:
    assert not access.allows(right, role=Role.OBSERVER, relations=relations, visibility=visibility)


@given(
    st.sampled_from(ON_A_GOAL), ROLES, st.frozensets(st.sampled_from(["team_member", "team_lead", "anyone"]))
)
def test_a_private_goal_is_nothing_to_those_not_named_on_it(
    right: str, role: Role, relations: frozenset[str]
) -> None:
    strangers = frozenset(Relation(relation) for relation in relations)
    assert not access.allows(Right(right), role=role, relations=strangers, visibility=Visibility.CHOSEN)


@given(RIGHTS, ROLES, RELATIONS, RELATIONS, VISIBILITIES)
def test_more_relations_never_take_a_right_away(
    right: Right, role: Role, few: frozenset[Relation], more: frozenset[Relation], visibility: Visibility
) -> None:
    with_few = access.allows(right, role=role, relations=few, visibility=visibility)
    with_more = access.allows(right, role=role, relations=few | more, visibility=visibility)
    assert with_few <= with_more


@given(RIGHTS, RELATIONS, VISIBILITIES)
def test_a_higher_role_never_has_fewer_rights(
    right: Right, relations: frozenset[Relation], visibility: Visibility
) -> None:
    ladder = [Role.OBSERVER, Role.MEMBER, Role.ADMIN, Role.OWNER]
    had = [access.allows(right, role=role, relations=relations, visibility=visibility) for role in ladder]
    assert had == sorted(had)


@given(st.sampled_from(ON_A_GOAL), ROLES, RELATIONS, VISIBILITIES)
def test_what_is_not_seen_is_not_touched(
    right: str, role: Role, relations: frozenset[Relation], visibility: Visibility
) -> None:
    seen = access.allows(Right.SEE, role=role, relations=relations, visibility=visibility)
    assert access.allows(Right(right), role=role, relations=relations, visibility=visibility) <= seen


@pytest.mark.parametrize("level", list(Level))
def test_observers_write_nowhere_and_administrators_everywhere(level: Level) -> None:
    assert not access.may_create(
        role=Role.OBSERVER,
        level=level,
        leads_team=True,
        member_of_team=True,
        org_policy=OrganisationPolicy.ANYONE,
        is_self=True,
    )
    for role in (Role.ADMIN, Role.OWNER):
        assert access.may_create(role=role, level=level, team_policy=TeamPolicy.LEADS)


@pytest.mark.parametrize(
    ("leads_team", "member_of_team", "policy", "may"),
    [
        (False, True, "members", True),
        (False, True, "leads", False),
        (True, False, "leads", True),
        (True, True, "leads", True),
        (False, False, "members", False),
        (False, True, "no such policy", False),
    ],
)
def test_a_team_says_who_writes_its_goals(
    leads_team: bool, member_of_team: bool, policy: str, may: bool
) -> None:
    found = access.may_create(
        role=Role.MEMBER,
        level=Level.TEAM,
        leads_team=leads_team,
        member_of_team=member_of_team,
        team_policy=policy,
    )
    assert found is may


def test_members_write_for_the_organisation_only_where_it_says_so() -> None:
    assert not access.may_create(role=Role.MEMBER, level=Level.ORGANISATION, leads_team=True, is_self=True)
    assert access.may_create(role=Role.MEMBER, level=Level.ORGANISATION, org_policy="anyone")


def test_a_person_s_goals_are_written_by_themselves_and_their_lead() -> None:
    assert access.may_create(role=Role.MEMBER, level=Level.PERSON, is_self=True, team_policy="leads")
    assert access.may_create(role=Role.MEMBER, level=Level.PERSON, leads_team=True)
    assert not access.may_create(role=Role.MEMBER, level=Level.PERSON, member_of_team=True)


@pytest.mark.parametrize(
    ("role", "target", "becomes", "owners", "may"),
    [
        ("member", "member", "observer", 1, False),
        ("observer", "observer", None, 1, False),
        ("admin", "member", "admin", 1, True),
        ("admin", "observer", None, 1, True),
        ("admin", "admin", "member", 1, True),
        ("admin", "member", "owner", 1, False),
        ("admin", "owner", "member", 2, False),
        ("admin", "owner", None, 2, False),
        ("owner", "member", "owner", 1, True),
        ("owner", "admin", None, 1, True),
        ("owner", "owner", "admin", 2, True),
        ("owner", "owner", None, 2, True),
        ("owner", "owner", "admin", 1, False),
        ("owner", "owner", None, 1, False),
        ("owner", "owner", "owner", 1, True),
    ],
)
def test_nobody_raises_above_themselves_and_the_last_owner_stays(
    role: str, target: str, becomes: str | None, owners: int, may: bool
) -> None:
    new = Role(becomes) if becomes else None
    assert access.manage_person(Role(role), Role(target), becomes=new, owners=owners) is may
