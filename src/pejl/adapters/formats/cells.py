"""What every reader shares: the limits, and reading one cell without guessing.

A reading answers with the value and a reason: the value is None where there is none, and the reason is
"" where nothing is to be said. A blank cell is no value and no reason.

>>> number("1,250")
Reading(value=Decimal('1250'), reason='number with a thousands separator: read as 1250')
>>> day("2025-13-40")
Reading(value=None, reason='date cannot be read')
>>> status("At Risk", viva=True), status("At Risk", viva=False)
((<Status.OFF_TRACK: 'off_track'>, <State.OPEN: 'open'>), (<Status.AT_RISK: 'at_risk'>, <State.OPEN: 'open'>))
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from functools import lru_cache
from io import SEEK_END
from struct import error as struct_error
from struct import unpack_from
from typing import Any, BinaryIO, Final, Generic, NamedTuple, TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pejl.domain.values import Refused, State, Status

MAX_FILE: Final = 200 * 1024 * 1024
MAX_UNPACKED: Final = 2 * 1024 * 1024 * 1024
MAX_RATIO: Final = 200
MAX_LISTING: Final = 1024 * 1024
MAX_SHEET: Final = 64 * 1024 * 1024
MAX_ROWS: Final = 1_000_000
MAX_RECORD: Final = 8 * 1024 * 1024
MAX_COLUMNS: Final = 100
MAX_CELL: Final = 100_000
MAX_DEPTH: Final = 32

NOT_A_NUMBER: Final = "value is not a number"
NO_DATE: Final = "date cannot be read"
NO_TIME: Final = "time cannot be read"
NO_STATUS: Final = "status word is not known"
NO_TITLE: Final = "title is missing"
NO_GOAL: Final = "goal is not in the export"
NO_PARENT: Final = "parent is not in the export"
START_IS_TARGET: Final = "start and target are the same: read as per cent by hand"
NOT_A_ROW: Final = "row cannot be read"

_Value = TypeVar("_Value", Decimal, date, datetime)


class Reading(NamedTuple, Generic[_Value]):
    """One cell read: a value or None, and a fixed English reason where something is to be said."""

    value: _Value | None
    reason: str = ""


# All that reading a ZIP with headers that lie can end in.
_BROKEN: Final = (
    BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, OverflowError, zlib.error,
    struct_error,
)  # fmt: skip
_ENCRYPTED: Final = 0x1
_END, _FAR_LOCATOR, _FAR_END = 22, 20, 56  # sizes of the records at the end of a ZIP
_TAIL: Final = 0xFFFF + _END + _FAR_LOCATOR + _FAR_END
_YEARS: Final = range(1900, 2200)
_CENTURY: Final = 2000
_MONTH_COUNT: Final = 12
_DIGITS: Final = 30  # before and after the point; beyond it a text is a mistake, and costs memory to write
_LAST_PLACE: Final = Decimal(1).scaleb(-_DIGITS)
_WIDE: Final = Context(prec=3 * _DIGITS)
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_UNSTORED: Final = re.compile("[\x00\ud800-\udfff]")
_NUMBER: Final = re.compile(
    r"(?P<sign>[-+]?)(?P<figure>[0-9]{1,3}(?P<gap>[,' ])[0-9]{3}(?:(?P=gap)[0-9]{3})*(?:\.[0-9]+)?"
    r"|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?P<power>[eE][-+]?[0-9]{1,3})?"
)
_CURRENCY: Final = re.compile(r"^(?P<sign>-?) ?(?:US\$|[$€£]) ?")
_ISO: Final = re.compile(r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})(?:[T ].*)?")
_LOCAL: Final = re.compile(r"(?P<a>[0-9]{1,2})(?P<gap>[./-])(?P<b>[0-9]{1,2})(?P=gap)(?P<y>[0-9]{4})")
_NAMED: Final = re.compile(
    r"(?:(?P<d>[0-9]{1,2})\.?[ /-](?P<m>[^\W\d_]{3,9})\.?|(?P<m2>[^\W\d_]{3,9})\.? (?P<d2>[0-9]{1,2}))"
    r",?[ /-](?P<y>[0-9]{4}|[0-9]{2})"
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar", "feb february februar", "mar march marts", "apr april", "may maj",
            "jun june juni", "jul july juli", "aug august", "sep sept september",
            "oct okt october oktober", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_WORDS: Final = {
    Status.NOT_STARTED: "not started, ikke startet",
    Status.ON_TRACK: "on track, green, ongoing, på kurs",
    Status.AT_RISK: "at risk, behind, lagging, yellow, amber, needs attention, i risiko",
    Status.OFF_TRACK: "off track, red, ude af kurs",
    Status.CLOSED: "done, achieved, completed, complete, closed, lukket",
    Status.POSTPONED: "postponed, paused, rescheduled, udskudt",
    Status.DROPPED: "cancelled, canceled, dropped, abandoned, droppet",
}
_STATUSES: Final = {word: status for status, words in _WORDS.items() for word in words.split(", ")}
_ENDED: Final = {
    Status.CLOSED: State.CLOSED,
    Status.POSTPONED: State.POSTPONED,
    Status.DROPPED: State.DROPPED,
}
_BARE: Final = frozenset({"", "open", "active", "in progress", "reopened", "none"})


def plain(raw: object) -> str:
    """``raw`` as text fit to keep: no control characters, no lone surrogates, no direction marks; line
    ends are "\\n", the ends are bare. None is "". Refuses a text that is longer than MAX_CELL."""
    if raw is None:
        return ""
    text = raw if isinstance(raw, str) else str(raw)
    if len(text) > MAX_CELL:
        raise Refused("file.too-large", field="file", limit=MAX_CELL)
    if text.isprintable():  # nearly all are: nothing to take out
        return text.strip()
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def kept(record: Any, *, _depth: int = 0) -> Any:
    """The record as the file has it, with only what no database can hold taken out of its texts. Numbers
    stay int and Decimal. Refuses a record nested deeper than MAX_DEPTH, or with a text over MAX_CELL."""
    if isinstance(record, str):
        if len(record) > MAX_CELL:
            raise Refused("file.too-large", field="file", limit=MAX_CELL)
        return record if record.isprintable() else _UNSTORED.sub("", record)
    if record is None or isinstance(record, int):
        return record
    if _depth > MAX_DEPTH:
        raise Refused("file.too-large", field="file", limit=MAX_DEPTH)
    if isinstance(record, dict):
        return {kept(key): kept(value, _depth=_depth + 1) for key, value in record.items()}
    if isinstance(record, list):
        return [kept(value, _depth=_depth + 1) for value in record]
    return record


def number(raw: object) -> Reading[Decimal]:
    """The number in a cell that a program wrote: the point is the decimal sign; a comma, a space or an
    apostrophe between groups of three is read over, and told. A currency sign in front and "%" behind are
    left out. For figures that people wrote in a language that is known, use ``pejl.domain.amounts``."""
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        # A float comes from a spreadsheet only: its shortest text is what the person saw.
        return _bounded(Decimal(repr(raw) if isinstance(raw, float) else raw))
    text = _spaced(plain(raw)).replace("\N{MINUS SIGN}", "-").removesuffix("%").rstrip()
    if not text:
        return Reading(None)
    found = _NUMBER.fullmatch(_CURRENCY.sub(r"\g<sign>", text))
    if found is None:
        return Reading(None, NOT_A_NUMBER)
    gap = found["gap"]
    exact = _bounded(Decimal(found[0].replace(gap, "") if gap else found[0]))
    if not gap or exact.value is None:
        return exact
    return Reading(exact.value, f"number with a thousands separator: read as {exact.value:f}")


def day(raw: object) -> Reading[date]:
    """The date in a cell: ISO (a time after it is left out), day.month.year, or with the month's name in
    English or Danish. "03/04/2025" has two readings and is not read; "31/12/2025" is."""
    if isinstance(raw, datetime):
        return _plausible(raw.date())
    if isinstance(raw, date):
        return _plausible(raw)
    text = plain(raw)
    return _day(text) if text else Reading(None)


def moment(raw: object) -> Reading[datetime]:
    """The moment in a cell, in UTC; a text without a zone is taken as UTC, as the products write it."""
    if isinstance(raw, datetime):
        found = raw
    else:
        text = plain(raw)
        if not text:
            return Reading(None)
        try:
            found = datetime.fromisoformat(re.sub(r" ?(?:UTC|GMT|Z)$", "+00:00", text, flags=re.IGNORECASE))
        except ValueError:
            return Reading(None, NO_TIME)
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    if _plausible(aware.date()).value is None:
        return Reading(None, NO_TIME)
    return Reading(aware.astimezone(UTC))


def status(word: object, *, viva: bool) -> tuple[Status | None, State]:
    """What a status word means here; Viva Goals and Ally (``viva``) call red "At Risk". A word that tells
    no status, or that is not known, is (None, open): see :func:`is_status`."""
    key = _key(word)
    found = Status.OFF_TRACK if viva and key == "at risk" else _STATUSES.get(key)
    return found, State.OPEN if found is None else _ENDED.get(found, State.OPEN)


def is_status(word: object) -> bool:
    """Whether the word is one we know, blank included; where not, say NO_STATUS."""
    return _key(word) in _STATUSES or _key(word) in _BARE


def words(raw: object, *, by: str = ";") -> tuple[str, ...]:
    """The texts of a cell that holds several, parted by any character of ``by``; blanks left out."""
    return tuple(part for one in re.split(f"[{re.escape(by)}]", plain(raw)) if (part := one.strip()))


def weigh(file: BinaryIO) -> int:
    """The size of the file in bytes; it stands at its beginning afterwards. Refuses one over MAX_FILE."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    if size > MAX_FILE:
        raise Refused("file.too-large", field="file", limit=MAX_FILE)
    return size


