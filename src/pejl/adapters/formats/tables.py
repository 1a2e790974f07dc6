"""Any table, whatever program saved it: CSV of any delimiter and encoding, and the sheets of an XLSX.

>>> from io import BytesIO
>>> found = table(BytesIO("Id;Title;Note\\n7;Win;first;second\\n".encode("utf-16")))
>>> found.headings, found.encoding
(('Id', 'Title', 'Note'), 'utf-16')
>>> next(found.rows)
Row(number=1, cells={'Id': '7', 'Title': 'Win', 'Note': 'first'}, spilled=['second'], troubles={})
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple

from pejl.adapters.formats import cells, tables_sheets
from pejl.adapters.formats.tables_sheets import Laid
from pejl.domain.transfers import Homeless, Place, Problem
from pejl.domain.values import Refused

Fits = Callable[[Sequence[str]], bool]

MAX_SPILL: Final = 16_384  # a spreadsheet has no more columns
LOOKED_AT: Final = 20  # rows among which the headings are looked for
WINDOWS: Final = "cp1252"
UNCLOSED: Final = "a quotation mark is opened and not closed: all that follows is in this cell"

_CHUNK: Final = 64 * 1024
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also what an XLSX with a password is wrapped in
_DELIMITERS: Final = ",;\t|"
_HINT: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class Row(NamedTuple):
    """One row. ``number`` counts the rows under the headings from 1, blank ones too, which do not come.

    ``cells`` has what is filled in, by heading; ``spilled`` the cells of columns without one, in order. A
    cell is text, or from an XLSX also a number, a date or a truth; nothing is stripped. ``troubles`` says by
    heading ("" for spilled) why a cell has no value or cannot be trusted, each a fixed English reason.
    """

    number: int
    cells: dict[str, Any]
    spilled: list[Any]
    troubles: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """``headings`` are the named columns in order; the second of a name is called "Name 2". ``rows`` come
    once, as the file is read; ``sheet`` is "" and ``encoding`` that of the text, or the other way round."""

    headings: tuple[str, ...]
    rows: Iterator[Row]
    sheet: str = ""
    encoding: str = ""


def table(file: BinaryIO, name: str = "", *, fits: Fits | None = None) -> Table:
    """The table in a file, known by its content (of ``name`` only ".tsv" says something).

    ``fits`` tells headings from other rows: they are looked for among the first rows of each sheet, the
    shown sheets first. Without it, or where none fits, the first row that is filled in is the headings.
    Refuses, also midway: ``file.not-table``, ``file.old-excel``, ``file.broken-table``, ``file.encrypted``,
    ``file.duplicate-member``, ``file.too-large``, ``file.no-headings``.
    """
    cells.weigh(file)
    head = file.read(_CHUNK)
    file.seek(0)
    if head.startswith(_OLD_EXCEL):
        raise Refused("file.old-excel", field="file")
    if head.startswith(b"PK\3\4"):
        return _sheet(file, fits=fits)
    return _text(file, head, name=name, fits=fits)


def headings(file: BinaryIO, name: str = "", *, fits: Fits | None = None) -> tuple[str, ...]:
    """The headings alone, nothing where the file is no table; for telling what it is. Rewinds."""
    file.seek(0)
    try:
        return table(file, name, fits=fits).headings
    except Refused:
        return ()
    finally:
        file.seek(0)


@lru_cache(maxsize=4096)
def folded(heading: str) -> str:
    """A heading as it is compared: letters and digits in lower case ("Last Check-in" is "lastcheckin")."""
    return re.sub(r"[\W_]", "", heading).casefold()


class Fields:
    """A row whose cells are found by heading, whatever its case, blanks, hyphens and signs.

    What is taken has a home or is known to say nothing new; :meth:`homeless` names the rest. ``said``
    gathers problems and homeless fields; the troubles of the cells that are taken are among them.
    """

    def __init__(self, at: Place, row: Row) -> None:
        self.at = at
        self.row = row
        self.said: list[Problem | Homeless] = []
        self._keys = {folded(key): key for key in (*row.troubles, *row.cells)}
        self._taken: set[str] = set()

    def take(self, *names: str) -> Any:
        """The first of these cells that is filled in; all of them count as taken."""
        found = None
        for name in names:
            key = self._keys.get(folded(name))
            if key is None:
                continue
            if key in self.row.troubles and key not in self._taken:
                self.problem(key, self.row.troubles[key])
            self._taken.add(key)
            found = self.row.cells.get(key) if found is None else found
        return found

    def text(self, *names: str) -> str:
        return text(self.take(*names))

    def number(self, *names: str) -> Decimal | None:
        value, reason = cells.number(self.take(*names))
        if reason:
            self.problem(self._called(*names), reason, "" if value is None else f"{value:f}")
        return value

    def day(self, *names: str) -> date | None:
        value, reason = cells.day(self.take(*names))
        if reason:
            self.problem(self._called(*names), reason)
        return value

    def problem(self, heading: str, reason: str, kept_as: str = "", **params: str) -> None:
        self.said.append(Problem(self.at, heading, reason, kept_as, params))

    def lost(self, *names: str) -> None:
        """Count a field as homeless although it was taken."""
        self.said.extend(Homeless(self._keys[folded(name)]) for name in names if folded(name) in self._keys)

    def homeless(self) -> None:
        """Count what nobody took. Call once, at the end."""
        self.said.extend(Homeless(key) for key in self.row.cells if key not in self._taken)

    def _called(self, *names: str) -> str:
        return next((self._keys[folded(name)] for name in names if folded(name) in self._keys), names[0])


def text(raw: object) -> str:
    """A cell as text; a whole number from a spreadsheet has no point."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return cells.plain(raw)


