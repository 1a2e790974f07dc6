"""Check-ins, tasks and talk by programs."""

from __future__ import annotations

from uuid import UUID

import pytest

from callers import Call, call
from okrs import named, okr
from pejl.models import Checkin
from world import World

__all__ = ["call", "okr"]
KEY_RESULT = "Support requests a month"


def test_a_checkin_is_told_with_the_goal_it_moved(call: Call, world: World, okr: UUID) -> None:
    key = named(KEY_RESULT)
    body = {"value": 52.5, "confidence": 7, "status": "at_risk", "note": "Nearly", "on": "2026-08-15"}
    answer = call(world.sub_lead).send("POST", f"/goals/{key}/checkins", body)
    told = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/checkins/{told['checkin']['id']}"
    assert told["checkin"] | body == told["checkin"]
    assert (told["checkin"]["goal"], told["checkin"]["by"]) == (str(key), "Sune Bach")
    assert (told["goal"]["value"], told["goal"]["progress"]) == (52.5, 0.75)
    assert call(world.member).get(answer["Location"].removeprefix("/api/v1")).json() == told["checkin"]


def test_a_value_is_read_in_the_language_of_the_caller(call: Call, world: World, okr: UUID) -> None:
    path = f"/goals/{named(KEY_RESULT)}/checkins"
    for language, given, value in (
        ("da", "52,5", 52.5),
        ("en", "52.5", 52.5),
        ("da", 52, 52),
        ("en", "seven", 7),
    ):
        answer = call(world.sub_lead, language=language).send("POST", path, {"value": given})
        assert answer.json()["checkin"]["value"] == value


def test_a_value_with_two_readings_is_refused_with_both(call: Call, world: World, okr: UUID) -> None:
    path = f"/goals/{named(KEY_RESULT)}/checkins"
    (error,) = call(world.sub_lead, language="fr").send("POST", path, {"value": "1.050"}).json()["errors"]
    assert (error["path"], error["code"], error["readings"]) == ("value", "ambiguous", [1050, 1.05])
    assert "1,050" in error["message"]


def test_a_goal_kept_by_hand_takes_a_percentage_and_a_duration_its_clock(call: Call, world: World) -> None:
    caller = call(world.sub_lead, language="da")
    team = {"teams": [str(world.design)]}
    hand = caller.send("POST", "/goals", {"kind": "key_result", "title": "By hand", **team}).json()["id"]
    for given in (40, "40 %", "40"):
        told = caller.send("POST", f"/goals/{hand}/checkins", {"value": given}).json()
        assert (told["checkin"]["value"], told["goal"]["progress"]) == (40, 0.4)
    assert caller.send("POST", f"/goals/{hand}/checkins", {"value": 140}).status_code == 422
    metric = {"kind": "increase", "unit": "m:ss", "start": "2:37", "target": "3:45"}
    body = {"kind": "key_result", "title": "Time on site", **team, "metric": metric}
    clock = caller.send("POST", "/goals", body).json()["id"]
    told = caller.send("POST", f"/goals/{clock}/checkins", {"value": "3:11"}).json()
    assert (told["checkin"]["value"], told["goal"]["progress"]) == (191, 0.5)


def test_what_cannot_be_checked_in_is_told_at_its_field(call: Call, world: World, okr: UUID) -> None:
    caller, path = call(world.sub_lead), f"/goals/{named(KEY_RESULT)}/checkins"
    for body, field in (
        ({}, "value"),
        ({"value": "fast"}, "value"),
        ({"confidence": 11}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"status": "closed"}, "status"),
        ({"value": 1, "on": "2027-01-01"}, "on"),
        ({"value": 1, "mood": "good"}, "mood"),
    ):
        answer = caller.send("POST", path, body)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, field), body


def test_the_same_key_checks_in_once(call: Call, world: World, okr: UUID) -> None:
    caller, path = call(world.sub_lead), f"/goals/{named(KEY_RESULT)}/checkins"
    first = caller.send("POST", path, {"value": 60}, Idempotency_Key="tuesday").json()
    assert caller.send("POST", path, {"value": 60}, Idempotency_Key="tuesday").json() == first
    assert caller.send("POST", path, {"value": 61}, Idempotency_Key="tuesday").status_code == 422
    assert Checkin.objects.filter(goal=named(KEY_RESULT)).count() == 2


def test_a_correction_keeps_what_was_and_what_it_does_not_name(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead), named(KEY_RESULT)
    body = {"value": 60, "confidence": 4, "status": "at_risk", "note": "Slow", "on": "2026-08-14"}
    old = caller.send("POST", f"/goals/{key}/checkins", body).json()["checkin"]
    answer = caller.send("PATCH", f"/checkins/{old['id']}", {"value": "57"}, Idempotency_Key="fix")
    new = answer.json()["checkin"]
    assert new | body | {"value": 57} == new
    assert new["id"] != old["id"]
    assert answer.json()["goal"]["value"] == 57
    again = caller.send("PATCH", f"/checkins/{old['id']}", {"value": "57"}, Idempotency_Key="fix")
    assert again.json() == answer.json()
    assert caller.get(f"/checkins/{old['id']}").status_code == 404
    assert caller.send("PATCH", f"/checkins/{old['id']}", {"value": 1}).status_code == 409
    assert Checkin.objects.get(pk=old["id"]).value == 60


