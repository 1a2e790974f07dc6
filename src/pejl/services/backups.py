"""The backup of a whole installation as one file, and its return, on SQLite and PostgreSQL alike.

It holds every row of every workspace, the accounts with their password hashes, and the files that imports
keep in the data folder. Sessions and the secret key stay out: people sign in again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import DataError, IntegrityError, connection, transaction

from pejl.models import Account, Delivery, Once, Proposal, Token, Webhook, Workspace
from pejl.services import doctors, dumps, dumps_columns, dumps_files, dumps_sources, inserts
from pejl.services.doctors import Fault
from pejl.services.dumps_columns import Shape
from pejl.services.dumps_files import FILES, Counts, Dump, Progress
from pejl.services.errors import Rejected

__all__ = ["FORMAT", "KEPT", "TABLES", "Counts", "Restored", "restore", "write"]

log = logging.getLogger("pejl.backups")
FORMAT: Final = "pejl-backup"
VERSION: Final = 1
KEPT: Final = "imports"
# What the portable export leaves at home: sign-ins before it, what programs need and are told after it.
_FIRST: Final = (Account, Workspace)
_LAST: Final = (Once, Token, Webhook, Delivery, Proposal)
TABLES: Final[tuple[Shape, ...]] = tuple(
    dumps_columns.shape(model) for model in (*_FIRST, *(shape.model for shape in dumps.TABLES), *_LAST)
)
_TOLD_EVERY: Final = 5_000
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what the doctor finds in it: nothing, unless it stood so in the backup."""

    counts: Counts
    faults: tuple[Fault, ...]


def write(path: Path, *, folder: Path, at: datetime) -> Counts:
    """Writes the backup while the server works; `folder` is the data folder.

    All of it is of one moment, and no writer waits. It is read again and proved before it takes the name
    `path`, so a file of that name is a whole backup. Only its owner can read it. Raises `Rejected`.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with _made(part) as out:
            written = _write(out, folder=folder, at=at)
            out.flush()
            os.fsync(out.fileno())
        with part.open("rb") as file, _opened(file) as dump:
            dump.prove(progress=_silent, bounded=False)
            if dump.members != written.members:
                raise Rejected.one("file.damaged", file=path.name)
        part.replace(path)
    except OSError as error:
        raise Rejected.one("file.unwritable", file=str(path), why=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    counts = dumps_files.counted(written.members)
    log.info("backup written to %s: %s rows", path, counts.total)
    return counts


def restore(
    path: Path,
    *,
    folder: Path,
    replace: bool = False,
    at: datetime,
    prepare: Callable[[], None] = lambda: None,
    progress: Progress | None = None,
) -> Restored:
    """Brings a backup back into an empty installation; `replace` takes away what is there.

    The file is proved first; then `prepare` may make the tables. All or nothing. Raises `Rejected`.
    """
    told = progress or _silent
    try:
        with path.open("rb") as file, _opened(file) as dump:
            dump.prove(progress=lambda part: told(part * 0.2), bounded=False)
            _refuse_newer(dump)
            prepare()
            with connection.constraint_checks_disabled():
                _land(dump, folder=folder, replace=replace, told=lambda part: told(0.2 + part * 0.7))
            counts = dump.counts
    except (DataError, IntegrityError) as error:
        raise Rejected.one("file.inconsistent", what=str(error).strip().splitlines()[0]) from error
    except OSError as error:
        raise Rejected.one("file.unreadable", file=str(path), why=error.strerror or str(error)) from error
    slugs = list(Workspace.objects.order_by("slug").values_list("slug", flat=True))
    faults = [fault for slug in slugs for fault in doctors.examine(slug, at=at).faults]
    told(1.0)
    log.info("backup %s restored: %s rows", path, counts.total)
    return Restored(counts, tuple(faults))


def _write(out: BinaryIO, *, folder: Path, at: datetime) -> dumps_files.Writer:
    head = {
        "format": FORMAT,
        "version": VERSION,
        "written_at": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    writer = dumps_files.Writer(out, head)
    with dumps_sources.snapshot():
        for shape in TABLES:
            writer.rows(shape.name, dumps_columns.lines(shape, dumps_sources.every(shape)))
        for kept in sorted(one for one in (folder / KEPT).rglob("*") if one.is_file()):
            # One that an applied import no longer needs may go while we read.
            with contextlib.suppress(FileNotFoundError), kept.open("rb") as source:
                writer.copy(kept.relative_to(folder).as_posix(), source)
    writer.finish()
    return writer


def _land(dump: Dump, *, folder: Path, replace: bool, told: Progress) -> None:
    with _files(dump, folder) as put_in_place:
        with transaction.atomic():
            if replace:
                _clear()
            elif Account.objects.exists() or Workspace.objects.exists():
                raise Rejected.one("file.server-not-empty")
            _insert(dump, told)
            connection.check_constraints()
        put_in_place()


def _insert(dump: Dump, told: Progress) -> None:
    done, total = 0, dump.counts.total or 1
    for shape in TABLES:
        table = inserts.Table(shape.model)
        for row in dump.rows(shape):
            table.add(row)
            done += 1
            if done % _TOLD_EVERY == 0:
                told(done / total)
        table.flush()


def _clear() -> None:
    """Everything of everybody, sessions too. On PostgreSQL in one statement that looks up no references."""
    models: list[Any] = [*apps.get_app_config("pejl").get_models(), Session]
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            connection.check_constraints()  # it empties no table while a check of it waits
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a table's own name


@contextlib.contextmanager
def _files(dump: Dump, folder: Path) -> Iterator[Callable[[], None]]:
    """Unpacks the kept files aside and gives what puts them in the place of those that are there."""
    aside = folder / f".{KEPT}.{secrets.token_hex(4)}"
    try:
        for name in dump.members:
            if name.startswith(FILES):
                _unpack(dump, name, aside)

        def put_in_place() -> None:
            shutil.rmtree(folder / KEPT, ignore_errors=True)
            if aside.exists():
                aside.replace(folder / KEPT)

        yield put_in_place
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unpack(dump: Dump, name: str, aside: Path) -> None:
    inside = PurePosixPath(name.removeprefix(FILES))
    if inside.is_absolute() or ".." in inside.parts or inside.parts[:1] != (KEPT,) or len(inside.parts) == 1:
        raise Rejected.one("file.damaged", file=name)
    target = aside.joinpath(*inside.parts[1:])
    target.parent.mkdir(parents=True, exist_ok=True)
    with dump.open(name) as source, _made(target) as out:
        shutil.copyfileobj(source, out, _PIECE)


def _refuse_newer(dump: Dump) -> None:
    known = {f"{shape.name}.jsonl" for shape in TABLES}
    strange = sorted(name for name in dump.members if name not in known and not name.startswith(FILES))
    if strange:
        raise Rejected.one("file.newer", file=strange[0], name=strange[0])


def _opened(file: BinaryIO) -> contextlib.AbstractContextManager[Dump]:
    otherwise = Rejected.one("file.not-backup")
    return dumps_files.opened(file, kind=FORMAT, version=VERSION, otherwise=otherwise)


def _made(path: Path) -> BinaryIO:
    """A new file that nobody else can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _silent(_part: float) -> None:
    return None
