"""Bringing files in: looked through first, applied whole or not at all, with a receipt for every row.

>>> # one = transfers.preview(file, name="export.zip", by=ida, at=now)
>>> # transfers.apply(one, by=ida, at=now)
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.db import transaction

from pejl.adapters.formats import (
    cells,
    layouts,
    payloads,
    spreadsheets,
    tables,
    tools,
    viva_explorer,
    viva_zip,
)
from pejl.adapters.formats.layouts import Format
from pejl.domain.receipts import Receipt
from pejl.domain.transfers import Said
from pejl.domain.values import Refused
from pejl.models import Import, ImportState
from pejl.models.fields import new_id
from pejl.queries.scope import Member
from pejl.services import commands, events, gates, profiles, transfers_files
from pejl.services.commands import command
from pejl.services.errors import Conflict, Rejected
from pejl.services.transfers_landing import Landing

log = logging.getLogger("pejl.transfers")
# Each has NAME, `recognise(file, name)` and `read(file)`; `columns(file)` and a profile where there is a
# choice of columns. The first that knows the file reads it.
FORMATS: Final[tuple[Format, ...]] = (
    viva_zip,
    *tools.LAYOUTS,
    viva_explorer,
    *payloads.PAYLOADS,
    spreadsheets,
)
# Formats of one product: a goal of one file is the goal of that id in the other.
_SYSTEMS: Final = {viva_explorer.NAME: viva_zip.NAME}
Progress = Callable[[int, int], None]


def preview(
    file: BinaryIO,
    *,
    name: str,
    by: Member,
    at: datetime,
    profile: Mapping[str, str] | None = None,
    key: str | None = None,
) -> UUID:
    """Looks a file through and keeps it; gives the import, which has the receipt of a dry run. The same file
    with the same `key` is the same import.

    `profile` says which column of a table is read as which field; None is the kept profile that has exactly
    the headings of the file, or else as they say by themselves, as {} does always. Nothing else is written.
    Admins only: raises `Forbidden`, or `Rejected` (`file.…`, at `file`) for a file that is refused as a
    whole.
    """
    gates.admin(by)
    given = None if profile is None else profiles.checked(profile)
    transfers_files.tidy(at=at)
    number = new_id() if key is None else _numbered(transfers_files.digest(file), name, by=by, at=at, key=key)
    if Import.objects.filter(workspace_id=by.workspace_id, pk=number).exists():
        return number
    load = Import(
        id=number, workspace_id=by.workspace_id, file_name=_bare(name), by_id=by.person_id, at=at,
    )  # fmt: skip
    load.file_size, load.sha256 = transfers_files.keep(load.pk, file)
    try:
        load.profile = _own(file, name=name, by=by) if given is None else given
        _look(load, file, by=by, at=at)
        made: UUID = _store(load, by=by, at=at)
    except BaseException:
        transfers_files.forget(load.pk)
        raise
    return made


@command
def _numbered(sha256: str, name: str, *, by: Member, at: datetime) -> UUID:  # noqa: ARG001 - a key stands for them
    return new_id()


@command
def _store(load: Import, *, by: Member, at: datetime) -> UUID:  # noqa: ARG001 - a write like any other
    load.save(force_insert=True)
    made: UUID = load.pk
    return made


def again(import_id: UUID, *, profile: Mapping[str, str], by: Member, at: datetime) -> UUID:
    """Looks the kept file through once more, its columns read as `profile` says ({} is as they say by
    themselves); the receipt is the new one. Twice is as once.

    Admins only: raises `Forbidden`, `NotFound`, `Conflict` (`import.applied`; `import.gone` where the file is
    no longer kept), or `Rejected` (`columns` where they cannot be chosen, or `file`); nothing changes then.
    """
    gates.admin(by)
    load = _open(import_id, by=by)
    load.profile, load.by_id, load.at = profiles.checked(profile), by.person_id, at
    try:
        with transfers_files.path(load.pk).open("rb") as file:
            if not fields(recognised(file, name=load.file_name, profile=load.profile).NAME):
                raise Rejected.one("import.no-columns", field="columns")
            _look(load, file, by=by, at=at)
    except FileNotFoundError as error:
        raise Conflict.one("import.gone") from error
    _replace(load, by=by, at=at)
    return import_id


@command
def _replace(load: Import, *, by: Member, at: datetime) -> None:  # noqa: ARG001 - a write like any other
    _open(load.pk, by=by)
    load.save(update_fields=["profile", "by", "at", "format", "receipt"])


def _look(load: Import, file: BinaryIO, *, by: Member, at: datetime) -> None:
    """What would come of the file, in the import's own row, which is not saved yet."""
    reader = recognised(file, name=load.file_name, profile=load.profile)
    load.format = reader.NAME
    load.receipt = _landed(load, file, reader, by=by, at=at, dry=True).told()


