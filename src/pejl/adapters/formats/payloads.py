"""Goals as other products' interfaces answer with them: JSON, read as a stream and taken like rows.

A file is an array of records, or an object with such arrays under any names (`{"data": […]}`,
`{"goals": […], "metrics": […]}`), or with one record as its data. What is inside a record's own records is
named with points ("metric.unit"). One record at a time stands in memory; the file is gone through twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import ijson  # type: ignore[import-untyped]

from pejl.adapters.formats import cells, jsons, layouts, layouts_goals, tools
from pejl.adapters.formats.layouts import Profile
from pejl.adapters.formats.layouts_facts import Rules
from pejl.adapters.formats.tables import Row
from pejl.domain.transfers import Said
from pejl.domain.values import Kind, Refused

_CHUNK: Final = 64 * 1024
_LOOKED_AT: Final = 3  # records that tell what a file is
_BOM: Final = b"\xef\xbb\xbf"
_LISTED: Final = re.compile(r"[^.]+\.item")
_ENDS: Final = {"start_map": "end_map", "start_array": "end_array"}
_MAIN: Final = "rows"  # the part that records stand in which nothing names

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Payload:
    """The answers of one product. `keys` are the names it has for fields, by part of the file ("rows" for
    the main one); `signs` those of which a record of a part has one set; `inner` is the array in a record
    whose records stand under it, and the part they are taken as."""

    NAME: str
    keys: Mapping[str, str]
    signs: Mapping[str, tuple[frozenset[str], ...]]
    rules: Rules = field(default_factory=Rules)
    inner: tuple[str, str] = ("", "")

    def recognise(self, file: BinaryIO, name: str) -> bool:  # noqa: ARG002 - told by what is in it
        """Whether the first records are such answers. Rewinds."""
        try:
            found = [record for _, record in _first(records(file))]
        except Refused:
            return False
        finally:
            file.seek(0)
        return bool(found) and all(self._part(record) for record in found)

    def read(self, file: BinaryIO, profile: Profile | None = None) -> Iterator[Said]:
        """The goals in the order of the file, each followed by what is to be said of it. Refuses it as a
        whole, also midway: ``file.broken-json``, ``file.too-large``."""
        own = {key: self.keys.get(key, "") for key in self.keys}
        columns = layouts.by_field(layouts.chosen(tuple(own), own, profile))
        yield from layouts_goals.said(lambda: self._rows(file), columns=columns, rules=self.rules)

    def _rows(self, file: BinaryIO) -> Iterator[tuple[str, Row]]:
        counts: dict[str, int] = {}
        inner, part_of = self.inner
        for given, record in records(file):
            part = self._part(record) or (given if given in self.signs else _MAIN)
            yield part, self._row(part, record, counts)
            above = counts[part]
            for one in _inside(record, inner):
                yield part_of, self._row(part_of, {**one, "parent": above}, counts)

    def _row(self, part: str, record: Record, counts: dict[str, int]) -> Row:
        counts[part] = counts.get(part, 0) + 1
        told = dict(flat(record, without=self.inner[0]))
        if self.inner[0] and part == _MAIN:
            told["row"] = counts[part]
        return Row(counts[part], {key: value for key, value in told.items() if value is not None}, [], {})

    def _part(self, record: Record) -> str:
        told = record.keys()
        return next((part for part, some in self.signs.items() if any(one <= told for one in some)), "")


def records(file: BinaryIO) -> Iterator[tuple[str, Record]]:
    """Each record with the name of the array it stands in. Refuses what is no JSON, and a record that is
    larger than any honest one."""
    cells.weigh(file)
    stream = _Stream(file)
    try:
        for _, (part, record) in cells.counted(_built(stream)):
            stream.mark()
            if isinstance(record, dict):
                yield part, cells.kept(record)
    except Refused:
        raise
    except (ijson.JSONError, ValueError, ArithmeticError) as error:
        raise Refused("file.broken-json", field="file", member="JSON") from error


def flat(record: Record, *, without: str = "", prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The record as the cells of a row: names with points for what is inside, a list of plain things or of
    those with a name as one text."""
    for key, value in record.items():
        if key == without:
            continue
        if isinstance(value, dict):
            yield from flat(value, prefix=f"{prefix}{key}.")
        elif isinstance(value, list):
            parts = (one.get("email") or one.get("name") if isinstance(one, dict) else one for one in value)
            text = "; ".join(cells.plain(one) for one in parts if one not in (None, ""))
            yield prefix + key, text or None
        elif isinstance(value, bool):
            yield prefix + key, "true" if value else None
        else:
            yield prefix + key, value if value != "" else None


