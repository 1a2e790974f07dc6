"""Closing, postponing, copying and opening a goal again, from its pages."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.values import Kind, Level, State
from pejl.models import Goal
from pejl.services import closing, goals
from world import World

__all__ = ["enter", "okr"]


def test_the_closing_page_suggests_a_grade_and_says_how(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.sub_lead).get(f"/goals/{okr}/close"))
    assert "The mean of its key results" in page
    assert "0.50 amber, missed" in page


def test_without_progress_carrying_on_is_the_default(world: World, enter: In) -> None:
    by = world.sub_lead
    fresh = goals.create(
        key_result("Untouched", period=world.q3, teams=(world.design,), owners=(by.person_id,)),
        by=by,
        at=world.at,
    )
    page = enter(by).get(f"/goals/{fresh}/close").content.decode()
    assert 'value="postponed" checked' in page


def test_with_progress_closing_is_the_default(world: World, okr: UUID, enter: In) -> None:
    page = enter(world.sub_lead).get(f"/goals/{okr}/close").content.decode()
    assert 'value="closed" checked' in page


def test_a_close_keeps_value_grade_reason_and_lesson(world: World, okr: UUID, enter: In) -> None:
    kr = named("Support requests a month")
    typed = {
        "outcome": "closed",
        "value": "57",
        "grade": "0.8",
        "grade_reason": "August is quiet",
        "learned": "Ask.",
    }
    answer = enter(world.sub_lead).post(f"/goals/{kr}/close", typed)
    assert answer.status_code == 303
    goal = Goal.objects.get(pk=kr)
    assert (goal.state, goal.value) == (State.CLOSED, Decimal(57))
    assert (goal.grade_computed, goal.grade_given) == (Decimal("0.70"), Decimal("0.80"))
    assert (goal.grade_reason, goal.learned) == ("August is quiet", "Ask.")


def test_another_grade_needs_a_reason_and_nothing_typed_is_lost(world: World, okr: UUID, enter: In) -> None:
    typed = {"outcome": "closed", "value": "57", "grade": "0.9", "learned": "Ask earlier."}
    answer = enter(world.sub_lead).post(f"/goals/{named('Support requests a month')}/close", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="0.9"' in page
    assert 'value="57"' in page
    assert "Ask earlier." in page
    assert "Write why." in text(answer)


def test_two_people_do_not_close_the_same_goal(world: World, okr: UUID, enter: In) -> None:
    kr = named("Support requests a month")
    closing.close(kr, by=world.admin, at=world.at)
    answer = enter(world.sub_lead).post(
        f"/goals/{kr}/close", {"outcome": "closed", "grade": "1", "grade_reason": "x"}
    )
    assert answer.status_code == 409
    assert "Anton Krogh closed this goal already" in text(answer)
    assert Goal.objects.get(pk=kr).grade_given is None


def test_a_goal_changed_meanwhile_is_not_closed_unseen(world: World, okr: UUID, enter: In) -> None:
    version = Goal.objects.get(pk=okr).version
    goals.edit(okr, changes={"title": "Launch version 2.1"}, by=world.lead, at=world.at)
    answer = enter(world.sub_lead).post(f"/goals/{okr}/close", {"outcome": "closed", "version": str(version)})
    assert answer.status_code == 409
    assert Goal.objects.get(pk=okr).state == State.OPEN


def test_a_dropped_goal_has_no_grade(world: World, okr: UUID, enter: In) -> None:
    enter(world.sub_lead).post(f"/goals/{okr}/close", {"outcome": "dropped", "reason": "The market moved"})
    goal = Goal.objects.get(pk=okr)
    assert (goal.state, goal.grade_computed, goal.end_reason) == (State.DROPPED, None, "The market moved")


@pytest.mark.parametrize("path", ["postpone", "close"])
def test_postponing_leads_to_where_it_carries_on(world: World, okr: UUID, enter: In, path: str) -> None:
    client = enter(world.sub_lead)
    typed = {"outcome": "postponed", "period": str(world.q4), "reason": "Not in time"}
    answer = client.post(f"/goals/{okr}/{path}", typed)
    assert answer.status_code == 303
    clone = Goal.objects.get(origin_id=okr)
    assert answer.headers["Location"] == f"/goals/{clone.pk}"
    assert clone.period_id == world.q4
    assert f"/goals/{clone.pk}" in client.get(f"/goals/{okr}").content.decode()
    assert f"/goals/{okr}" in client.get(f"/goals/{clone.pk}").content.decode()


def test_postponing_asks_why_and_where(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    assert "Write why it is postponed." in text(
        client.post(f"/goals/{okr}/postpone", {"period": str(world.q4)})
    )
    answer = client.post(f"/goals/{okr}/postpone", {"reason": "Not in time"})
    assert answer.status_code == 422
    assert "Choose a period." in text(answer)
    assert "Not in time" in answer.content.decode()
    assert Goal.objects.get(pk=okr).state == State.OPEN


def test_a_copy_comes_alone_or_with_what_is_under_it(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    before = Goal.objects.count()
    client.post(f"/goals/{okr}/copy", {"period": str(world.q4), "reach": "goal"})
    assert Goal.objects.count() == before + 1
    client.post(f"/goals/{okr}/copy", {"period": str(world.q4), "reach": "children"})
    assert Goal.objects.count() == before + 4
    assert client.post(f"/goals/{okr}/copy", {"period": str(world.q4), "reach": "planet"}).status_code == 422


def test_opening_again_undoes_the_end_and_keeps_its_trace(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    client.post(f"/goals/{okr}/close", {"outcome": "closed"})
    assert client.post(f"/goals/{okr}/reopen").status_code == 303
    assert Goal.objects.get(pk=okr).state == State.OPEN
    page = text(client.get(f"/goals/{okr}"))
    assert "closed it" in page
    assert "opened it again" in page
    assert client.post(f"/goals/{okr}/reopen").status_code == 409


@pytest.mark.parametrize("path", ["close", "postpone", "reopen"])
def test_ending_is_for_those_who_may(world: World, okr: UUID, enter: In, path: str) -> None:
    for who, status in (("stranger", 403), ("observer", 403), ("outsider", 404)):
        typed = {"outcome": "closed", "period": str(world.q4), "reason": "x"}
        assert enter(getattr(world, who)).post(f"/goals/{okr}/{path}", typed).status_code == status


def test_a_form_sent_twice_copies_once(world: World, okr: UUID, enter: In) -> None:
    typed = {"period": str(world.q4), "reach": "goal", "key": "once"}
    first, second = (enter(world.sub_lead).post(f"/goals/{okr}/copy", typed) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Goal.objects.filter(kind=Kind.OBJECTIVE, level=Level.TEAM).count() == 2
