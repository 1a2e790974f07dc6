"""JSON as it goes over the wire, exact to the digit, and refusals as one clear line."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import click

Told = dict[str, Any]
LONGEST_LINE: Final = 600


class Failed(click.ClickException):
    """It could not be done: one line on stderr, exit 1."""

    def __init__(self, line: str) -> None:
        super().__init__(plain(line)[:LONGEST_LINE])

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - click's own signature
        click.echo(f"pejl: {self.message}", err=True)


class Unclear(Failed):
    """It must be said otherwise: exit 2."""

    exit_code = 2


class Missing(Failed):
    """There is no such thing there."""


class Refused(Failed):
    """What was sent cannot be used. `errors` are `{path, code, message}`, as the API tells them."""

    def __init__(self, line: str, errors: Iterable[Mapping[str, Any]] = ()) -> None:
        told = tuple(errors)
        super().__init__(" ".join(_said(one) for one in told) or line)
        self.errors = told


def _said(one: Mapping[str, Any]) -> str:
    path, message = str(one.get("path") or ""), str(one.get("message") or "")
    return f"{path}: {message}" if path else message


def plain(text: str) -> str:
    """On one line, without signs that steer a terminal.

    >>> plain("Fewer\\x1b[31m \\n returns")
    'Fewer[31m returns'
    """
    spaced = (" " if one.isspace() else one for one in text)
    return " ".join("".join(one for one in spaced if unicodedata.category(one) not in _UNSEEN).split())


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})


def decoded(text: str | bytes) -> Any:
    """Raises `ValueError`."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _no_number(word: str) -> Any:
    raise ValueError(word)


def encoded(value: Any) -> str:
    """What was decoded, with a `Decimal` as a number of just its own digits.

    >>> encoded(decoded('{"value": 0.10, "owners": ["Søren"], "grade": null}'))
    '{"value": 0.10, "owners": ["Søren"], "grade": null}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {encoded(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(encoded(one) for one in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)
