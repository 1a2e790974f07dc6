"""Viva Goals' export of a whole organisation: a ZIP of seven JSON arrays, read as a stream.

A member is known by the beginning of its name, whatever its case and what follows; each may be missing.
One record at a time stands in memory. `Parent IDs` are the tree; `Alignment` gives shares only. What can
only be seen across rows (a parent or a goal that is not in the export, the same id twice) is for the
caller. A row of `Tags` has no place by itself and is told as a :class:`Problem`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import ijson  # type: ignore[import-untyped]

from pejl.adapters.formats import cells, jsons, viva_zip_goals
from pejl.adapters.formats.viva_zip_rows import Row, unmarked
from pejl.domain.transfers import (
    CheckinLine,
    CommentLine,
    Line,
    PeriodLine,
    PersonLine,
    Place,
    Said,
    TeamLine,
)
from pejl.domain.values import Refused

NAME: Final = "viva-goals"

# In the order in which later lines need the earlier ones.
MEMBERS: Final = ("Tags", "TimePeriods", "Teams", "Users", "objectives", "checkins", "comments")

NO_NAME: Final = "name is missing"
NO_MEASURE: Final = "value has no measure: its goal is read as per cent by hand"
TAG_ALONE: Final = "a tag has no place by itself: tags come with their goals"

_MEMBER: Final = re.compile(rf"({'|'.join(MEMBERS)})(?![a-z]).*\.json", re.IGNORECASE | re.DOTALL)
_MEMBER_OF: Final = {name.casefold(): name for name in MEMBERS}
_ORGANISATION: Final = re.compile(r"_file_([0-9]+)_|_organization_([0-9]+)_", re.IGNORECASE)
_LOCAL_NAME: Final = 30  # where the first member's name stands in a ZIP
_CHUNK: Final = 64 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_GONE: Final = frozenset({"inactive", "deactivated", "disabled", "deleted", "archived", "suspended"})


def recognise(file: BinaryIO, name: str) -> bool:  # noqa: ARG001 - told by what is in it
    """Whether this is such an export; a cut-off one counts by its first member. Rewinds."""
    names = cells.listed(file)
    if names:
        return any(_member(one) for one in names)
    file.seek(0)
    head = file.read(_LOCAL_NAME + len("TimePeriods_export_file_") * 4)
    file.seek(0)
    first = head[_LOCAL_NAME:].decode("utf-8", "replace")
    return head.startswith(b"PK\3\4") and _MEMBER.match(first) is not None


def read(file: BinaryIO) -> Iterator[Said]:
    """Every row of the seven arrays in the order tags, periods, teams, people, goals, check-ins, comments.

    A row gives its line, then what there is to say of it; one that nothing can be made of gives a problem
    and no line. Refuses the file as a whole, also midway: ``file.broken-zip``, ``file.encrypted``,
    ``file.duplicate-member``, ``file.too-large``, ``file.not-recognised``, ``file.broken-json``.
    """
    with closing(cells.archive(file)) as opened:
        found = _members(opened.namelist())
        reader = _Reader(organisation=_organisation(found.values()))
        for member in (one for one in MEMBERS if one in found):
            stream = cells.Unpacked(opened, opened.getinfo(found[member]))
            for number, record in _records(stream, member=member):
                yield from reader.row(Row(Place(member, number, ""), record), sort=member)


def _members(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        member = _member(name)
        if member in found:
            raise Refused("file.duplicate-member", field="file", member=member)
        if member:
            found[member] = name
    if not found:
        raise Refused("file.not-recognised", field="file")
    return found


def _member(name: str) -> str:
    found = _MEMBER.fullmatch(name.rpartition("/")[2])
    return "" if found is None or name.startswith("__MACOSX/") else _MEMBER_OF[found[1].casefold()]


def _organisation(names: Iterable[str]) -> str:
    found = (match for name in names if (match := _ORGANISATION.search(name)))
    return next((match[1] or match[2] for match in found), "")


class _Array:
    """A member as the parser wants it: without a byte-order mark, and an array from its first sign on."""

    def __init__(self, stream: cells.Unpacked, *, member: str) -> None:
        self._stream, self._guard = stream, jsons.Guard()
        self._first = stream.read(_CHUNK).removeprefix(_BOM)
        if not self._first.lstrip().startswith(b"["):
            raise Refused("file.broken-json", field="file", member=member)

    def read(self, size: int) -> bytes:
        if size == 0:  # the parser asks so for the type
            return b""
        first, self._first = self._first, b""
        return self._guard.seen(first or self._stream.read(size))


def _records(stream: cells.Unpacked, *, member: str) -> Iterator[tuple[int, Any]]:
    try:
        for number, record in cells.counted(
            ijson.items(_Array(stream, member=member), "item", buf_size=_CHUNK)
        ):
            stream.mark()
            yield number, cells.kept(record)
    except Refused:
        raise
    except (ijson.JSONError, ValueError, ArithmeticError) as error:
        raise Refused("file.broken-json", field="file", member=member) from error


@dataclass(slots=True)
class _Reader:
    """Turns rows into lines; remembers the tags' names, and the goals whose values nothing measures."""

    organisation: str
    tags: dict[str, str] = field(default_factory=dict)
    unmeasured: set[str] = field(default_factory=set)

    def row(self, row: Row, *, sort: str) -> Iterator[Said]:
        makers: dict[str, Callable[[Row], Line | None]] = {
            "Tags": self._tag,
            "TimePeriods": _period,
            "Teams": _team,
            "Users": _person,
            "objectives": self._goal,
            "checkins": self._checkin,
            "comments": _comment,
        }
        if not row.raw:
            row.problem("", cells.NOT_A_ROW)
            yield from row.said
            return
        line = makers[sort](row)
        if line is not None:
            row.homeless()
            yield line
        yield from row.said

    def _tag(self, row: Row) -> None:
        self.tags[row.at.id] = row.text("Name", "Tag Name", "Title", "Tag")
        row.problem("", TAG_ALONE)

    def _goal(self, row: Row) -> Line:
        tags = tuple(self._tag_names(row.take("Tags")))
        line, measured = viva_zip_goals.line(row, organisation=self.organisation, tags=tags)
        if not measured:
            self.unmeasured.add(row.at.id)
        return line

    def _tag_names(self, raw: Any) -> Iterator[str]:
        """The names in a value whose shape no public file shows: texts, records, ids, or a list of those."""
        if isinstance(raw, list):
            for one in raw:  # one tag of a list may have a comma in it
                yield from [cells.plain(one)] if isinstance(one, str) else self._tag_names(one)
        elif isinstance(raw, str):
            yield from cells.words(raw, by=";,")
        elif isinstance(raw, dict):
            row = Row(Place("", 0, ""), raw)
            yield row.text("Name", "Tag Name", "Title", "Tag", "Value") or self.tags.get(row.at.id, "")
        elif raw is not None:
            yield self.tags.get(cells.plain(raw), cells.plain(raw))

    def _checkin(self, row: Row) -> Line | None:
        goal, word = row.text("OKR ID"), row.text("Status")
        row.take("Metric Name")  # the goal's own
        on, reason = cells.day(row.take("CheckIn Date"))
        active = cells.day(row.take("Activity Date")).value
        if reason or (on is None and active is None):
            row.problem("CheckIn Date", cells.NO_DATE, "" if active is None else active.isoformat())
        elif active not in (None, on):
            row.lost("Activity Date")
        value = row.number("Current Value")
        if value is not None and goal in self.unmeasured:
            row.problem("Current Value", NO_MEASURE)
            value = None
        if not cells.is_status(word):
            row.problem("Status", cells.NO_STATUS)
        on = on or active
        if on is None:
            return None
        return CheckinLine(
            row.at,
            goal=goal,
            on=on,
            value=value,
            status=cells.status(word, viva=True)[0],
            status_word=word,
            note=_note(row),
            by=next(iter(row.people("Check In Owner")), None),
        )


