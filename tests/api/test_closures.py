"""Goals that programs end, open again, carry on and copy."""

from __future__ import annotations

from uuid import UUID

from callers import Call, call
from okrs import named, okr
from world import World

__all__ = ["call", "okr"]
KEY_RESULT = "Support requests a month"


def test_a_goal_is_closed_with_a_last_word_and_its_grade(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead, language="da"), named(KEY_RESULT)
    body = {"value": "57", "grade": "0,9", "reason": "The last week was lost", "learned": "Ask early"}
    answer = caller.send("POST", f"/goals/{key}/closure", body)
    told = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/goals/{key}")
    assert (told["status"], told["value"]) == ("closed", 57)
    assert (told["grade"]["computed"], told["grade"]["given"]) == (0.7, 0.9)
    assert told["grade"]["reason"] == "The last week was lost"
    again = caller.send("POST", f"/goals/{key}/closure", {})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "goal.closed-already")


def test_a_goal_is_dropped_with_a_reason_and_opened_again(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead), named(KEY_RESULT)
    body = {"outcome": "dropped", "reason": "No longer asked for"}
    told = caller.send("POST", f"/goals/{key}/closure", body, Idempotency_Key="drop").json()
    assert (told["status"], told["grade"]) == ("dropped", None)
    again = caller.send("POST", f"/goals/{key}/closure", body, Idempotency_Key="drop")
    assert (again.status_code, again.json()) == (201, told)
    ended = caller.get(f"/goals/{key}/history").json()["items"][-1]
    assert (ended["field"], ended["to"]) == ("state", "dropped")
    assert ended["ending"]["reason"] == "No longer asked for"
    assert caller.send("DELETE", f"/goals/{key}/closure").status_code == 204
    assert caller.get(f"/goals/{key}").json()["status"] not in {"dropped", "closed"}
    assert caller.send("DELETE", f"/goals/{key}/closure").status_code == 409


def test_what_cannot_end_so_is_told_at_its_field(call: Call, world: World, okr: UUID) -> None:
    caller, path = call(world.sub_lead), f"/goals/{named(KEY_RESULT)}/closure"
    for body, field in (
        ({"grade": 0.9}, "reason"),
        ({"grade": 2, "reason": "x"}, "grade"),
        ({"outcome": "dropped", "grade": 0.5}, "grade"),
        ({"outcome": "postponed"}, "outcome"),
        ({"value": "much"}, "value"),
    ):
        answer = caller.send("POST", path, body)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, field), body


def test_a_postponed_goal_goes_on_in_another_period(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead), named(KEY_RESULT)
    body = {"period": str(world.q4), "reason": "Two people left"}
    answer = caller.send("POST", f"/goals/{key}/postponement", body)
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/goals/{made['id']}")
    assert (made["period"]["id"], made["metric"]["start"], made["status"]) == (
        str(world.q4), 75, "not_started",
    )  # fmt: skip
    assert caller.get(f"/goals/{key}").json()["status"] == "postponed"
    again = caller.send("POST", f"/goals/{okr}/postponement", body | {"reason": " "})
    assert (again.status_code, again.json()["errors"][0]["path"]) == (422, "reason")


def test_a_copy_begins_anew_with_what_hangs_under_it(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.sub_lead)
    body = {"period": str(world.q4), "reason": "Once more", "reach": "children"}
    answer = caller.send("POST", f"/goals/{okr}/copy", body)
    made = answer.json()
    assert (answer.status_code, made["title"], made["children_count"]) == (201, "Launch version 2.0", 2)
    assert (made["period"]["id"], made["progress"]) == (str(world.q4), 0)
    alone = caller.send("POST", f"/goals/{okr}/copy", {"period": str(world.q4)}).json()
    assert alone["children_count"] == 0


def test_who_may_not_end_a_goal_does_not(call: Call, world: World, okr: UUID) -> None:
    moved = {"period": str(world.q4), "reason": "x"}
    for call_, status in (
        (call(world.stranger), 403),
        (call(world.sub_lead, writes=False), 403),
        (call(world.outsider), 404),
    ):
        assert call_.send("POST", f"/goals/{okr}/closure", {}).status_code == status
        assert call_.send("DELETE", f"/goals/{okr}/closure").status_code == status
        assert call_.send("POST", f"/goals/{okr}/postponement", moved).status_code == status
        assert call_.send("POST", f"/goals/{okr}/copy", moved).status_code == status
