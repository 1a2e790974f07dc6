"""Exports that programs ask for: written to the data folder, fetched from there for a day.

An export holds what the one who asked may see, so it is theirs alone: for everybody else it is not there.
Beside each file lies a note that says whose it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from pejl.domain.access import Right
from pejl.models.fields import new_id
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import exports
from pejl.services.commands import command

KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """An export that lies ready. `name` is what the file is called by who fetches it."""

    id: UUID
    form: str
    name: str
    path: Path
    kept_until: datetime


def make(
    form: str, *, as_of: datetime | None = None, by: Member, at: datetime, key: str | None = None
) -> UUID:
    """Writes the export, whole or not at all, and gives its id; what is older than a day goes.

    The same `key` gives the same export while it is kept. Raises `Forbidden` for the ZIP to who is no admin.
    """
    if form not in exports.offered(by):
        raise Forbidden(Right.SETTINGS)
    tidy(at=at)
    made: UUID = _named(form, as_of=as_of, by=by, at=at, key=key)
    file, note = _file(made), _note(made)
    if note.exists():
        return made
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with file.open("wb") as out:
            file.chmod(0o600)
            exports.write(form, by, out, at=at, as_of=as_of)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    told = {
        "workspace": str(by.workspace_id),
        "person": str(by.person_id),
        "format": form,
        "name": exports.name(by, form, day=by.today(as_of or at)),
        "at": at.isoformat(),
    }
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps(told), encoding="utf-8")
    fresh.replace(note)
    return made


@command
def _named(form: str, *, as_of: datetime | None, by: Member, at: datetime) -> UUID:  # noqa: ARG001 - a key stands for them
    return new_id()


def one(by: Member, export_id: UUID, *, now: datetime) -> Kept:
    """Raises `NotFound` to everybody but who asked for it, and after a day."""
    try:
        told = json.loads(_note(export_id).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound from error
    until = datetime.fromisoformat(told["at"]) + KEPT
    theirs = (told["workspace"], told["person"]) == (str(by.workspace_id), str(by.person_id))
    if not theirs or until <= now or not _file(export_id).exists():
        raise NotFound
    return Kept(export_id, told["format"], told["name"], _file(export_id), until)


def tidy(*, at: datetime) -> None:
    """Takes away what lies there for longer than it is kept."""
    folder = _file(UUID(int=0)).parent
    for found in folder.iterdir() if folder.is_dir() else ():
        if found.is_file() and found.stat().st_mtime < (at - KEPT).timestamp():
            found.unlink(missing_ok=True)


def _file(export_id: UUID) -> Path:
    return Path(settings.CONFIG.data_dir) / "exports" / str(export_id)


def _note(export_id: UUID) -> Path:
    return _file(export_id).with_suffix(".json")