def _own(file: BinaryIO, *, name: str, by: Member) -> dict[str, str]:
    """The kept profile that has exactly the headings of this file; {} for none, and for what is no table."""
    try:
        reader = recognised(file, name=name)
    except Rejected:
        file.seek(0)
        return profiles.fitting(tables.headings(file, name), by=by)
    if not _takes_profile(reader) or not hasattr(reader, "columns"):
        return {}
    read = _asked(reader.columns, {"name": name})
    return profiles.fitting((heading for heading, _field in read(file)), by=by)


def fields(form: str) -> Mapping[str, str]:
    """What a column of such a file can be read as, with its name in English; nothing where there is no
    choice. `form` is the name of a format."""
    reader = next((one for one in FORMATS if form == one.NAME), None)
    if reader is None or not _takes_profile(reader):
        return {}
    return labels(form)


def labels(form: str) -> Mapping[str, str]:
    """What the fields of such a file are called in English, also where there is no choice."""
    reader = next((one for one in FORMATS if form == one.NAME), None)
    known: Mapping[str, str] = getattr(reader, "FIELDS", layouts.FIELDS)
    return known


def _takes_profile(reader: Format) -> bool:
    return "profile" in inspect.signature(reader.read).parameters


def _asked(function: Callable[..., Any], options: Mapping[str, Any]) -> Callable[[BinaryIO], Any]:
    """The function with those of the options that it takes."""
    wanted = inspect.signature(function).parameters
    return partial(function, **{name: value for name, value in options.items() if name in wanted})


def apply(
    import_id: UUID,
    *,
    by: Member,
    at: datetime,
    key: str | None = None,
    progress: Progress | None = None,
) -> UUID:
    """Does what was looked through, against what is here by now, in one transaction: a stop in the middle
    leaves nothing behind, and doing it again does all of it. One that was applied answers the same again.

    `progress` is told rows done and rows in all, and so is who asks :func:`under_way` meanwhile. Admins
    only: raises `Forbidden`, `NotFound`, `Conflict` (`import.gone`) where the file is no longer kept, or
    `Rejected`.
    """
    gates.admin(by)
    told = _Told(import_id, progress)
    try:
        done: UUID = _apply(import_id, by=by, at=at, key=key, told=told)
    finally:
        if told.begun:  # of two that apply at once, the one that waited has told nothing
            transfers_files.hush(import_id)
    transfers_files.forget(import_id)
    return done


def under_way(import_id: UUID, *, at: datetime) -> tuple[int, int] | None:
    """Rows read so far and rows in all of an import that is being applied, whoever does it and in whatever
    process; None where nothing is under way. Once all are read they are written, which takes a while."""
    return transfers_files.told(import_id, at=at)


class _Told:
    """Who is told of progress; no part of what an idempotency key stands for."""

    def __init__(self, import_id: UUID, progress: Progress | None) -> None:
        self.import_id, self.progress, self.begun = import_id, progress, False

    def tell(self, done: int, total: int) -> None:
        self.begun = True
        transfers_files.tell(self.import_id, done=done, total=total)
        if self.progress is not None:
            self.progress(done, total)

    def __repr__(self) -> str:
        return "told"