_Row = TypeVar("_Row")


def counted(rows: Iterable[_Row]) -> Iterator[tuple[int, _Row]]:
    """The rows with their numbers from 1; refuses the file at row MAX_ROWS + 1."""
    for number_, row in enumerate(rows, start=1):
        if number_ > MAX_ROWS:
            raise Refused("file.too-large", field="file", limit=MAX_ROWS)
        yield number_, row


def archive(file: BinaryIO, *, member: int = MAX_UNPACKED) -> ZipFile:
    """The ZIP, its list of members checked against the limits before anything is unpacked: what each and
    all say of their size (``member`` for one), encryption, names that stand there twice, methods of
    packing. Names are labels here, never paths. Sizes may lie: read a member through :class:`Unpacked`."""
    weigh(file)
    _list_size(file)
    try:
        opened = ZipFile(file)
    except _BROKEN as error:
        raise Refused("file.broken-zip", field="file") from error
    members, names = opened.infolist(), set[str]()
    for one in members:
        if one.filename in names:
            raise Refused("file.duplicate-member", field="file", member=one.filename)
        names.add(one.filename)
        if one.flag_bits & _ENCRYPTED:
            raise Refused("file.encrypted", field="file", member=one.filename)
        if one.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused("file.broken-zip", field="file")
        if one.file_size > min(member, MAX_RATIO * max(one.compress_size, 1)):
            raise Refused("file.too-large", field="file", limit=member)
    if sum(one.file_size for one in members) > MAX_UNPACKED:
        raise Refused("file.too-large", field="file", limit=MAX_UNPACKED)
    return opened


