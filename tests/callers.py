"""A program that calls the API with a token, at the world's own moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from pejl.queries.scope import Member
from pejl.services import tokens
from pejl.services.tokens import NewToken
from world import World

Call = Callable[..., "Caller"]


class Caller:
    """`caller.get("/goals")`, `caller.send("POST", "/goals", {…})`; headers as `If_Match="…"`."""

    def __init__(self, token: str, *, language: str = "en") -> None:
        self.token = token
        self._client = Client()
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}

    def get(self, address: str, **headers: str) -> Any:
        return self._client.get(f"/api/v1{address}", headers=self._headers | _named(headers))

    def send(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        return self._client.generic(
            method,
            f"/api/v1{address}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=self._headers | _named(headers),
        )


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def call(world: World, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A program of that person: `call(world.member)`, `call(world.member, writes=False)`."""
    monkeypatch.setattr("pejl.web.middleware.timezone", SimpleNamespace(now=lambda: world.at))

    def take(member: Member, *, writes: bool = True, language: str = "en") -> Caller:
        made = tokens.create(NewToken("test", writes=writes), by=member, at=world.at)
        return Caller(made, language=language)

    return take
