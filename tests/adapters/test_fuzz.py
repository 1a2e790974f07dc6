"""Whatever is in a file, every reader answers: it says lines that can be kept, or refuses it by a code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from random import Random
from typing import Any

import openpyxl
import pytest
from bench import fuzzing, fuzzing_files
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import vivafiles as viva
from pejl.adapters.formats import cells, jsons, payloads, tables, viva_explorer_cells, viva_zip, words
from pejl.domain.transfers import Homeless, Place, Problem
from pejl.domain.values import Refused
from pejl.services import transfers_rows

CODES = frozenset({
    "read", "file.unknown", "file.broken-zip", "file.broken-json", "file.broken-table", "file.encrypted",
    "file.duplicate-member", "file.too-large", "file.not-recognised", "file.no-headings", "file.not-table",
})  # fmt: skip
# Seeds: a file asks for chance too often for each answer to be a choice of its own.
CHANCES = st.integers(0, 2**32).map(Random)
STARTS = st.sampled_from((b"", b"PK\3\4", b"PK\5\6" + b"\0" * 18, b"[", b"{", b"a;b\n"))


@pytest.mark.parametrize(("kind", "examples"), [("zip", 150), ("csv", 100), ("xlsx", 30), ("json", 100)])
def test_odd_files_are_read_or_refused(kind: str, examples: int) -> None:
    @settings(max_examples=examples)
    @given(chance=CHANCES)
    def known(chance: Random) -> None:
        data, name = fuzzing_files.KINDS[kind](chance)
        assert fuzzing.read(data, name, at_random=chance) in CODES

    known()


@given(
    st.binary(max_size=400), st.sampled_from((b"", b"PK\3\4", b"PK\5\6" + b"\0" * 18, b"[", b"{", b"a;b\n"))
)
def test_any_bytes_are_read_or_refused(data: bytes, before: bytes) -> None:
    assert fuzzing.read(before + data, "") in CODES


# --- each of these ended a reader once -------------------------------------------------------------------


def refusal(work: Any) -> str:
    with pytest.raises(Refused) as refused:
        list(work)
    return refused.value.code


@pytest.mark.parametrize("text", ["9" * 5_000, "-" + "9" * 100_000, "[" * 100_000, '{"a":' * 100_000])
def test_what_would_end_the_process_of_the_parser_is_refused_before_it(text: str) -> None:
    """In a process of its own: the parser does not come back from these."""
    code = f"""if True:
    import io, sys
    from adapters import vivafiles
    from pejl.adapters.formats import payloads, viva_zip
    from pejl.domain.values import Refused
    text = {text[:20]!r} * ({len(text)} // {min(20, len(text))}) if {text[:1] != "-"} else "-" + "9" * 100_000
    for said in (viva_zip.read(vivafiles.packed({{"objectives": '[{{"ID": ' + text}})),
                 payloads.records(io.BytesIO(b'[{{"id": ' + text.encode()))):
        try:
            list(said)
        except Refused as refused:
            print(refused.code)
    """
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["file.too-large"] * 2), done.stderr


def seen(text: bytes, size: int) -> bool:
    guard = jsons.Guard()
    try:
        return all(guard.seen(text[at : at + size]) for at in range(0, len(text), size))
    except Refused:
        return False


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_only_numbers_and_brackets_outside_of_texts_count(size: int) -> None:
    assert seen(b'["' + b"9" * 9_000 + rb"\\\"[[[[" + b"{" * 200 + b'"]', size)
    assert seen(b"[" + b'{"a":[]},' * 500 + b"1]", size)
    assert seen(b"[" + b"9" * jsons.MAX_DIGITS + b"]", size)
    assert not seen(b"[" + b"9" * (jsons.MAX_DIGITS + 1) + b"]", size)
    assert seen(b"[" * jsons.MAX_OPEN + b"]" * jsons.MAX_OPEN, size)
    assert not seen(b"[" * (2 * jsons.MAX_OPEN + 1) + b"]" * (2 * jsons.MAX_OPEN + 1), size)


JSON = st.recursive(
    st.none() | st.integers() | st.text('\\"[]{}9a'),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text('\\"[{'), some, max_size=2),
    max_leaves=12,
)


@given(JSON, st.integers(1, 9))
def test_an_honest_text_goes_by_in_any_pieces(told: Any, size: int) -> None:
    assert seen(json.dumps(told).encode(), size)


def test_headers_that_lie_of_where_a_member_is_are_a_broken_zip() -> None:
    data = bytearray(viva.packed(viva.whole()).getvalue())
    at = data.index(b"PK\1\2") + 42
    for place in (0xFFFFFFFE, len(data) - 2):
        data[at : at + 4] = place.to_bytes(4, "little")
        assert refusal(viva_zip.read(io.BytesIO(bytes(data)))) == "file.broken-zip"


def workbook(old: bytes, new: bytes) -> io.BytesIO:
    """A sheet with a title and the number 7, with something else in its XML."""
    book, source, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    assert book.active is not None
    for row in (["Title", "Target"], ["Win", 7]):
        book.active.append(row)
    book.save(source)
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            text = read.read(name)
            write.writestr(name, text.replace(old, new, 1) if "sheet1" in name else text)
    return out


def test_a_number_without_end_in_a_sheet_is_a_trouble() -> None:
    (row,) = tables.table(workbook(b"<v>7</v>", b"<v>1e999</v>")).rows
    assert (row.cells, row.troubles) == ({"Title": "Win"}, {"Target": "value is not a number"})


def test_a_row_of_a_sheet_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = b"".join(b"<z>%d</z>" % number for number in range(10_000))
    file = workbook(b"</row><row ", b"</row>" + wide + b"<row ")
    assert len(list(tables.table(file).rows)) == 1
    monkeypatch.setattr(cells, "MAX_RECORD", 60_000)
    with pytest.raises(Refused, match=r"file\.too-large"):
        tables.table(file)


@pytest.mark.parametrize("name", ["Annual 0025", "Q1 0000", "9999"])
def test_a_period_of_another_age_has_no_days(name: str) -> None:
    assert viva_explorer_cells.span(name) is None


@pytest.mark.parametrize("word", ["1e30", "-1e30", "1e30%", "-9"])
def test_a_confidence_beyond_all_is_no_number(word: str) -> None:
    assert words.confidence(word) == (None, "value is not a number")


def test_a_number_with_a_vast_exponent_is_kept_as_it_was_written() -> None:
    (record,) = [row for _, row in payloads.records(io.BytesIO(b'[{"a": 1E+999999999, "b": 1e-999999999}]'))]
    assert transfers_rows._text(record) == '{"a": "1E+999999999", "b": "1E-999999999"}'


@pytest.mark.parametrize("said", ["a line", Homeless("a\0"), Problem(Place("rows", 1, "\ud800"), "", "no")])
def test_what_is_unfit_does_not_pass(said: Any) -> None:
    with pytest.raises(fuzzing.Unsound):
        fuzzing.sound(said)
