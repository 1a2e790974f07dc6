"""A row as one line of JSON, and a line as a row again: column by column, the same from every database.

Moments are UTC, measured numbers are text digit for digit, keys stand as the table names its columns.
What two databases keep in ways of their own (the order in a JSON column, a zero with a sign) is made one.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.fields import NOT_PROVIDED

from pejl.models.fields import ExactDecimal, PersonName

# JSON columns that hold keys of the workspace; in all others a key is somebody else's.
JSON_OF_KEYS = frozenset({"event.data"})
MOST_OF_A_LINE = 64 * 1024 * 1024
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KEY_LENGTH = 36
_NUMBER = re.compile(r"-?[0-9]{1,200}(?:\.[0-9]{1,200})?")
_WHOLE_ABOVE = 1e16
_RANGES = {
    "PositiveSmallIntegerField": (0, 32_767),
    "SmallIntegerField": (-32_768, 32_767),
    "PositiveIntegerField": (0, 2**31 - 1),
    "IntegerField": (-(2**31), 2**31 - 1),
    "BigIntegerField": (-(2**63), 2**63 - 1),
}


class Unreadable(Exception):  # noqa: N818 - an answer
    """The line is not a row of that table. `field` is the column it is about, "" for the whole line."""

    def __init__(self, field: str = "", *, unknown: bool = False) -> None:
        super().__init__(field)
        self.field = field
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `tell` gives the JSON value, `read` the value to insert; both take the mask of
    the workspace's keys, 0 for none. `kind` is the word that the documentation uses."""

    name: str
    kind: str
    null: bool
    default: Any
    tell: Callable[[Any, int], Any]
    read: Callable[[Any, int], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a table in a file, in the order of the model."""

    model: Any
    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def shape(model: Any, *, without: Iterable[str] = ()) -> Shape:
    """How rows of that model stand in a file; `without` names columns that stay at home."""
    left_out = frozenset(without)
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
    fields = [field for field in model._meta.concrete_fields if field.attname not in left_out]
    return Shape(model, name, tuple(_column(name, field) for field in fields))


def lines(shape: Shape, rows: Iterable[tuple[Any, ...]], *, mask: int = 0) -> Iterator[bytes]:
    """One line for each row, in the order of the keys as the file has them. `rows` come ordered by key."""
    tellers = [(column.name, column.tell) for column in shape.columns]
    for row in _as_in_file(shape, rows, mask):
        told = {
            name: None if value is None else tell(value, mask)
            for (name, tell), value in zip(tellers, row, strict=True)
        }
        yield (json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def row(shape: Shape, line: bytes, *, mask: int = 0) -> dict[str, Any]:
    """The columns of one line, ready to insert. Raises `Unreadable`."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(told, dict):
        raise Unreadable
    found = {column.name: _value(column, told, mask) for column in shape.columns}
    if len(told) > len(found) or told.keys() - found.keys():
        raise Unreadable(min(told.keys() - found.keys()), unknown=True)
    return found


def key_of(line: bytes) -> UUID:
    """The key of the row alone. Raises `Unreadable`."""
    start = line[:45]
    try:
        if start.startswith(b'{"id":"'):
            return UUID(start[7:43].decode("ascii"))
        return UUID(json.loads(line)["id"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("id") from error


def masked(key: UUID, mask: int) -> UUID:
    """The key with its lowest 32 bits turned by the mask; turned again it is what it was."""
    return UUID(int=key.int ^ mask) if mask else key


def _as_in_file(shape: Shape, rows: Iterable[tuple[Any, ...]], mask: int) -> Iterable[tuple[Any, ...]]:
    """A mask changes the order of those keys alone that differ in their last bits alone."""
    if not mask:
        return rows
    at = shape.names.index(shape.model._meta.pk.attname)
    return (
        one
        for _, near in groupby(rows, key=lambda row: row[at].int >> 32)
        for one in sorted(near, key=lambda row: row[at].int ^ mask)
    )


def _value(column: Column, told: Mapping[str, Any], mask: int) -> Any:
    if column.name not in told:
        if column.default is NOT_PROVIDED and not column.null:
            raise Unreadable(column.name)
        return None if column.default is NOT_PROVIDED else column.default
    value = told[column.name]
    if value is None:
        if not column.null:
            raise Unreadable(column.name)
        return None
    try:
        return column.read(value, mask)
    except (ValueError, TypeError, InvalidOperation, OverflowError, RecursionError) as error:
        raise Unreadable(column.name) from error


def _column(table: str, field: Any) -> Column:
    kind, tell, read = _codec(table, field)
    default = NOT_PROVIDED if field.primary_key else _default(field)
    return Column(field.attname, kind, bool(field.null), default, tell, read)


def _default(field: Any) -> Any:
    if not field.has_default():
        return NOT_PROVIDED
    value = field.get_default()
    return json.dumps(value) if isinstance(field, models.JSONField) and value is not None else value


def _codec(table: str, field: Any) -> tuple[str, Callable[[Any, int], Any], Callable[[Any, int], Any]]:  # noqa: PLR0911 - a table of kinds
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return "key", _tell_key, _read_key
    if isinstance(field, ExactDecimal):
        return "number as text", _tell_decimal, _read_decimal
    if isinstance(field, models.DecimalField):
        return "number as text", _tell_decimal, _read_bounded(field.max_digits, field.decimal_places)
    if isinstance(field, models.FloatField):
        return "number", lambda value, _: value + 0.0, _read_float
    if isinstance(field, models.BooleanField):
        return "true or false", _same, _read_switch
    if isinstance(field, models.IntegerField):
        return "whole number", _same, _read_whole(*_RANGES[field.get_internal_type()])
    if isinstance(field, models.JSONField):
        phases = field.attname == "phases"
        return "JSON", *_json(
            f"{table}.{field.attname}" in JSON_OF_KEYS, _phases if phases else field.default
        )
    return _codec_of_text(field)


def _codec_of_text(field: Any) -> tuple[str, Callable[[Any, int], Any], Callable[[Any, int], Any]]:
    if isinstance(field, models.DateTimeField):
        return "moment", _tell_moment, _read_moment
    if isinstance(field, models.DateField):
        return "date", lambda value, _: value.isoformat(), lambda told, _: date.fromisoformat(told)
    if isinstance(field, models.TimeField):
        return "time of day", lambda value, _: value.isoformat(), _read_time
    if isinstance(field, models.BinaryField):
        return "base64", _tell_bytes, lambda told, _: base64.b64decode(told, validate=True)
    if isinstance(field, PersonName):  # one name in every language
        return "text", lambda value, _: field.get_prep_value(value), _read_text(field.max_length, frozenset())
    if isinstance(field, models.CharField | models.TextField):
        words = frozenset(str(word) for word, _ in field.flatchoices)
        allowed = words | {""} if words and field.blank else words
        return "word" if words else "text", _same, _read_text(field.max_length, allowed)
    raise TypeError(f"no way to write {field} to a file")


def _same(value: Any, _mask: int) -> Any:
    return value


def _tell_key(value: UUID, mask: int) -> str:
    return str(masked(value, mask))


def _read_key(told: Any, mask: int) -> UUID:
    if not isinstance(told, str) or not _KEY.fullmatch(told):
        raise ValueError
    return masked(UUID(told), mask)


def _tell_decimal(value: Decimal, _mask: int) -> str:
    return format(value.copy_abs() if value.is_zero() else value, "f")


def _read_decimal(told: Any, _mask: int) -> Decimal:
    if not isinstance(told, str) or not _NUMBER.fullmatch(told):
        raise ValueError
    return Decimal(told)


def _read_bounded(digits: int, places: int) -> Callable[[Any, int], Decimal]:
    def read(told: Any, mask: int) -> Decimal:
        value = _read_decimal(told, mask)
        if abs(value) >= 10 ** (digits - places) or -int(value.as_tuple().exponent) > places:
            raise ValueError
        return value

    return read


def _read_float(told: Any, _mask: int) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        raise ValueError
    return float(told)


def _read_switch(told: Any, _mask: int) -> bool:
    if not isinstance(told, bool):
        raise TypeError
    return told


def _read_whole(low: int, high: int) -> Callable[[Any, int], int]:
    def read(told: Any, _mask: int) -> int:
        if isinstance(told, bool) or not isinstance(told, int) or not low <= told <= high:
            raise ValueError
        return told

    return read


def _tell_moment(value: datetime, _mask: int) -> str:
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _read_moment(told: Any, _mask: int) -> datetime:
    value = datetime.fromisoformat(told)
    if value.tzinfo is None:
        raise ValueError
    return value.astimezone(UTC)


def _read_time(told: Any, _mask: int) -> time:
    value = time.fromisoformat(told)
    if value.tzinfo is not None:
        raise ValueError
    return value


def _tell_bytes(value: Any, _mask: int) -> str:
    return base64.b64encode(bytes(value)).decode("ascii")


def _read_text(most: int | None, words: frozenset[str]) -> Callable[[Any, int], str]:
    def read(told: Any, _mask: int) -> str:
        text = _storable(told)
        if (most is not None and len(text) > most) or (words and text not in words):
            raise ValueError
        return text

    return read


def _storable(told: Any) -> str:
    """Text that every database takes: whole letters, and no NUL."""
    if not isinstance(told, str) or "\0" in told:
        raise ValueError
    told.encode()
    return told


def _json(keys: bool, made: Any = None) -> tuple[Callable[[Any, int], Any], Callable[[Any, int], Any]]:
    """`made` is what the column is made by, a list or an object, or a reader of its own."""

    def tell(value: Any, mask: int) -> Any:
        return _canonical(value, mask if keys else 0)

    def read(told: Any, mask: int) -> str:
        if made is _phases:
            _phases(told)
        elif made in (dict, list) and not isinstance(told, made):
            raise ValueError
        return json.dumps(_canonical(told, mask if keys else 0), ensure_ascii=False, allow_nan=False)

    return tell, read


def _phases(told: Any) -> None:
    """What `queries.measures` reads them as."""
    for one in told if isinstance(told, list) else [None]:
        if not isinstance(one, dict) or set(one) != {"on", "value"}:
            raise ValueError
        date.fromisoformat(one["on"])
        _read_decimal(one["value"], 0)


def _canonical(value: Any, mask: int) -> Any:
    """The same whichever database kept it: names in order, no signed zero, no exponent in a whole number."""
    if isinstance(value, dict):
        turned = {_canonical(name, mask): _canonical(one, mask) for name, one in value.items()}
        return dict(sorted(turned.items()))
    if isinstance(value, list):
        return [_canonical(one, mask) for one in value]
    if isinstance(value, str):
        turn = mask and len(value) == _KEY_LENGTH and _KEY.fullmatch(value)
        return str(masked(UUID(value), mask)) if turn else _storable(value)
    if isinstance(value, float):
        whole = abs(value) >= _WHOLE_ABOVE and value.is_integer()
        return int(value) if whole else value + 0.0
    return value
