from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pejl.adapters.formats import cells
from pejl.domain.values import Refused, State, Status


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12", "12"),
        (" -3.50 ", "-3.50"),
        ("\N{MINUS SIGN}4", "-4"),
        (".5", "0.5"),
        ("25%", "25"),
        ("99.5 %", "99.5"),
        ("$30000", "30000"),
        ("-$12", "-12"),
        ("1e3", "1E+3"),
        (7, "7"),
        (Decimal("0.1"), "0.1"),
        (0.1, "0.1"),
    ],
)
def test_a_number_is_read_exactly_and_nothing_is_said(raw: object, value: str) -> None:
    assert cells.number(raw) == (Decimal(value), "")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1,250", "1250"),
        ("1,234,567.89", "1234567.89"),
        ("12 500", "12500"),
        ("1'000", "1000"),
        ("-1,250", "-1250"),
    ],
)
def test_a_thousands_separator_is_read_over_and_told(raw: str, value: str) -> None:
    assert cells.number(raw) == (Decimal(value), f"number with a thousands separator: read as {value}")


@pytest.mark.parametrize(
    "raw",
    ["n/a", "1,25", "12,34,567", "1.250,5", "1,250 500", "1-2", "NaN", "Infinity", "1e400", True, "٣", "--1"],
)
def test_what_is_no_number_is_not_guessed(raw: object) -> None:
    assert cells.number(raw) == (None, "value is not a number")


@pytest.mark.parametrize(
    "raw", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e999999"), 10**4000, float("inf")]
)
def test_a_number_that_cannot_be_kept_is_none(raw: object) -> None:
    assert cells.number(raw).value is None


def test_the_tail_of_a_binary_fraction_is_cut_at_thirty_places() -> None:
    read = cells.number(Decimal("-1.4551915228366851806640625E-11")).value
    assert read == Decimal("-0.000000000014551915228366851807")


@pytest.mark.parametrize("raw", [None, "", "  ", "\u00a0"])
def test_a_blank_cell_is_no_value_and_no_reason(raw: object) -> None:
    assert cells.number(raw) == cells.day(raw) == cells.moment(raw) == (None, "")


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("2025-03-01", date(2025, 3, 1)),
        ("2024-07-25 00:00:00", date(2024, 7, 25)),
        ("2024-12-12 09:00:00 UTC", date(2024, 12, 12)),
        ("2025-03-01T23:30:00Z", date(2025, 3, 1)),
        ("31/12/2025", date(2025, 12, 31)),
        ("12/31/2025", date(2025, 12, 31)),
        ("05/05/2025", date(2025, 5, 5)),
        ("3.4.2025", date(2025, 4, 3)),
        ("31. marts 2025", date(2025, 3, 31)),
        ("Mar 31, 2025", date(2025, 3, 31)),
        ("31/Dec/25", date(2025, 12, 31)),
        (datetime(2025, 1, 2, 3, 4, tzinfo=UTC), date(2025, 1, 2)),
        (date(2025, 1, 2), date(2025, 1, 2)),
    ],
)
def test_a_day_is_read_where_it_has_one_reading(raw: object, found: date) -> None:
    assert cells.day(raw) == (found, "")


@pytest.mark.parametrize(
    "raw",
    ["2025-13-40", "03/04/2025", "2025-02-30", "0001-01-01", "9999-12-31", "soon", "31. foo 2025", "45678"],
)
def test_a_day_that_cannot_be_read_says_so(raw: str) -> None:
    assert cells.day(raw) == (None, "date cannot be read")


def test_a_moment_without_a_zone_is_utc_and_one_with_a_zone_is_moved_there() -> None:
    assert cells.moment("2024-09-04 21:05:45").value == datetime(2024, 9, 4, 21, 5, 45, tzinfo=UTC)
    assert cells.moment("2025-03-10 20:57:08 UTC").value == datetime(2025, 3, 10, 20, 57, 8, tzinfo=UTC)
    assert cells.moment("2025-03-10T21:57:08+01:00").value == datetime(2025, 3, 10, 20, 57, 8, tzinfo=UTC)


