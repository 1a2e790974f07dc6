"""The file of an export or a backup: a ZIP of JSON Lines and a manifest that says what must be in it.

The same rows give the same bytes. Reading is in two steps: everything is proved against the manifest
before a single row is used. Neither step holds more than one line in memory.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from pejl.services import dumps_columns
from pejl.services.dumps_columns import Shape, Unreadable
from pejl.services.errors import Rejected

MANIFEST: Final = "manifest.json"
FILES: Final = "files/"
MOST_UNPACKED: Final = 8 * 1024**3
MOST_RATIO: Final = 200
_MOST_OF_MANIFEST: Final = 4 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_ALWAYS: Final = (1980, 1, 1, 0, 0, 0)
_BEGINNING: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_SIZE_OF_END: Final = 22
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each table (by its name in the file) went out or came in."""

    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


@dataclass(slots=True)
class Writer:
    """Writes one member after another; `finish` adds the manifest, whose head is what is given here."""

    out: BinaryIO
    head: Mapping[str, Any]
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        self._zip = zipfile.ZipFile(self.out, "w")

    def rows(self, name: str, lines: Iterable[bytes]) -> None:
        """Adds `name.jsonl`."""
        count, digest = 0, hashlib.sha256()
        with self._zip.open(_info(f"{name}.jsonl"), "w", force_zip64=True) as member:
            for line in lines:
                member.write(line)
                digest.update(line)
                count += 1
        self.members[f"{name}.jsonl"] = {"rows": count, "sha256": digest.hexdigest()}

    def copy(self, name: str, source: BinaryIO) -> None:
        """Adds a file as it is, under `files/`."""
        size, digest = 0, hashlib.sha256()
        with self._zip.open(_info(FILES + name), "w", force_zip64=True) as member:
            while piece := source.read(_PIECE):
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members[FILES + name] = {"bytes": size, "sha256": digest.hexdigest()}

    def finish(self) -> Counts:
        text = json.dumps({**self.head, "files": self.members}, indent=2, ensure_ascii=False) + "\n"
        with self._zip.open(_info(MANIFEST), "w") as member:
            member.write(text.encode())
        self._zip.close()
        return counted(self.members)


