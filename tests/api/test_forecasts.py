"""Where a goal lands, as programs read it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from callers import Call, call
from okrs import named, okr
from pejl.domain.values import Kind, Level, State, Visibility
from pejl.models import Goal
from pejl.services import checkins, closing, forecasts, goals
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["call", "okr"]
KR = "Support requests a month"


@pytest.fixture
def measured(world: World, okr: UUID) -> UUID:
    """75, then 66, 60, 52 of 120 → 30."""
    for days, value in ((-14, 66), (-9, 60), (-3, 52)):
        checkins.post(named(KR), value=Decimal(value), by=world.sub_lead, at=world.later(days=days))
    return named(KR)


def test_a_key_result_lands_in_its_own_unit(call: Call, world: World, measured: UUID) -> None:
    found = call(world.member).get(f"/goals/{measured}/forecast").json()
    assert set(found) == {"probability", "near", "quantiles", "unit", "observations", "method"}
    assert 0 < found["probability"] < found["near"] < 1
    assert list(found["quantiles"]) == ["0.1", "0.25", "0.5", "0.75", "0.9"]
    values = list(found["quantiles"].values())
    assert values == sorted(values)
    assert values[0] >= 0
    assert (found["unit"], found["observations"], found["method"]) == ("", 5, "kernel mixture")


def test_an_objective_lands_in_fractions_of_the_way(
    call: Call, world: World, okr: UUID, measured: UUID
) -> None:
    found = call(world.member).get(f"/goals/{okr}/forecast").json()
    assert (found["unit"], found["method"], found["observations"]) == ("fraction", "simulation", 1)
    assert all(0 <= one <= 1 for one in found["quantiles"].values())


def test_what_cannot_be_said_is_refused_by_name(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.member)
    assert caller.get(f"/goals/{named(KR)}/forecast").json() == {"refused": "too few check-ins"}
    assert caller.get(f"/goals/{okr}/forecast").json() == {"refused": "too few key results with a forecast"}
    assert caller.get(f"/goals/{named('Click study')}/forecast").json() == {"refused": "initiative"}
    loose = goals.create(
        GoalDraft(Kind.OBJECTIVE, "Some day", level=Level.TEAM, teams=(world.design,)),
        by=world.sub_lead,
        at=world.at,
    )
    assert caller.get(f"/goals/{loose}/forecast").json() == {"refused": "no dates"}
    closing.close(named(KR), outcome=State.CLOSED, by=world.sub_lead, at=world.at)
    assert caller.get(f"/goals/{named(KR)}/forecast").json() == {"refused": "not open"}


def test_as_of_a_day_it_is_what_was_known_then(call: Call, world: World, measured: UUID) -> None:
    caller = call(world.member)
    assert caller.get(f"/goals/{measured}/forecast?as_of=2026-08-10").json()["observations"] == 4
    assert caller.get(f"/goals/{measured}/forecast?as_of=2026-08-01").json() == {
        "refused": "too few check-ins"
    }
    assert caller.get(f"/goals/{measured}/forecast?as_of=soon").status_code == 422


def test_a_check_in_moves_it_at_once(call: Call, world: World, measured: UUID) -> None:
    caller = call(world.member)
    before = caller.get(f"/goals/{measured}/forecast").json()
    checkins.post(measured, value=Decimal(110), by=world.sub_lead, at=world.at)
    assert caller.get(f"/goals/{measured}/forecast").json()["probability"] < before["probability"]


def test_outsiders_and_those_it_is_closed_to_find_nothing(call: Call, world: World, measured: UUID) -> None:
    assert call(world.outsider).get(f"/goals/{measured}/forecast").status_code == 404
    Goal.objects.filter(pk=measured).update(visibility=Visibility.CHOSEN)
    assert call(world.stranger).get(f"/goals/{measured}/forecast").status_code == 404


def test_from_the_record_it_says_of_which_week(
    call: Call, world: World, okr: UUID, measured: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecasts.record(by=world.system, at=world.at)
    monkeypatch.setattr("pejl.queries.forecasts.MOST", 1)
    assert call(world.member).get(f"/goals/{okr}/forecast").json()["said_on"] == "2026-08-17"