@pytest.mark.parametrize("raw", ["yesterday", "2025-02-30 10:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_cannot_be_read_says_so(raw: str) -> None:
    assert cells.moment(raw) == (None, "time cannot be read")


def test_at_risk_is_red_in_viva_goals_and_amber_elsewhere() -> None:
    assert cells.status("At Risk", viva=True) == (Status.OFF_TRACK, State.OPEN)
    assert cells.status("at_risk", viva=False) == (Status.AT_RISK, State.OPEN)
    assert cells.status("Behind", viva=True) == (Status.AT_RISK, State.OPEN)


@pytest.mark.parametrize(
    ("word", "status", "state"),
    [
        ("On-Track", Status.ON_TRACK, State.OPEN),
        ("Needs attention", Status.AT_RISK, State.OPEN),
        ("RED", Status.OFF_TRACK, State.OPEN),
        ("Achieved", Status.CLOSED, State.CLOSED),
        ("Paused", Status.POSTPONED, State.POSTPONED),
        ("abandoned", Status.DROPPED, State.DROPPED),
        ("Ikke startet", Status.NOT_STARTED, State.OPEN),
        ("In-progress", None, State.OPEN),
        ("", None, State.OPEN),
    ],
)
def test_status_words_are_known(word: str, status: Status | None, state: State) -> None:
    assert cells.status(word, viva=False) == (status, state)
    assert cells.is_status(word)


def test_an_unknown_status_word_is_no_status() -> None:
    assert cells.status("Marinating", viva=False) == (None, State.OPEN)
    assert not cells.is_status("Marinating")


def test_plain_takes_out_what_controls_and_keeps_lines_and_letters() -> None:
    assert cells.plain("  a\x00b\r\nc\td\u202e æ👍\ud800 ") == "ab\nc\td æ👍"
    assert cells.plain(None) == ""


def test_a_cell_that_is_too_long_refuses_the_file() -> None:
    assert len(cells.plain("x" * cells.MAX_CELL)) == cells.MAX_CELL
    with pytest.raises(Refused, match=r"file\.too-large"):
        cells.plain("x" * (cells.MAX_CELL + 1))


def test_a_record_is_kept_as_it_is_but_for_what_no_database_holds() -> None:
    record = {"a\x00": ["x\x00y", Decimal("0.10"), None, {"b": "\x07"}]}
    assert cells.kept(record) == {"a": ["xy", Decimal("0.10"), None, {"b": "\x07"}]}


def test_a_record_nested_too_deep_refuses_the_file() -> None:
    record: list[object] = []
    for _ in range(cells.MAX_DEPTH + 2):
        record = [record]
    with pytest.raises(Refused, match=r"file\.too-large"):
        cells.kept(record)


def test_words_are_parted_and_bared() -> None:
    assert cells.words(" a; b ;;c, d ", by=";,") == ("a", "b", "c", "d")


def test_rows_are_counted_from_one_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_ROWS", 2)
    assert list(cells.counted("ab")) == [(1, "a"), (2, "b")]
    with pytest.raises(Refused, match=r"file\.too-large"):
        list(cells.counted("abc"))


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_FILE", 3)
    assert cells.weigh(io.BytesIO(b"abc")) == 3
    with pytest.raises(Refused, match=r"file\.too-large"):
        cells.weigh(io.BytesIO(b"abcd"))


def _zip(*members: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in members:
            archive.writestr(name, content)
    file.seek(0)
    return file


def test_a_list_of_members_that_would_fill_the_memory_is_refused_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = _zip(*((f"{number}.json", b"[]") for number in range(50)))
    assert len(cells.archive(file).infolist()) == 50
    monkeypatch.setattr(cells, "MAX_LISTING", 1000)
    with pytest.raises(Refused, match=r"file\.too-large"):
        cells.archive(file)
    assert cells.listed(file) == ()


def test_an_archive_packed_past_the_ratio_is_refused() -> None:
    with pytest.raises(Refused, match=r"file\.too-large"):
        cells.archive(_zip(("a.json", b" " * 5_000_000)))


def test_a_packing_nobody_uses_is_refused() -> None:
    with pytest.raises(Refused, match=r"file\.broken-zip"):
        cells.archive(_zip(("a.json", b"[]"), packing=zipfile.ZIP_LZMA))


def test_what_comes_out_is_counted_whatever_the_list_says(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = cells.archive(_zip(("a.json", bytes(range(256)) * 40)))
    info = archive.getinfo("a.json")
    monkeypatch.setattr(cells, "MAX_UNPACKED", 5000)
    stream = cells.Unpacked(archive, info)
    assert len(stream.read(4000)) == 4000
    with pytest.raises(Refused, match=r"file\.too-large"):
        stream.read(4000)


def test_one_record_may_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = cells.archive(_zip(("a.json", bytes(range(256)) * 40)))
    monkeypatch.setattr(cells, "MAX_RECORD", 3000)
    stream = cells.Unpacked(archive, archive.getinfo("a.json"))
    stream.read(2000)
    stream.mark()
    assert len(stream.read(2000)) == 2000
    with pytest.raises(Refused, match=r"file\.too-large"):
        stream.read(2000)
