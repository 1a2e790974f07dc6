"""The portable export: every row of a workspace with all its history, as a ZIP of JSON Lines; and its import.

`docs/portable.md` describes each field. Exported, imported into an empty workspace and exported again, a
workspace gives the same bytes but for the manifest's date, whichever database it went through.

>>> # with open("fjordlight.zip", "wb") as out:
>>> #     dumps.write(by, out, at=now)
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final

from django.db import DataError, IntegrityError, connection

from pejl.models import (
    Checkin,
    Comment,
    Edge,
    Event,
    Figure,
    ForecastLearning,
    Goal,
    GoalForecast,
    GoalPerson,
    GoalTag,
    GoalTeam,
    GoalVersion,
    Guardrail,
    Import,
    Kpi,
    Mention,
    Milestone,
    Period,
    Person,
    Profile,
    Reading,
    Record,
    Task,
    Team,
    TeamMember,
    Workspace,
)
from pejl.queries.scope import Member
from pejl.services import dumps_columns, dumps_files, dumps_landing, dumps_sources, gates
from pejl.services.dumps_columns import Shape
from pejl.services.dumps_files import Counts, Progress
from pejl.services.errors import Rejected

__all__ = ["TABLES", "WORKSPACE", "Counts", "Progress", "read", "recognise", "write"]

log = logging.getLogger("pejl.dumps")
FORMAT: Final = "pejl-portable"
VERSION: Final = 1
_HERE: Final = ("workspace_id",)
# Rows before those that point at them. A sign-in stays at home: the person's e-mail goes.
TABLES: Final[tuple[Shape, ...]] = (
    dumps_columns.shape(Period, without=_HERE),
    dumps_columns.shape(Person, without=(*_HERE, "account_id")),
    *(
        dumps_columns.shape(model, without=_HERE)
        for model in (
            Team, TeamMember, Goal, GoalVersion, Figure, GoalPerson, GoalTeam, GoalTag, Milestone, Task, Edge,
            Checkin, Comment, Mention, Kpi, Reading, Guardrail, Import, Profile, Record, Event,
            GoalForecast, ForecastLearning,
        )
    ),
)  # fmt: skip
WORKSPACE: Final = dumps_columns.shape(Workspace, without=("id", "slug", "id_mask", "revision"))


def write(by: Member, out: BinaryIO, *, at: datetime, as_of: datetime | None = None) -> Counts:
    """Writes the workspace to `out` and says how many rows of each table went.

    `as_of` leaves out what was recorded later and opens spans that ended later; names of people and teams,
    periods and settings have no history and are those of now. Goals that are closed to a person stay at
    home; the terminal takes all. Admins only: raises `Forbidden`. Memory does not grow with the workspace.
    """
    gates.admin(by)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "seen_by": "everybody" if by.person_id is None else "person",
    }
    with dumps_sources.snapshot():
        mask = Workspace.objects.values_list("id_mask", flat=True).get(pk=by.workspace_id)
        closed = dumps_sources.closed(by)
        writer = dumps_files.Writer(out, head)
        writer.rows(WORKSPACE.name, _settings(by))
        for shape in TABLES:
            rows = dumps_sources.of_workspace(shape, by.workspace_id, as_of=as_of, closed=closed)
            writer.rows(shape.name, dumps_columns.lines(shape, rows, mask=mask))
        counts = writer.finish()
    log.info("workspace %s exported by person %s: %s rows", by.workspace_id, by.person_id, counts.total)
    return counts


def read(file: BinaryIO, *, by: Member, at: datetime, progress: Progress | None = None) -> Counts:
    """Takes a portable export into an empty workspace: no goals, KPIs or check-ins. All or nothing.

    The file is proved first: version, counts, digests. People are joined with the accounts of this server
    by e-mail; whoever imports stays signed in, as the person with their e-mail or as who they are. Keys
    that are in use on this server are turned, and turned back by `write`. `progress` is told a fraction of
    1. Admins only: raises `Forbidden`, else `Rejected` with one `file.…` reason.
    """
    gates.admin(by)
    told = progress or (lambda _: None)
    otherwise = Rejected.one("file.not-portable")
    with dumps_files.opened(file, kind=FORMAT, version=VERSION, otherwise=otherwise) as dump:
        dump.prove(progress=lambda part: told(part * 0.2), bounded=True)
        strange = set(dump.members) - {f"{shape.name}.jsonl" for shape in (WORKSPACE, *TABLES)}
        if strange:
            raise Rejected.one("file.newer", file=min(strange), name=min(strange))
        try:
            with connection.constraint_checks_disabled():
                counts = dumps_landing.land(
                    dump,
                    by=by,
                    at=at,
                    tables=TABLES,
                    settings=WORKSPACE,
                    told=lambda part: told(0.2 + part * 0.8),
                )
        except (DataError, IntegrityError) as error:
            raise Rejected.one("file.inconsistent", what=str(error).strip().splitlines()[0]) from error
    log.info("workspace %s imported by person %s: %s rows", by.workspace_id, by.person_id, counts.total)
    return counts


def recognise(file: BinaryIO) -> bool:
    """Whether it is a portable export, by its content. Rewinds."""
    return dumps_files.is_dump(file, kind=FORMAT, first=f"{WORKSPACE.name}.jsonl")


def _settings(by: Member) -> Iterator[bytes]:
    found = Workspace.objects.filter(pk=by.workspace_id).values_list(*WORKSPACE.names)
    return dumps_columns.lines(WORKSPACE, found)
