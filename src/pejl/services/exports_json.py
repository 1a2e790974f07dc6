"""The workspace as one JSON document, `pejl-json`: goals as programs read them, and what hangs on them.

Measured numbers are JSON numbers, digit for digit as given; `docs/exports.md` describes each field. It is
written a piece at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final

from pejl.domain.grading import Bands
from pejl.queries import directories, kpis, resources, sheets
from pejl.queries import periods as periods_read
from pejl.queries.scope import Member
from pejl.queries.sheets import WorkspaceRow

FORMAT: Final = "pejl-json"
VERSION: Final = 1


def write(by: Member, out: BinaryIO, *, now: datetime) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n")
    workspace = sheets.workspace(by)
    head = {"format": FORMAT, "version": VERSION, "known_at": now, "workspace": _workspace(workspace)}
    text.write(
        "{\n"
        + ",\n".join(f"{resources.encoded(name)}: {resources.encoded(value)}" for name, value in head.items())
    )
    for name, rows in (
        ("goals", _goals(by, bands=workspace.bands, now=now)),
        ("checkins", map(resources.checkin, sheets.checkins(by))),
        ("comments", map(resources.comment, sheets.comments(by))),
        ("tasks", map(resources.task, sheets.tasks(by))),
        ("kpis", _kpis(by)),
        ("people", _people(by)),
        ("teams", _teams(by)),
        ("periods", _periods(by, now=now)),
    ):
        text.write(f",\n{resources.encoded(name)}: [")
        for place, row in enumerate(rows):
            text.write(("\n" if place == 0 else ",\n") + resources.encoded(row))
        text.write("]")
    text.write("\n}\n")
    text.flush()
    text.detach()


def _workspace(row: WorkspaceRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "language": row.language,
        "timezone": row.timezone,
        "fiscal_year_start": row.fiscal_year_start,
        "periods": row.scheme,
    }


def _goals(by: Member, *, bands: Bands, now: datetime) -> Iterator[dict[str, Any]]:
    for some in sheets.batches(sheets.ids(by)):
        sources = sheets.sources(by, some)
        for row in sheets.goals(by, some, now=now):
            yield resources.goal(row, bands=bands, source=sources.get(row.id))


def _kpis(by: Member) -> Iterator[dict[str, Any]]:
    readings = sheets.readings(by)
    for row in kpis.rows(by):
        said = [{"on": on, "value": value} for on, value in readings.get(row.item, ())]
        yield {**resources.kpi(row), "readings": said}


def _people(by: Member) -> Iterator[dict[str, Any]]:
    managers = sheets.managers(by)
    for row in directories.people(by):
        yield resources.person(row, manager=managers.get(row.id), admin=by.is_admin)


def _teams(by: Member) -> Iterator[dict[str, Any]]:
    rows = {row.id: row for row in directories.teams(by)}
    return (resources.team(row, rows) for row in rows.values())


def _periods(by: Member, *, now: datetime) -> Iterator[dict[str, Any]]:
    rows = periods_read.every(by)
    current = periods_read.current(rows, today=by.today(now))
    return (resources.period(row, current=row == current, language=by.language) for row in rows)
