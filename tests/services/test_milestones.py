"""Milestones: reached on a day, and taken back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from pejl.domain.values import Kind, Level, Metric, MetricKind
from pejl.models import Event, Goal, Milestone
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import closing, goals, milestones
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World


def made(world: World, *steps: tuple[str, Decimal | None], **more: Any) -> tuple[UUID, dict[str, UUID]]:
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "Certified",
        level=Level.TEAM,
        teams=(world.design,),
        owners=(world.member.person_id,),
        period=world.q3,
        metric=Metric(MetricKind.MILESTONES),
        milestones=steps,
        **more,
    )
    goal = goals.create(draft, by=world.member, at=world.at)
    return goal, dict(Milestone.objects.filter(goal_id=goal).values_list("title", "item"))


def progress(goal: UUID) -> float | None:
    return Goal.objects.get(pk=goal).progress


def test_progress_is_the_shares_of_the_milestones_reached_and_rolls_up(world: World) -> None:
    top = goals.create(
        GoalDraft(Kind.OBJECTIVE, "Trusted", level=Level.TEAM, teams=(world.design,), period=world.q3),
        by=world.member,
        at=world.at,
    )
    goal, items = made(
        world, ("Plan", None), ("Audit", Decimal("0.6")), ("Paper", None), parents=((top, None),)
    )
    assert progress(goal) == 0.0
    milestones.reach(items["Plan"], on=world.today, by=world.member, at=world.at)
    assert progress(goal) == progress(top) == pytest.approx(0.2)
    milestones.reach(items["Audit"], on=world.today - timedelta(days=3), by=world.member, at=world.at)
    assert progress(top) == pytest.approx(0.8)
    milestones.reach(items["Audit"], on=None, by=world.member, at=world.later(days=1))
    assert progress(top) == pytest.approx(0.2)
    assert Milestone.objects.as_of(world.later(hours=1)).get(item=items["Audit"]).reached_on is not None
    verbs = Event.objects.filter(goal_id=goal, subject=items["Audit"]).order_by("at", "pk")
    assert [event.verb for event in verbs] == ["milestone.reached", "milestone.taken-back"]


def test_a_milestone_is_not_reached_tomorrow_nor_on_a_goal_that_has_ended(world: World) -> None:
    goal, items = made(world, ("Plan", None))
    with pytest.raises(Rejected) as rejected:
        milestones.reach(items["Plan"], on=world.today + timedelta(days=1), by=world.member, at=world.at)
    assert [(one.field, one.code) for one in rejected.value.reasons] == [("on", "milestone.future")]
    closing.close(goal, by=world.member, at=world.at)
    with pytest.raises(Rejected) as rejected:
        milestones.reach(items["Plan"], on=world.today, by=world.member, at=world.at)
    assert rejected.value.reasons[0].code == "goal.not-open"
    assert progress(goal) == 0.0


def test_the_same_day_twice_leaves_one_trace(world: World) -> None:
    goal, items = made(world, ("Plan", None))
    for _ in range(2):
        milestones.reach(items["Plan"], on=world.today, by=world.member, at=world.at)
    assert Event.objects.filter(goal_id=goal, verb="milestone.reached").count() == 1


def test_shares_that_do_not_add_up_are_refused(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        made(world, ("Plan", Decimal("0.7")), ("Audit", Decimal("0.6")))
    assert [(one.field, one.code) for one in rejected.value.reasons] == [("milestones", "metric.shares")]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("member", None),
        ("mate", None),  # checks in on it
        ("sub_lead", None),
        ("stranger", Forbidden),
        ("observer", Forbidden),
        ("outsider", NotFound),
    ],
)
def test_milestones_are_reached_by_whom_the_table_names(
    world: World, who: str, refusal: type[Exception] | None
) -> None:
    goal, items = made(world, ("Plan", None), ("Audit", None), checkin_owner=world.mate.person_id)
    by = getattr(world, who)
    if refusal is None:
        milestones.reach(items["Plan"], on=world.today, by=by, at=world.at)
    else:
        with pytest.raises(refusal):
            milestones.reach(items["Plan"], on=world.today, by=by, at=world.at)
    assert progress(goal) == (0.5 if refusal is None else 0.0)
