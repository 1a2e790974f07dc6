"""What carries on in another period, and what is copied."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from endings import PERCENT, REQUESTS, below, clean, made, measured, reason, row
from pejl.domain.values import Kind, Metric, MetricKind, Phase, State, Visibility
from pejl.models import (
    Edge,
    Goal,
    GoalPerson,
    Milestone,
    Task,
)
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import checkins, closing, milestones, tasks
from pejl.services.errors import Rejected
from world import World


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
