"""Figures: the worked cases of the method, through services; and the law that stored is recomputed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pejl.domain.values import Kind, Level, Metric, MetricKind, ProgressMode, State, Status, StatusMode
from pejl.models import Checkin, Edge, Figure, Goal, Guardrail, Kpi, Milestone, Reading, Task, Workspace
from pejl.models.fields import new_id
from pejl.queries.scope import NotFound
from pejl.services import alignment, checkins, closing, figures, goals, milestones, tasks
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World

PERCENT = Metric(MetricKind.INCREASE, unit="%", start=Decimal(0), target=Decimal(100))


def made(world: World, kind: Kind, title: str = "Goal", **more: Any) -> UUID:
    draft = GoalDraft(kind, title, **{"period": world.q3, "owners": (world.owner.person_id,), **more})
    answer: UUID = goals.create(draft, by=world.owner, at=world.at)
    return answer


def measured(world: World, parent: UUID, done: str, *, share: float | None = None) -> UUID:
    """A key result under it, checked in at so many percent of the way."""
    child = made(world, Kind.KEY_RESULT, metric=PERCENT, parents=((parent, share),))
    checkins.post(child, value=Decimal(done), by=world.owner, at=world.at)
    return child


def progress(goal: UUID) -> float | None:
    return Goal.objects.get(pk=goal).progress


def workspace(world: World) -> Workspace:
    return Workspace.objects.get(slug=world.slug)


def verified(world: World) -> list[tuple[UUID, str]]:
    return [(one.goal_id, one.field) for one in figures.verify(workspace(world), today=world.today)]


@pytest.mark.parametrize(
    ("metric", "value", "right"),
    [
        (Metric(MetricKind.INCREASE, "USD", start=Decimal(12), target=Decimal(24)), "15", 0.25),
        (Metric(MetricKind.DECREASE, "requests", start=Decimal(120), target=Decimal(30)), "75", 0.5),
        (Metric(MetricKind.DECREASE, "steps", start=Decimal(9), target=Decimal(6)), "8", 1 / 3),
        (Metric(MetricKind.INCREASE, "m:ss", start=Decimal(157), target=Decimal(225)), "191", 0.5),
        (Metric(MetricKind.DECREASE, "hours", start=Decimal(3), target=Decimal(1)), "3.5", -0.25),
        (Metric(MetricKind.INCREASE, "%", start=Decimal(80), target=Decimal(90)), "92", 1.2),
        (Metric(MetricKind.AT_LEAST, "%", target=Decimal("99.5")), "99.5", 1.0),
    ],
)
def test_the_worked_cases_of_progress_hold_and_count_between_nothing_and_all(
    world: World, metric: Metric, value: str, right: float
) -> None:
    top = made(world, Kind.OBJECTIVE)
    child = made(world, Kind.KEY_RESULT, metric=metric, parents=((top, None),))
    checkins.post(child, value=Decimal(value), by=world.owner, at=world.at)
    assert progress(child) == pytest.approx(right)
    assert progress(top) == pytest.approx(min(max(right, 0), 1))


def test_without_the_cap_more_than_all_counts_as_it_is(world: World) -> None:
    Workspace.objects.filter(slug=world.slug).update(capped=False)
    top = made(world, Kind.OBJECTIVE)
    measured(world, top, "150")
    assert progress(top) == pytest.approx(1.5)


def test_the_worked_case_of_shares_is_seventy_hundredths(world: World) -> None:
    top = made(world, Kind.OBJECTIVE)
    measured(world, top, "20")
    measured(world, top, "60")
    measured(world, top, "100", share=0.5)
    assert progress(top) == pytest.approx(0.70, abs=1e-9)


def test_fixed_shares_under_one_are_scaled_and_a_share_of_nothing_does_not_contribute(world: World) -> None:
    top = made(world, Kind.OBJECTIVE)
    measured(world, top, "100", share=0.2)
    measured(world, top, "0", share=0.2)
    measured(world, top, "100", share=0.0)
    assert progress(top) == pytest.approx(0.5)


def test_a_silent_key_result_counts_as_nothing_and_an_empty_objective_is_left_out(world: World) -> None:
    top = made(world, Kind.OBJECTIVE)
    assert progress(top) is None
    measured(world, top, "80")
    made(world, Kind.OBJECTIVE, parents=((top, None),))
    assert progress(top) == pytest.approx(0.8)
    made(world, Kind.KEY_RESULT, metric=PERCENT, parents=((top, None),))
    assert progress(top) == pytest.approx(0.4)


def test_baselines_dropped_and_postponed_goals_and_initiatives_do_not_contribute(world: World) -> None:
    top = made(world, Kind.OBJECTIVE)
    measured(world, top, "80")
    base = made(world, Kind.KEY_RESULT, metric=Metric(MetricKind.BASELINE), parents=((top, None),))
    checkins.post(base, value=Decimal(7), by=world.owner, at=world.at)
    made(world, Kind.INITIATIVE, parents=((top, None),))
    closing.close(measured(world, top, "0"), outcome=State.DROPPED, by=world.owner, at=world.at)
    closing.postpone(measured(world, top, "0"), period=world.q4, reason="Later", by=world.owner, at=world.at)
    assert progress(top) == pytest.approx(0.8)
    closing.close(measured(world, top, "40"), by=world.owner, at=world.at)
    assert progress(top) == pytest.approx(0.6)


def test_initiatives_count_where_the_workspace_says_so(world: World) -> None:
    Workspace.objects.filter(slug=world.slug).update(initiatives_contribute=True)
    top = made(world, Kind.OBJECTIVE)
    measured(world, top, "0")
    work = made(world, Kind.INITIATIVE, parents=((top, None),), tasks=("One", "Two"))
    assert progress(work) == 0.0
    tasks.add(work, title="Three", by=world.owner, at=world.at)
    item = tasks.add(work, title="Four", by=world.owner, at=world.at)
    tasks.change(item, done=True, by=world.owner, at=world.at)
    assert progress(work) == pytest.approx(0.25)
    assert progress(top) == pytest.approx(0.125)


def test_a_check_in_reaches_every_ancestor_by_every_way(world: World) -> None:
    company, other = made(world, Kind.OBJECTIVE, "Company"), made(world, Kind.OBJECTIVE, "Other")
    team = made(world, Kind.OBJECTIVE, "Team", parents=((company, None), (other, 0.25)))
    measured(world, other, "100")
    child = measured(world, team, "40")
    assert progress(company) == pytest.approx(0.4)
    assert progress(other) == pytest.approx(0.25 * 0.4 + 0.75)
    checkins.post(child, value=Decimal(80), by=world.owner, at=world.later(days=1))
    assert progress(company) == pytest.approx(0.8)
    assert progress(other) == pytest.approx(0.25 * 0.8 + 0.75)


def test_a_parent_that_sums_takes_values_in_its_own_unit_only(world: World) -> None:
    total = Metric(MetricKind.INCREASE, "USD", start=Decimal(0), target=Decimal(100), sum=True)
    top = made(world, Kind.OBJECTIVE, metric=total, progress_mode=ProgressMode.CHILDREN)
    for unit, value in (("USD", "20"), ("USD", "30.5"), ("EUR", "900")):
        metric = Metric(MetricKind.INCREASE, unit, start=Decimal(0), target=Decimal(50))
        child = made(world, Kind.KEY_RESULT, metric=metric, parents=((top, None),))
        checkins.post(child, value=Decimal(value), by=world.owner, at=world.at)
    row = Goal.objects.get(pk=top)
    assert (row.value, row.progress) == (Decimal("50.5"), pytest.approx(0.505))


def test_what_a_goal_showed_is_kept_from_each_moment_on(world: World) -> None:
    top = made(world, Kind.OBJECTIVE)
    child = measured(world, top, "40")
    checkins.post(child, value=Decimal(80), by=world.owner, at=world.later(days=3))
    kept = Figure.objects.filter(goal_id=top).order_by("known_from", "pk")
    assert [row.progress for row in kept] == [None, 0.0, pytest.approx(0.4), pytest.approx(0.8)]
    assert [row.known_from for row in kept][-2:] == [world.at, world.later(days=3)]


def test_a_goal_with_the_worst_of_its_key_results_shows_it(world: World) -> None:
    top = made(world, Kind.OBJECTIVE, status_mode=StatusMode.WORST)
    first, second = measured(world, top, "100"), measured(world, top, "40")
    assert Goal.objects.get(pk=top).status == Status.AT_RISK
    checkins.post(second, value=Decimal(5), by=world.owner, at=world.later(hours=1))
    assert Goal.objects.get(pk=top).status == Status.OFF_TRACK
    closing.close(second, by=world.owner, at=world.later(hours=2))
    assert Goal.objects.get(pk=top).status == Status.ON_TRACK
    assert Goal.objects.get(pk=first).status == Status.ON_TRACK


def test_a_goal_behind_a_broken_guard_rail_is_not_green(world: World) -> None:
    child = measured(world, made(world, Kind.OBJECTIVE), "100")
    kpi, at, room = new_id(), world.at, workspace(world)
    Kpi.objects.create(workspace=room, item=kpi, name="Complaints", upper=Decimal(5), known_from=at)
    Guardrail.objects.create(workspace=room, kpi=kpi, goal_id=child, known_from=at)
    for value, right in (("5", Status.ON_TRACK), ("6", Status.AT_RISK)):
        Reading.objects.create(workspace=room, kpi=kpi, on=world.today, value=Decimal(value), known_from=at)
        figures.refresh(room, [child], at=at, today=world.today)
        assert Goal.objects.get(pk=child).status == right


def test_a_figure_damaged_in_the_database_is_found_and_mended(world: World) -> None:
    top = made(world, Kind.OBJECTIVE)
    child = measured(world, top, "40")
    assert verified(world) == []
    table = connection.ops.quote_name(Goal._meta.db_table)
    key = Goal._meta.pk.get_db_prep_value(top, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET progress = 0.4000001 WHERE id = %s", [key])  # noqa: S608
    assert verified(world) == [(top, "progress")]
    Goal.objects.filter(pk=child).update(value=Decimal(41), checkin_count=3, status=Status.CLOSED)
    assert set(verified(world)) == {
        (top, "progress"),
        (child, "value"),
        (child, "checkin_count"),
        (child, "status"),
    }
    Goal.objects.filter(pk=child).update(checkin_count=1)
    figures.refresh(workspace(world), [child], at=world.at, today=world.today)
    assert verified(world) == []


def test_a_refresh_asks_the_database_the_same_number_of_times_however_much_there_is(world: World) -> None:
    def queries(width: int, depth: int) -> int:
        top = made(world, Kind.OBJECTIVE)
        for _ in range(depth):
            top = made(world, Kind.OBJECTIVE, parents=((top, None),))
        for _ in range(width):
            child = made(world, Kind.KEY_RESULT, metric=PERCENT, parents=((top, None),))
        checkins.post(child, value=Decimal(10), by=world.owner, at=world.at)
        room = workspace(world)
        Goal.objects.filter(pk=top).update(progress=0.9)
        with CaptureQueriesContext(connection) as counted:
            figures.refresh(room, [child], at=world.at, today=world.today)
        return len(counted)

    few, many = queries(2, 1), queries(12, 6)
    assert few == many == 11


def test_a_refresh_leaves_the_rest_of_the_workspace_alone(world: World) -> None:
    far = made(world, Kind.OBJECTIVE)
    measured(world, far, "40")
    near = measured(world, made(world, Kind.OBJECTIVE), "40")
    Goal.objects.filter(pk=far).update(progress=0.123)
    checkins.post(near, value=Decimal(50), by=world.owner, at=world.later(hours=1))
    assert progress(far) == 0.123


@pytest.mark.parametrize("seed", range(6))
def test_what_is_stored_is_what_a_computation_from_scratch_gives_whatever_was_done(
    world: World, seed: int
) -> None:
    chance = random.Random(seed)
    known = [made(world, Kind.OBJECTIVE, f"Objective {place}") for place in range(3)]
    steps = made(
        world,
        Kind.KEY_RESULT,
        metric=Metric(MetricKind.MILESTONES),
        milestones=(("A", None), ("B", Decimal("0.5")), ("C", None)),
        parents=((known[0], None),),
    )
    work = made(world, Kind.INITIATIVE, tasks=("A", "B", "C"), parents=((known[1], None),))
    known += [
        steps,
        work,
        *(measured(world, chance.choice(known[:3]), str(chance.randint(-20, 130))) for _ in range(4)),
    ]
    deeds = _deeds(world, chance, known)
    done = 0
    for turn in range(50):
        at = world.at + timedelta(hours=turn + 1)
        try:
            chance.choice(deeds)(at)
            done += 1
        except (Rejected, NotFound):
            continue
        assert verified(world) == []
    assert verified(world) == []
    assert done > 10
    assert not Edge.objects.current().filter(parent__removed_at__isnull=False).exists()


def _deeds(world: World, chance: random.Random, known: list[UUID]) -> list[Callable[[Any], Any]]:
    by = world.owner

    def some() -> UUID:
        return chance.choice(known)

    def share() -> float | None:
        return chance.choice([None, 0.0, 0.2, 0.4])

    def check_in(at: Any) -> None:
        on = world.today - timedelta(days=chance.randint(0, 20))
        checkins.post(some(), value=Decimal(chance.randint(0, 100)), on=on, by=by, at=at)

    def withdraw(at: Any) -> None:
        rows = list(Checkin.objects.current().order_by("pk"))
        checkins.withdraw(chance.choice(rows).pk, by=by, at=at)

    def tick(at: Any) -> None:
        row = chance.choice(list(Task.objects.current().order_by("pk")))
        tasks.change(row.item, done=not row.done, by=by, at=at)

    def reach(at: Any) -> None:
        row = chance.choice(list(Milestone.objects.current().order_by("pk")))
        milestones.reach(row.item, on=None if row.reached_on else world.today, by=by, at=at)

    def add(at: Any) -> None:
        draft = GoalDraft(
            chance.choice(list(Kind)),
            "More",
            level=Level.ORGANISATION,
            owners=(by.person_id,),
            period=world.q3,
            metric=chance.choice([None, PERCENT]),
            parents=((some(), share()),),
        )
        known.append(goals.create(draft, by=by, at=at))

    def target(at: Any) -> None:
        metric = Metric(MetricKind.INCREASE, "%", start=Decimal(0), target=Decimal(chance.randint(1, 90)))
        goals.edit(some(), changes={"metric": metric}, by=by, at=at)

    return [
        check_in,
        check_in,
        check_in,
        withdraw,
        tick,
        reach,
        add,
        target,
        lambda at: alignment.align(some(), parent=some(), share=share(), by=by, at=at),
        lambda at: alignment.align(some(), parent=some(), by=by, at=at),
        lambda at: alignment.unalign(some(), parent=some(), by=by, at=at),
        lambda at: alignment.reshare(some(), parent=some(), share=share(), by=by, at=at),
        lambda at: closing.close(some(), outcome=chance.choice([State.CLOSED, State.DROPPED]), by=by, at=at),
        lambda at: closing.reopen(some(), by=by, at=at),
        lambda at: closing.postpone(some(), period=world.q4, reason="Later", by=by, at=at),
        lambda at: closing.copy(some(), period=world.q4, reach="all", by=by, at=at),
        lambda at: goals.remove(some(), by=by, at=at),
    ]
