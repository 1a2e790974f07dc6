"""How the columns of a table are read, kept under a name, so that the next file like it is read the same way.

A profile is {heading: field}, "" for a column that is left out. Headings are compared as the readers of
tables compare them: case, blanks and signs do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from pejl.adapters.formats import cells, layouts, tables
from pejl.models import Profile
from pejl.queries.scope import Member
from pejl.services import events, gates, texts
from pejl.services.commands import command
from pejl.services.errors import Rejected

LONGEST: Final = 100
MOST: Final = 100


@command
def save(name: str, *, columns: Mapping[str, str], by: Member, at: datetime) -> UUID:
    """Keeps the columns under that name; one of the same name, whatever its case, is replaced.

    Admins only: raises `Forbidden`, or `Rejected` (`name`, `columns`).
    """
    gates.admin(by)
    called = texts.line(name, field="name", most=LONGEST)
    kept = checked(columns)
    if not any(kept.values()):
        raise Rejected.one("profile.empty", field="columns")
    rows = Profile.objects.filter(workspace_id=by.workspace_id)
    # Not asked of the database: SQLite folds the case of A to Z alone.
    found = next((row for row in rows if row.name.casefold() == called.casefold()), None)
    if found is None:
        if len(rows) >= MOST:
            raise Rejected.one("profile.many", field="name", most=MOST)
        found = Profile(workspace_id=by.workspace_id)
    found.name, found.columns, found.by_id, found.at = called, kept, by.person_id, at
    found.save()
    events.record("profile.saved", by=by, at=at, subject=found.pk, name=called)
    made: UUID = found.pk
    return made


@command
def remove(profile_id: UUID, *, by: Member, at: datetime) -> None:
    """Files that were read by it stay as they are. Admins only: raises `Forbidden` or `NotFound`."""
    gates.admin(by)
    found = gates.known(Profile.objects.filter(workspace_id=by.workspace_id, pk=profile_id).first())
    events.record("profile.removed", by=by, at=at, subject=found.pk, name=found.name)
    found.delete()


def checked(columns: Mapping[str, str]) -> dict[str, str]:
    """The columns as they can be kept. Raises `Rejected` (`columns`) for a field that is not among
    `layouts.FIELDS`, or for more than a table has."""
    if len(columns) > tables.MAX_SPILL or any(len(heading) > cells.MAX_CELL for heading in columns):
        raise Rejected.one("file.too-large", field="columns", limit=tables.MAX_SPILL)
    if any(field and field not in layouts.FIELDS for field in columns.values()):
        raise Rejected.one("choice.unknown", field="columns")
    return {cells.plain(heading): field for heading, field in columns.items()}


def fitting(headings: Iterable[str], *, by: Member) -> dict[str, str]:
    """The columns of the profile that has exactly these headings in any order, the newest where several
    have; nothing where none has. One query."""
    wanted = folded(headings)
    rows = Profile.objects.filter(workspace_id=by.workspace_id).order_by("-at", "-pk")
    return next((dict(row.columns) for row in rows if wanted and folded(row.columns) == wanted), {})


def folded(headings: Iterable[str]) -> frozenset[str]:
    """Headings as they are compared."""
    return frozenset(map(tables.folded, headings))
