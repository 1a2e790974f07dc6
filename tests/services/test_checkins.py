from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pejl.domain.values import Kind, Level, Metric, MetricKind, ProgressMode, State, Status, StatusMode
from pejl.models import Checkin, Event, Figure, Goal, Milestone, Workspace
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import checkins, figures, goals
from pejl.services.checkins import Entry
from pejl.services.errors import Conflict, Rejected
from pejl.services.goals import GoalDraft
from world import World

D = Decimal


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def at_fields(rejected: pytest.ExceptionInfo[Rejected]) -> dict[str, str]:
    return {reason.field: reason.code for reason in rejected.value.reasons}


def down(start: int, target: int, unit: str = "") -> Metric:
    return Metric(MetricKind.DECREASE, unit=unit, start=D(start), target=D(target))


def up(start: int, target: int, unit: str = "") -> Metric:
    return Metric(MetricKind.INCREASE, unit=unit, start=D(start), target=D(target))


def objective(world: World, title: str = "Launch version 2.0", **more: Any) -> UUID:
    """Alma's, in Design, for the third quarter."""
    draft = GoalDraft(
        Kind.OBJECTIVE,
        title,
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        owners=_alma(world),
        **more,
    )
    return goals.create(draft, by=world.sub_lead, at=world.at - timedelta(days=40))


def key_result(
    world: World, parent: UUID | None, metric: Metric | None, title: str = "Fewer requests", **more: Any
) -> UUID:
    draft = GoalDraft(
        more.pop("kind", Kind.KEY_RESULT),
        title,
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        owners=_alma(world),
        metric=metric,
        parents=((parent, None),) if parent else (),
        **more,
    )
    return goals.create(draft, by=world.sub_lead, at=world.at - timedelta(days=40))


def _alma(world: World) -> tuple[UUID, ...]:
    assert world.member.person_id is not None
    return (world.member.person_id,)


def goal(goal_id: UUID) -> Goal:
    return Goal.objects.get(pk=goal_id)


def differences(world: World) -> list[figures.Difference]:
    return figures.verify(Workspace.objects.get(slug=world.slug), today=world.today)


def test_from_200_to_0_a_value_of_100_is_half_way_all_the_way_up(world: World) -> None:
    top = objective(world, "Grow with less noise")
    below = objective(world, parents=((top, None),))
    kr = key_result(world, below, down(200, 0))
    checkins.post(kr, value=D(100), by=world.member, at=world.at)
    assert (goal(kr).value, goal(kr).progress) == (D(100), 0.5)
    assert goal(below).progress == 0.5
    assert goal(top).progress == 0.5
    assert differences(world) == []


def test_progress_falls_as_well_as_rises_and_is_used_at_zero_when_negative(world: World) -> None:
    parent = objective(world)
    kr = key_result(world, parent, Metric(MetricKind.DECREASE, unit="hours", start=D(3), target=D(1)))
    checkins.post(kr, value=D("3.5"), by=world.member, at=world.at)
    assert goal(kr).progress == -0.25
    assert goal(parent).progress == 0
    checkins.post(kr, value=D(2), by=world.member, at=world.later(hours=1))
    assert (goal(kr).progress, goal(parent).progress) == (0.5, 0.5)


def test_units_are_never_pooled(world: World) -> None:
    parent = objective(world)
    revenue = key_result(world, parent, up(12_000_000, 24_000_000, "USD"), "Revenue")
    steps = key_result(world, parent, down(9, 6, "steps"), "Steps")
    checkins.post_many(
        (Entry(revenue, value=D(15_000_000)), Entry(steps, value=D("7.5"))), by=world.member, at=world.at
    )
    assert goal(parent).progress == pytest.approx((0.25 + 0.5) / 2, abs=1e-12)
    assert goal(parent).value is None
    assert differences(world) == []


def test_a_goal_without_anything_under_it_has_no_progress(world: World) -> None:
    empty = objective(world, "Nobody has begun")
    top = objective(world, "Above it")
    goals.create(
        GoalDraft(
            Kind.OBJECTIVE,
            "Empty",
            level=Level.TEAM,
            teams=(world.design,),
            period=world.q3,
            parents=((top, None),),
        ),
        by=world.sub_lead,
        at=world.at,
    )
    assert goal(empty).progress is None
    assert goal(top).progress is None
    kr = key_result(world, top, down(120, 30))
    checkins.post(kr, value=D(75), by=world.member, at=world.at)
    assert goal(top).progress == 0.5


