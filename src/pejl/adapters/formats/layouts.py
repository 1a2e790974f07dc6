"""Tables of goals as data: which heading of which tool is which field, and one reader for all of them.

>>> one = Layout("tool", {"Goal": "title", "Due": "end_date", "Points": ""}, signs=("Goal", "Due"))
>>> one.fits(("Due", "Goal", "Note")), one.fits(("Goal", "Note"))
(True, False)
>>> one.match(("Due", "Goal", "Note"), {"Note": "description"})
{'Due': 'end_date', 'Goal': 'title', 'Note': 'description'}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol

from pejl.adapters.formats import layouts_goals, tables
from pejl.adapters.formats.layouts_facts import Columns, Rules
from pejl.adapters.formats.tables import Row
from pejl.adapters.formats.viva_explorer_facts import OTHER_ENCODING
from pejl.domain.transfers import Place, Problem, Said
from pejl.domain.values import Refused

Profile = Mapping[str, str]
Match = Callable[[Sequence[str]], Mapping[str, str]]

# What a column can be read as, and what that is called in English; "" is for one that is not read.
FIELDS: Final[Mapping[str, str]] = {
    "title": "Title",
    "objective": "Objective above",
    "kind": "Type",
    "id": "Id",
    "key": "Number in the file",
    "parent_id": "Parent’s id",
    "parent_key": "Parent’s number in the file",
    "parent": "Parent",
    "order": "Number in the outline",
    "share": "Weight under its parent",
    "owner": "Owner",
    "owner_email": "Owner’s email",
    "owner_id": "Owner’s id",
    "creator": "Created by",
    "creator_email": "Creator’s email",
    "team": "Team",
    "level": "Level",
    "level_name": "Name of the level’s team or person",
    "period": "Period",
    "start_date": "Start date",
    "end_date": "End date",
    "created": "Created on",
    "description": "Description",
    "objective_description": "Description of the objective above",
    "unit": "Unit",
    "currency": "Currency",
    "from": "Start value",
    "to": "Target",
    "operator": "Direction of the target",
    "value": "Current value",
    "progress": "Progress in per cent",
    "status": "Status",
    "phase": "Phase",
    "archived": "Archived",
    "score": "Score",
    "ambition": "Ambition",
    "tags": "Tags",
    "visibility": "Who may see it",
    "checked": "Date of the last check-in",
    "note": "Note of the last check-in",
    "confidence": "Confidence",
    "action": "What to do with the row",
    "part_title": "Key result under the row",
    "part_progress": "Progress of the key result under the row",
}
_MANY: Final = frozenset({"part_title", "part_progress", "tags"})
_DIGITS: Final = re.compile(r"[0-9]+")


class Format(Protocol):
    """What reads one kind of file: a module or an object. `read(file)` gives lines, problems and homeless
    fields; it may also take a `profile` ({heading: field}) and the file's `name`."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - as modules write it

    @property
    def recognise(self) -> Callable[[BinaryIO, str], bool]: ...

    @property
    def read(self) -> Callable[..., Iterator[Said]]: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """The table of one tool. `headings` as the tool writes them, with the field each is ("" for one that
    tells nothing kept here); a number in a heading stands for any. `signs` are headings that a table of
    this tool has and others have not all of."""

    NAME: str
    headings: Mapping[str, str]
    signs: tuple[str, ...]
    rules: Rules = field(default_factory=Rules)

    def fits(self, headings: Sequence[str]) -> bool:
        return {tables.folded(one) for one in self.signs} <= {tables.folded(one) for one in headings}

    def match(self, headings: Sequence[str], profile: Profile | None = None) -> dict[str, str]:
        """The field of each heading, "" for those that are not read."""
        known = {tables.folded(heading): field for heading, field in self.headings.items()}
        own = {one: known.get(key := tables.folded(one)) or known.get(counted(key), "") for one in headings}
        return chosen(headings, own, profile)

    def recognise(self, file: BinaryIO, name: str) -> bool:
        """Whether this is such a table, by its headings. Rewinds."""
        return self.fits(tables.headings(file, name, fits=self.fits))

    def columns(
        self, file: BinaryIO, profile: Profile | None = None, name: str = ""
    ) -> list[tuple[str, str]]:
        """Each heading with the field it is read as."""
        headings = tables.headings(file, name, fits=fitting(self.fits, profile))
        return list(self.match(headings, profile).items())

    def read(self, file: BinaryIO, profile: Profile | None = None, name: str = "") -> Iterator[Said]:
        """See :func:`read`."""
        return read(
            file,
            name,
            fits=fitting(self.fits, profile),
            match=lambda found: self.match(found, profile),
            rules=self.rules,
        )


def read(file: BinaryIO, name: str, *, fits: tables.Fits, match: Match, rules: Rules) -> Iterator[Said]:
    """The goals of a table in the order of its rows. Refuses the file as a whole, also midway, as
    :func:`tables.table` does."""
    table = tables.table(file, name, fits=fits)
    if not fits(table.headings):
        raise Refused("file.no-headings", field="file")
    if table.encoding == tables.WINDOWS:
        yield Problem(Place("", 0, ""), "", OTHER_ENCODING)

    def rows() -> Iterator[tuple[str, Row]]:
        return (("rows", row) for row in tables.table(file, name, fits=fits).rows)

    yield from layouts_goals.said(rows, columns=by_field(match(table.headings)), rules=rules)


def chosen(headings: Sequence[str], own: Mapping[str, str], profile: Profile | None) -> dict[str, str]:
    """The field of each heading: what the profile says, else its own; a field that the profile gives to
    one column is no other's."""
    given = {
        tables.folded(heading): name if name in FIELDS else "" for heading, name in (profile or {}).items()
    }
    taken = set(given.values()) - _MANY
    found = {}
    for heading in headings:
        key = tables.folded(heading)
        first = own.get(heading, "")
        found[heading] = given.get(key, "" if first in taken else first)
    return found


def by_field(found: Mapping[str, str]) -> Columns:
    columns: dict[str, tuple[str, ...]] = {}
    for heading, name in found.items():
        if name:
            columns[name] = (*columns.get(name, ()), heading)
    return columns


def fitting(fits: tables.Fits, profile: Profile | None) -> tables.Fits:
    """Headings fit by themselves, or by being all those of the profile."""
    named = {tables.folded(one) for one in profile or {}}
    return lambda headings: fits(headings) or bool(named and named <= set(map(tables.folded, headings)))


def counted(key: str) -> str:
    """A folded heading with its numbers as 1: "keyresult12title" is "keyresult1title"."""
    return _DIGITS.sub("1", key)