class _Stream:
    """The file as the parser wants it: from its beginning, without a byte-order mark, a record at most
    MAX_RECORD bytes long."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._file, self._guard = file, jsons.Guard()
        self._first = file.read(_CHUNK).removeprefix(_BOM)
        self._read = self._marked = 0
        if self._first.lstrip()[:1] not in (b"[", b"{"):
            raise Refused("file.broken-json", field="file", member="JSON")

    def mark(self) -> None:
        self._marked = self._read

    def read(self, size: int) -> bytes:
        if size == 0:  # the parser asks so for the type
            return b""
        chunk, self._first = self._first or self._file.read(size), b""
        self._read += len(chunk)
        if self._read - self._marked > cells.MAX_RECORD:
            raise Refused("file.too-large", field="file", limit=cells.MAX_RECORD)
        return self._guard.seen(chunk)


def _built(stream: _Stream) -> Iterator[tuple[str, Any]]:
    """Each record, with the name at the top that it stands under."""
    builder, start, depth = None, "", 0
    for prefix, event, value in ijson.parse(stream, buf_size=_CHUNK):
        if builder is None:
            if event not in _ENDS or not _is_record(prefix, event):
                continue
            builder, start, depth = ijson.ObjectBuilder(), prefix, 0
        builder.event(event, value)
        depth += (event in _ENDS) - (event in _ENDS.values())
        if depth > cells.MAX_DEPTH:
            raise Refused("file.too-large", field="file", limit=cells.MAX_DEPTH)
        if depth == 0:
            yield _named(start), builder.value
            builder = None


def _is_record(prefix: str, event: str) -> bool:
    """Whether what begins here is a record: in an array at the top or under a name, or alone as data."""
    return event == "start_map" and (prefix in ("item", "data") or _LISTED.fullmatch(prefix) is not None)


def _named(prefix: str) -> str:
    return prefix.partition(".")[0]


def _first(found: Iterator[tuple[str, Record]]) -> Iterator[tuple[str, Record]]:
    for number, one in enumerate(found, start=1):
        yield one
        if number == _LOOKED_AT:
            return


def _inside(record: Record, name: str) -> Iterator[Record]:
    some = record.get(name) if name else None
    yield from (one for one in some if isinstance(one, dict)) if isinstance(some, list) else ()


QUANTIVE: Final = Payload(
    "quantive",
    {
        "id": "id", "_id": "id", "name": "title", "description": "description", "ownerId": "owner_id",
        "owner.name": "owner", "owner.email": "owner_email", "dateFrom": "start_date", "dateTo": "end_date",
        "dueDate": "end_date", "goalId": "parent_id", "parentId": "parent_id", "initialValue": "from",
        "target": "to", "targetOperator": "operator", "actual": "value", "status": "status", "unit": "unit",
        "progress": "progress",
    },
    signs={
        "metrics": (frozenset({"name", "goalId"}),),
        _MAIN: (frozenset({"name", "ownerId", "dateFrom"}), frozenset({"name", "sessionId"})),
    },
    rules=Rules(parts={_MAIN: Kind.OBJECTIVE, "metrics": Kind.KEY_RESULT}, scale=None),
)  # fmt: skip

ASANA: Final = Payload(
    "asana",
    {
        "gid": "id", "name": "title", "notes": "description", "owner.gid": "owner_id", "owner.name": "owner",
        "owner.email": "owner_email", "due_on": "end_date", "start_on": "start_date",
        "time_period.display_name": "period", "time_period.period": "period", "status": "status",
        "team.name": "team", "metric.initial_number_value": "from", "metric.current_number_value": "value",
        "metric.target_number_value": "to", "metric.unit": "unit", "metric.currency_code": "currency",
        "parent.gid": "parent_id", "created_at": "created", "metric.precision": "",
    },
    signs={
        _MAIN: (
            frozenset({"name", "owner", "due_on"}),
            frozenset({"name", "time_period"}),
            frozenset({"name", "metric"}),
        )
    },
    # 0.25 of its percentages is shown as 25 %.
    rules=Rules(fractions=frozenset({"percentage"})),
)  # fmt: skip

LARK: Final = Payload(
    "lark",
    {"text": "title", "notes": "description", "row": "key", "parent": "parent_key"},
    signs={_MAIN: (frozenset({"text", "krs"}),)},
    rules=Rules(parts={_MAIN: Kind.OBJECTIVE, "key_results": Kind.KEY_RESULT}),
    inner=("krs", "key_results"),
)

ATLASSIAN: Final = Payload(
    "atlassian-goals",
    tools.ATLASSIAN.headings,
    signs={_MAIN: (frozenset(tools.ATLASSIAN.signs),)},
)

PAYLOADS: Final = (QUANTIVE, ASANA, LARK, ATLASSIAN)
