"""What came from elsewhere goes out and comes in again byte for byte, the rows kept beside it included."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import pytest
from bench import fuzzing_bases, fuzzing_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import vivafiles as viva
from pejl.models import Goal, Record
from pejl.queries import people
from pejl.queries.scope import Member
from pejl.services import doctors, dumps, transfers, transfers_files, workspaces
from pejl.services.errors import Rejected
from services.test_dumps import exported, fresh, members, taken_in, undone
from world import World


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept in a folder of the test's own."""
    monkeypatch.setattr(transfers_files, "path", lambda load: tmp_path / str(load))


def brought(file: bytes, world: World) -> Member:
    by = people.system(workspaces.create("moved", name="Moved", at=world.at))
    load = transfers.preview(io.BytesIO(file), name="export.zip", by=by, at=world.at)
    transfers.apply(load, by=by, at=world.at)
    return by


def test_an_organisation_from_viva_goes_out_and_in_and_out_the_same(world: World) -> None:
    by = brought(viva.packed(viva.whole()).getvalue(), world)
    before = exported(by, world.later(hours=1))
    counts = taken_in(before, fresh("copy"), world.later(hours=2))
    assert members(exported(people.system("copy"), world.later(hours=3))) == members(before)
    assert counts.rows["goal"] == Goal.objects.filter(workspace__slug="copy").count() == 4
    assert counts.rows["record"] == Record.objects.filter(workspace__slug="copy").count() > 4
    assert doctors.examine("copy", at=world.later(hours=3)).faults == ()


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chance=st.integers(0, 2**32).map(Random), often=st.sampled_from((0.0, 0.01, 0.05)))
def test_whatever_an_export_says_it_goes_out_and_in_and_out_the_same(
    world: World, chance: Random, often: float
) -> None:
    arrays = {
        name: [fuzzing_files.bent(row, chance, often=often, wrong=0) for row in rows]
        for name, rows in fuzzing_bases.organisation(chance).items()
    }
    file = viva.packed({name: fuzzing_files.jsoned(rows) for name, rows in arrays.items()}).getvalue()
    with undone():
        try:
            by = brought(file, world)
        except Rejected:
            return  # refused as a whole, such as for a text that is longer than any
        before = exported(by, world.later(hours=1))
        dumps.read(io.BytesIO(before), by=fresh("copy"), at=world.later(hours=2))
        assert members(exported(people.system("copy"), world.later(hours=3))) == members(before)
