"""The files of imports, kept in the data folder while they may be needed, and no longer."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from django.conf import settings

from pejl.adapters.formats import cells
from pejl.services.errors import Rejected

KEPT: Final = timedelta(days=30)
SILENT: Final = timedelta(minutes=10)
_PIECE: Final = 1 << 20


def path(import_id: UUID) -> Path:
    """Where the file of that import lies."""
    return Path(settings.CONFIG.data_dir) / "imports" / str(import_id)


def keep(import_id: UUID, file: BinaryIO) -> tuple[int, str]:
    """Copies the file to its place; gives its size in bytes and its sha256. One that is larger than any
    reader takes is refused on the way: `Rejected` (`file.too-large`)."""
    there, digest, size = path(import_id), hashlib.sha256(), 0
    there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.seek(0)
    try:
        with there.open("xb") as copy:
            there.chmod(0o600)
            while piece := file.read(_PIECE):
                size += len(piece)
                _bounded(size)
                digest.update(piece)
                copy.write(piece)
    except BaseException:
        forget(import_id)
        raise
    return size, digest.hexdigest()


def digest(file: BinaryIO) -> str:
    """The sha256 of the file, which is read from its beginning."""
    found = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.hexdigest()


def _bounded(size: int) -> None:
    if size > cells.MAX_FILE:
        raise Rejected.one("file.too-large", field="file", limit=cells.MAX_FILE)


def forget(import_id: UUID) -> None:
    path(import_id).unlink(missing_ok=True)
    hush(import_id)


def tell(import_id: UUID, *, done: int, total: int) -> None:
    """Writes down how far the import has come, beside its file: outside the transaction, where every process
    can read it. A disk that is full stops no import."""
    there = _word(import_id)
    fresh = there.with_suffix(".new")
    with suppress(OSError):
        there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(f"{done} {total}", encoding="ascii")
        fresh.replace(there)  # whole or not at all for those who read


def told(import_id: UUID, *, at: datetime) -> tuple[int, int] | None:
    """What :func:`tell` last said; None where it said nothing for so long that nobody can be at work."""
    there = _word(import_id)
    try:
        if there.stat().st_mtime < (at - SILENT).timestamp():
            return None
        done, total = there.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return int(done), int(total)


def hush(import_id: UUID) -> None:
    _word(import_id).unlink(missing_ok=True)


def _word(import_id: UUID) -> Path:
    return path(import_id).with_name(f"{import_id}.progress")


def tidy(*, at: datetime) -> None:
    """Takes away what lies there for longer than it is kept, whatever became of its import."""
    folder = path(UUID(int=0)).parent
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.is_file() and one.stat().st_mtime < (at - KEPT).timestamp():
            one.unlink(missing_ok=True)
