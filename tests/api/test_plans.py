"""`POST /plan`: the diff of a YAML file, and doing it by its id."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from callers import Call, Caller, call
from okrs import named, okr
from pejl.models import Goal
from pejl.services import goals
from world import World

__all__ = ["call", "okr"]

FILE = """\
workspace: fjordlight
period: 2026-Q3
objectives:
  - key: launch
    title: Launch version 2.0
    team: design
    key_results:
      - {key: support, title: Support requests a month, to: 20}
      - {key: time, title: Time on site, from: "2:37", to: "3:45", unit: "m:ss", owner: New Name}
"""


def sent(caller: Caller, address: str, text: str, **headers: str) -> Any:
    named_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller._client.generic(
        "POST",
        f"/api/v1{address}",
        text.encode(),
        content_type="application/yaml",
        headers=caller._headers | named_headers,
    )


def test_a_token_that_reads_may_ask_for_the_diff_and_not_do_it(call: Call, world: World, okr: UUID) -> None:
    reader, before = call(world.admin, writes=False), Goal.objects.count()
    answer = sent(reader, "/plan", FILE)
    assert (answer.status_code, len(answer.json()["add"])) == (200, 1)
    done = sent(reader, f"/plan/application?id={answer.json()['id']}", FILE)
    assert (done.status_code, Goal.objects.count()) == (403, before)
    assert sent(reader, "/exports", "{}").status_code == 403


def test_the_diff_is_told_and_done_by_its_id(call: Call, world: World, okr: UUID) -> None:
    admin = call(world.admin)
    answer = sent(admin, "/plan", FILE)
    assert answer.status_code == 200
    diff = answer.json()
    assert [one["key"] for one in diff["add"]] == ["time"]
    changes = {
        one["key"]: (one["field"], one["old"], one["new"]) for one in diff["change"] if one["field"] != "key"
    }
    assert changes == {"support": ("to", 30, 20)}
    assert (diff["close"], diff["prune"], diff["people"]) == ([], [], ["New Name"])
    assert [one["title"] for one in diff["left_out"]] == ["Click study"]
    done = sent(admin, f"/plan/application?id={diff['id']}", FILE)
    assert (done.status_code, done.json()) == (200, {"id": diff["id"], "added": [str(named("Time on site"))]})
    assert Goal.objects.get(title="Support requests a month").target_value == 20
    again = sent(admin, "/plan", FILE).json()
    assert not any(again[name] for name in ("add", "change", "close", "prune", "people"))


def test_a_diff_of_a_workspace_that_moved_is_a_conflict(call: Call, world: World, okr: UUID) -> None:
    admin = call(world.admin)
    diff = sent(admin, "/plan", FILE).json()
    goals.edit(okr, changes={"description": "Moved"}, by=world.sub_lead, at=world.at)
    answer = sent(admin, f"/plan/application?id={diff['id']}", FILE)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "plan.moved")
    assert Goal.objects.get(title="Support requests a month").target_value == 30


def test_prune_is_asked_for_with_the_diff(call: Call, world: World, okr: UUID) -> None:
    admin = call(world.admin)
    diff = sent(admin, "/plan?prune=true", FILE).json()
    assert [(one["key"], one["outcome"]) for one in diff["prune"]] == [("click-study", "removed")]
    assert sent(admin, f"/plan/application?id={diff['id']}", FILE).status_code == 200
    assert Goal.objects.get(title="Click study").removed_at is not None


def test_the_same_idempotency_key_gives_the_same_answer(call: Call, world: World, okr: UUID) -> None:
    admin = call(world.admin)
    address = f"/plan/application?id={sent(admin, '/plan', FILE).json()['id']}"
    first, again = (sent(admin, address, FILE, Idempotency_Key="once") for _ in range(2))
    assert first.json() == again.json()
    assert sent(admin, address, FILE + "# more\n", Idempotency_Key="once").status_code == 422


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("objectives: [", "1:14", "yaml.syntax"),
        ("objectives: [{key: a, title: A, color: red}]", "objectives.0.color", "schema.unknown"),
        ("key_results: [{key: a, title: A, to: a lot}]", "key_results.0.to", "amount.unreadable"),
        (
            "key_results: [{key: a, title: A, supports: [b]}]",
            "key_results.0.supports.0",
            "plan.reference-unknown",
        ),
        ("workspace: nordwind\nobjectives: []", "workspace", "plan.workspace"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_path(
    call: Call, world: World, text: str, path: str, code: str
) -> None:
    answer = sent(call(world.admin), "/plan", text)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["path"], error["code"]) == (path, code)
    assert error["message"]


def test_who_may_not_may_not(call: Call, world: World, okr: UUID) -> None:
    diff = sent(call(world.admin), "/plan", FILE).json()
    reader = call(world.admin, writes=False)
    assert sent(reader, f"/plan/application?id={diff['id']}", FILE).status_code == 403
    stranger = call(world.stranger)
    own = sent(stranger, "/plan", FILE).json()
    assert sent(stranger, f"/plan/application?id={own['id']}", FILE).status_code == 403
    assert sent(call(world.outsider), f"/plan/application?id={diff['id']}", FILE).status_code == 422
    assert Goal.objects.get(title="Support requests a month").target_value == 30


def test_a_file_that_is_too_large_is_refused_before_it_is_read(call: Call, world: World) -> None:
    answer = sent(call(world.admin), "/plan", "#" * 1_000_001)
    assert answer.status_code == 413