# ---------------------------------------------------------------------------------------------- sheets


def _sheet(file: BinaryIO, *, fits: Fits | None) -> Table:
    spare: Table | None = None
    for title, laid in tables_sheets.sheets(file):
        first = list(islice(laid(), LOOKED_AT))
        filled = [number for number, row in enumerate(first) if row[1]]
        if not filled:
            continue
        fitting = [at for at in filled if fits is not None and fits(_names(_dense(first[at][1])))]
        found = _table(laid(), (fitting or filled)[0], sheet=title)
        if fitting or fits is None:
            return found
        spare = spare or found
    if spare is None:
        raise Refused("file.no-headings", field="file")
    return spare


def _dense(row: Sequence[tuple[int, Any, str]]) -> list[Any]:
    found = {column: value for column, value, _ in row}
    return [found.get(column) for column in range(min(max(found, default=-1), MAX_SPILL) + 1)]


# ------------------------------------------------------------------------------------------------ text


def _text(file: BinaryIO, head: bytes, *, name: str, fits: Fits | None) -> Table:
    encoding = _encoding(file, head)
    sample = _Lines(file, encoding).peek()
    hint = _HINT.match(sample)
    delimiters = hint[1] if hint else _DELIMITERS
    if name.casefold().endswith((".tsv", ".tab")):
        delimiters = "\t" + delimiters.replace("\t", "")
    delimiter, at = _shape(sample[hint.end() :] if hint else sample, delimiters, fits=fits)
    laid = _records(_Lines(file, encoding), delimiter)
    return _table(laid, at + bool(hint), encoding=encoding.removesuffix("-sig"))


def _encoding(file: BinaryIO, head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" not in head:
        return "utf-8" if _is_utf8(file) else WINDOWS
    # Latin text in UTF-16 has a zero in every other byte; anything else with zeros is no text.
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) or min(even, odd) * 8 > max(even, odd):
        raise Refused("file.not-table", field="file")
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True  # a sign cut off at the very end does not make it another encoding


