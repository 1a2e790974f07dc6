"""Ends: grades, the race to close, who may, and the trace of it all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection

from endings import clean, made, measured, reason, row
from pejl.domain.values import Kind, Metric, MetricKind, State, Status
from pejl.models import (
    Checkin,
    Event,
    GoalVersion,
)
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import closing, goals
from pejl.services.errors import Conflict, Rejected
from world import World, build


def test_a_key_result_is_graded_by_its_used_progress(world: World) -> None:
    for value, grade in (("75", "0.50"), ("89.95", "0.33"), ("10", "1.00"), ("140", "0.00"), (None, "0.00")):
        goal = measured(world, value)
        closing.close(goal, learned="Ask earlier", by=world.member, at=world.at)
        assert row(goal).grade_computed == Decimal(grade), value
        assert (row(goal).state, row(goal).status, row(goal).learned) == ("closed", "closed", "Ask earlier")


def test_the_last_value_is_a_check_in_and_counts_in_the_grade_and_above(world: World) -> None:
    top = made(world)
    goal = measured(world, "75", parents=((top, None),))
    closing.close(goal, value=Decimal(30), by=world.member, at=world.later(days=1))
    assert (row(goal).value, row(goal).grade_computed) == (Decimal(30), Decimal("1.00"))
    assert Checkin.objects.filter(goal_id=goal).count() == row(goal).checkin_count == 2
    assert row(top).progress == pytest.approx(1.0)
    assert clean(world)


def test_a_value_that_the_goal_does_not_take_is_refused_and_nothing_is_closed(world: World) -> None:
    for goal, value, code in (
        (made(world), "1", "checkin.rolled-up"),
        (made(world, Kind.INITIATIVE, tasks=("One",)), "1", "checkin.by-tasks"),
        (made(world, Kind.INITIATIVE), "101", "checkin.percent"),
        (measured(world, None), "NaN", "checkin.value"),
    ):
        with pytest.raises(Rejected) as rejected:
            closing.close(goal, value=Decimal(value), by=world.member, at=world.at)
        assert reason(rejected)[:2] == ("value", code)
        assert row(goal).state == State.OPEN


def test_an_objective_is_graded_by_its_key_results_and_their_shares(world: World) -> None:
    top = made(world)
    first = measured(world, "75", parents=((top, 0.5),))
    second = measured(world, "30", parents=((top, None),))
    measured(world, None, parents=((top, None),))
    dropped = measured(world, "30", parents=((top, None),))
    made(world, Kind.INITIATIVE, parents=((top, None),))
    made(world, Kind.KEY_RESULT, metric=Metric(MetricKind.BASELINE), parents=((top, None),))
    closing.close(dropped, outcome=State.DROPPED, by=world.member, at=world.at)
    closing.close(first, by=world.member, at=world.at)
    closing.close(
        second, grade=Decimal("0.8"), grade_reason="Bought, not earned", by=world.member, at=world.at
    )
    closing.close(top, by=world.member, at=world.at)
    assert row(top).grade_computed == Decimal("0.45")  # 0.5 · 0.5 + 0.25 · 0.8 + 0.25 · 0
    assert row(dropped).grade_computed is None
    assert row(dropped).status == Status.DROPPED


def test_an_objective_without_anything_to_grade_by_has_no_grade(world: World) -> None:
    top = made(world)
    closing.close(top, by=world.member, at=world.at)
    assert row(top).grade_computed is None


def test_another_grade_stands_beside_the_computed_one_and_says_why(world: World) -> None:
    goal = measured(world, "75")
    with pytest.raises(Rejected) as rejected:
        closing.close(goal, grade=Decimal("0.7"), by=world.member, at=world.at)
    assert reason(rejected)[:2] == ("grade_reason", "grade.reason")
    with pytest.raises(Rejected) as rejected:
        closing.close(goal, grade=Decimal("1.1"), grade_reason="Great", by=world.member, at=world.at)
    assert reason(rejected)[:2] == ("grade", "grade.range")
    closing.close(
        goal, grade=Decimal("0.7"), grade_reason="The rest was seasonal", by=world.member, at=world.at
    )
    kept = row(goal)
    assert (kept.grade_computed, kept.grade_given) == (Decimal("0.50"), Decimal("0.70"))
    assert kept.grade_reason == "The rest was seasonal"


def test_two_people_cannot_close_the_same_goal(world: World) -> None:
    goal = measured(world, "75")
    closing.close(goal, by=world.member, at=world.at)
    for deed in (
        lambda: closing.close(goal, by=world.admin, at=world.at),
        lambda: closing.close(goal, outcome=State.DROPPED, by=world.admin, at=world.at),
        lambda: closing.postpone(goal, period=world.q4, reason="Later", by=world.admin, at=world.at),
    ):
        with pytest.raises(Conflict) as conflict:
            deed()
        assert reason(conflict) == ("", "goal.closed-already", {"by": "Alma Berg"})
    assert Event.objects.filter(goal_id=goal, verb="goal.closed").count() == 1


def test_a_goal_that_changed_since_it_was_read_is_not_closed(world: World) -> None:
    goal = measured(world, "75")
    goals.edit(goal, changes={"title": "Meanwhile"}, by=world.admin, at=world.at)
    with pytest.raises(Conflict) as conflict:
        closing.close(goal, expected_version=1, by=world.member, at=world.at)
    assert reason(conflict)[1] == "goal.changed"


def test_the_same_key_closes_once_and_answers_the_same(world: World) -> None:
    goal = measured(world, "75")
    for _ in range(2):
        closing.close(goal, by=world.member, at=world.at, key="close-1")
    assert Event.objects.filter(goal_id=goal, verb="goal.closed").count() == 1


def test_opening_again_keeps_the_trace_of_the_end(world: World) -> None:
    goal = measured(world, "75")
    closing.close(goal, reason="Done early", by=world.member, at=world.later(days=1))
    closing.reopen(goal, by=world.member, at=world.later(days=2))
    now = row(goal)
    assert (now.state, now.grade_computed, now.ended_by_id, now.end_reason) == ("open", None, None, "")
    assert now.status != Status.CLOSED
    kept = GoalVersion.objects.as_of(world.later(days=1, hours=5)).get(goal_id=goal)
    assert (kept.state, kept.grade_computed, kept.end_reason) == ("closed", Decimal("0.50"), "Done early")
    assert kept.ended_by_id == world.member.person_id
    versions = GoalVersion.objects.filter(goal_id=goal).order_by("number")
    assert all(before.known_to == after.known_from for before, after in pairwise(versions))
    verbs = list(Event.objects.filter(goal_id=goal).order_by("at", "pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["goal.closed", "goal.reopened"]
    with pytest.raises(Conflict) as conflict:
        closing.reopen(goal, by=world.member, at=world.later(days=3))
    assert reason(conflict)[1] == "goal.open-already"


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("member", None),
        ("lead", None),
        ("sub_lead", None),
        ("admin", None),
        ("owner", None),
        ("mate", Forbidden),
        ("stranger", Forbidden),
        ("observer", Forbidden),
        ("outsider", NotFound),
    ],
)
def test_goals_are_ended_by_whom_the_table_names(
    world: World, who: str, refusal: type[Exception] | None
) -> None:
    by, goal = getattr(world, who), measured(world, "75")
    deeds = (
        lambda: closing.close(goal, by=by, at=world.at),
        lambda: closing.reopen(goal, by=by, at=world.at),
        lambda: closing.postpone(goal, period=world.q4, reason="Later", by=by, at=world.at),
    )
    for deed in deeds:
        if refusal is None:
            deed()
        else:
            with pytest.raises(refusal):
                deed()
    assert row(goal).state == ("postponed" if refusal is None else "open")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_close_at_the_same_moment_one_does() -> None:
    world = build()
    goal = measured(world, "75")

    def attempt(by: Member) -> str:
        try:
            closing.close(goal, by=by, at=world.at)
        except Conflict as conflict:
            return conflict.reasons[0].code
        finally:
            connection.close()
        return "closed"

    people = [world.member, world.lead, world.sub_lead, world.admin]
    with ThreadPoolExecutor(len(people)) as pool:
        answers = sorted(pool.map(attempt, people))
    assert answers == ["closed", *["goal.closed-already"] * 3]
    assert Event.objects.filter(goal_id=goal, verb="goal.closed").count() == 1
    assert GoalVersion.objects.filter(goal_id=goal).count() == 2
