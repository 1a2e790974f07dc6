from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from pejl.domain.values import Kind, Level, Metric, MetricKind, Status
from pejl.models import Goal, Guardrail, Kpi, Reading
from pejl.queries import guards
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import checkins, goals, kpis
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World

D = Decimal


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [reason.code for reason in rejected.value.reasons]


def id_of(member: Member) -> UUID:
    assert member.person_id is not None
    return member.person_id


def uptime(world: World, **more: Any) -> UUID:
    given: dict[str, Any] = {"unit": "%", "lower": D("99.5"), "team": world.design, **more}
    return kpis.create("Uptime", by=world.sub_lead, at=world.at, **given)


def green(world: World) -> UUID:
    """A key result of Alma's that is on track."""
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "Fewer requests",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        owners=(id_of(world.member),),
        metric=Metric(MetricKind.DECREASE, start=D(120), target=D(30)),
    )
    goal = goals.create(draft, by=world.sub_lead, at=world.at)
    checkins.post(goal, value=D(40), by=world.member, at=world.at)
    assert Goal.objects.get(pk=goal).status == Status.ON_TRACK
    return goal


def status(goal: UUID) -> str:
    return Goal.objects.get(pk=goal).status


def broken(world: World, goal: UUID) -> list[str]:
    """The guard-rails that a stranger is told of as the reason."""
    return [guard.name for guard in guards.of(world.stranger, goal) if guard.outside]


def test_outside_its_range_the_goal_is_not_green_and_says_why_and_inside_again_it_is(world: World) -> None:
    item, goal = uptime(world), green(world)
    kpis.link(item, goal=goal, by=world.member, at=world.at)
    kpis.read(item, value=D("99.5"), by=world.sub_lead, at=world.later(hours=1))
    assert status(goal) == Status.ON_TRACK
    kpis.read(item, value=D("99.4"), by=world.sub_lead, at=world.later(days=1))
    assert status(goal) == Status.AT_RISK
    assert broken(world, goal) == ["Uptime"]
    kpis.read(item, value=D("99.9"), by=world.sub_lead, at=world.later(days=2))
    assert status(goal) == Status.ON_TRACK
    assert broken(world, goal) == []


def test_a_back_dated_reading_does_not_speak_for_today(world: World) -> None:
    item, goal = uptime(world), green(world)
    kpis.link(item, goal=goal, by=world.member, at=world.at)
    kpis.read(item, value=D("99.9"), by=world.sub_lead, at=world.at)
    kpis.read(item, value=D(90), on=date(2026, 8, 1), by=world.sub_lead, at=world.later(hours=1))
    assert status(goal) == Status.ON_TRACK


def test_another_reading_of_the_same_day_replaces_it_with_a_trace(world: World) -> None:
    item = uptime(world)
    kpis.read(item, value=D(90), by=world.sub_lead, at=world.at)
    kpis.read(item, value=D("99.9"), by=world.sub_lead, at=world.later(hours=1))
    spans = Reading.objects.filter(kpi=item).order_by("known_from").values_list("value", "known_to")
    assert list(spans) == [(D(90), world.later(hours=1)), (D("99.9"), None)]


def test_a_new_range_counts_at_once(world: World) -> None:
    item, goal = uptime(world), green(world)
    kpis.link(item, goal=goal, by=world.member, at=world.at)
    kpis.read(item, value=D(99), by=world.sub_lead, at=world.at)
    assert status(goal) == Status.AT_RISK
    kpis.edit(
        item,
        name="Uptime",
        unit="%",
        lower=D(98),
        team=world.design,
        by=world.sub_lead,
        at=world.later(hours=1),
    )
    assert status(goal) == Status.ON_TRACK
    assert list(Kpi.objects.filter(item=item).order_by("known_from").values_list("lower", flat=True)) == [
        D("99.5"),
        D(98),
    ]


