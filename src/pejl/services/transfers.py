"""Bringing files in: looked through first, applied whole or not at all, with a receipt for every row.

>>> # one = transfers.preview(file, name="export.zip", by=ida, at=now)
>>> # transfers.apply(one, by=ida, at=now)
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from django.db import transaction

from pejl.adapters.formats import payloads, spreadsheets, tools, viva_explorer, viva_zip
from pejl.adapters.formats.layouts import Format
from pejl.domain.receipts import Receipt
from pejl.domain.values import Refused
from pejl.models import Import, ImportState
from pejl.models.fields import new_id
from pejl.queries.scope import Member
from pejl.services import commands, events, gates, transfers_files
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
    file: BinaryIO, *, name: str, by: Member, at: datetime, profile: Mapping[str, str] | None = None
) -> UUID:
    """Looks a file through and keeps it; gives the import, which has the receipt of a dry run.

    `profile` says which column is read as which field, for tables. Nothing else is written. Admins only:
    raises `Forbidden`, or `Rejected` (`file.…`, at `file`) for a file that is refused as a whole.
    """
    gates.admin(by)
    transfers_files.tidy(at=at)
    load = Import(
        id=new_id(), workspace_id=by.workspace_id, file_name=_bare(name), by_id=by.person_id, at=at,
        profile=dict(profile or {}),
    )  # fmt: skip
    load.file_size, load.sha256 = transfers_files.keep(load.pk, file)
    try:
        reader = recognised(file, name=name)
        load.format = reader.NAME
        load.receipt = _landed(load, file, reader, by=by, at=at, dry=True).told()
        made: UUID = _store(load, by=by, at=at)
    except BaseException:
        transfers_files.forget(load.pk)
        raise
    return made


@command
def _store(load: Import, *, by: Member, at: datetime) -> UUID:  # noqa: ARG001 - a write like any other
    load.save(force_insert=True)
    made: UUID = load.pk
    return made


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

    `progress` is told rows done and rows in all. Admins only: raises `Forbidden`, `NotFound`, `Conflict`
    (`import.gone`) where the file is no longer kept, or `Rejected`.
    """
    gates.admin(by)
    done: UUID = _apply(import_id, by=by, at=at, key=key, told=_Told(progress))
    transfers_files.forget(import_id)
    return done


class _Told:
    """Who is told of progress; no part of what an idempotency key stands for."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress

    def __repr__(self) -> str:
        return "told"


@command
def _apply(import_id: UUID, *, told: _Told, by: Member, at: datetime) -> UUID:
    load = _found(import_id, by=by)
    if load.state == ImportState.APPLIED:
        return import_id
    total = sum(row["read"] for row in load.receipt.get("rows", {}).values())

    def tell(done: int) -> None:
        if told.progress is not None:
            told.progress(min(done, total), total)

    tell(0)
    try:
        with transfers_files.path(load.pk).open("rb") as file:
            reader = recognised(file, name=load.file_name)
            receipt = _landed(load, file, reader, by=by, at=at, dry=False, tell=tell)
    except FileNotFoundError as error:
        raise Conflict.one("import.gone") from error
    load.receipt, load.state, load.applied_at = receipt.told(), ImportState.APPLIED, at
    load.save(update_fields=["receipt", "state", "applied_at"])
    moved = {kind: number for kind, number in (receipt.made + receipt.changed).items() if number}
    if moved:
        events.record("workspace.imported", by=by, at=at, subject=load.pk, file=load.file_name, rows=moved)
    tell(total)
    log.info("workspace %s: import %s by person %s: %s", by.workspace_id, load.pk, by.person_id, moved)
    return import_id


def discard(import_id: UUID, *, by: Member, at: datetime | None = None) -> None:  # noqa: ARG001 - nothing is told of it
    """Gives a preview up, and its file with it. One that was applied stays: `Conflict` (`import.applied`)."""
    gates.admin(by)
    with transaction.atomic():
        commands.lock(by.workspace_id)
        load = _found(import_id, by=by)
        if load.state == ImportState.APPLIED:
            raise Conflict.one("import.applied")
        load.delete()
    transfers_files.forget(import_id)


def forget_all(by: Member) -> None:
    """The kept files of a workspace go when the caller's transaction ends well."""
    for pk in Import.objects.filter(workspace_id=by.workspace_id).values_list("pk", flat=True):
        transaction.on_commit(partial(transfers_files.forget, pk))


def recognised(file: BinaryIO, *, name: str) -> Format:
    """The reader of this file, by what is in it. Raises `Rejected` (`file.unknown`)."""
    for reader in FORMATS:
        file.seek(0)
        if reader.recognise(file, name):
            file.seek(0)
            return reader
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
    wanted = inspect.signature(reader.read).parameters
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
        said = reader.read(file, **{name: value for name, value in options.items() if name in wanted})
        receipt = landing.run(said, progress=tell)
        if hasattr(reader, "columns"):
            file.seek(0)
            receipt.columns = [(heading, str(field)) for heading, field in reader.columns(file)]
    except Refused as refused:
        raise Rejected.by_rule(refused, field="file") from refused
    return receipt


def _found(import_id: UUID, *, by: Member) -> Import:
    return gates.known(Import.objects.filter(workspace_id=by.workspace_id, pk=import_id).first())


def _bare(name: str) -> str:
    """The file's own name, whatever folders the sender's machine has."""
    return name.replace("\\", "/").rpartition("/")[2][:255] or "file"


def kept(import_id: UUID) -> Path:
    """Where the file of an import lies until it is applied or given up."""
    return transfers_files.path(import_id)
