"""What the OpenAPI document says of scopes and names is how it is."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from callers import Call, call
from okrs import named, okr
from pejl.api import answers, documents
from pejl.api.urls import api
from world import World

__all__ = ["call", "okr"]
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def document() -> Any:
    return api.get_openapi_schema()


def test_a_token_that_reads_is_stopped_just_where_the_document_asks_for_write(
    call: Call, world: World, document: Any
) -> None:
    reader = call(world.admin, writes=False)
    read = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "security" not in operation:
                continue
            address = re.sub(r"\{[^}]+\}", NOWHERE, path.removeprefix("/api/v1"))
            answer = reader.send(method.upper(), address)
            ((scope,),) = (one["Bearer"] for one in operation["security"])
            stopped = answer.status_code == 403 and "only reads" in answer.json()["detail"]
            assert stopped is (scope == "write"), (method, path)
            if scope == "read" and method not in documents.READS:
                read.append(f"{method} {path}")
    assert read == ["post /api/v1/plan"]


def test_a_change_has_the_names_that_the_document_says(
    call: Call, world: World, okr: UUID, document: Any
) -> None:
    schemas, reader = document["components"]["schemas"], call(world.admin, writes=False)
    deed = reader.get(f"/goals/{okr}/history").json()["items"][0]
    assert set(schemas["DeedOut"]["required"]) <= set(deed) <= set(schemas["DeedOut"]["properties"])
    moved = reader.get("/changes?from=2026-01-01").json()["changed"]
    assert all(set(one) == set(schemas["MovedOut"]["properties"]) for one in moved)
    assert {"from", "to"} <= set(schemas["MovedOut"]["properties"])
    assert documents.text(api).count('"from_"') == 0


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("GET", "/nothing", 404), ("POST", "/coach", 404), ("DELETE", "/goals", 405), ("PUT", "/me", 405)],
)
def test_where_nothing_is_the_answer_is_a_problem_too(
    call: Call, world: World, method: str, address: str, status: int
) -> None:
    answer = call(world.admin).send(method, address, {})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert (answer.get("Allow") is None) is (status == 404)


@pytest.mark.parametrize("place", [[], {"a": 1}, ["a", "b"], [1, 2], [None, None], ["nan", NOWHERE]])
def test_a_cursor_of_another_list_is_refused_in_a_sentence(call: Call, world: World, place: Any) -> None:
    for sort in ("-updated", "title", "progress", "end_date"):
        answer = call(world.member).get(f"/goals?sort={sort}&cursor={answers.cursor(place)}")
        if answer.status_code != 200:
            assert (answer.status_code, answer.json()["detail"]) == (422, "This is no cursor of this list.")


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00", "9999-12-31"])
@pytest.mark.parametrize(
    "address", ["/changes?from=", "/goals?as_of=", "/goals?updated_since=", "/changes?from=2026-01-01&to="]
)
def test_a_moment_beyond_the_calendar_is_refused(call: Call, world: World, address: str, moment: str) -> None:
    answer = call(world.member).get(address + moment)
    assert answer.status_code == 422
    assert "takes a date or an RFC 3339 moment" in answer.json()["detail"]


@pytest.mark.parametrize("value", [True, [1], {"a": 1}])
def test_what_is_no_amount_is_refused_once_at_its_field(
    call: Call, world: World, okr: UUID, value: Any
) -> None:
    lead = call(world.sub_lead)
    posted = lead.send("POST", f"/goals/{named('Support requests a month')}/checkins", {"value": value})
    metric = {"kind": "reach", "target": value}
    patched = lead.send("PATCH", f"/goals/{okr}", {"metric": metric})
    assert [one["path"] for one in posted.json()["errors"]] == ["value"]
    assert [one["path"] for one in patched.json()["errors"]] == ["metric.target"]
