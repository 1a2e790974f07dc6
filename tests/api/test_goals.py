from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callers import Call, call
from okrs import named, okr
from pejl.services import goals, tokens
from pejl.services.tokens import NewToken
from world import World

__all__ = ["call", "okr"]


def test_a_goal_is_told_whole_with_its_figures_as_they_were_given(
    call: Call, world: World, okr: UUID
) -> None:
    goal = call(world.member).get(f"/goals/{named('Support requests a month')}").json()
    assert (goal["kind"], goal["value"], goal["progress"]) == ("key_result", 75, 0.5)
    assert goal["metric"]["start"] == 120
    assert goal["parents"] == [{"id": str(okr), "share": None, "effective_share": 1.0}]
    assert goal["last_checkin"] == "2026-07-28"


def test_who_has_a_goal_already_is_told_so_by_its_tag(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.member)
    answer = caller.get(f"/goals/{okr}")
    again = caller.get(f"/goals/{okr}", If_None_Match=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("order", ["-updated", "title", "progress", "end_date"])
def test_every_goal_comes_once_however_small_the_parts(
    call: Call, world: World, okr: UUID, order: str
) -> None:
    caller = call(world.member)
    whole = [one["id"] for one in caller.get(f"/goals?sort={order}").json()["items"]]
    found, cursor = [], ""
    while cursor is not None:
        part = caller.get(f"/goals?sort={order}&limit=1&cursor={cursor}").json()
        found += [one["id"] for one in part["items"]]
        cursor = part["next"]
    assert found == whole
    assert len(whole) == 3


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("kind=objective", ["Launch version 2.0"]),
        ("kind=key_result&q=support", ["Support requests a month"]),
        ("q=nothing+of+the+kind", []),
        ("stale=true", ["Support requests a month", "Launch version 2.0"]),
        ("updated_since=2026-08-01", []),
    ],
)
def test_lists_are_narrowed(call: Call, world: World, okr: UUID, asked: str, titles: list[str]) -> None:
    items = call(world.member).get(f"/goals?{asked}").json()["items"]
    assert [one["title"] for one in items] == titles


def test_a_list_takes_as_many_queries_for_thirty_goals_as_for_three(
    call: Call, world: World, okr: UUID
) -> None:
    caller = call(world.member)
    caller.get("/goals?limit=1")
    with CaptureQueriesContext(connection) as few:
        caller.get("/goals")
    for number in range(27):
        goals.create(
            goals.GoalDraft("objective", f"Objective {number}", level="organisation"),
            by=world.owner,
            at=world.at,
        )
    caller.get("/me")
    with CaptureQueriesContext(connection) as many:
        assert len(caller.get("/goals").json()["items"]) == 30
    assert len(many) == len(few)


def test_outsiders_strangers_and_nobody(call: Call, world: World, okr: UUID) -> None:
    assert call(world.outsider).get(f"/goals/{okr}").status_code == 404
    assert call(world.outsider).get("/goals").json() == {"items": [], "next": None}
    nobody = call(world.member)
    nobody._headers.pop("Authorization")
    answer = nobody.get("/goals")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="pejl"')
    assert answer["Content-Type"] == "application/problem+json"


def test_a_token_ends_by_its_day_by_revocation_and_with_its_person(call: Call, world: World) -> None:
    caller = call(world.member)
    assert caller.get("/me").json()["person"]["name"] == world.member.name
    key = UUID(caller.get("/me").json()["token"])
    tokens.revoke(key, by=world.member, at=world.at)
    assert caller.get("/me").status_code == 401
    old = tokens.create(NewToken("old", days=1), by=world.member, at=world.at - timedelta(days=1))
    caller._headers["Authorization"] = f"Bearer {old}"
    assert caller.get("/me").status_code == 401


def test_what_cannot_be_understood_is_a_problem_with_its_path(call: Call, world: World) -> None:
    answer = call(world.member, language="da").get("/goals?limit=0&kind=dream")
    assert answer.status_code == 422
    assert {one["path"] for one in answer.json()["errors"]} == {"limit", "kind"}
    assert call(world.member).get("/goals?cursor=zzz").status_code == 422
    assert call(world.member).get("/goals?as_of=yesterday").status_code == 422


def test_the_past_is_what_was_known_then(call: Call, world: World, okr: UUID) -> None:
    key = named("Support requests a month")
    goals.edit(key, changes={"title": "Support requests a week"}, by=world.sub_lead, at=world.later(hours=-1))
    caller = call(world.member)
    assert caller.get(f"/goals/{key}").json()["title"] == "Support requests a week"
    assert caller.get(f"/goals/{key}?as_of=2026-08-10").json()["title"] == "Support requests a month"
    assert caller.get("/goals?as_of=2026-01-10").json()["items"] == []
