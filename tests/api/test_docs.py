"""docs/api.md: its examples run as they are written, and answer what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tools import openapi

from callers import Call, call
from okrs import okr
from pejl.api.urls import api
from pejl.services import kpis
from world import World

__all__ = ["call", "okr"]
PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
RESULT = {
    "kind": "key_result",
    "title": "Fewer returns",
    "metric": {"kind": "decrease", "start": 120, "target": 30},
}
TABLE = b"Title,Kind,Start,Target\nFewer returns,key result,12,4\n"


def examples() -> list[tuple[str, int]]:
    """Each command with the status that stands behind it."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", " ")
    blocks = blocks.replace(",\n", ", ")
    return [(line, int(line.rpartition("#")[2])) for line in blocks.splitlines() if line.startswith("curl")]


def run(line: str, **given: str) -> Any:
    """What `curl` would send, sent within the process. Knows the options that the page uses, and no other."""
    words = iter(shlex.split(Template(line.rpartition("#")[0]).substitute(given))[1:])
    method, address, headers, body, files = "GET", "", {}, b"", {}
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words).encode()
            case "-F":
                field, _, name = next(words).partition("=@")
                files[field] = SimpleUploadedFile(name, TABLE)
            case "-o":
                next(words)
            case _:
                assert word.startswith(given["PEJL_URL"]), word
                address = word.removeprefix(given["PEJL_URL"])
    if files:
        return Client().post(address, files, headers=headers)
    kind = headers.pop("Content-Type", "application/octet-stream")
    return Client().generic(method, address, body, content_type=kind, headers=headers)


@pytest.fixture
def given(call: Call, world: World, okr: object) -> dict[str, str]:
    caller = call(world.admin)
    form = SimpleUploadedFile("goals.csv", TABLE)
    looked = caller._client.post("/api/v1/imports", {"file": form}, headers=caller._headers)
    return {
        "PEJL_URL": "http://localhost:8000",
        "PEJL_TOKEN": caller.token,
        "GOAL": str(okr),
        "RESULT": caller.send("POST", "/goals", RESULT | {"owners": [str(world.admin.person_id)]}).json()[
            "id"
        ],
        "TEAM": str(world.product),
        "KPI": str(kpis.create("Uptime", unit="%", by=world.admin, at=world.at)),
        "IMPORT": looked.json()["id"],
        "EXPORT": caller.send("POST", "/exports", {"format": "json"}).json()["id"],
    }


def test_every_example_answers_as_the_page_says(given: dict[str, str]) -> None:
    found = examples()
    assert len(found) == PAGE.count("\ncurl ")
    answered = []
    for line, _ in found:
        answer = run(line, **given)
        answered.append((line, answer.status_code))
        if answer.streaming:
            assert b"".join(answer.streaming_content)
    assert answered == found


def test_the_problem_on_the_page_is_the_one_that_comes(given: dict[str, str]) -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
    line = next(line for line, _ in examples() if "/periods" in line)
    told = run(line, **given).json()
    assert told | {"instance": ""} == shown | {"instance": ""}


def test_the_document_on_disk_is_the_one_that_is_served(db: None) -> None:
    served = Client().get("/api/v1/openapi.json").json()
    assert json.loads(openapi.FILE.read_text(encoding="utf-8")) == served
    assert served["openapi"].startswith("3.1")
    assert served["info"]["title"] == api.title
