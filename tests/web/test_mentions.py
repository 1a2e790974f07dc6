"""Whom one can call with an @: people who see the goal, and nobody else."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import UUID

import pytest

from okrs import In, enter, okr
from pejl.domain.values import Kind, Level, Role, Visibility
from pejl.models import GoalPerson, GoalTeam, Mention, Person
from pejl.queries import mentions, people, scope
from pejl.services import comments, goals, teams
from pejl.services import people as staff
from pejl.services.goals import GoalDraft
from pejl.services.people import NewPerson
from world import World

__all__ = ["enter", "okr"]


def offered(response: Any) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'data-name="([^"]*)"', response.content.decode())]


def write(world: World, visibility: Visibility, **more: Any) -> UUID:
    draft = GoalDraft(
        Kind.OBJECTIVE,
        "Quiet talks",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        visibility=visibility,
        **more,
    )
    return goals.create(draft, by=world.sub_lead, at=world.at)


def test_a_name_is_found_by_the_beginning_of_any_of_its_words(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.mate)
    assert offered(client.get(f"/goals/{okr}/mentions?q=al")) == ["Alma Berg"]
    assert offered(client.get(f"/goals/{okr}/mentions?q=BERG")) == ["Alma Berg"]
    assert offered(client.get(f"/goals/{okr}/mentions?q=Alma  be")) == ["Alma Berg"]
    assert offered(client.get(f"/goals/{okr}/mentions?q=lma")) == []


def test_those_on_the_goal_come_first_and_nobody_is_offered_themselves(
    world: World, okr: UUID, enter: In
) -> None:
    names = offered(enter(world.mate).get(f"/goals/{okr}/mentions"))
    assert set(names[:3]) == {"Alma Berg", "Liv Dahl", "Sune Bach"}
    assert "Bo Lind" not in names
    assert names[3:] == ["Anton Krogh", "Ida Holm", "Olaf Vig", "Tove Friis"]


def test_people_of_another_workspace_and_people_who_left_never_appear(
    world: World, okr: UUID, enter: In
) -> None:
    assert offered(enter(world.sub_lead).get(f"/goals/{okr}/mentions?q=uwe")) == []
    assert offered(enter(world.sub_lead).get(f"/goals/{okr}/mentions?q=alma")) == ["Alma Berg"]
    Person.objects.filter(pk=world.member.person_id).update(active=False)
    assert offered(enter(world.sub_lead).get(f"/goals/{okr}/mentions?q=alma")) == []


def test_who_does_not_see_the_goal_asks_in_vain(world: World, enter: In) -> None:
    hidden = write(world, Visibility.TEAM)
    assert enter(world.mate).get(f"/goals/{hidden}/mentions").status_code == 200
    for who in (world.stranger, world.outsider):
        assert enter(who).get(f"/goals/{hidden}/mentions").status_code == 404


@pytest.mark.parametrize("visibility", list(Visibility))
def test_exactly_those_who_see_the_goal_are_offered(world: World, visibility: Visibility) -> None:
    goal = write(world, visibility, owners=(world.lead.person_id,), viewers=(world.stranger.person_id,))
    asker = world.sub_lead
    cast = Person.objects.filter(workspace_id=asker.workspace_id).exclude(pk=asker.person_id)
    seeing = {
        one.name for one in cast if scope.goals(people.member(world.slug, one.pk)).filter(pk=goal).exists()
    }
    assert {one.person.name for one in mentions.find(asker, goal)} == seeing
    assert seeing


def test_a_lead_of_a_team_above_sees_it_and_a_member_there_does_not(world: World) -> None:
    teams.join(world.product, person=world.stranger.person_id, by=world.system, at=world.at)  # type: ignore[arg-type]
    goal = write(world, Visibility.TEAM)
    names = {one.person.name for one in mentions.find(world.member, goal)}
    assert world.lead.name in names
    assert world.stranger.name not in names
    assert GoalTeam.objects.current().filter(goal_id=goal).count() == 1
    assert not GoalPerson.objects.current().filter(goal_id=goal, person_id=world.lead.person_id).exists()


def test_at_most_eight_are_offered_with_as_many_queries_as_for_one(
    world: World, okr: UUID, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(QUERIES):
        assert len(mentions.find(world.mate, okr, text="alma")) == 1
    for number in range(12):
        name = f"Alma Number {number}"
        email = f"alma{number}@fjordlight.example"
        staff.create(NewPerson(email, name, Role.MEMBER, "a quiet harbour"), by=world.system, at=world.at)
    with django_assert_num_queries(QUERIES):
        found = mentions.find(world.mate, okr, text="alma")
    assert len(found) == mentions.MOST
    assert found[0].person.name == "Alma Berg"
    assert found[0].teams == "Design"


QUERIES = 9


def test_what_is_offered_is_what_a_comment_calls(world: World, okr: UUID, enter: In) -> None:
    name = offered(enter(world.mate).get(f"/goals/{okr}/mentions?q=alma"))[0]
    comments.post(okr, text=f"@{name} is the date fixed?", by=world.mate, at=world.at)
    assert list(Mention.objects.current().values_list("person_id", flat=True)) == [world.member.person_id]


def test_a_name_is_only_text_in_the_list(world: World, okr: UUID, enter: In) -> None:
    Person.objects.filter(pk=world.member.person_id).update(name='Alma "<b>" Berg')
    answer = enter(world.mate).get(f"/goals/{okr}/mentions?q=alma")
    assert offered(answer) == ['Alma "<b>" Berg']
    assert "<b>" not in answer.content.decode()


def test_the_script_is_loaded_only_where_the_field_is(world: World, okr: UUID, enter: In) -> None:
    page = enter(world.mate).get(f"/goals/{okr}").content.decode()
    assert "js/mentions" in page
    assert f'data-mentions="/goals/{okr}/mentions"' in page
    assert "Write @ and a full name to ask somebody." in page
    assert "js/mentions" not in enter(world.mate).get("/goals").content.decode()
    remark = comments.post(okr, text="Hm", by=world.mate, at=world.at)
    change = enter(world.mate).get(f"/comments/{remark}").content.decode()
    assert "js/mentions" in change
    assert f'data-mentions="/goals/{okr}/mentions"' in change
