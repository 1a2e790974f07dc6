"""What stands in the log of a server: its own troubles, with the request they came of."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from callers import Call, call
from okrs import okr
from pejl import logs
from pejl.queries import listings
from world import World

__all__ = ["call", "okr"]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [f"{one.levelname} {one.getMessage()}" for one in caplog.records]


def test_an_answer_that_says_no_is_no_line_of_the_log(
    call: Call, world: World, okr: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, goal = call(world.admin), f"/goals/{okr}"
    caplog.set_level(logging.INFO, logger="django.request")
    statuses = [
        Client().get("/api/v1/goals").status_code,
        call(world.admin, writes=False).send("POST", "/goals", {}).status_code,
        caller.get("/goals/00000000-0000-0000-0000-000000000000").status_code,
        caller.send("PUT", f"{goal}/parents/{okr}", {"share": None}).status_code,
        caller.send("PATCH", goal, {"title": "B"}, If_Match='"x"').status_code,
        caller.send("PATCH", goal, {"colour": "B"}).status_code,
    ]
    monkeypatch.setattr("pejl.api.callers.rates.counted", lambda *_, **__: _Spent())
    statuses.append(caller.get("/goals").status_code)
    assert statuses == [401, 403, 404, 409, 412, 422, 429]
    assert lines(caplog) == []


class _Spent:
    over, reset = True, 7

    def headers(self) -> dict[str, str]:
        return {}


def test_a_trouble_of_the_server_is_there_with_the_id_of_the_request(
    call: Call, world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(listings, "goals", broken)
    answer = call(world.admin).get("/goals?q=unheard-of")
    assert answer.status_code == 500
    assert "ERROR unforeseen: GET /api/v1/goals" in lines(caplog)
    ids = [logs.RequestIdFilter().filter(one) and one.request_id for one in caplog.records]  # type: ignore[attr-defined]
    assert set(ids) == {answer["X-Request-Id"]}
    assert answer.json()["instance"] == f"urn:request:{answer['X-Request-Id']}"
