"""Answers are kept while nothing was written, and never longer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callers import Call, call
from okrs import named, okr
from pejl.api.kept import Answer, Shelf
from pejl.domain.values import Visibility
from pejl.services import checkins, goals
from world import World

__all__ = ["call", "okr"]
WHO_IS_ASKING = 1  # query: the token; the teams of its person are remembered


def test_the_same_read_again_only_asks_who_is_asking(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.member)
    for address in ("/goals", f"/goals/{okr}", f"/goals/{okr}/tree", "/people", "/periods", "/teams"):
        first = caller.get(address)
        with CaptureQueriesContext(connection) as asked:
            again = caller.get(address)
        assert len(asked) == WHO_IS_ASKING, address
        assert (again.content, again.get("ETag")) == (first.content, first.get("ETag"))


def test_after_a_write_it_is_read_anew(call: Call, world: World, okr: UUID) -> None:
    caller, result = call(world.member), named("Support requests a month")
    assert caller.get(f"/goals/{result}").json()["value"] == 75
    checkins.post(result, value=Decimal(60), by=world.sub_lead, at=world.at)
    assert caller.get(f"/goals/{result}").json()["value"] == 60
    values = {one["title"]: one["value"] for one in caller.get("/goals").json()["items"]}
    assert values["Support requests a month"] == 60


def test_nobody_is_given_what_was_kept_for_another(call: Call, world: World, okr: UUID) -> None:
    goals.edit(okr, changes={"visibility": Visibility.CHOSEN}, by=world.sub_lead, at=world.at)
    assert call(world.sub_lead).get(f"/goals/{okr}").status_code == 200
    assert call(world.stranger).get(f"/goals/{okr}").status_code == 404
    assert str(okr) not in call(world.stranger).get("/goals").content.decode()


def test_another_day_is_another_answer(
    call: Call, world: World, okr: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = call(world.member)
    before = caller.get(f"/goals/{okr}").json()["expected"]
    later = world.at + timedelta(days=14)
    monkeypatch.setattr("pejl.web.middleware.timezone", SimpleNamespace(now=lambda: later))
    assert caller.get(f"/goals/{okr}").json()["expected"] > before


def test_who_has_it_already_and_who_has_not(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.member)
    tag = caller.get(f"/goals/{okr}")["ETag"]
    goals.edit(okr, changes={"description": "Sharper"}, by=world.sub_lead, at=world.at)
    sharper = caller.get(f"/goals/{okr}", If_None_Match=tag)
    assert (sharper.status_code, sharper.json()["description"]) == (200, "Sharper")
    for _ in range(2):
        assert caller.get(f"/goals/{okr}", If_None_Match=sharper["ETag"]).status_code == 304
    goals.edit(okr, changes={"description": "Sharpest"}, by=world.sub_lead, at=world.at)
    latest = call(world.member, writes=False).get(f"/goals/{okr}")["ETag"]
    goals.edit(okr, changes={"description": "Sharper"}, by=world.sub_lead, at=world.at)
    # Told by its tag alone first, then whole to a caller who has another.
    now = caller.get(f"/goals/{okr}")["ETag"]
    assert caller.get(f"/goals/{okr}", If_None_Match=now).content == b""
    assert caller.get(f"/goals/{okr}", If_None_Match=latest).json()["description"] == "Sharper"


def test_the_past_is_read_each_time(call: Call, world: World, okr: UUID) -> None:
    caller, address = call(world.member), f"/goals/{okr}?as_of=2026-08-01"
    caller.get(address)
    with CaptureQueriesContext(connection) as asked:
        caller.get(address)
    assert len(asked) > WHO_IS_ASKING


def test_a_shelf_that_is_full_lets_go_of_what_was_not_asked_for() -> None:
    shelf = Shelf(room=5_000)
    for number in range(5):
        shelf.put(number, Answer(b"x" * 500, ""))
    assert shelf.find(0) is not None
    shelf.put(5, Answer(b"x" * 500, ""))
    shelf.put(6, Answer(b"x" * 1_000, ""))
    assert [number for number in range(7) if shelf.find(number)] == [0, 2, 3, 4, 5]
    shelf.put(5, Answer(b"", ""))
    shelf.put(7, Answer(b"", ""))
    assert [number for number in range(8) if shelf.find(number)] == [0, 2, 3, 4, 5, 7]
