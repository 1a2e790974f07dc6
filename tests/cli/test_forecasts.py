"""`pejl forecast`, on the data folder and over the net."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from okrs import named, okr
from pejl.services import checkins
from terminals import Terminal, alone, far
from world import World

__all__ = ["alone", "far", "okr"]
Far = Callable[..., Terminal]
KR = "Support requests a month"
SUNE = ("--local", "--workspace", "fjordlight", "--as", "sune@fjordlight.example")


@pytest.fixture
def measured(world: World, okr: UUID) -> UUID:
    for days, value in ((-14, 66), (-9, 60), (-3, 52)):
        checkins.post(named(KR), value=Decimal(value), by=world.sub_lead, at=world.later(days=days))
    return okr


def test_a_key_result_is_told_in_its_unit_the_same_here_and_there(
    world: World, measured: UUID, far: Far
) -> None:
    terminal = far(world.sub_lead)
    there = terminal("forecast", "support")
    assert there.exit_code == 0, there.stderr
    title, sentence, rests = there.stdout.splitlines()
    assert title == KR
    assert sentence.startswith("If things go on as they have: about ")
    assert " for the target, landing between " in sentence
    assert rests == "From 5 observations (kernel mixture)."
    assert terminal("forecast", "support", *SUNE).stdout == there.stdout


def test_an_objective_is_told_in_per_cent(world: World, measured: UUID, far: Far) -> None:
    said = far(world.sub_lead).said("forecast", "launch")
    assert " for all of it, landing between " in said
    assert said.count("%") >= 3


def test_for_programs_it_is_the_answer_of_the_api(world: World, measured: UUID, far: Far) -> None:
    terminal = far(world.sub_lead)
    there = terminal("forecast", str(named(KR)), "--json")
    assert there.stdout == terminal("forecast", str(named(KR)), *SUNE, "--json").stdout
    assert set(terminal.json("forecast", str(named(KR)))["quantiles"]) == {
        "0.1",
        "0.25",
        "0.5",
        "0.75",
        "0.9",
    }


def test_too_few_check_ins_are_a_sentence_and_no_failure(world: World, okr: UUID, far: Far) -> None:
    told = far(world.sub_lead)("forecast", "support")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[1] == "There are too few check-ins for a forecast: three are needed."


def test_a_goal_that_is_not_there_is_one_line_and_exit_1(world: World, okr: UUID, far: Far) -> None:
    told = far(world.sub_lead)("forecast", "nothing of the kind")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.count("\n") == 1