def test_unlinked_or_removed_it_guards_nothing(world: World) -> None:
    item, goal = uptime(world), green(world)
    kpis.read(item, value=D(90), by=world.sub_lead, at=world.at)
    kpis.link(item, goal=goal, by=world.member, at=world.at)
    assert status(goal) == Status.AT_RISK
    kpis.unlink(item, goal=goal, by=world.member, at=world.later(hours=1))
    assert status(goal) == Status.ON_TRACK
    kpis.link(item, goal=goal, by=world.member, at=world.later(hours=2))
    kpis.remove(item, by=world.sub_lead, at=world.later(hours=3))
    assert status(goal) == Status.ON_TRACK
    assert not Guardrail.objects.current().exists()
    with pytest.raises(NotFound):
        kpis.read(item, value=D(1), by=world.sub_lead, at=world.later(hours=4))


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("owner", True),
        ("admin", True),
        ("lead", True),
        ("sub_lead", True),
        ("member", False),
        ("stranger", False),
        ("observer", False),
    ],
)
def test_who_makes_a_teams_kpi(world: World, who: str, may: bool) -> None:
    if may:
        kpis.create("Uptime", team=world.design, by=getattr(world, who), at=world.at)
        assert Kpi.objects.count() == 1
        return
    with pytest.raises(Forbidden):
        kpis.create("Uptime", team=world.design, by=getattr(world, who), at=world.at)


def test_everybody_but_observers_makes_their_own(world: World) -> None:
    item = kpis.create("Calls", owner=id_of(world.stranger), by=world.stranger, at=world.at)
    kpis.read(item, value=D(3), by=world.stranger, at=world.at)
    with pytest.raises(Forbidden):
        kpis.read(item, value=D(3), by=world.mate, at=world.at)
    with pytest.raises(Forbidden):
        kpis.create("Views", owner=id_of(world.observer), by=world.observer, at=world.at)


def test_a_member_of_the_team_reads_it_but_does_not_change_it(world: World) -> None:
    item = uptime(world)
    kpis.read(item, value=D(3), by=world.mate, at=world.at)
    with pytest.raises(Forbidden):
        kpis.edit(item, name="Mine", by=world.mate, at=world.at)
    with pytest.raises(Forbidden):
        kpis.read(item, value=D(3), by=world.stranger, at=world.at)


def test_nobody_gives_a_kpi_to_a_team_they_do_not_lead(world: World) -> None:
    item = uptime(world)
    with pytest.raises(Forbidden):
        kpis.edit(item, name="Uptime", unit="%", team=world.sales, by=world.sub_lead, at=world.at)


def test_only_who_edits_the_goal_lets_it_be_guarded(world: World) -> None:
    item, goal = uptime(world), green(world)
    with pytest.raises(Forbidden):
        kpis.link(item, goal=goal, by=world.stranger, at=world.at)
    with pytest.raises(NotFound):
        kpis.link(item, goal=goal, by=world.outsider, at=world.at)


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"lower": D(3), "upper": D(2)}, "upper", "kpi.range"),
        ({"lower": D("Infinity")}, "lower", "checkin.value"),
        ({"unit": "x" * 41}, "unit", "text.long"),
    ],
)
def test_a_kpi_is_written_so_that_it_can_be_kept(
    world: World, given: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        kpis.create("Speed", by=world.admin, at=world.at, **given)
    assert [(reason.field, reason.code) for reason in rejected.value.reasons] == [(field, code)]


def test_a_name_is_used_once_and_the_unit_stays_under_readings(world: World) -> None:
    item = uptime(world)
    with pytest.raises(Rejected) as rejected:
        kpis.create("uptime", by=world.admin, at=world.at)
    assert codes(rejected) == ["kpi.name-taken"]
    kpis.read(item, value=D("99.9"), by=world.sub_lead, at=world.at)
    with pytest.raises(Rejected) as rejected:
        kpis.edit(item, name="Uptime", unit="hours", team=world.design, by=world.sub_lead, at=world.at)
    assert codes(rejected) == ["kpi.unit-fixed"]


def test_a_reading_is_of_today_or_earlier(world: World) -> None:
    with pytest.raises(Rejected) as rejected:
        kpis.read(
            uptime(world), value=D(1), on=world.today + timedelta(days=1), by=world.sub_lead, at=world.at
        )
    assert codes(rejected) == ["reading.future"]


def test_the_same_key_is_one_reading(world: World) -> None:
    item = uptime(world)
    first = kpis.read(item, value=D(90), by=world.sub_lead, at=world.at, key="k")
    assert kpis.read(item, value=D(90), by=world.sub_lead, at=world.later(minutes=1), key="k") == first
    assert Reading.objects.count() == 1
