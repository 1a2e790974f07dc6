"""A terminal that is signed in to the API, and one on the data folder: both at the world's own moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from django.test import Client

from okrs import key_result
from pejl.cli import main
from pejl.queries.scope import Member
from pejl.services import goals, tokens
from pejl.services.tokens import NewToken
from world import World

URL = "http://localhost:8000"
Handler = Callable[[httpx.Request], httpx.Response]


class Terminal:
    """`terminal("goals", "--json")` as a program gives it; `terminal.json("goals")` is read already."""

    def __call__(self, *words: str, stdin: str = "", **environ: str) -> Result:
        return CliRunner().invoke(main, list(words), input=stdin, env=environ, prog_name="pejl")

    def said(self, *words: str, **more: str) -> str:
        done = self(*words, **more)
        assert (done.exit_code, done.stderr) == (0, ""), done.stderr
        return str(done.stdout)

    def json(self, *words: str) -> Any:
        return json.loads(self.said(*words, "--json"))

    def refused(self, *words: str, code: int = 1, **more: str) -> str:
        """The one line on stderr of a command that did nothing."""
        done = self(*words, **more)
        assert (done.exit_code, done.stdout) == (code, ""), done.output
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        assert len(lines) == 1, done.stderr
        assert "Traceback" not in lines[0]
        assert lines[0].startswith("pejl: ")
        return lines[0].removeprefix("pejl: ")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    """Signed in nowhere, with a home of its own."""
    for name in ("PEJL_URL", "PEJL_URL_FILE", "PEJL_TOKEN", "PEJL_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


@pytest.fixture
def answered(alone: Terminal, monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], Terminal]:
    """A terminal with an address and a token, whose requests a function answers."""

    def by(handler: Handler) -> Terminal:
        monkeypatch.setenv("PEJL_URL", URL)
        monkeypatch.setenv("PEJL_TOKEN", "pejl_secret-of-mine")
        monkeypatch.setattr("pejl.cli.remote.WAITS", ())
        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _self, request: handler(request))
        return alone

    return by


@pytest.fixture
def far(world: World, alone: Terminal, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Terminal]:
    """A terminal with a token of that person, on the API itself, without a line in between."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.at)
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _self, request: _answer(request))

    def of(member: Member, *, writes: bool = True) -> Terminal:
        made = tokens.create(NewToken("terminal", writes=writes), by=member, at=world.at)
        monkeypatch.setenv("PEJL_URL", URL)
        monkeypatch.setenv("PEJL_TOKEN", made)
        return alone

    return of


def key_result_called(title: str, *, world: World) -> None:
    """One of the team Design."""
    goals.create(key_result(title, teams=(world.design,)), by=world.sub_lead, at=world.at)


def _answer(request: httpx.Request) -> httpx.Response:
    """What the API answers, within the process and its transaction."""
    names = {name: value for name, value in request.headers.items() if name.lower() != "content-type"}
    answer = Client().generic(
        request.method,
        request.url.raw_path.decode(),
        request.read(),
        content_type=request.headers.get("Content-Type", "application/octet-stream"),
        headers=names,
    )
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return httpx.Response(answer.status_code, headers=dict(answer.items()), content=body)
