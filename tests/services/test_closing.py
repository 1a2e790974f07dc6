"""Ends: grades, the race to close, what carries on, what is copied, and the trace of it all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from pejl.domain.values import Kind, Level, Metric, MetricKind, Phase, State, Status, Visibility
from pejl.models import (
    Checkin,
    Edge,
    Event,
    Goal,
    GoalPerson,
    GoalVersion,
    Milestone,
    Task,
    Workspace,
)
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import checkins, closing, figures, goals, milestones, tasks
from pejl.services.errors import Conflict, Rejected
from pejl.services.goals import GoalDraft
from world import World, build

REQUESTS = Metric(MetricKind.DECREASE, "requests", start=Decimal(120), target=Decimal(30))
PERCENT = Metric(MetricKind.INCREASE, "%", start=Decimal(0), target=Decimal(100))


def made(world: World, kind: Kind = Kind.OBJECTIVE, title: str = "Goal", **more: Any) -> UUID:
    base = {
        "level": Level.TEAM,
        "teams": (world.design,),
        "owners": (world.member.person_id,),
        "period": world.q3,
    }
    answer: UUID = goals.create(GoalDraft(kind, title, **{**base, **more}), by=world.member, at=world.at)
    return answer


def measured(world: World, value: str | None, **more: Any) -> UUID:
    goal = made(world, Kind.KEY_RESULT, **{"metric": REQUESTS, **more})
    if value is not None:
        checkins.post(goal, value=Decimal(value), by=world.member, at=world.at)
    return goal


def row(goal: UUID) -> Goal:
    return Goal.objects.get(pk=goal)


def below(goal: UUID) -> list[Goal]:
    edges = Edge.objects.current().filter(parent_id=goal).order_by("position", "pk")
    return [row(edge.child_id) for edge in edges]


def reason(rejected: pytest.ExceptionInfo[Rejected]) -> tuple[str, str, dict[str, object]]:
    (one,) = rejected.value.reasons
    return one.field, one.code, dict(one.params)


def clean(world: World) -> bool:
    return figures.verify(Workspace.objects.get(slug=world.slug), today=world.today) == []


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


def test_a_postponed_objective_carries_on_with_its_open_key_results_and_initiatives(world: World) -> None:
    top = made(world, delegates=(world.mate.person_id,))
    first = measured(world, "75", title="Open", parents=((top, 0.6),))
    done = measured(world, "30", title="Done", parents=((top, None),))
    work = made(world, Kind.INITIATIVE, title="Work", parents=((first, None),), tasks=("One", "Two"))
    tasks.change(Task.objects.get(title="One").item, done=True, by=world.member, at=world.at)
    aligned = made(world, title="Aligned", parents=((top, None),))
    closing.close(done, by=world.member, at=world.at)
    clone = closing.postpone(top, period=world.q4, reason="No hands", by=world.member, at=world.later(days=1))

    assert [(row(one).state, row(one).end_reason) for one in (top, first, work)] == [
        ("postponed", "No hands")
    ] * 3
    assert (row(done).state, row(aligned).state) == ("closed", "open")
    carried = row(clone)
    assert (carried.origin_id, carried.period_id, carried.state, carried.progress) == (
        top,
        world.q4,
        "open",
        0.0,
    )
    assert (carried.start_date, carried.end_date) == (date(2026, 10, 1), date(2026, 12, 31))
    assert {str(one.role) for one in GoalPerson.objects.current().filter(goal_id=clone)} == {
        "owner",
        "delegate",
    }
    (child,) = below(clone)
    assert (child.title, child.origin_id, child.start_value, child.value) == (
        "Open",
        first,
        Decimal(75),
        None,
    )
    assert Edge.objects.current().get(child=child).share is None
    (deeper,) = below(child.pk)
    assert [task.title for task in Task.objects.current().filter(goal=deeper)] == ["Two"]
    assert clean(world)


def test_a_key_results_clone_hangs_under_the_same_objective_only_in_the_same_period(world: World) -> None:
    here, there = made(world, title="Here"), made(world, title="There", period=world.q4)
    goal = measured(world, "75", parents=((here, 0.3), (there, 0.3)))
    clone = closing.postpone(goal, period=world.q4, reason="Later", by=world.member, at=world.at)
    parents = Edge.objects.current().filter(child_id=clone).values_list("parent_id", "share")
    assert list(parents) == [(there, None)]


def test_an_objectives_clone_stays_under_a_goal_whose_time_reaches_over_it(world: World) -> None:
    year = made(world, title="Year", period=world.year)
    goal = made(world, parents=((year, 0.3), (made(world, title="Quarter"), None)))
    clone = closing.postpone(goal, period=world.q4, reason="Later", by=world.member, at=world.at)
    assert list(Edge.objects.current().filter(child_id=clone).values_list("parent_id", "share")) == [
        (year, None)
    ]


@pytest.mark.parametrize(
    ("metric", "value", "start"),
    [
        (REQUESTS, "75", "75"),
        (REQUESTS, "140", "140"),
        (REQUESTS, None, "120"),
        (REQUESTS, "30", "120"),
        (REQUESTS, "20", "120"),
        (PERCENT, "40", "0"),
        (Metric(MetricKind.INCREASE, "%", start=Decimal(80), target=Decimal(90)), "85", "85"),
        (Metric(MetricKind.AT_LEAST, "%", target=Decimal("99.5")), "98", None),
    ],
)
def test_a_postponed_metric_starts_at_its_present_value_and_a_percentage_at_nothing(
    world: World, metric: Metric, value: str | None, start: str | None
) -> None:
    goal = measured(world, value, metric=metric)
    clone = row(closing.postpone(goal, period=world.q4, reason="Later", by=world.member, at=world.at))
    assert clone.start_value == (None if start is None else Decimal(start))
    assert clone.target_value == metric.target
    assert (clone.value, clone.progress, clone.checkin_count) == (None, None, 0)


def test_a_percentage_by_hand_starts_at_nothing_and_phases_stay_in_their_period(world: World) -> None:
    by_hand = made(world, Kind.KEY_RESULT)
    checkins.post(by_hand, value=Decimal(60), by=world.member, at=world.at)
    clone = row(closing.postpone(by_hand, period=world.q4, reason="Later", by=world.member, at=world.at))
    assert (clone.value, clone.progress) == (None, None)
    phased = Metric(
        MetricKind.INCREASE,
        "USD",
        start=Decimal(0),
        target=Decimal(9),
        phases=(Phase(date(2026, 8, 1), Decimal(3)),),
    )
    goal = measured(world, None, metric=phased)
    assert row(goal).phases == [{"on": "2026-08-01", "value": "3"}]
    assert (
        row(closing.postpone(goal, period=world.q4, reason="Later", by=world.member, at=world.at)).phases
        == []
    )


def test_the_milestones_that_are_left_carry_on_with_equal_shares(world: World) -> None:
    steps = (("A", Decimal("0.5")), ("B", None), ("C", None))
    goal = measured(world, None, metric=Metric(MetricKind.MILESTONES), milestones=steps)
    milestones.reach(Milestone.objects.get(title="A").item, on=world.today, by=world.member, at=world.at)
    clone = closing.postpone(goal, period=world.q4, reason="Later", by=world.member, at=world.at)
    left = Milestone.objects.current().filter(goal_id=clone).order_by("position")
    assert [(step.title, step.share, step.reached_on) for step in left] == [
        ("B", None, None),
        ("C", None, None),
    ]


def test_postponing_asks_for_a_reason_and_another_period_that_is_not_over(world: World) -> None:
    goal = measured(world, "75")
    for period, why, right in (
        (world.q4, "  ", ("reason", "postpone.reason")),
        (world.q3, "Later", ("period", "postpone.same-period")),
        (world.q1, "Later", ("period", "postpone.period-over")),
        (goal, "Later", ("period", "period.unknown")),
    ):
        with pytest.raises(Rejected) as rejected:
            closing.postpone(goal, period=period, reason=why, by=world.member, at=world.at)
        assert reason(rejected)[:2] == right
    assert row(goal).state == State.OPEN
    assert Goal.objects.count() == 1


def test_a_hidden_key_result_stays_where_it_is_when_its_objective_is_postponed(world: World) -> None:
    top = made(world)
    hidden = measured(world, None, parents=((top, None),), owners=(world.mate.person_id,))
    Goal.objects.filter(pk=hidden).update(visibility=Visibility.CHOSEN, created_by=None, checkin_owner=None)
    clone = closing.postpone(top, period=world.q4, reason="Later", by=world.member, at=world.at)
    assert row(hidden).state == State.OPEN
    assert below(clone) == []


@pytest.mark.parametrize(
    ("reach", "titles"), [("goal", set()), ("children", {"KR"}), ("all", {"KR", "Work"})]
)
def test_a_copy_reaches_as_far_as_asked_and_brings_no_progress(
    world: World, reach: str, titles: set[str]
) -> None:
    year = made(world, title="Year", period=world.year)
    top = made(world, title="Top", parents=((year, None),))
    child = measured(world, "75", title="KR", parents=((top, 0.4),))
    made(world, Kind.INITIATIVE, title="Work", parents=((child, None),), tasks=("One",))
    measured(world, "75", title="Dropped", parents=((top, None),))
    closing.close(Goal.objects.get(title="Dropped").pk, outcome=State.DROPPED, by=world.member, at=world.at)
    clone = closing.copy(top, period=world.q4, reach=reach, by=world.member, at=world.at)
    copies = Goal.objects.exclude(origin=None)
    assert {one.title for one in copies} == titles | {"Top"}
    assert (row(top).state, row(clone).origin_id, row(clone).period_id) == ("open", top, world.q4)
    assert not Edge.objects.current().filter(child_id=clone).exists()
    assert {one.progress for one in copies} <= {None, 0.0}
    for one in copies.filter(title="KR"):
        assert (one.start_value, one.target_value, one.value) == (Decimal(120), Decimal(30), None)
        assert Edge.objects.current().get(child=one, parent_id=clone).share is None
    assert Task.objects.current().filter(goal__in=copies).count() == ("Work" in titles)
    assert clean(world)


def test_a_goal_with_two_parents_in_what_is_copied_is_copied_once(world: World) -> None:
    top = made(world, title="Top")
    left, right = (measured(world, None, title=name, parents=((top, None),)) for name in ("Left", "Right"))
    made(world, Kind.INITIATIVE, title="Both", parents=((left, None), (right, None)))
    closing.copy(top, period=world.q4, reach="all", by=world.member, at=world.at)
    (both,) = Goal.objects.filter(title="Both").exclude(origin=None)
    assert Edge.objects.current().filter(child=both).count() == 2


def test_a_copy_is_written_only_by_whom_may_write_such_a_goal(world: World) -> None:
    goal = made(world)
    for who, refusal in (("stranger", Forbidden), ("observer", Forbidden), ("outsider", NotFound)):
        with pytest.raises(refusal):
            closing.copy(goal, period=world.q4, by=getattr(world, who), at=world.at)
    assert closing.copy(goal, period=world.q4, by=world.mate, at=world.at)
    with pytest.raises(Rejected) as rejected:
        closing.copy(goal, period=world.q4, reach="some", by=world.mate, at=world.at)
    assert reason(rejected)[:2] == ("reach", "copy.reach")


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
