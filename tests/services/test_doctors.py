"""The doctor names what does not add up, whoever damaged it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction

from pejl.domain.values import Kind, Level, Metric, MetricKind
from pejl.models import Checkin, Edge, Figure, Goal, GoalVersion
from pejl.queries import people
from pejl.queries.scope import NotFound
from pejl.services import checkins, doctors, goals, seeding
from pejl.services.doctors import Fault
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World


def goal(world: World, title: str, parent: UUID | None = None, *, measured: bool = False) -> UUID:
    draft = GoalDraft(
        Kind.KEY_RESULT if measured else Kind.OBJECTIVE,
        title,
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        metric=Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(20)) if measured else None,
        parents=((parent, None),) if parent else (),
    )
    return goals.create(draft, by=world.system, at=world.at)


@pytest.fixture
def company(world: World) -> dict[str, UUID]:
    """An objective over an objective over a key result at half its way."""
    top = goal(world, "Top")
    below = goal(world, "Below", top)
    result = goal(world, "Requests", below, measured=True)
    checkins.post(result, value=Decimal(70), by=world.system, at=world.later(hours=1))
    return {"top": top, "below": below, "result": result}


def faults(world: World) -> list[Fault]:
    return list(doctors.examine(world.slug, at=world.later(days=1)).faults)


def told(world: World) -> set[tuple[str, str, str, str]]:
    return {(one.title, one.what, one.stored, one.right) for one in faults(world)}


def test_a_sound_workspace_has_no_faults_and_is_counted(world: World, company: dict[str, UUID]) -> None:
    report = doctors.examine(world.slug, at=world.later(days=1))
    assert report.faults == ()
    assert report.counts == {"goals": 3, "edges": 2, "check-ins": 1}


def test_an_unknown_workspace_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        doctors.examine("elsewhere", at=world.at)


def test_a_damaged_figure_is_named_with_what_is_stored_and_what_is_right(
    world: World, company: dict[str, UUID]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pejl_goal SET progress = 0.9 WHERE title = 'Below'")
    found = [one for one in faults(world) if one.what == "progress"]
    assert [(one.goal_id, one.title, one.stored, one.right) for one in found] == [
        (company["below"], "Below", "0.9", "0.5")
    ]
    line = found[0].line()
    assert all(part in line for part in ("fjordlight", "Below", str(company["below"]), "0.9", "0.5"))


def test_a_damaged_value_is_found_where_it_is_and_what_it_moves_is_not_blamed(
    world: World, company: dict[str, UUID]
) -> None:
    Goal.objects.filter(pk=company["result"]).update(value=Decimal(30))
    assert ("Requests", "value", "30", "70") in told(world)
    assert {one.title for one in faults(world)} == {"Requests"}


def test_a_check_in_changed_behind_its_goal_shows_on_the_goal_and_above(
    world: World, company: dict[str, UUID]
) -> None:
    Checkin.objects.filter(goal_id=company["result"]).update(value=Decimal(20))
    found = {(title, right) for title, what, _, right in told(world) if what == "progress"}
    assert found == {("Requests", "1.0"), ("Below", "1.0"), ("Top", "1.0")}


def test_a_status_that_does_not_say_how_a_goal_ended_is_found(world: World, company: dict[str, UUID]) -> None:
    Goal.objects.filter(pk=company["top"]).update(status="closed")
    assert ("Top", "status", "closed", "open") in told(world)


def test_a_last_figure_that_is_missing_from_history_is_found(world: World, company: dict[str, UUID]) -> None:
    Figure.objects.filter(goal_id=company["top"], progress=0.5).delete()
    assert [(one.title, one.what) for one in faults(world)] == [("Top", "last figure in history")]


def test_a_span_that_runs_backwards_is_found(world: World, company: dict[str, UUID]) -> None:
    top = goals.edit(company["top"], changes={"title": "Summit"}, by=world.system, at=world.later(hours=2))
    GoalVersion.objects.filter(goal_id=top, number=1).update(known_to=world.at - timedelta(days=1))
    assert {what for _, what, _, _ in told(world)} == {"GoalVersion span", "version 1 ends"}


def test_a_gap_between_versions_is_found(world: World, company: dict[str, UUID]) -> None:
    goals.edit(company["top"], changes={"title": "Summit"}, by=world.system, at=world.later(hours=2))
    GoalVersion.objects.filter(goal_id=company["top"], number=1).update(known_to=world.later(hours=1))
    found = faults(world)
    assert [(one.goal_id, one.what) for one in found] == [(company["top"], "version 1 ends")]


def test_a_version_that_says_another_title_than_the_goal_is_found(
    world: World, company: dict[str, UUID]
) -> None:
    Goal.objects.filter(pk=company["top"]).update(title="Somewhere else")
    assert ("Somewhere else", "title", "Somewhere else", "Top") in told(world)


def test_a_cycle_is_told_with_its_path_and_stops_nothing_else(world: World, company: dict[str, UUID]) -> None:
    Edge.objects.create(
        workspace_id=world.system.workspace_id,
        child_id=company["top"],
        parent_id=company["below"],
        known_from=world.at,
    )
    Goal.objects.filter(pk=company["result"]).update(title="Renamed")
    found = {one.what: one.stored for one in faults(world)}
    assert set(found["alignment"].split(" → ")) == {"Top", "Below"}
    assert found["title"] == "Renamed"


def test_shares_over_the_whole_are_told(world: World, company: dict[str, UUID]) -> None:
    goal(world, "Another", company["below"], measured=True)
    Edge.objects.filter(parent_id=company["below"]).update(share=0.8)
    assert ("figures", "share.over-one") in {(what, stored) for _, what, stored, _ in told(world)}


def test_an_edge_to_a_removed_goal_is_found(world: World, company: dict[str, UUID]) -> None:
    spare = goal(world, "Spare", company["top"])
    goals.remove(spare, by=world.system, at=world.later(hours=2))
    Edge.objects.filter(child_id=spare).update(known_to=None)
    assert ("Spare", "alignment", "an edge", "none: the goal was removed") in told(world)


def test_an_edge_to_another_workspace_is_found_at_either_end(world: World, company: dict[str, UUID]) -> None:
    draft = GoalDraft(Kind.OBJECTIVE, "Next door")
    far = goals.create(draft, by=world.outsider, at=world.at)
    Edge.objects.create(
        workspace_id=world.system.workspace_id, child_id=company["top"], parent_id=far, known_from=world.at
    )
    assert {(one.goal_id, one.what) for one in faults(world)} == {(far, "Edge")}


def test_a_seeded_workspace_is_sound_and_of_the_size_asked_for(world: World) -> None:
    parts: list[float] = []
    filled = seeding.fill(20, slug="seeded", seed=1, at=world.at, progress=parts.append)
    report = doctors.examine("seeded", at=world.at)
    assert report.faults == ()
    assert filled.counts["people"] == 20
    assert report.counts.items() <= filled.counts.items()
    assert 150 <= filled.counts["goals"] <= 300
    assert parts == sorted(parts)
    assert parts[-1] == 1


def test_the_same_seed_fills_the_same_company(world: World) -> None:
    columns = ("pk", "title", "value", "progress", "status", "grade_computed", "last_checkin_at")
    seen = []
    for _ in range(2):
        with transaction.atomic():
            seeding.fill_goals(100, slug="seeded", seed=7, at=world.at)
            rows = Goal.objects.filter(workspace__slug="seeded").order_by("pk")
            seen.append(list(rows.values_list(*columns)))
            transaction.set_rollback(True)
    assert len(seen[0]) > 80
    assert seen[0] == seen[1]


def test_a_check_in_on_a_seeded_goal_keeps_it_sound(world: World) -> None:
    seeding.fill(20, slug="seeded", seed=3, at=world.at)
    row = Goal.objects.filter(
        workspace__slug="seeded", kind=Kind.KEY_RESULT, level=Level.PERSON, state="open"
    ).first()
    assert row is not None
    before = Figure.objects.count()
    checkins.post(row.pk, value=Decimal(1), by=people.system("seeded"), at=world.later(hours=1))
    assert Figure.objects.count() > before
    assert doctors.examine("seeded", at=world.later(hours=2)).faults == ()


def test_a_slug_in_use_is_refused_and_nothing_is_written(world: World) -> None:
    before = Goal.objects.count()
    with pytest.raises(Rejected) as rejected:
        seeding.fill(5, slug=world.slug, seed=1, at=world.at)
    (reason,) = rejected.value.reasons
    assert (reason.code, reason.field) == ("workspace.slug-taken", "slug")
    assert Goal.objects.count() == before