def test_a_back_dated_check_in_does_not_replace_the_latest(world: World) -> None:
    kr = key_result(world, objective(world), down(120, 30))
    checkins.post(kr, value=D(75), confidence=7, by=world.member, at=world.at)
    earlier = checkins.post(
        kr, value=D(100), confidence=2, on=date(2026, 8, 3), by=world.member, at=world.later(hours=1)
    )
    now = goal(kr)
    assert (now.value, now.progress, now.confidence) == (D(75), 0.5, 7)
    assert (now.last_checkin_on, now.checkin_count) == (world.today, 2)
    row = Checkin.objects.get(pk=earlier)
    assert row.progress == pytest.approx(20 / 90)
    assert row.status == Status.AT_RISK
    assert differences(world) == []


def test_a_back_dated_word_without_a_value_shows_what_was_known_on_its_day(world: World) -> None:
    parent = objective(world)
    kr = key_result(world, parent, down(120, 30))
    checkins.post(kr, value=D(75), by=world.member, at=world.at - timedelta(days=10))
    checkins.post(parent, note="Today", by=world.member, at=world.at)
    checkins.post(kr, value=D(30), by=world.member, at=world.at)
    earlier = checkins.post(
        parent,
        note="Looking back",
        on=world.today - timedelta(days=5),
        by=world.member,
        at=world.later(hours=1),
    )
    row = Checkin.objects.get(pk=earlier)
    assert (row.progress, row.status) == (0.5, Status.ON_TRACK)
    assert goal(parent).progress == 1


