"""A program that heard no answer asks once more, with the same key: it is done once and answered alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from callers import Call, call
from okrs import named, okr
from pejl.models import GoalVersion
from pejl.services import goals
from world import World

__all__ = ["call", "okr"]
SUPPORT = "Support requests a month"
EASIER = {"kind": "decrease", "start": 120, "target": 60, "unit": ""}
STEPS = {"kind": "milestones", "milestones": [{"title": "A", "reached_on": "2026-08-10"}]}


@pytest.mark.parametrize(
    "body", [{"title": "Other"}, {"metric": EASIER}, {"metric": STEPS}, {"description": "A"}]
)
def test_a_patch_asked_once_more_is_answered_alike(
    call: Call, world: World, okr: UUID, body: dict[str, Any]
) -> None:
    lead = call(world.sub_lead)
    made = lead.send("POST", "/goals", {"kind": "objective", "title": "Grow", "level": "team",
                                        "teams": [str(world.design)]}).json()  # fmt: skip
    path = f"/goals/{made['id']}"
    tag = lead.get(path)["ETag"]
    first, again = (
        lead.send("PATCH", path, body, Idempotency_Key="k", If_Match=tag) for _ in range(2)
    )  # fmt: skip
    assert (first.status_code, again.status_code) == (200, 200), again.content
    assert (first.content, first["ETag"]) == (again.content, again["ETag"])
    assert GoalVersion.objects.filter(goal_id=made["id"]).count() <= 2
    assert lead.send("PATCH", path, body, Idempotency_Key="k2", If_Match=tag).status_code == 412


def test_another_request_with_the_key_is_refused_in_words_for_programs(
    call: Call, world: World, okr: UUID
) -> None:
    lead, path = call(world.sub_lead), f"/goals/{okr}"
    assert lead.send("PATCH", path, {"title": "One"}, Idempotency_Key="k").status_code == 200
    for method, other, body in (
        ("PATCH", path, {"title": "Two"}),
        ("PATCH", f"/goals/{named(SUPPORT)}", {"title": "One"}),
        ("POST", f"{path}/comments", {"text": "One"}),
        ("DELETE", path, None),
    ):
        answer = lead.send(method, other, body, Idempotency_Key="k")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "once.other-input")
        assert "Idempotency-Key" in answer.json()["detail"]
    assert call(world.admin).send("PATCH", path, {"title": "Two"}, Idempotency_Key="k").status_code == 200


def test_the_same_said_in_another_order_is_the_same_request(call: Call, world: World, okr: UUID) -> None:
    lead, path = call(world.sub_lead), f"/goals/{okr}"
    for body in ({"title": "One", "tags": ["a"]}, {"tags": ["a"], "title": "One"}):
        assert lead.send("PATCH", path, body, Idempotency_Key="k").status_code == 200


def test_a_request_that_was_refused_may_be_mended_under_its_key(call: Call, world: World, okr: UUID) -> None:
    lead, path = call(world.sub_lead), f"/goals/{okr}"
    assert lead.send("PATCH", path, {"title": ""}, Idempotency_Key="k").status_code == 422
    assert lead.send("PATCH", path, {"title": "One"}, Idempotency_Key="k").status_code == 200


def test_a_repeat_does_not_undo_what_came_after(call: Call, world: World, okr: UUID) -> None:
    lead, path = call(world.sub_lead), f"/goals/{okr}"
    lead.send("PATCH", path, {"title": "One"}, Idempotency_Key="k")
    goals.edit(okr, changes={"title": "Two"}, by=world.admin, at=world.at)
    assert lead.send("PATCH", path, {"title": "One"}, Idempotency_Key="k").json()["title"] == "Two"


@pytest.mark.parametrize("tag", ["{}", "W/{}", '"x", {}', "*"])
def test_a_tag_that_is_had_already_is_told_by_itself(call: Call, world: World, okr: UUID, tag: str) -> None:
    lead, path = call(world.sub_lead), f"/goals/{okr}"
    asked = tag.format(lead.get(path)["ETag"])
    assert lead.get(path, If_None_Match=asked).status_code == 304
    goals.edit(okr, changes={"title": "Two"}, by=world.admin, at=world.at)
    assert lead.get(path, If_None_Match=asked).status_code == (304 if asked == "*" else 200)
