"""The first page, by the cast: what waits, what is theirs, what others did."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Account, Checkin, Goal, Person
from pejl.queries import events, homes
from pejl.services import checkins, comments, goals, kpis
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]

CAST = ("owner", "admin", "lead", "sub_lead", "member", "mate", "stranger", "observer")


def objective(world: World, title: str, **more: Any) -> GoalDraft:
    return GoalDraft(Kind.OBJECTIVE, title, level=Level.TEAM, period=world.q3, teams=(world.design,), **more)


def waiting(world: World) -> UUID:
    """The key result of the OKR, due: its last word is from before Monday 09:00."""
    goal = named("Support requests a month")
    Goal.objects.filter(pk=goal).update(last_checkin_at=world.later(days=-10))
    return goal


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("language", ["en", "da"])
def test_everybody_has_a_first_page(world: World, okr: UUID, enter: In, who: str, language: str) -> None:
    client = enter(getattr(world, who))
    Account.objects.update(language=language)
    page = client.get("/")
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=", page.content.decode())


def test_a_passer_by_is_led_to_sign_in(world: World) -> None:
    assert Client().get("/").headers["Location"].startswith("/signin")


def test_an_outsider_sees_nothing_of_another_workspace(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.outsider).get("/"))
    assert "Launch version 2.0" not in page
    assert "It starts with one objective" in page


def test_my_okr_stands_there_with_its_figure_and_status(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.sub_lead).get("/"))
    assert "My OKRs" in page
    assert "Launch version 2.0" in page
    assert "75" in page
    assert "Good morning, Sune." in page


def test_what_waits_is_counted_in_the_greeting(world: World, okr: UUID, enter: In) -> None:
    waiting(world)
    page = text(enter(world.sub_lead).get("/"))
    assert "One key result is waiting for you." in page
    assert "Waiting for a check-in" in page


def test_nothing_waits_for_somebody_with_no_goals(world: World, okr: UUID, enter: In) -> None:
    waiting(world)
    page = text(enter(world.stranger).get("/"))
    assert "waiting for you" not in page
    assert "You have no OKRs yet" in page


def test_an_observer_is_not_asked_to_write(world: World, okr: UUID, enter: In) -> None:
    page = enter(world.observer).get("/").content.decode()
    assert "You follow along" in page
    assert "/goals/new" not in page


def test_a_new_value_checks_in_and_moves_the_objective(world: World, okr: UUID, enter: In) -> None:
    goal = waiting(world)
    answer = enter(world.sub_lead).post(f"/waiting/{goal}", {"value": "48", "key": "a"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert Goal.objects.get(pk=goal).value == Decimal(48)
    assert Goal.objects.get(pk=okr).progress == pytest.approx(0.8)


def test_sent_twice_it_is_done_once(world: World, okr: UUID, enter: In) -> None:
    goal, client = waiting(world), enter(world.sub_lead)
    before = Checkin.objects.count()
    for _ in range(2):
        client.post(f"/waiting/{goal}", {"value": "48", "key": "same"})
    assert Checkin.objects.count() == before + 1


def test_the_row_comes_back_where_the_browser_swaps_it(world: World, okr: UUID, enter: In) -> None:
    goal = waiting(world)
    answer = enter(world.sub_lead).post(
        f"/waiting/{goal}", {"value": "48", "key": "a"}, headers={"hx-request": "true"}
    )
    assert answer.status_code == 200
    assert f'id="wait-{goal}"' in answer.content.decode()
    assert "48" in text(answer)
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}])
def test_a_value_that_cannot_be_read_is_kept_with_its_reason(
    world: World, okr: UUID, enter: In, headers: dict[str, str]
) -> None:
    goal = waiting(world)
    answer = enter(world.sub_lead).post(f"/waiting/{goal}", {"value": "fewer, I think"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="fewer, I think"' in page
    assert 'aria-invalid="true"' in page
    assert Goal.objects.get(pk=goal).value == Decimal(75)


def test_an_empty_value_says_what_to_do(world: World, okr: UUID, enter: In) -> None:
    answer = enter(world.sub_lead).post(f"/waiting/{waiting(world)}", {"value": " "})
    assert answer.status_code == 422
    assert "Write a number." in text(answer)


@pytest.mark.parametrize("who", ["stranger", "mate", "observer", "outsider", "admin"])
def test_only_who_is_asked_answers_here(world: World, okr: UUID, enter: In, who: str) -> None:
    goal = waiting(world)
    assert enter(getattr(world, who)).post(f"/waiting/{goal}", {"value": "1"}).status_code == 404
    assert Goal.objects.get(pk=goal).value == Decimal(75)


def test_what_others_did_is_told_and_new_since_the_last_visit(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    Person.objects.filter(pk=world.sub_lead.person_id).update(seen_at=world.later(days=-3))
    comments.post(okr, text="<i>Wednesday</i> suits us", by=world.mate, at=world.later(hours=-2))
    page = client.get("/").content.decode()
    assert "<b>Bo Lind</b> commented on" in page
    assert "&lt;i&gt;Wednesday&lt;/i&gt;" in page
    assert page.count('class="new-dot"') == 1
    assert 'class="new-dot"' in client.get("/").content.decode(), "it stays new while one is here"
    assert Person.objects.get(pk=world.sub_lead.person_id).seen_at == world.at


def test_my_own_deeds_are_no_news(world: World, okr: UUID) -> None:
    assert events.feed(world.sub_lead, since=None).rows == ()
    assert [row.by for row in events.feed(world.mate, since=None).rows] != []


def test_of_several_check_ins_on_one_goal_the_feed_tells_the_latest(world: World, okr: UUID) -> None:
    goal = named("Support requests a month")
    for day, value in ((3, 70), (2, 64), (1, 60)):
        checkins.post(goal, value=Decimal(value), by=world.sub_lead, at=world.later(days=-day))
    rows = [row for row in events.feed(world.mate, since=None).rows if row.verb == "checkin.posted"]
    assert [row.data["value"] for row in rows] == ["60"]


def test_a_hidden_goal_leaves_no_trace_in_anybodys_feed(world: World) -> None:
    draft = objective(
        world,
        "Quiet",
        owners=(world.member.person_id,),
        visibility=Visibility.CHOSEN,  # type: ignore[arg-type]
    )
    hidden = goals.create(draft, by=world.member, at=world.at)
    comments.post(hidden, text="Between us", by=world.member, at=world.at)
    for who in ("admin", "owner", "mate", "lead", "stranger"):
        told = events.feed(getattr(world, who), since=None).rows
        assert not [row for row in told if row.goal and row.goal.id == hidden]


def test_a_kpi_that_leaves_its_range_is_told(world: World, enter: In) -> None:
    item = kpis.create("Uptime", unit="%", lower=Decimal("99.5"), by=world.admin, at=world.later(days=-5))
    kpis.read(item, value=Decimal("99.9"), on=world.today - timedelta(days=2), by=world.admin, at=world.at)
    assert "left its range" not in text(enter(world.member).get("/"))
    kpis.read(item, value=Decimal("98.1"), on=world.today, by=world.admin, at=world.at)
    page = text(enter(world.member).get("/"))
    assert "The KPI Uptime left its range, now 98.1%" in page
    assert "out of range" in page


def test_a_key_result_under_somebody_elses_objective_brings_only_itself(world: World, okr: UUID) -> None:
    mine = key_result(
        "Seats filled",
        period=world.q3,
        teams=(world.design,),
        owners=(world.mate.person_id,),  # type: ignore[arg-type]
        parents=((okr, None),),
    )
    goals.create(mine, by=world.sub_lead, at=world.later(days=-1))
    (shown,) = homes.home(world.mate, since=None, now=world.at).okrs
    assert shown.objective.title == "Launch version 2.0"
    assert [row.title for row in shown.key_results] == ["Seats filled"]


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(
    world: World, enter: In, django_assert_num_queries: Any, count: int
) -> None:
    me = world.sub_lead
    for number in range(count):
        goals.write(
            objective(world, f"Objective {number}", owners=(me.person_id,)),  # type: ignore[arg-type]
            key_results=(key_result(f"Result {number}", owners=(me.person_id,)),),  # type: ignore[arg-type]
            by=me,
            at=world.later(days=-20),
        )
        comments.post(named(f"Objective {number}"), text="Seen", by=world.mate, at=world.later(days=-1))
    client = enter(me)
    client.get("/")
    with django_assert_num_queries(HOME_QUERIES):
        assert client.get("/").status_code == 200


HOME_QUERIES = 41