def _note(row: Row) -> str:
    raw = row.take("Check In Note")
    if isinstance(raw, str):
        return cells.plain(raw)
    part = row.inner(raw, prefix="Check In Note.")
    text, marked = part.text("Check In Note"), part.take("Check In Note HTML")
    return text or unmarked(marked)


def _period(row: Row) -> Line | None:
    name = _named(row, "Time Period Name", "Name")
    start, end = row.day("Start Date"), row.day("End Date")
    return PeriodLine(row.at, name=name, start=start, end=end, raw=row.raw) if name else None


def _team(row: Row) -> Line | None:
    name = _named(row, "Team Name", "Name")
    if not name:
        return None
    return TeamLine(
        row.at,
        name=name,
        parent=row.text("Parent Team"),
        leads=row.people("Team Owners"),
        archived=row.text("Status").casefold() == "archived",
        raw=row.raw,
    )


def _person(row: Row) -> Line | None:
    email = row.text("Email")
    name = _named(row, "Name", instead=email)
    if not name:
        return None
    role, sort = row.text("Role").casefold(), row.text("Member Type").casefold()
    return PersonLine(
        row.at,
        name=name,
        email=email,
        manager=next(iter(row.people("Manager")), None),
        teams=row.people("Teams"),
        admin=role.startswith("organi") and role.endswith(("owner", "admin")),
        observer="observer" in (role, sort),
        active=row.text("Status").casefold() not in _GONE,
        raw=row.raw,
    )


def _comment(row: Row) -> Line | None:
    text = row.text("Comment")
    goal, by = row.text("OKR ID"), next(iter(row.people("Created By")), None)
    posted, reason = cells.moment(row.take("Created At"))
    if reason:
        row.problem("Created At", reason)
    if not text:
        row.problem("Comment", "text is missing")
        return None
    return CommentLine(row.at, goal=goal, text=text, by=by, posted=posted)


def _named(row: Row, *names: str, instead: str = "") -> str:
    """The name on one line; where it is missing, told, what may stand for it, else the row's id."""
    name = " ".join(row.text(*names).split())
    if name:
        return name
    row.problem(names[0], NO_NAME, instead or row.at.id)
    return instead or row.at.id