def listed(file: BinaryIO) -> tuple[str, ...]:
    """The names in a ZIP, for telling what it is; nothing where it is none, or one that cannot be listed."""
    try:
        weigh(file)
        _list_size(file)
        with ZipFile(file) as opened:
            return tuple(opened.namelist())
    except _BROKEN:  # a refusal is one of them
        return ()
    finally:
        file.seek(0)


class Unpacked:
    """One member of a checked archive, read forward; what comes out is counted, whatever the list says.

    ``mark()`` begins a record: a record may take MAX_RECORD bytes, so none of them fills the memory."""

    def __init__(self, opened: ZipFile, info: ZipInfo) -> None:
        self._most = min(MAX_UNPACKED, MAX_RATIO * max(info.compress_size, 1))
        self._name = info.filename
        self._read = self._marked = 0
        try:
            self._stream = opened.open(info)
        except _BROKEN as error:
            raise Refused("file.broken-zip", field="file", member=info.filename) from error

    def mark(self) -> None:
        self._marked = self._read

    def read(self, size: int) -> bytes:
        try:
            chunk = self._stream.read(size)
        except _BROKEN as error:
            raise Refused("file.broken-zip", field="file", member=self._name) from error
        self._read += len(chunk)
        if self._read > self._most or self._read - self._marked > MAX_RECORD:
            raise Refused("file.too-large", field="file", limit=self._most)
        return chunk


def _list_size(file: BinaryIO) -> None:
    """Refuse a list of members so long that only reading it would fill the memory."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) - end < _END:
        raise Refused("file.broken-zip", field="file")
    (listed,) = unpack_from("<L", tail, end + 12)
    far = end - _FAR_LOCATOR - _FAR_END  # where a ZIP64 writer keeps the true size
    if far >= 0 and tail.startswith(b"PK\6\7", end - _FAR_LOCATOR) and tail.startswith(b"PK\6\6", far):
        (listed,) = unpack_from("<Q", tail, far + 40)
    if listed > MAX_LISTING:
        raise Refused("file.too-large", field="file", limit=MAX_LISTING)


def _key(word: object) -> str:
    return _worded(plain(word))


@lru_cache(maxsize=256)
def _worded(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


@lru_cache(maxsize=4096)  # a file has few days, each many times
def _day(text: str) -> Reading[date]:
    parts = _parts(_spaced(text))
    try:
        return _plausible(date(*parts)) if parts else Reading(None, NO_DATE)
    except ValueError:
        return Reading(None, NO_DATE)


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _bounded(value: Decimal) -> Reading[Decimal]:
    if not value.is_finite() or (value and value.adjusted() > _DIGITS):
        return Reading(None, NOT_A_NUMBER)
    if int(value.as_tuple().exponent) < -_DIGITS:  # a binary fraction written out: its tail says nothing
        value = value.quantize(_LAST_PLACE, context=_WIDE)
    return Reading(value)


def _plausible(found: date) -> Reading[date]:
    # Programs write an empty date as year 1 or 9999; a timeline drawn from it would help nobody.
    return Reading(found) if found.year in _YEARS else Reading(None, NO_DATE)


def _parts(text: str) -> tuple[int, int, int] | None:
    if iso := _ISO.fullmatch(text):
        return int(iso["y"]), int(iso["m"]), int(iso["d"])
    if named := _NAMED.fullmatch(text):
        month = _MONTHS.get((named["m"] or named["m2"]).casefold())
        year = int(named["y"]) if len(named["y"]) > len("25") else int(named["y"]) + _CENTURY
        return (year, month, int(named["d"] or named["d2"])) if month else None
    local = _LOCAL.fullmatch(text)
    if local is None:
        return None
    first, second, year = int(local["a"]), int(local["b"]), int(local["y"])
    if local["gap"] == "." or first > _MONTH_COUNT or first == second:
        return year, second, first
    return (year, first, second) if second > _MONTH_COUNT else None
