"""Bringing files in: looked through first, applied whole or not at all, with a receipt for every row.

A dry run is the real thing, undone at the end: what its receipt says is what applying does.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from pejl.adapters.formats import viva_explorer, viva_zip
from pejl.domain.receipts import Receipt
from pejl.domain.values import Refused
from pejl.models import Import, ImportState
from pejl.models.fields import new_id
from pejl.queries.scope import Member
from pejl.services import commands, events, gates
from pejl.services.errors import Conflict, Rejected
from pejl.services.transfers_landing import Landing

FORMATS: tuple[ModuleType, ...] = (viva_zip, viva_explorer)
SYSTEMS = {"viva-goals-explorer": "viva-goals"}
Told = Callable[[int], None]


def preview(file: BinaryIO, *, name: str, by: Member, at: datetime, told: Told = lambda _n: None) -> UUID:
    """Looks a file through, keeps it, and answers the import with the receipt of a dry run.

    Admins only. Raises `Rejected` (`file.…`) for a file that is refused as a whole.
    """
    gates.admin(by)
    reader = recognised(file, name)
    load = Import(
        id=new_id(),
        workspace_id=by.workspace_id,
        file_name=Path(name).name[:255],
        file_size=_size(file),
        sha256=_digest(file),
        format=reader.NAME,
        by_id=by.person_id,
        at=at,
    )

    def dry() -> Receipt:
        with transaction.atomic():
            commands.lock(by.workspace_id)
            load.save(force_insert=True)
            receipt = _land(load, file, reader, by=by, at=at, told=told)
            transaction.set_rollback(True)
        return receipt

    load.receipt = commands.retried(dry).told()
    _keep(load.pk, file)
    load.save(force_insert=True)
    return UUID(str(load.pk))


def apply(import_id: UUID, *, by: Member, at: datetime, told: Told = lambda _n: None) -> UUID:
    """Does what was looked through, in one transaction: a stop in the middle leaves nothing behind, and
    doing it again does all of it. An import that was applied answers at once.

    Raises `Conflict` (`import.gone`) where the file is no longer kept.
    """
    gates.admin(by)

    def once() -> Path | None:
        with transaction.atomic():
            commands.lock(by.workspace_id)
            load = gates.known(_found(by, import_id))
            if load.state == ImportState.APPLIED:
                return None
            path = kept(load.pk)
            if not path.exists():
                raise Conflict.one("import.gone")
            with path.open("rb") as file:
                receipt = _land(load, file, recognised(file, load.file_name), by=by, at=at, told=told)
            load.receipt, load.state, load.applied_at = receipt.told(), ImportState.APPLIED, at
            load.save(update_fields=["receipt", "state", "applied_at"])
            name, made = load.file_name, dict(receipt.made)
            if any(made.values()):
                events.record("workspace.imported", by=by, at=at, subject=import_id, file=name, made=made)
            return path

    done = commands.retried(once)
    if done is not None:
        done.unlink(missing_ok=True)
    return import_id


def discard(import_id: UUID, *, by: Member) -> None:
    """Gives a preview up, and the file with it. One that was applied stays."""
    gates.admin(by)
    load = gates.known(_found(by, import_id))
    if load.state == ImportState.APPLIED:
        raise Conflict.one("import.applied")
    kept(load.pk).unlink(missing_ok=True)
    load.delete()


def forget_all(by: Member) -> None:
    """The kept files of a workspace go when the caller's transaction ends well."""
    for pk in Import.objects.filter(workspace_id=by.workspace_id).values_list("pk", flat=True):
        transaction.on_commit(partial(kept(pk).unlink, missing_ok=True))


def recognised(file: BinaryIO, name: str) -> ModuleType:
    """The reader of this file, by its content. Raises `Rejected` (`file.unknown`)."""
    for reader in FORMATS:
        file.seek(0)
        if reader.recognise(file, name):
            file.seek(0)
            return reader
    raise Rejected.one("file.unknown", field="file")


def kept(import_id: UUID) -> Path:
    """Where the file of an import lies until it is applied or given up."""
    return Path(settings.CONFIG.data_dir) / "imports" / str(import_id)


def _land(
    load: Import, file: BinaryIO, reader: ModuleType, *, by: Member, at: datetime, told: Told
) -> Receipt:
    file.seek(0)
    system = SYSTEMS.get(reader.NAME, reader.NAME)
    landing = Landing(
        commands.workspace(by), UUID(str(load.pk)), system=system, form=reader.NAME, by=by, at=at
    )
    try:
        return landing.run(reader.read(file), told=told)
    except Refused as refused:
        raise Rejected.by_rule(refused, field="file") from refused


def _found(by: Member, import_id: UUID) -> Import | None:
    found: Import | None = Import.objects.filter(workspace_id=by.workspace_id, pk=import_id).first()
    return found


def _keep(import_id: UUID, file: BinaryIO) -> None:
    path = kept(import_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.seek(0)
    with path.open("wb") as copy:
        shutil.copyfileobj(file, copy)


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
