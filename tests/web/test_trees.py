"""Goals seen together, by the cast."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.values import Kind, Level, Visibility
from pejl.services import alignment, goals
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]
TREE_QUERIES = 32
WHO = ["owner", "admin", "lead", "sub_lead", "member", "mate", "stranger", "observer"]


def company_goal(world: World, title: str = "Double revenue", **more: Any) -> UUID:
    draft = GoalDraft(Kind.OBJECTIVE, title, period=world.q3, **more)
    made: UUID = goals.create(draft, by=world.owner, at=world.later(days=-30))
    return made


@pytest.mark.parametrize("who", WHO)
def test_everybody_sees_the_organisation(world: World, okr: UUID, enter: In, who: str) -> None:
    page = text(enter(getattr(world, who)).get("/goals"))
    assert "Launch version 2.0" in page
    assert "Support requests a month" in page


def test_an_outsider_sees_none_of_it(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.outsider)
    assert "Launch version 2.0" not in text(client.get("/goals"))
    assert client.get(f"/teams/{world.design}").status_code == 404
    assert client.get(f"/people/{world.member.person_id}").status_code == 404


def test_a_private_goal_leaves_no_trace_not_even_in_the_counts(world: World, okr: UUID, enter: In) -> None:
    before = text(enter(world.admin).get("/goals"))
    person = world.member.person_id
    assert person is not None
    hidden = GoalDraft(
        Kind.OBJECTIVE,
        "Quiet",
        level=Level.PERSON,
        period=world.q3,
        owners=(person,),
        visibility=Visibility.CHOSEN,
    )
    goals.create(hidden, by=world.member, at=world.at)
    assert text(enter(world.admin).get("/goals")) == before
    assert "Quiet" in text(enter(world.member).get("/goals"))


def test_a_team_shows_its_goals_its_people_and_what_hangs_below(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.stranger).get(f"/teams/{world.design}"))
    for told in ("Design", "Product", "Launch version 2.0", world.sub_lead.name, world.member.name):
        assert told in page


def test_a_person_shows_the_goals_they_own_and_no_sum(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.stranger).get(f"/people/{world.sub_lead.person_id}"))
    assert "Launch version 2.0" in page
    assert "not used to rate people" in page


def test_a_goal_under_two_parents_stands_under_both_and_unfolds_once(
    world: World, okr: UUID, enter: In
) -> None:
    for title in ("Double revenue", "Be loved"):
        alignment.align(okr, parent=company_goal(world, title), by=world.sub_lead, at=world.at)
    body = enter(world.member).get("/goals").content.decode()
    assert body.count("Launch version 2.0</a>") == 2
    assert body.count("Support requests a month</a>") == 1
    assert "shown above" in body


def test_a_silent_goal_is_counted_as_silent_and_not_by_its_colour(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.member).get("/goals"))
    assert "Silent 2" in page
    assert "20 days silent" in page


def test_another_period_shows_other_goals(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.member)
    assert "Launch version 2.0" not in text(client.get(f"/goals?period={world.q1}"))
    assert "Launch version 2.0" in text(client.get("/goals?period=all"))
    assert "Launch version 2.0" in text(client.get("/goals?period=what"))


def test_an_empty_page_says_what_to_do_next(world: World, enter: In) -> None:
    assert "/goals/new" in enter(world.member).get("/goals").content.decode()
    assert "somebody writes one" in text(enter(world.observer).get("/goals"))


def test_two_hundred_goals_take_as_many_queries_as_two(
    world: World, okr: UUID, enter: In, django_assert_num_queries: Any
) -> None:
    client = enter(world.member)
    client.get("/goals")
    with django_assert_num_queries(TREE_QUERIES):
        client.get("/goals")
    drafts = tuple(key_result(f"No {number}") for number in range(200))
    top = GoalDraft(Kind.OBJECTIVE, "Wide", level=Level.TEAM, teams=(world.design,), period=world.q3)
    goals.write(top, key_results=drafts, by=world.sub_lead, at=world.at)
    with django_assert_num_queries(TREE_QUERIES):
        page = client.get("/goals").content.decode()
    assert page.count("node--key-result") == 201
    assert named("No 7")
