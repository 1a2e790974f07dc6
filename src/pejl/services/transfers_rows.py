"""What an import writes into: tables that gather rows, or count them only, and the originals beside them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from pejl.models import (
    Checkin,
    Comment,
    Edge,
    Figure,
    Goal,
    GoalPerson,
    GoalTag,
    GoalTeam,
    GoalVersion,
    Period,
    Person,
    Record,
    Task,
    Team,
    TeamMember,
)
from pejl.services.inserts import BATCH, Table

MODELS = (
    Period, Person, Team, TeamMember, Goal, GoalVersion, GoalPerson, GoalTeam, GoalTag, Task, Edge, Checkin,
    Comment, Figure, Record,
)  # fmt: skip
_SPANNED = frozenset(
    {TeamMember, GoalVersion, GoalPerson, GoalTeam, GoalTag, Task, Edge, Checkin, Comment, Figure}
)


# What a file says before it is known whom it is said of; it waits until those rows are there. SQLite looks
# through every child of a row that comes after its children: with 15,000 goals it took minutes.
_EARLY = frozenset({TeamMember, Edge, Checkin, Comment})
_SAID = "pejl:said"  # beside what is left of a row: the digest of all of it
_WRITTEN_OUT = 100  # places from the point


class Gathers(Protocol):
    count: int

    def add(self, values: Mapping[str, Any]) -> None: ...

    def flush(self) -> None: ...


class Counted:
    """A table of a dry run: rows are counted and forgotten."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, values: Mapping[str, Any]) -> None:  # noqa: ARG002
        self.count += 1

    def flush(self) -> None:
        """Nothing waits."""


class Spooled(Table):
    """Rows that wait beside their table, in one without keys, until `land`."""

    def __init__(self, model: Any, **common: Any) -> None:
        super().__init__(model, **common)
        quote = connection.ops.quote_name
        self._there, self._here = (
            quote(name) for name in (model._meta.db_table, f"{model._meta.db_table}_early")
        )
        self._columns = ", ".join(quote(field.column) for field in model._meta.concrete_fields)
        self._sql = self._sql.replace(self._there, self._here, 1)
        empty = f"SELECT {self._columns} FROM {self._there} WHERE 1 = 0"  # noqa: S608 - names alone
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {self._here} AS {empty}")

    def land(self) -> None:
        self.flush()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self._there} ({self._columns}) SELECT {self._columns} FROM {self._here}"  # noqa: S608 - names alone
            )
            cursor.execute(f"DROP TABLE {self._here}")


class Rows:
    """The tables of one import, each row with its workspace and, where it has one, the moment it is known
    from. A dry run writes nothing."""

    def __init__(self, workspace: UUID, *, at: datetime, dry: bool) -> None:
        self.dry = dry
        self._keys = Keys(at)
        self._added = 0
        self._tables: dict[Any, Gathers] = {}
        for model in MODELS:
            common: dict[str, Any] = {"workspace_id": workspace} | (
                {"known_from": at} if model in _SPANNED else {}
            )
            self._tables[model] = (
                Counted() if dry else (Spooled if model in _EARLY else Table)(model, **common)
            )

    def key(self) -> str:
        return self._keys.next()

    def add(self, model: Any, **values: Any) -> str:
        """One row more; gives its key."""
        key: str = values.setdefault("id", self._keys.next())
        self._tables[model].add(values)
        self._added += 1
        if self._added % BATCH == 0:
            self.flush()
        return key

    def count(self, model: Any) -> int:
        return self._tables[model].count

    def flush(self) -> None:
        """Everything that was gathered, rows before those that point at them."""
        for table in self._tables.values():
            table.flush()

    def land(self) -> None:
        """The last of it, and what waited."""
        self.flush()
        for table in self._tables.values():
            if isinstance(table, Spooled):
                table.land()


class Keys:
    """UUIDv7 keys, as 32 hex digits, in the order they were asked for: what a file says last on a day stays
    the last word of that day."""

    def __init__(self, at: datetime) -> None:
        self._head = f"{int(at.timestamp() * 1000):012x}7"
        self._number = 0
        self._own = secrets.randbits(40)

    def next(self) -> str:
        self._number += 1
        high, low = divmod(self._number, 1 << 22)
        return f"{self._head}{high:03x}{(0b10 << 62) | (low << 40) | self._own:016x}"


@dataclass(frozen=True, slots=True)
class Known:
    """What a row of a file became before: its target here, by which format, and since when."""

    target: str
    format: str
    digest: bytes
    applied_at: datetime | None
    record: str


class Originals:
    """The rows of this product's files that were kept before, and those of this file."""

    def __init__(self, rows: Rows, *, workspace: UUID, load: UUID, system: str, form: str) -> None:
        self._rows, self._load, self._system, self.form = rows, load, system, form
        self.updates: list[tuple[str, dict[str, Any]]] = []
        kept = Record.objects.filter(workspace_id=workspace, system=system)
        names = ("kind", "source_id", "target", "format", "raw", "load__applied_at", "pk")
        self._known = {
            (kind, source): Known(target.hex, form_, _digest(raw), applied_at, pk.hex)
            for kind, source, target, form_, raw, applied_at, pk in kept.values_list(*names).iterator()
        }

    def known(self, kind: str, source: str) -> Known | None:
        return self._known.get((kind, source[:200])) if source else None

    def any(self, kind: str) -> bool:
        return any(known == kind for known, _ in self._known)

    def targets(self, kind: str) -> set[str]:
        return {one.target for (own, _), one in self._known.items() if own == kind}

    def said_again(self, known: Known, raw: Mapping[str, Any]) -> bool:
        """Whether the file has nothing new on it: the same row, or the same thing in another of the
        product's formats, which only says less or differently what is here already."""
        return known.format != self.form or known.digest == _digest(json.loads(_text(raw)))

    def keep(self, kind: str, source: str, target: str, raw: Mapping[str, Any]) -> None:
        """Puts the row beside what it became, or in place of what it said before."""
        if not source:
            return
        known = self.known(kind, source)
        if known is None:
            self._rows.add(
                Record, load_id=self._load.hex, system=self._system, format=self.form, kind=kind,
                source_id=source[:200], target=target, raw=_text(raw),
            )  # fmt: skip
            self._known[kind, source[:200]] = Known(target, self.form, b"", None, "")
        elif known.record and not self.said_again(known, raw):
            self.updates.append((known.record, {"raw": _text(raw), "load_id": self._load.hex}))


def _text(raw: Mapping[str, Any]) -> str:
    return json.dumps(raw, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Numbers digit for digit, as a number where JSON has one for it and as text where not."""
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and value.adjusted() < 16:  # noqa: PLR2004 - exact in any reader
            return int(value)
        number = float(value)
        if Decimal(repr(number)) == value:
            return number
        # Written out, 1E+999999999 would be a thousand million digits.
        return format(value, "f" if abs(value.adjusted()) < _WRITTEN_OUT else "")
    return str(value)


def emptied(raw: Any, kept: Any) -> Any:
    """The row without what must go, which still knows whether a file says it again."""
    return {**kept, _SAID: _digest(raw).hex()}


def _digest(raw: Any) -> bytes:
    if isinstance(raw, dict) and isinstance(raw.get(_SAID), str):
        with suppress(ValueError):
            return bytes.fromhex(raw[_SAID])
    return hashlib.blake2b(json.dumps(raw, sort_keys=True).encode(), digest_size=16).digest()