def test_a_correction_of_another_state_than_was_read_is_refused(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead), named(KEY_RESULT)
    (one,) = caller.get(f"/goals/{key}/checkins").json()["items"]
    path = f"/checkins/{one['id']}"
    tag = caller.get(path)["ETag"]
    assert caller.send("PATCH", path, {"note": "x"}, If_Match='"other"').status_code == 412
    assert caller.send("PATCH", path, {"note": "Half"}, If_Match=tag).json()["checkin"]["note"] == "Half"


def test_checkins_come_by_date_in_small_parts_and_as_they_were_known(
    call: Call, world: World, okr: UUID
) -> None:
    caller, key = call(world.sub_lead), named(KEY_RESULT)
    for day in (9, 3, 9, 6):
        caller.send("POST", f"/goals/{key}/checkins", {"value": day, "on": f"2026-08-0{day}"})
    whole = caller.get(f"/goals/{key}/checkins").json()["items"]
    assert [one["value"] for one in whole] == [75, 3, 6, 9, 9]
    found, cursor = [], ""
    while cursor is not None:
        part = caller.get(f"/goals/{key}/checkins?limit=2&cursor={cursor}").json()
        found += part["items"]
        cursor = part["next"]
    assert found == whole
    then = caller.get(f"/goals/{key}/checkins?as_of=2026-08-10").json()["items"]
    assert [one["value"] for one in then] == [75]
    assert caller.get(f"/goals/{key}/checkins?cursor=zzz").status_code == 422


def test_a_withdrawn_checkin_no_longer_counts(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead), named(KEY_RESULT)
    (one,) = caller.get(f"/goals/{key}/checkins").json()["items"]
    assert caller.send("DELETE", f"/checkins/{one['id']}").status_code == 204
    assert caller.get(f"/goals/{key}/checkins").json()["items"] == []
    assert caller.get(f"/goals/{key}").json()["value"] is None
    assert caller.get(f"/checkins/{one['id']}?as_of=2026-08-10").json()["value"] == 75


def test_who_may_not_check_in_does_not(call: Call, world: World, okr: UUID) -> None:
    key = named(KEY_RESULT)
    (one,) = call(world.member).get(f"/goals/{key}/checkins").json()["items"]
    assert call(world.stranger).send("POST", f"/goals/{key}/checkins", {"value": 1}).status_code == 403
    reader = call(world.sub_lead, writes=False)
    assert reader.send("POST", f"/goals/{key}/checkins", {"value": 1}).status_code == 403
    outside = call(world.outsider)
    for method, path in (
        ("GET", f"/goals/{key}/checkins"),
        ("GET", f"/checkins/{one['id']}"),
        ("POST", f"/goals/{key}/checkins"),
        ("PATCH", f"/checkins/{one['id']}"),
        ("DELETE", f"/checkins/{one['id']}"),
        ("GET", f"/goals/{key}/tasks"),
        ("GET", f"/goals/{key}/comments"),
    ):
        assert outside.send(method, path, None if method == "GET" else {"value": 1}).status_code == 404


def test_tasks_are_added_ticked_and_taken_away(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead), named("Click study")
    bo = str(world.mate.person_id)
    body = {"title": "Read it all", "owner": bo, "due": "2026-09-01", "done": True}
    answer = caller.send("POST", f"/goals/{key}/tasks", body)
    made = answer.json()
    path = f"/tasks/{made['id']}"
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1{path}")
    assert made == body | {"id": made["id"], "goal": str(key), "owner": {"id": bo, "name": "Bo Lind"}}
    assert caller.get(f"/goals/{key}").json()["progress"] == pytest.approx(1 / 3)
    titles = [one["title"] for one in caller.get(f"/goals/{key}/tasks").json()["items"]]
    assert titles == ["Find people", "Write the script", "Read it all"]
    tag = caller.get(path)["ETag"]
    changed = caller.send("PATCH", path, {"done": False, "owner": None}, If_Match=tag).json()
    assert changed == made | {"done": False, "owner": None}
    assert caller.send("PATCH", path, {"done": True}, If_Match=tag).status_code == 412
    assert caller.send("DELETE", path).status_code == 204
    assert caller.get(path).status_code == 404
    assert caller.send("POST", f"/goals/{okr}/tasks", body).status_code == 422


def test_talk_is_said_and_read(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.stranger), named(KEY_RESULT)
    (one,) = caller.get(f"/goals/{key}/checkins").json()["items"]
    made = caller.send("POST", f"/goals/{key}/comments", {"text": "How so?", "checkin": one["id"]})
    assert made.status_code == 201
    assert made.json()["checkin"] == one["id"]
    caller.send("POST", f"/goals/{key}/comments", {"text": "Good"}, Idempotency_Key="once")
    caller.send("POST", f"/goals/{key}/comments", {"text": "Good"}, Idempotency_Key="once")
    found = caller.get(f"/goals/{key}/comments").json()["items"]
    assert [(said["text"], said["by"]) for said in found] == [
        ("How so?", "Tove Friis"),
        ("Good", "Tove Friis"),
    ]
    assert caller.send("POST", f"/goals/{key}/comments", {"text": " "}).json()["errors"][0]["path"] == "text"
    assert caller.get(f"/goals/{key}/comments?as_of=2026-08-16").json()["items"] == []
