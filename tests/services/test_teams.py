from __future__ import annotations

from uuid import UUID

import pytest

from pejl.models import Team, TeamMember
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import teams
from pejl.services.errors import Rejected
from world import World


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def id_of(member: Member) -> UUID:
    assert member.person_id is not None
    return member.person_id


def test_who_leads_a_team_leads_the_teams_under_it(world: World) -> None:
    assert world.lead.leads == {world.product, world.design}
    assert world.sub_lead.leads == {world.design}
    assert world.member.leads == frozenset()
    assert world.member.teams == {world.design}


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("owner", True),
        ("admin", True),
        ("lead", True),
        ("sub_lead", False),
        ("member", False),
        ("stranger", False),
        ("observer", False),
    ],
)
def test_a_sub_team_is_made_by_admins_and_the_lead_above(world: World, who: str, may: bool) -> None:
    if may:
        made = teams.create("Research", parent=world.product, by=getattr(world, who), at=world.at)
        assert Team.objects.get(pk=made).parent_id == world.product
        return
    with pytest.raises(Forbidden):
        teams.create("Research", parent=world.product, by=getattr(world, who), at=world.at)


def test_a_team_of_another_workspace_does_not_exist_here(world: World) -> None:
    with pytest.raises(NotFound):
        teams.rename(world.design, name="Ours", by=world.outsider, at=world.at)
    with pytest.raises(NotFound):
        teams.join(world.sales, person=id_of(world.outsider), by=world.owner, at=world.at)


def test_two_teams_side_by_side_never_share_a_name(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        teams.create(" product ", by=world.admin, at=world.at)
    assert codes(rejected) == ["team.name-taken"]
    teams.create("Product", parent=world.sales, by=world.admin, at=world.at)
    teams.rename(world.product, name="PRODUCT", by=world.lead, at=world.at)
    assert Team.objects.get(pk=world.product).name == "PRODUCT"


def test_a_team_never_hangs_under_itself(world: World) -> None:
    for parent in (world.product, world.design):
        with pytest.raises(Rejected) as rejected:
            teams.move(world.product, parent=parent, by=world.admin, at=world.at)
        assert codes(rejected) == ["team.loop"]
    teams.move(world.design, parent=world.sales, by=world.admin, at=world.at)
    assert world.again(world.lead).leads == {world.product}


def test_a_lead_moves_nothing_into_anothers_team(world: World) -> None:
    with pytest.raises(Forbidden):
        teams.move(world.design, parent=world.sales, by=world.lead, at=world.at)


def test_a_membership_ends_and_its_span_stays(world: World) -> None:
    teams.leave(world.design, person=id_of(world.mate), by=world.mate, at=world.at)
    assert world.again(world.mate).teams == frozenset()
    span = TeamMember.objects.get(person_id=world.mate.person_id)
    assert (span.known_from < world.at, span.known_to) == (True, world.at)
    with pytest.raises(NotFound):
        teams.leave(world.design, person=id_of(world.mate), by=world.admin, at=world.at)


def test_only_leads_take_people_in_and_out(world: World) -> None:
    with pytest.raises(Forbidden):
        teams.join(world.design, person=id_of(world.stranger), by=world.member, at=world.at)
    with pytest.raises(Forbidden):
        teams.leave(world.design, person=id_of(world.mate), by=world.member, at=world.at)
    teams.join(world.design, person=id_of(world.stranger), by=world.sub_lead, at=world.at)
    assert world.again(world.stranger).teams == {world.sales, world.design}


def test_becoming_a_lead_ends_one_span_and_begins_another(world: World) -> None:
    teams.join(world.design, person=id_of(world.mate), lead=True, by=world.lead, at=world.at)
    teams.join(world.design, person=id_of(world.mate), lead=True, by=world.lead, at=world.later(hours=1))
    spans = TeamMember.objects.filter(person_id=world.mate.person_id).order_by("known_from")
    assert list(spans.values_list("lead", "known_to")) == [(False, world.at), (True, None)]
    assert world.again(world.mate).leads == {world.design}


def test_an_archived_team_takes_nobody_in_until_restored(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        teams.archive(world.product, by=world.admin, at=world.at)
    assert codes(rejected) == ["team.has-teams"]
    teams.archive(world.design, by=world.lead, at=world.at)
    with pytest.raises(Rejected) as rejected:
        teams.join(world.design, person=id_of(world.stranger), by=world.admin, at=world.at)
    assert codes(rejected) == ["team.archived"]
    teams.create("Design", parent=world.product, by=world.lead, at=world.at)
    with pytest.raises(Rejected) as rejected:
        teams.restore(world.design, by=world.lead, at=world.at)
    assert codes(rejected) == ["team.name-taken"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"checkin_weekday": 7}, "rhythm.weekday"), ({"checkin_every_weeks": 3}, "rhythm.weeks")],
)
def test_a_teams_rhythm_is_one_that_can_be_kept(world: World, changes: dict[str, int], code: str) -> None:
    with pytest.raises(Rejected) as rejected:
        teams.configure(world.design, changes, by=world.sub_lead, at=world.at)
    assert codes(rejected) == [code]


def test_a_lead_sets_the_teams_rhythm(world: World) -> None:
    teams.configure(
        world.design,
        {"checkin_weekday": 3, "checkin_every_weeks": 2, "goals_by_members": False},
        by=world.sub_lead,
        at=world.at,
    )
    team = Team.objects.get(pk=world.design)
    assert (team.checkin_weekday, team.checkin_every_weeks, team.goals_by_members) == (3, 2, False)