def test_a_note_that_is_too_long_is_told_at_its_goal(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    with pytest.raises(Rejected) as rejected:
        checkins.post_many((Entry(kr, value=D(75), note="x" * 20_001),), by=world.member, at=world.at)
    assert at_fields(rejected) == {f"{kr}.note": "text.long"}


def test_a_correction_leaves_a_trace_and_moves_the_figures(world: World) -> None:
    parent = objective(world)
    kr = key_result(world, parent, down(120, 30))
    first = checkins.post(kr, value=D(30), by=world.member, at=world.at)
    second = checkins.correct(
        first, value=D(75), note="A slip of the finger", by=world.member, at=world.later(hours=1)
    )
    assert (goal(kr).progress, goal(parent).progress) == (0.5, 0.5)
    before = Checkin.objects.get(pk=first)
    assert (before.value, before.known_to, before.ended_by_id) == (
        D(30),
        world.later(hours=1),
        world.member.person_id,
    )
    after = Checkin.objects.get(pk=second)
    assert (after.corrects_id, after.on, after.known_to) == (first, world.today, None)
    known_before = Figure.objects.filter(goal_id=kr, known_from__lte=world.at).latest("known_from")
    assert known_before.progress == 1
    with pytest.raises(Conflict) as conflict:
        checkins.correct(first, value=D(80), by=world.member, at=world.later(hours=2))
    assert codes(conflict) == ["checkin.ended"]
    assert differences(world) == []


def test_withdrawing_makes_the_figures_fall_back(world: World) -> None:
    parent = objective(world)
    kr = key_result(world, parent, down(120, 30))
    first = checkins.post(kr, value=D(75), confidence=4, on=date(2026, 8, 10), by=world.member, at=world.at)
    second = checkins.post(kr, value=D(30), confidence=9, by=world.member, at=world.later(hours=1))
    checkins.withdraw(second, by=world.member, at=world.later(hours=2))
    now = goal(kr)
    assert (now.value, now.progress, now.confidence, now.checkin_count) == (D(75), 0.5, 4, 1)
    assert now.last_checkin_on == date(2026, 8, 10)
    assert goal(parent).progress == 0.5
    checkins.withdraw(first, by=world.member, at=world.later(hours=3))
    now = goal(kr)
    assert (now.value, now.progress, now.confidence, now.last_checkin_on) == (None, None, None, None)
    assert goal(parent).progress == 0
    assert Checkin.objects.filter(goal_id=kr).count() == 2
    assert differences(world) == []


def test_a_future_date_is_refused_by_the_persons_own_calendar(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    with pytest.raises(Rejected) as rejected:
        checkins.post(kr, value=D(75), on=world.today + timedelta(days=1), by=world.member, at=world.at)
    assert at_fields(rejected) == {"on": "checkin.future"}
    assert not Checkin.objects.exists()


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"confidence": 11}, "confidence", "checkin.confidence"),
        ({"confidence": -1}, "confidence", "checkin.confidence"),
        ({"status": Status.CLOSED}, "status", "checkin.status"),
        ({"value": D("NaN")}, "value", "checkin.value"),
        ({"value": D("1E+900")}, "value", "checkin.value"),
        ({"note": "   "}, "value", "checkin.empty"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(
    world: World, given: dict[str, Any], field: str, code: str
) -> None:
    kr = key_result(world, None, down(120, 30))
    with pytest.raises(Rejected) as rejected:
        checkins.post(kr, by=world.member, at=world.at, **given)
    assert at_fields(rejected) == {field: code}


def test_a_goal_fed_by_its_children_takes_words_but_no_value(world: World) -> None:
    parent = objective(world)
    kr = key_result(world, parent, down(120, 30))
    with pytest.raises(Rejected) as rejected:
        checkins.post(parent, value=D(50), by=world.member, at=world.at)
    assert codes(rejected) == ["checkin.rolled-up"]
    checkins.post(kr, value=D(75), by=world.member, at=world.at)
    checkins.post(parent, confidence=6, note="Moving", by=world.member, at=world.later(hours=1))
    now = goal(parent)
    assert (now.progress, now.confidence, now.checkin_count) == (0.5, 6, 1)
    assert differences(world) == []


def test_a_goal_kept_by_hand_takes_a_percentage(world: World) -> None:
    initiative = key_result(world, None, None, "Click study", kind=Kind.INITIATIVE)
    checkins.post(initiative, value=D(40), by=world.member, at=world.at)
    assert (goal(initiative).value, goal(initiative).progress) == (D(40), 0.4)
    with pytest.raises(Rejected) as rejected:
        checkins.post(initiative, value=D(101), by=world.member, at=world.at)
    assert codes(rejected) == ["checkin.percent"]


def test_an_initiative_with_tasks_goes_by_them(world: World) -> None:
    initiative = key_result(
        world, None, None, "Click study", kind=Kind.INITIATIVE, tasks=("Ask five customers",)
    )
    with pytest.raises(Rejected) as rejected:
        checkins.post(initiative, value=D(40), by=world.member, at=world.at)
    assert codes(rejected) == ["checkin.by-tasks"]
    checkins.post(initiative, note="First talk held", by=world.member, at=world.at)
    assert goal(initiative).progress == 0


def test_done_is_one_or_nothing(world: World) -> None:
    kr = key_result(world, None, Metric(MetricKind.DONE))
    with pytest.raises(Rejected) as rejected:
        checkins.post(kr, value=D("0.5"), by=world.member, at=world.at)
    assert codes(rejected) == ["checkin.done"]
    checkins.post(kr, value=D(1), by=world.member, at=world.at)
    assert goal(kr).progress == 1


def test_milestones_are_reached_in_a_check_in_and_keep_their_first_day(world: World) -> None:
    parent = objective(world)
    kr = key_result(
        world, parent, Metric(MetricKind.MILESTONES), milestones=(("Draft", D("0.25")), ("Signed", D("0.75")))
    )
    draft, signed = Milestone.objects.filter(goal_id=kr).order_by("position")
    with pytest.raises(Rejected) as rejected:
        checkins.post(kr, value=D(1), by=world.member, at=world.at)
    assert codes(rejected) == ["checkin.by-milestones"]
    with pytest.raises(NotFound):
        checkins.post(kr, reached=(uuid4(),), by=world.member, at=world.at)
    checkins.post(kr, reached=(draft.item,), on=date(2026, 8, 10), by=world.member, at=world.at)
    assert (goal(kr).progress, goal(parent).progress) == (0.25, 0.25)
    checkins.post(kr, reached=(draft.item, signed.item), by=world.member, at=world.later(hours=1))
    assert goal(kr).progress == 1
    days = (
        Milestone.objects.current()
        .filter(goal_id=kr)
        .order_by("position")
        .values_list("reached_on", flat=True)
    )
    assert list(days) == [date(2026, 8, 10), world.today]
    assert differences(world) == []


def test_a_status_by_hand_holds_until_the_next_check_in(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    checkins.post(kr, value=D(120), status=Status.ON_TRACK, by=world.member, at=world.at)
    assert goal(kr).status == Status.ON_TRACK
    checkins.post(kr, value=D(118), by=world.member, at=world.later(hours=1))
    assert goal(kr).status == Status.OFF_TRACK


def test_a_pinned_status_holds_through_check_ins_until_let_go(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    checkins.pin(kr, pinned=True, by=world.member, at=world.at)
    checkins.post(kr, value=D(120), status=Status.ON_TRACK, by=world.member, at=world.later(hours=1))
    checkins.post(kr, value=D(118), by=world.member, at=world.later(hours=2))
    assert goal(kr).status == Status.ON_TRACK
    checkins.pin(kr, pinned=False, by=world.member, at=world.later(hours=3))
    assert goal(kr).status == Status.OFF_TRACK


def test_a_goal_whose_status_is_by_hand_keeps_the_last_one_given(world: World) -> None:
    kr = key_result(world, None, down(120, 30), status_mode=StatusMode.MANUAL)
    checkins.post(kr, value=D(120), status=Status.AT_RISK, by=world.member, at=world.at)
    checkins.post(kr, value=D(118), by=world.member, at=world.later(hours=1))
    assert goal(kr).status == Status.AT_RISK


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("system", True),
        ("member", True),
        ("sub_lead", True),
        ("lead", True),
        ("mate", False),
        ("stranger", False),
        ("observer", False),
        ("admin", False),
        ("owner", False),
    ],
)
def test_who_may_check_in(world: World, who: str, may: bool) -> None:
    kr = key_result(world, None, down(120, 30))
    if may:
        checkins.post(kr, value=D(75), by=getattr(world, who), at=world.at)
        assert goal(kr).progress == 0.5
        return
    with pytest.raises(Forbidden):
        checkins.post(kr, value=D(75), by=getattr(world, who), at=world.at)
    assert not Checkin.objects.exists()


def test_outside_the_workspace_the_goal_does_not_exist(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    checkin = checkins.post(kr, value=D(75), by=world.member, at=world.at)
    with pytest.raises(NotFound):
        checkins.post(kr, value=D(30), by=world.outsider, at=world.at)
    with pytest.raises(NotFound):
        checkins.withdraw(checkin, by=world.outsider, at=world.at)
    with pytest.raises(Forbidden):
        checkins.correct(checkin, value=D(30), by=world.mate, at=world.at)


def test_the_one_asked_to_check_in_may(world: World) -> None:
    kr = key_result(world, None, down(120, 30), checkin_owner=world.stranger.person_id)
    checkins.post(kr, value=D(75), by=world.stranger, at=world.at)
    assert goal(kr).progress == 0.5


def test_the_same_key_is_one_check_in(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    first = checkins.post(kr, value=D(75), by=world.member, at=world.at, key="once")
    assert checkins.post(kr, value=D(75), by=world.member, at=world.later(minutes=2), key="once") == first
    assert Checkin.objects.count() == 1
    with pytest.raises(Rejected) as rejected:
        checkins.post(kr, value=D(60), by=world.member, at=world.later(minutes=3), key="once")
    assert codes(rejected) == ["once.other-input"]


def test_many_at_once_are_all_or_nothing(world: World) -> None:
    parent = objective(world)
    one = key_result(world, parent, down(120, 30), "One")
    two = key_result(world, parent, Metric(MetricKind.DONE), "Two")
    entries = (Entry(one, value=D(75)), Entry(two, value=D(7), confidence=12))
    with pytest.raises(Rejected) as rejected:
        checkins.post_many(entries, by=world.member, at=world.at)
    assert at_fields(rejected) == {f"{two}.value": "checkin.done", f"{two}.confidence": "checkin.confidence"}
    assert (Checkin.objects.count(), goal(one).progress) == (0, None)
    made = checkins.post_many((entries[0], Entry(two, value=D(1))), by=world.member, at=world.at)
    assert len(made) == 2
    assert goal(parent).progress == 0.75


def test_a_goal_that_is_not_theirs_stops_all_of_them(world: World) -> None:
    mine = key_result(world, None, down(120, 30))
    theirs = key_result(world, None, down(120, 30), checkin_owner=world.mate.person_id)
    with pytest.raises(Forbidden):
        checkins.post_many((Entry(mine, value=D(75)), Entry(theirs, value=D(75))), by=world.mate, at=world.at)


def test_a_goal_stands_once_in_a_check_in(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    with pytest.raises(Rejected) as rejected:
        checkins.post_many((Entry(kr, value=D(75)), Entry(kr, value=D(60))), by=world.member, at=world.at)
    assert at_fields(rejected) == {str(kr): "checkin.twice"}


def test_a_goal_that_is_not_open_takes_no_check_in(world: World) -> None:
    kr = key_result(world, None, down(120, 30))
    checkin = checkins.post(kr, value=D(75), by=world.member, at=world.at)
    Goal.objects.filter(pk=kr).update(state=State.CLOSED)
    for write in (
        lambda: checkins.post(kr, value=D(30), by=world.member, at=world.at),
        lambda: checkins.withdraw(checkin, by=world.member, at=world.at),
    ):
        with pytest.raises(Rejected) as rejected:
            write()
        assert codes(rejected) == ["checkin.not-open"]


def test_the_event_tells_what_moved(world: World) -> None:
    kr = key_result(world, None, down(120, 30, "requests"))
    checkins.post(kr, value=D(100), by=world.member, at=world.at)
    checkin = checkins.post(kr, value=D(75), by=world.member, at=world.later(hours=1))
    event = Event.objects.get(subject=checkin)
    assert (event.verb, event.by_id, event.goal_id) == ("checkin.posted", world.member.person_id, kr)
    assert (event.data["before"], event.data["value"], event.data["unit"]) == ("100", "75", "requests")


def test_every_status_a_stored_check_in_shows_is_the_goals_at_that_time(world: World) -> None:
    kr = key_result(world, None, up(0, 100), progress_mode=ProgressMode.METRIC)
    row = Checkin.objects.get(pk=checkins.post(kr, value=D(20), by=world.member, at=world.at))
    assert (row.progress, row.status) == (0.2, Status.OFF_TRACK)
    row = Checkin.objects.get(pk=checkins.post(kr, value=D(60), by=world.member, at=world.later(hours=1)))
    assert (row.progress, row.status) == (0.6, Status.ON_TRACK)


def test_the_queries_of_a_check_in_are_as_many_with_thirty_goals_beside_it(
    world: World, django_assert_num_queries: Any
) -> None:
    parent = objective(world)
    kr = key_result(world, parent, down(120, 30))
    key_result(world, parent, down(120, 30), "One beside it")
    checkins.post(kr, value=D(110), by=world.member, at=world.at)
    with CaptureQueriesContext(connection) as alone:
        checkins.post(kr, value=D(100), by=world.member, at=world.later(hours=1))
    for number in range(30):
        key_result(world, parent, down(120, 30), f"Sibling {number}")
    with django_assert_num_queries(len(alone)):
        checkins.post(kr, value=D(90), by=world.member, at=world.later(hours=2))


@pytest.mark.parametrize(
    ("days", "said", "count", "queries"),
    [
        (0, {"value": D(75)}, 2, 26),
        (0, {"value": D(75)}, 6, 30),
        (-20, {"note": "As it was then"}, 2, 25),
        (-20, {"note": "As it was then"}, 6, 29),
    ],
)
def test_a_goal_more_in_a_check_in_costs_its_event_and_nothing_else(
    world: World, django_assert_num_queries: Any, *, days: int, said: dict[str, Any], count: int, queries: int
) -> None:
    top = objective(world, "Grow with less noise")
    made = []
    for number in range(count):
        below = objective(world, f"Objective {number}", parents=((top, None),))
        made.append(key_result(world, below, down(120, 30), f"Number {number}"))
    checkins.post_many(tuple(Entry(one, value=D(100)) for one in made), by=world.member, at=world.at)
    on = world.today + timedelta(days=days)
    entries = tuple(Entry(one, on=on, **said) for one in made)
    with django_assert_num_queries(queries + (connection.vendor == "postgresql")):
        checkins.post_many(entries, by=world.member, at=world.later(hours=1))
    assert Checkin.objects.filter(on=on).count() == (2 * count if days == 0 else count)
    assert differences(world) == []