@command
def _apply(import_id: UUID, *, told: _Told, by: Member, at: datetime) -> UUID:
    load = _found(import_id, by=by)
    if load.state == ImportState.APPLIED:
        return import_id
    total = sum(row["read"] for row in load.receipt.get("rows", {}).values())

    def tell(done: int) -> None:
        told.tell(min(done, total), total)

    tell(0)
    try:
        with transfers_files.path(load.pk).open("rb") as file:
            reader = recognised(file, name=load.file_name, profile=load.profile)
            receipt = _landed(load, file, reader, by=by, at=at, dry=False, tell=tell)
    except FileNotFoundError as error:
        raise Conflict.one("import.gone") from error
    load.receipt, load.state, load.applied_at = receipt.told(), ImportState.APPLIED, at
    load.save(update_fields=["receipt", "state", "applied_at"])
    moved = {kind: number for kind, number in (receipt.made + receipt.changed).items() if number}
    if moved:
        events.record("workspace.imported", by=by, at=at, subject=load.pk, file=load.file_name, rows=moved)
    log.info("workspace %s: import %s by person %s: %s", by.workspace_id, load.pk, by.person_id, moved)
    return import_id


def discard(import_id: UUID, *, by: Member, at: datetime | None = None) -> None:  # noqa: ARG001 - nothing is told of it
    """Gives a preview up, and its file with it. One that was applied stays: `Conflict` (`import.applied`)."""
    gates.admin(by)
    with transaction.atomic():
        commands.lock(by.workspace_id)
        _open(import_id, by=by).delete()
    transfers_files.forget(import_id)


def forget_all(by: Member) -> None:
    """The kept files of a workspace go when the caller's transaction ends well."""
    for pk in Import.objects.filter(workspace_id=by.workspace_id).values_list("pk", flat=True):
        transaction.on_commit(partial(transfers_files.forget, pk))


def recognised(file: BinaryIO, *, name: str, profile: Mapping[str, str] | None = None) -> Format:
    """The reader of this file, by what is in it; a table that nobody knows is one where all headings of the
    profile are. Raises `Rejected` (`file.unknown`)."""
    for reader in FORMATS:
        file.seek(0)
        if reader.recognise(file, name):
            file.seek(0)
            return reader
    file.seek(0)
    if profile:
        fits = layouts.fitting(lambda _headings: False, profile)
        if fits(tables.headings(file, name, fits=fits)):
            return spreadsheets
    raise Rejected.one("file.unknown", field="file")


def _landed(
    load: Import,
    file: BinaryIO,
    reader: Format,
    *,
    by: Member,
    at: datetime,
    dry: bool,
    tell: Callable[[int], None] = lambda _done: None,
) -> Receipt:
    options = {"profile": load.profile, "name": load.file_name}
    total = sum(row["read"] for row in load.receipt.get("rows", {}).values())
    landing = Landing(
        commands.workspace(by),
        load.pk,
        system=_SYSTEMS.get(reader.NAME, reader.NAME),
        form=reader.NAME,
        by=by,
        at=at,
        dry=dry,
    )
    try:
        receipt = landing.run(
            _ending(_asked(reader.read, options)(file), partial(tell, total)), progress=tell
        )
        if hasattr(reader, "columns"):
            file.seek(0)
            receipt.columns = [
                (heading, str(field)) for heading, field in _asked(reader.columns, options)(file)
            ]
    except Refused as refused:
        raise Rejected.by_rule(refused, field="file") from refused
    return receipt


def _ending(said: Iterator[Said], ended: Callable[[], None]) -> Iterator[Said]:
    """What is said, and word of its end: the last rows would be told only when all are written."""
    yield from said
    ended()


def _open(import_id: UUID, *, by: Member) -> Import:
    """One that is not applied yet; raises `Conflict` (`import.applied`)."""
    load = _found(import_id, by=by)
    if load.state == ImportState.APPLIED:
        raise Conflict.one("import.applied")
    return load


def _found(import_id: UUID, *, by: Member) -> Import:
    return gates.known(Import.objects.filter(workspace_id=by.workspace_id, pk=import_id).first())


def _bare(name: str) -> str:
    """The file's own name, whatever folders the sender's machine has."""
    return cells.plain(name.replace("\\", "/").rpartition("/")[2])[:255] or "file"


def kept(import_id: UUID) -> Path:
    """Where the file of an import lies until it is applied or given up."""
    return transfers_files.path(import_id)
