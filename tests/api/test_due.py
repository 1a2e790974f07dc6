"""`GET /me/due`: what the token's person is asked for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from callers import Call, call
from okrs import named, okr
from pejl.services import checkins
from world import World

__all__ = ["call", "okr"]
SUPPORT = "Support requests a month"


def test_one_is_asked_for_one_s_own_goals_with_the_goal_whole(world: World, okr: UUID, call: Call) -> None:
    caller = call(world.sub_lead)
    answer = caller.get("/me/due")
    assert answer.status_code == 200
    (found,) = [one for one in answer.json()["items"] if one["due"]]
    assert found["goal"] == caller.get(f"/goals/{named(SUPPORT)}").json()
    assert datetime.fromisoformat(found["due_at"]) <= world.at
    assert call(world.stranger).get("/me/due").json() == {"items": [], "next": None}


def test_what_was_said_is_not_due_any_more_and_is_told_last(world: World, okr: UUID, call: Call) -> None:
    checkins.post(named(SUPPORT), value=Decimal(60), by=world.sub_lead, at=world.at)
    items = call(world.sub_lead).get("/me/due").json()["items"]
    assert [one["due"] for one in items if one["goal"]["title"] == SUPPORT] == [False]
    assert items == sorted(items, key=lambda one: not one["due"])


def test_without_a_token_nothing_is_told(world: World, call: Call) -> None:
    caller = call(world.member)
    assert caller.get("/me/due", Authorization="Bearer pejl_no").status_code == 401
