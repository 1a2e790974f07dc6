"""Trees, histories and what moved, as programs read them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from callers import Call, call
from okrs import key_result, named, okr
from pejl.domain.values import Kind, Level
from pejl.services import alignment, checkins, goals
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["call", "okr"]
KEY_RESULT = "Support requests a month"


def under(world: World, title: str, *parents: UUID) -> UUID:
    draft = GoalDraft(
        Kind.OBJECTIVE, title, level=Level.TEAM, teams=(world.design,),
        parents=tuple((one, None) for one in parents),
    )  # fmt: skip
    made: UUID = goals.create(draft, by=world.sub_lead, at=world.later(days=-10))
    return made


def test_a_tree_is_nested_whole_goals_as_deep_as_asked(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.member)
    low = under(world, "Lower", okr)
    under(world, "Lowest", low)
    top = caller.get(f"/goals/{okr}/tree").json()
    assert [one["title"] for one in top["children"]] == [KEY_RESULT, "Click study", "Lower"]
    assert [one["title"] for one in top["children"][2]["children"]] == ["Lowest"]
    whole = caller.get(f"/goals/{low}").json()
    assert {name: top["children"][2][name] for name in whole} == whole
    shallow = caller.get(f"/goals/{okr}/tree?depth=1").json()
    assert [one["children"] for one in shallow["children"]] == [[], [], []]
    assert caller.get(f"/goals/{okr}/tree?depth=0").json()["children"] == []
    assert [one["title"] for one in caller.get(f"/goals/{okr}/tree?as_of=2026-07-30").json()["children"]] == [
        KEY_RESULT, "Click study",
    ]  # fmt: skip


def test_a_goal_under_several_has_its_own_branch_where_it_is_nearest(
    call: Call, world: World, okr: UUID
) -> None:
    middle = under(world, "Middle", okr)
    shared = under(world, "Shared", middle, okr)
    under(world, "Leaf", shared)
    top = call(world.member).get(f"/goals/{okr}/tree").json()
    branches = {one["title"]: one for one in top["children"]}
    assert [one["title"] for one in branches["Shared"]["children"]] == ["Leaf"]
    assert "again" not in branches["Shared"]
    (below,) = branches["Middle"]["children"]
    assert (below["title"], below["again"], below["children"]) == ("Shared", True, [])


def test_a_tree_takes_as_many_queries_for_thirty_goals_as_for_three(
    call: Call, world: World, okr: UUID
) -> None:
    caller = call(world.member)
    caller.get(f"/goals/{okr}")
    with CaptureQueriesContext(connection) as few:
        caller.get(f"/goals/{okr}/tree")
    above = okr
    for number in range(27):
        above = under(world, f"Level {number}", above)
    caller.get("/me")
    with CaptureQueriesContext(connection) as many:
        caller.get(f"/goals/{okr}/tree")
    assert len(many) == len(few)


def test_a_hidden_goal_leaves_no_trace_in_a_tree(call: Call, world: World, okr: UUID) -> None:
    secret = under(world, "Secret", okr)
    under(world, "Below", secret)
    goals.edit(secret, changes={"visibility": "chosen"}, by=world.sub_lead, at=world.at)
    told = call(world.stranger).get(f"/goals/{okr}/tree")
    assert b"Secret" not in told.content
    assert len(told.json()["children"]) == 2


def test_a_history_tells_each_change_with_what_was_before(call: Call, world: World, okr: UUID) -> None:
    key, caller = named(KEY_RESULT), call(world.sub_lead, language="da")
    caller.send("PATCH", f"/goals/{key}", {"title": "Requests a month", "period": str(world.q4)})
    metric = {"kind": "decrease", "start": 120, "target": 40, "unit": "requests"}
    caller.send("PATCH", f"/goals/{key}", {"metric": metric})
    (first,) = caller.get(f"/goals/{key}/checkins").json()["items"]
    caller.send("PATCH", f"/checkins/{first['id']}", {"value": 70.5})
    items = caller.get(f"/goals/{key}/history").json()["items"]
    assert items[0]["field"] == "created"
    assert [one["at"] for one in items] == sorted(one["at"] for one in items)
    moved = {one["field"]: (one["from"], one["to"], one["by"]) for one in items}
    assert moved["title"] == (KEY_RESULT, "Requests a month", "Sune Bach")
    assert moved["period"] == ("3. kvt. 2026", "4. kvt. 2026", "Sune Bach")
    assert moved["metric.target"] == (30, 40, "Sune Bach")
    before, after, _ = moved["checkin"]
    assert (before["value"], after["value"]) == (75, 70.5)


def test_a_history_comes_whole_in_small_parts_and_as_it_was_known(
    call: Call, world: World, okr: UUID
) -> None:
    key, caller = named(KEY_RESULT), call(world.sub_lead)
    caller.send("PATCH", f"/goals/{key}", {"title": "Requests", "tags": ["support"]})
    whole = caller.get(f"/goals/{key}/history").json()["items"]
    found, cursor = [], ""
    while cursor is not None:
        part = caller.get(f"/goals/{key}/history?limit=1&cursor={cursor}").json()
        found += part["items"]
        cursor = part["next"]
    assert found == whole
    then = caller.get(f"/goals/{key}/history?as_of=2026-08-10").json()["items"]
    assert [one["field"] for one in then] == ["created", "checkin"]
    assert caller.get(f"/goals/{key}/history?cursor=IngI").status_code == 422


def test_what_moved_between_two_moments_is_told_with_targets_apart(
    call: Call, world: World, okr: UUID
) -> None:
    key, at = named(KEY_RESULT), world.later(days=-2)
    draft = key_result("New one", teams=(world.design,))
    new = goals.create(draft, by=world.sub_lead, at=at)
    gone = under(world, "Gone", okr)
    goals.remove(gone, by=world.sub_lead, at=at)
    metric = goals.GoalDraft("key_result", "x", metric=key_result().metric).metric
    assert metric is not None
    goals.edit(
        key,
        changes={"metric": type(metric)(metric.kind, start=metric.start, target=Decimal("40.5"))},
        by=world.sub_lead,
        at=at,
    )
    checkins.post(key, value=Decimal(60), by=world.sub_lead, at=at)
    alignment.align(new, parent=okr, by=world.sub_lead, at=world.later(days=-1))
    caller = call(world.member)
    told = caller.get("/changes?from=2026-08-08&to=2026-08-17").json()
    assert [one["goal"]["title"] for one in told["added"]] == ["New one"]
    assert [one["goal"]["title"] for one in told["removed"]] == ["Gone"]
    (target,) = told["moved_targets"]
    assert (target["goal"]["id"], target["field"]) == (str(key), "metric.target")
    assert (target["from"], target["to"], target["by"]) == (30, 40.5, "Sune Bach")
    assert target in told["changed"]
    moved = {(one["goal"]["title"], one["field"]): one for one in told["changed"]}
    assert (moved[KEY_RESULT, "value"]["from"], moved[KEY_RESULT, "value"]["to"]) == (75, 60)
    assert moved["New one", "parent"]["to"] == "Launch version 2.0"
    assert caller.get("/changes?from=2026-08-15&to=2026-08-16").json()["moved_targets"] == []
    assert caller.get("/changes?from=2026-08-08&as_of=2026-08-14").json()["changed"] == []


def test_what_cannot_be_asked_is_told(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.member)
    assert caller.get("/changes").json()["errors"][0]["path"] == "from"
    assert caller.get("/changes?from=yesterday").status_code == 422
    assert caller.get(f"/goals/{okr}/tree?depth=-1").json()["errors"][0]["path"] == "depth"
    outside = call(world.outsider)
    assert outside.get(f"/goals/{okr}/tree").status_code == 404
    assert outside.get(f"/goals/{okr}/history").status_code == 404
    told = outside.get("/changes?from=2026-01-01").json()
    assert (told["added"], told["changed"]) == ([], [])
