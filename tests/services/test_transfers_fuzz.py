"""Odd files all the way into a workspace: all of it lands and is sound, or nothing changes."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from bench import fuzzing_files, fuzzing_landing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import vivafiles as viva
from pejl.services import transfers_files
from world import World

SOME = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CHANCES = st.integers(0, 2**32).map(Random)


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept in a folder of the test's own."""
    monkeypatch.setattr(transfers_files, "path", lambda load: tmp_path / str(load))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", fuzzing_files.KINDS)
def test_an_odd_file_lands_whole_or_not_at_all_and_twice_is_once(kind: str) -> None:
    @SOME
    @given(chance=CHANCES)
    def lands(chance: Random) -> None:
        data, name = fuzzing_files.KINDS[kind](chance)
        said = fuzzing_landing.applied(data, name, chance)
        assert said == "applied" or said.startswith("file.")

    lands()


@pytest.mark.django_db
def test_an_odd_portable_export_lands_whole_or_not_at_all() -> None:
    whole = fuzzing_landing.exported()

    @settings(SOME, max_examples=20)
    @given(chance=CHANCES)
    def lands(chance: Random) -> None:
        said = fuzzing_landing.taken(fuzzing_landing.otherwise(whole, chance), "a.zip", chance)
        assert said == "taken" or said.startswith("file.")

    lands()


def test_names_that_are_longer_than_they_are_kept_are_found_again(world: World) -> None:
    """Cut to their first part they are the same period, the same team and the same person."""
    arrays = viva.whole()
    arrays["TimePeriods"] = [viva.period(51, "p" * 120, "2025-02-01", "2025-03-31"),
                             viva.period(52, "p" * 130, "2025-02-01", "2025-03-31")]  # fmt: skip
    arrays["objectives"] = [
        viva.goal(100, Owner=["o" * 300], Teams=["t" * 300], Time_Period="p" * 140),
        viva.goal(101, Owner=["o" * 301], Teams=["t" * 301], Time_Period={"ID": 52}),
    ]
    said = fuzzing_landing.applied(viva.packed(arrays).getvalue(), "export.zip", Random(0))
    assert said == "applied"


def test_progress_past_all_measure_is_compared_and_not_a_crash(world: World) -> None:
    outcome = viva.metric(0.0, 1e-20)
    arrays = viva.whole() | {"objectives": [viva.goal(101, Type="Kpi", Outcome=outcome, Progress=1e12)]}
    said = fuzzing_landing.applied(viva.packed(arrays).getvalue(), "export.zip", Random(0))
    assert said == "applied"
