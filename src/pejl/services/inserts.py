"""Rows by the thousand, past the model instances: what a bulk load would otherwise spend its time on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

BATCH = 5_000
_PLAIN = frozenset({str, int, float, bool})
_TOLD: Mapping[Any, Callable[[Any], str]] = {
    str: str,
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    time: time.isoformat,
    dict: json.dumps,
    list: json.dumps,
    UUID: lambda value: value.hex,
}


class Ids:
    """Time-ordered keys (UUIDv7, as 32 hex digits) that the same source of chance gives again."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def at(self, moment: datetime) -> str:
        """The next key of that moment; keys of one millisecond come in no order."""
        milliseconds = int(moment.timestamp() * 1000)
        first, last = self._chance.getrandbits(12), self._chance.getrandbits(62)
        return f"{milliseconds:012x}7{first:03x}{(0b10 << 62) | last:016x}"


class Table:
    """Gathers rows of one model and inserts them in batches; a column not named has the model's default.

    Rows name columns as the model's attributes do (`goal_id`), with keys as hex digits. Use it inside a
    transaction and call `flush` at the end. Tables that its rows point to stand in `after` and are written
    first: while a foreign key points to nothing yet, SQLite looks for such rows at every row that it adds
    to the table pointed to, which takes hours where it should take minutes.
    """

    def __init__(self, model: Any, *, after: Sequence[Table] = (), **common: Any) -> None:
        self._after = after
        fields = model._meta.concrete_fields
        quote = connection.ops.quote_name
        names = ", ".join(quote(field.column) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        self._sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
        self._usual = {field.attname: _default(field) for field in fields}
        self._usual |= {name: plain(value) for name, value in common.items()}
        self._rows: list[tuple[Any, ...]] = []
        self.count = 0

    def add(self, values: Mapping[str, Any]) -> None:
        row = self._usual | {name: plain(value) for name, value in values.items()}
        if len(row) != len(self._usual):
            raise ValueError(f"no such column: {sorted(set(row) - set(self._usual))}")
        self._rows.append(tuple(row.values()))
        self.count += 1
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        for table in self._after:
            table.flush()
        if self._rows:
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, self._rows)
            self._rows.clear()


def update(model: Any, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Sets columns on rows by key, one statement each; every row names the same columns."""
    if not rows:
        return
    quote = connection.ops.quote_name
    meta = model._meta
    columns = [meta.get_field(name).column for name in rows[0][1]]
    sets = ", ".join(f"{quote(column)} = %s" for column in columns)
    sql = f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*map(plain, values.values()), key) for key, values in rows])


def plain(value: Any) -> Any:
    """The value as both databases take it."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        return _moment(value, connection.vendor)
    return next((told(value) for kind, told in _TOLD.items() if isinstance(value, kind)), value)


@lru_cache(maxsize=20_000)
def _moment(value: datetime, _vendor: str) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _default(field: Any) -> Any:
    return None if field.primary_key else plain(field.get_default())