def _shape(sample: str, delimiters: str, *, fits: Fits | None) -> tuple[str, int]:
    """The delimiter, and where among the first records the headings are: the first that fit, else the
    first that are filled in, parted by what gives most of them."""
    widest, best = 0, None
    for delimiter in delimiters:
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            records = list(islice(reader, LOOKED_AT))
        except csv.Error:
            continue
        filled = [at for at, record in enumerate(records) if any(map(folded, record))]
        for at in filled:
            if fits is not None and fits(_names(records[at])):
                return delimiter, at
        if filled and len(records[filled[0]]) > widest:
            widest, best = len(records[filled[0]]), (delimiter, filled[0])
    if best is None:
        raise Refused("file.no-headings", field="file")
    return best


class _Borrowed(io.RawIOBase):
    """The file from its beginning; closing this leaves it open."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        file.seek(0)
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Lines:
    """The lines of a text. ``mark()`` begins a record: one may take MAX_RECORD signs, so that none of them
    fills the memory; ``unclosed`` says that it ran into the end of the file inside a quotation."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        raw = io.BufferedReader(_Borrowed(file), _CHUNK)
        self._text = io.TextIOWrapper(raw, encoding, errors="replace", newline="")
        self._ended = False
        self.mark()

    def mark(self) -> None:
        self._left, self._quotes = cells.MAX_RECORD, 0

    @property
    def unclosed(self) -> bool:
        return self._ended and self._quotes % 2 == 1

    def peek(self) -> str:
        return self._text.read(_CHUNK)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._left + 1)
        if not line:
            self._ended = True
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise Refused("file.too-large", field="file", limit=cells.MAX_RECORD)
        self._quotes += line.count('"')
        return line


def _records(lines: _Lines, delimiter: str) -> Iterator[Laid]:
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        lines.mark()
        try:
            record = next(reader, None)
        except csv.Error as error:  # a cell past the reader's own limit
            raise Refused("file.too-large", field="file", limit=cells.MAX_CELL) from error
        if record is None:
            return
        number += 1
        last = len(record) - 1
        yield (
            number,
            [
                (column, tables_sheets.linked(value), UNCLOSED if column == last and lines.unclosed else "")
                for column, value in enumerate(record)
                if value and not value.isspace()
            ],
        )


# -------------------------------------------------------------------------------------------- in common


def _table(laid: Iterator[Laid], at: int, *, sheet: str = "", encoding: str = "") -> Table:
    """The table whose headings are the record at ``at``."""
    top, found = next(islice(laid, at, None))
    by_column = dict(enumerate(_names(_dense(found))))
    names = {column: name for column, name in by_column.items() if name}
    if len(names) > cells.MAX_COLUMNS:
        raise Refused("file.too-large", field="file", limit=cells.MAX_COLUMNS)
    return Table(tuple(names.values()), _under(laid, top, names), sheet=sheet, encoding=encoding)


def _names(record: Iterable[Any]) -> list[str]:
    """The headings of all columns, "" for those without one, each name once."""
    found: list[str] = []
    for raw in record:
        name = again = " ".join(text(raw).split())
        count = 1
        while again and again in found:
            count += 1
            again = f"{name} {count}"
        found.append(again)
    return found


def _under(laid: Iterator[Laid], top: int, names: dict[int, str]) -> Iterator[Row]:
    for _, (number, found) in cells.counted(laid):
        row = Row(number - top, {}, [], {})
        for column, value, trouble in found:
            name = names.get(column, "")
            if trouble:
                row.troubles[name] = trouble
            if value is None:
                continue
            clean = cells.kept(value) if isinstance(value, str) else value
            if name:
                row.cells[name] = clean
            else:
                row.spilled.append(clean)
        if len(row.spilled) > MAX_SPILL:
            raise Refused("file.too-large", field="file", limit=MAX_SPILL)
        if row.cells or row.spilled or row.troubles:
            yield row
