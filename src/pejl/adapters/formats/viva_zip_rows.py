"""One record of Viva Goals' organisation export: fields by name, people, notes, what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, Final

from pejl.adapters.formats import cells
from pejl.domain.transfers import Homeless, Named, Place, Problem


class Row:
    """A record whose fields are found by name, whatever their case, blanks and hyphens.

    What is taken has a home or is known to say nothing new; :meth:`homeless` names the rest. ``said``
    gathers problems and homeless fields, those of the parts included.
    """

    def __init__(self, at: Place, record: Any, *, within: Row | None = None, prefix: str = "") -> None:
        self.raw: dict[str, Any] = record if isinstance(record, dict) else {}
        self._keys = _by_folded(tuple(self.raw))
        self._taken: set[str] = set()
        self._parts: list[Row] = []
        self._prefix = prefix
        self.said: list[Problem | Homeless] = within.said if within is not None else []
        self.at = at if within is not None else Place(at.file, at.row, cells.plain(self.take("ID")))

    def has(self, name: str) -> bool:
        return folded(name) in self._keys

    def take(self, *names: str) -> Any:
        """The first of these fields that is not null; all of them count as taken."""
        found = None
        for name in names:
            key = self._keys.get(folded(name))
            if key is not None:
                self._taken.add(key)
                found = self.raw[key] if found is None else found
        return found

    def text(self, *names: str) -> str:
        return cells.plain(self.take(*names))

    def number(self, name: str) -> Decimal | None:
        value, reason = cells.number(self.take(name))
        if reason:
            self.problem(name, reason, "" if value is None else f"{value:f}")
        return value

    def day(self, *names: str) -> date | None:
        value, reason = cells.day(self.take(*names))
        if reason:
            self.problem(names[0], reason)
        return value

    def people(self, name: str) -> tuple[Named, ...]:
        return tuple(dict.fromkeys(people(self.take(name))))

    def part(self, name: str) -> Row:
        """The record in this field, empty where it is none."""
        raw = self.take(name)
        if not isinstance(raw, dict) and not blank(raw):
            self.lost(name)
        return self.inner(raw, prefix=f"{name}.")

    def inner(self, record: Any, *, prefix: str) -> Row:
        part = Row(self.at, record, within=self, prefix=self._prefix + prefix)
        self._parts.append(part)
        return part

    def problem(self, name: str, reason: str, kept_as: str = "") -> None:
        self.said.append(Problem(self.at, self._prefix + name, reason, kept_as))

    def lost(self, name: str) -> None:
        """Count a field as homeless although it was taken."""
        self.said.append(Homeless(self._prefix + name))

    def homeless(self) -> None:
        """Count what nobody took, in this record and its parts. Call once, at the end."""
        for key, value in self.raw.items():
            if key not in self._taken and not blank(value):
                self.lost(key)
        for part in self._parts:
            part.homeless()


@lru_cache(maxsize=4096)
def folded(key: str) -> str:
    return re.sub(r"[\W_]", "", key).casefold()


@lru_cache(maxsize=256)
def _by_folded(keys: tuple[str, ...]) -> dict[str, str]:
    """The rows of one array have the same few sets of keys, again and again."""
    return {folded(key): key for key in keys}


def blank(raw: Any) -> bool:
    return raw is None or raw in ("", [], {})


def people(raw: Any) -> Iterator[Named]:
    """Everybody named in a value of any shape: a record, a list of them, ids, names or addresses."""
    if isinstance(raw, dict):
        row = Row(Place("", 0, ""), raw)
        name, email = row.text("Name", "User Name"), row.text("Email", "User Email")
        if row.at.id or name or email:
            yield Named(row.at.id, name, email)
            return
        for key, value in raw.items():
            if not folded(key).startswith("team"):
                yield from people(value)
    elif isinstance(raw, list):
        for one in raw:
            yield from people(one)
    elif isinstance(raw, str):
        for word in cells.words(raw, by=";,\n"):
            yield Named(email=word) if "@" in word else Named(name=word)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        yield Named(id=str(raw))


def unmarked(html: object) -> str:
    """The text of a piece of HTML: a line for each block, scripts and styles left out."""
    reader = _Text()
    reader.feed(cells.plain(html))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Text(HTMLParser):
    _BLOCKS: Final = frozenset(
        {"p", "div", "br", "li", "ul", "ol", "tr", "table", "blockquote", "pre"}
        | {f"h{n}" for n in range(1, 7)}
    )
    _SILENT: Final = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self._SILENT))
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))
