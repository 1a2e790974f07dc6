"""Weekly series from a CSV file with the columns `series_id`, `step` (whole weeks) and `value`."""

from __future__ import annotations

import csv
import gzip
import io
import math
from pathlib import Path
from typing import IO, Final

MOST_BYTES: Final = 200_000_000  # unpacked
COLUMNS: Final = ("series_id", "step", "value")
_MAGIC: Final = b"\x1f\x8b"
_PARTS: Final = 3  # of a name: source, measure, kind


class Unreadable(ValueError):  # noqa: N818 - an answer
    """What is wrong with the file, in one sentence."""


def read(path: Path) -> dict[str, list[tuple[int, float]]]:
    """Series by name, in the order of the file, each with step and value, steps rising. Lines that begin
    with # are remarks; a packed file (gzip) is unpacked. Raises `Unreadable`."""
    found: dict[str, list[tuple[int, float]]] = {}
    try:
        with path.open("rb") as file:
            packed = file.read(len(_MAGIC)) == _MAGIC
            file.seek(0)
            # One more than is allowed: an end that is not reached is seen.
            text = (gzip.GzipFile(fileobj=file) if packed else file).read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise Unreadable(f"{path} cannot be read: {error}.") from error
    if len(text) > MOST_BYTES:
        raise Unreadable(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        rows = csv.DictReader(_lines(io.BytesIO(text)))
        if set(COLUMNS) - set(rows.fieldnames or ()):
            raise Unreadable(f"{path} needs the columns {', '.join(COLUMNS)}.")
        for row in rows:
            name, step, value = _row(row, path=path, line=rows.line_num)
            points = found.setdefault(name, [])
            if points and points[-1][0] >= step:
                raise Unreadable(f"{path}, row {rows.line_num}: the steps of {name} do not rise.")
            points.append((step, value))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path} is no CSV file in UTF-8.") from error
    return found


def _lines(stream: IO[bytes]) -> io.StringIO:
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    return io.StringIO("".join(line for line in text if not line.startswith("#")), newline="")


def _row(row: dict[str, str | None], *, path: Path, line: int) -> tuple[str, int, float]:
    name = (row["series_id"] or "").strip()
    try:
        step, value = int(row["step"] or ""), float(row["value"] or "")
    except ValueError:
        raise Unreadable(f"{path}, row {line}: step is a whole number and value a number.") from None
    if len(name.split("-")) < _PARTS:
        raise Unreadable(
            f"{path}, row {line}: series_id is source-measure-dense-1 or source-measure-lumpy-1."
        )
    if not math.isfinite(value) or not 0 <= step <= MOST_BYTES:
        raise Unreadable(f"{path}, row {line}: step is 0 or more and value finite.")
    return name, step, value