@dataclass(frozen=True, slots=True)
class Dump:
    """A file that is open for reading."""

    manifest: Mapping[str, Any]
    members: Mapping[str, Mapping[str, Any]]
    _zip: zipfile.ZipFile

    @property
    def counts(self) -> Counts:
        return counted(self.members)

    def prove(self, *, progress: Progress, bounded: bool) -> None:
        """Raises `Rejected` unless every member is there, unaltered, and nothing else is. `bounded` also
        refuses what unpacks to more than anybody's organisation."""
        names = [one.filename for one in self._zip.infolist() if one.filename != MANIFEST]
        if len(names) != len(set(names)) or set(names) != set(self.members):
            odd = sorted(set(names) ^ set(self.members)) or sorted(names)
            raise Rejected.one("file.damaged", file=odd[0])
        if bounded:
            self._within_bounds()
        total, done = sum(one.file_size for one in self._zip.infolist()) or 1, 0
        for name, said in self.members.items():
            digest, size, rows = hashlib.sha256(), 0, 0
            with self.open(name) as member:
                while piece := _piece(member, name):
                    digest.update(piece)
                    size += len(piece)
                    rows += piece.count(b"\n")
                    progress((done + size) / total)
            done += size
            counted_here = rows if "rows" in said else size
            if digest.hexdigest() != said["sha256"] or counted_here != said.get("rows", said.get("bytes")):
                raise Rejected.one("file.damaged", file=name)

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of `name.jsonl`; none where the file has no such member."""
        if f"{name}.jsonl" not in self.members:
            return
        with self.open(f"{name}.jsonl") as member:
            while line := _piece(member, f"{name}.jsonl", line=True):
                yield line

    def rows(self, shape: Shape, *, mask: int = 0) -> Iterator[dict[str, Any]]:
        """The rows of a table, ready to insert. Raises `Rejected` at the first line that is not one."""
        for number, line in enumerate(self.lines(shape.name), start=1):
            try:
                yield dumps_columns.row(shape, line, mask=mask)
            except Unreadable as unreadable:
                name = f"{shape.name}.jsonl"
                if unreadable.unknown:
                    raise Rejected.one("file.newer", file=name, name=unreadable.field) from unreadable
                raise Rejected.one(
                    "file.row", file=name, line=str(number), name=unreadable.field or "{}"
                ) from unreadable

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        try:
            with self._zip.open(name) as member:
                yield member  # type: ignore[misc]
        except (*_BROKEN, KeyError) as error:
            raise Rejected.one("file.damaged", file=name) from error

    def _within_bounds(self) -> None:
        sizes = self._zip.infolist()
        wide = any(one.file_size > MOST_RATIO * one.compress_size + _PIECE for one in sizes)
        if wide or sum(one.file_size for one in sizes) > MOST_UNPACKED:
            raise Rejected.one("file.unpacks")


@contextmanager
def opened(file: BinaryIO, *, kind: str, version: int, otherwise: Rejected) -> Iterator[Dump]:
    """The dump in `file`, with its manifest read. Raises `otherwise` where the file is something else, and
    `Rejected` where it is not as it was written."""
    file.seek(0)
    begins = file.read(len(_BEGINNING)) == _BEGINNING
    try:
        archive = zipfile.ZipFile(file)
    except (*_BROKEN, OSError) as error:
        if not begins:
            raise otherwise from error
        if _has_end(file):
            raise Rejected.one("file.damaged", file="ZIP") from error
        raise Rejected.one("file.cut-off") from error
    with archive:
        manifest = _manifest(archive, otherwise=otherwise)
        if manifest.get("format") != kind:
            raise otherwise
        if manifest.get("version") != version:
            raise Rejected.one("file.version", version=str(manifest.get("version"))[:20], known=str(version))
        yield Dump(manifest, _members(manifest), archive)


def is_dump(file: BinaryIO, *, kind: str, first: str) -> bool:
    """Whether it is, or was before it was cut off, such a file. Rewinds."""
    try:
        file.seek(0)
        beginning = file.read(30 + len(first))
        if beginning.startswith(_BEGINNING) and beginning[30:] == first.encode():
            return True
        with zipfile.ZipFile(file) as archive:
            return bool(_manifest(archive, otherwise=Rejected(())).get("format") == kind)
    except (*_BROKEN, OSError, Rejected):
        return False
    finally:
        file.seek(0)


def counted(members: Mapping[str, Mapping[str, Any]]) -> Counts:
    return Counts(
        {name.removesuffix(".jsonl"): one["rows"] for name, one in members.items() if "rows" in one}
    )


def _manifest(archive: zipfile.ZipFile, *, otherwise: Rejected) -> Mapping[str, Any]:
    try:
        if archive.getinfo(MANIFEST).file_size > _MOST_OF_MANIFEST:
            raise otherwise
        told = json.loads(archive.read(MANIFEST))
    except KeyError as error:
        raise otherwise from error
    except (*_BROKEN, RecursionError) as error:
        raise Rejected.one("file.damaged", file=MANIFEST) from error
    if not isinstance(told, dict):
        raise otherwise
    return told


def _members(manifest: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """What the manifest promises: rows or bytes of each member, and its digest."""
    told = manifest.get("files")
    if not isinstance(told, dict):
        raise Rejected.one("file.damaged", file=MANIFEST)
    for one in told.values():
        counts = one.get("rows", one.get("bytes")) if isinstance(one, dict) else None
        if not isinstance(counts, int) or not isinstance(one.get("sha256"), str):
            raise Rejected.one("file.damaged", file=MANIFEST)
    return told


def _piece(member: BinaryIO, name: str, *, line: bool = False) -> bytes:
    if not line:
        return member.read(_PIECE)
    found = member.readline(dumps_columns.MOST_OF_A_LINE + 1)
    if len(found) > dumps_columns.MOST_OF_A_LINE:
        raise Rejected.one("file.damaged", file=name)
    return found


def _has_end(file: BinaryIO) -> bool:
    """Whether the last piece of a ZIP, its table of contents, is there at all."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    return 0 <= tail.rfind(_END) <= len(tail) - _SIZE_OF_END


def _info(name: str) -> zipfile.ZipInfo:
    """The same header for the same name, whenever and wherever it is written."""
    info = zipfile.ZipInfo(name, _ALWAYS)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o600 << 16
    return info
