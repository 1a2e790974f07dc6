"""Viva Goals' Explorer export: one table of goals, each with its check-ins spilled to the right.

The file is read three times: for what only all rows together tell (what the names of the kinds mean, who
feeds whom, which weights are default shares, the days of the periods), for the goals, and for the check-ins,
which come after all goals. Columns go by name; each may be missing. The file does not tell a value that is
to stay above or below its target from one that is to move there: both are read as moving.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final

from pejl.adapters.formats import layouts, tables
from pejl.adapters.formats.viva_explorer_facts import ALIGNED, CREATOR, ID, OWNER, PERIOD, TEAM, Facts
from pejl.adapters.formats.viva_explorer_goals import Reader
from pejl.domain.transfers import Said
from pejl.domain.values import Refused

NAME: Final = "viva-goals-explorer"

# For telling how a column was read; there is no choice.
FIELDS: Final[Mapping[str, str]] = {**layouts.FIELDS, "checkins": "Check-ins"}
_READ: Final = {
    tables.folded(heading): field
    for field, headings in {
        "id": ID, "title": ("Title",), "team": TEAM, "creator": CREATOR, "owner": OWNER, "period": PERIOD,
        "start_date": ("Start Date",), "end_date": ("End Date",), "description": ("Description",),
        "parent_id": ALIGNED, "unit": ("Metric Name", "Unit"), "from": ("Start",), "to": ("Target",),
        "value": ("Actual Progress",), "progress": ("Progress %",), "kind": ("Object Type",),
        "ambition": ("Goal Type",), "created": ("Created At",), "checked": ("Last Check-in",),
        "note": ("Last Check-in Note",), "status": ("Status",), "score": ("Score",), "tags": ("Tag", "Tags"),
        "level": ("OKR type",), "level_name": ("Type name",), "checkins": ("Checkins",),
    }.items()
    for heading in headings
}  # fmt: skip
_ALIGNED: Final = frozenset(map(tables.folded, ALIGNED))
_USUAL: Final = frozenset({"objecttype", "period", "owner", "status", "checkins"})
_TELLING: Final = frozenset(
    {"objecttype", "goaltype", "lastcheckin", "lastcheckinnote", "actualprogress", "okrtype", "typename"}
)
_ENOUGH_USUAL: Final = 3
_ENOUGH_TELLING: Final = 2


def recognise(file: BinaryIO, name: str) -> bool:
    """Whether this is such an export, by its headings. Rewinds."""
    return fits(tables.headings(file, name, fits=fits))


def fits(headings: Sequence[str]) -> bool:
    """Whether these are the headings of an Explorer export, in any order and number."""
    found = {tables.folded(heading) for heading in headings}
    if "title" not in found:
        return False
    aligned = bool(found & _ALIGNED)
    usual = len(found & _USUAL) + aligned
    own = aligned or "checkins" in found
    return own or usual >= _ENOUGH_USUAL or len(found & _TELLING) >= _ENOUGH_TELLING


def columns(file: BinaryIO) -> list[tuple[str, str]]:
    """Each heading with the field it is read as, "" for none."""
    return [(one, _READ.get(tables.folded(one), "")) for one in tables.headings(file, fits=fits)]


def read(file: BinaryIO) -> Iterator[Said]:
    """Periods, teams and people as the rows mention them (they are no rows of their own, so they stand at
    no place), then each goal and what is to be said of it, then all check-ins in the order of the rows.

    A goal without an id is referred to as "rows:N", N its row. Refuses the file as a whole, also midway,
    as :func:`tables.table` does.
    """
    table = tables.table(file, fits=fits)
    if not fits(table.headings):
        raise Refused("file.no-headings", field="file")
    facts = Facts.of(table)
    yield from facts.said(table)
    reader = Reader(facts)
    for row in tables.table(file, fits=fits).rows:
        yield from reader.goal(row)
    for row in tables.table(file, fits=fits).rows:
        yield from reader.checkins(row)
