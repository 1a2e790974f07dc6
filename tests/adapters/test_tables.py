from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from pejl.adapters.formats import cells, tables
from pejl.adapters.formats.tables import Fields, Row
from pejl.domain.transfers import Homeless, Place, Problem
from pejl.domain.values import Refused

TEXT = 'Id,Title,Note\n1,"Æble, pære","two\nlines; ""quoted"""\n2,Ål,\n'


def file(text: str | bytes, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode(encoding))


def read(text: str | bytes, encoding: str = "utf-8") -> list[Row]:
    return list(tables.table(file(text, encoding)).rows)


def book(*sheets: Sequence[Sequence[Any]], formats: dict[str, str] | None = None) -> io.BytesIO:
    """A workbook of these sheets; `formats` are number formats of cells of the first."""
    made = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = made.active if number == 0 else made.create_sheet()
        for row in rows:
            sheet.append(list(row))
    for cell, look in (formats or {}).items():
        made.worksheets[0][cell].number_format = look
    saved = io.BytesIO()
    made.save(saved)
    saved.seek(0)
    return saved


def with_sheet(rows: str, *, before: str = "", member: str = "xl/worksheets/sheet1.xml") -> io.BytesIO:
    """A workbook whose sheet has these rows as XML, as programs write them that openpyxl does not know."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'{before}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    made = io.BytesIO()
    with zipfile.ZipFile(book([["x"]])) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == member else old.read(name))
    made.seek(0)
    return made


def text_row(number: int, *values: str) -> str:
    cells_ = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values)
    return f'<row r="{number}">{cells_}</row>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    first, second = read(TEXT, encoding)
    assert first.cells == {"Id": "1", "Title": "Æble, pære", "Note": 'two\nlines; "quoted"'}
    assert second == Row(2, {"Id": "2", "Title": "Ål"}, [], {})


def test_an_encoding_that_had_to_be_taken_is_told() -> None:
    assert tables.table(file(TEXT, "cp1252")).encoding == tables.WINDOWS
    assert tables.table(file(TEXT, "utf-8-sig")).encoding == "utf-8"


def test_a_sign_cut_off_at_the_end_does_not_change_the_encoding() -> None:
    table = tables.table(file(b"Id,Title\n1," + "Ål på".encode()[:-1]))
    assert table.encoding == "utf-8"
    assert [row.cells["Title"] for row in table.rows] == ["Ål p\ufffd"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_found_whatever_else_stands_in_the_headings(delimiter: str) -> None:
    heading = '"Aligned To (weight, Id)"' if delimiter == "," else "Aligned To (weight, Id)"
    (row,) = read(delimiter.join(["Id", heading, "Title"]) + "\n" + delimiter.join(["1", "x", "y"]))
    assert row.cells == {"Id": "1", "Aligned To (weight, Id)": "x", "Title": "y"}


def test_the_hint_that_excel_reads_gives_the_delimiter() -> None:
    (row,) = read("sep=|\nId|Title;a,b\n1|x\n")
    assert row == Row(1, {"Id": "1", "Title;a,b": "x"}, [], {})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_they_like_and_blank_ones_count_but_do_not_come(end: str) -> None:
    found = read(end.join(["", "Id,Title", "1,a", "", " , ", "4,b"]))
    assert [(row.number, row.cells["Id"]) for row in found] == [(1, "1"), (4, "4")]


def test_cells_without_a_heading_are_spilled_in_order() -> None:
    (row,) = read("Id,,Title\n1,between,x,after,,last\n")
    assert row.cells == {"Id": "1", "Title": "x"}
    assert row.spilled == ["between", "after", "last"]


def test_a_heading_that_stands_twice_is_numbered() -> None:
    table = tables.table(file("Tag, Tag ,Tag\na,b,c\n"))
    assert table.headings == ("Tag", "Tag 2", "Tag 3")
    assert next(table.rows).cells == {"Tag": "a", "Tag 2": "b", "Tag 3": "c"}


def test_headings_that_fit_are_found_under_other_lines() -> None:
    table = tables.table(
        file("Export of today\n\na,b,c,d\nId;Title\n1;x\n"), fits=lambda names: "Id" in names
    )
    assert table.headings == ("Id", "Title")
    assert [(row.number, row.cells) for row in table.rows] == [(1, {"Id": "1", "Title": "x"})]


def test_a_quotation_that_is_never_closed_is_told_at_its_cell() -> None:
    first, second = read('Id,Title\n1,"5"" pipe"\n2,"open\n3,b\n')
    assert first.troubles == {}
    assert second == Row(2, {"Id": "2", "Title": "open\n3,b\n"}, [], {"Title": tables.UNCLOSED})


def test_a_quotation_that_is_never_closed_in_a_long_file_refuses_it() -> None:
    with pytest.raises(Refused, match=r"file\.too-large"):
        read('Id,Title\n2,"open\n' + "3,b\n" * 50_000)


def test_a_link_as_a_formula_is_what_it_shows() -> None:
    rows_ = read('Id;Title\n"=HYPERLINK(""https://x.example/7"",""7"")";"=1+1"\n')
    assert rows_[0].cells == {"Id": "7", "Title": "=1+1"}


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ('=HYPERLINK("https://x.example","a ""b"" c")', 'a "b" c'),
        ('=hyperlink( "https://x.example" ; 3212965 )', "3212965"),
        ('=HYPERLINK("https://x.example")', "https://x.example"),
        ('=HYPERLINK("https://x.example",A1)', '=HYPERLINK("https://x.example",A1)'),
    ],
)
def test_links_come_in_several_spellings(formula: str, shown: str) -> None:
    assert read(f"Id\tTitle\n{formula}\tx\n")[0].cells["Id"] == shown


def test_a_file_with_headings_only_has_no_rows_and_an_empty_one_is_refused() -> None:
    table = tables.table(file("Id,Title\n"))
    assert (table.headings, list(table.rows)) == (("Id", "Title"), [])
    for nothing in ("", "\n \n,,\n"):
        with pytest.raises(Refused, match=r"file\.no-headings"):
            tables.table(file(nothing))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file.old-excel"),
        (bytes(range(256)) * 4, "file.not-table"),
        (b"PK\3\4 and then nothing", "file.broken-table"),
    ],
)
def test_what_is_no_table_is_refused_and_has_no_headings(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        tables.table(file(content))
    assert refused.value.code == code
    assert tables.headings(file(content)) == ()


def test_a_zip_of_another_kind_is_no_table() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("objectives.json", "[]")
    with pytest.raises(Refused, match=r"file\.not-table"):
        tables.table(made)


def test_the_file_stays_open_and_looking_at_headings_rewinds_it() -> None:
    opened = file(TEXT)
    assert tables.headings(opened) == ("Id", "Title", "Note")
    assert opened.tell() == 0
    rows_ = tables.table(opened).rows
    next(rows_)
    del rows_
    assert not opened.closed


@pytest.mark.parametrize(
    ("limit", "value", "text"),
    [
        ("MAX_FILE", 10, "Id,Title\n1,a\n"),
        ("MAX_ROWS", 2, "Id\n1\n2\n3\n"),
        ("MAX_COLUMNS", 2, "a,b,c\n1,2,3\n"),
        ("MAX_CELL", 5, "Id\n123456\n"),
        ("MAX_RECORD", 20, 'Id,Title\n1,"' + "ab\n" * 10 + '"\n'),
    ],
)
def test_limits_refuse_the_file(limit: str, value: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(text)
    monkeypatch.setattr(cells, limit, value)
    with pytest.raises(Refused, match=r"file\.too-large"):
        read(text)


def test_too_many_spilled_cells_refuse_the_file() -> None:
    with pytest.raises(Refused, match=r"file\.too-large"):
        read("Id\n1" + ",x" * (tables.MAX_SPILL + 1))


def test_rows_come_before_the_file_is_read_to_its_end() -> None:
    opened = file("Id,Title\n" + "1,x\n" * 500_000)
    rows_ = tables.table(opened).rows
    assert next(rows_).number == 1
    assert opened.tell() < 1_000_000


def test_a_sheet_gives_numbers_dates_and_truths_as_they_show() -> None:
    when = datetime(2025, 3, 1, 8, 30)  # noqa: DTZ001 - a spreadsheet has no zones
    rows_ = [["Id", "On", "At", "Part", "Took", "Done", "Text"]]
    rows_ += [[3212965, date(2025, 3, 1), when, 0.255, timedelta(hours=30), True, "  "]]
    (row,) = tables.table(book(rows_, formats={"D2": "0.0%", "E2": "[h]:mm"})).rows
    assert row.cells == {
        "Id": 3212965, "On": date(2025, 3, 1), "At": when, "Part": "25.500%", "Took": "1 day, 6:00:00",
        "Done": True,
    }  # fmt: skip
    assert cells.number(row.cells["Part"]).value == Decimal("25.5")


def test_a_date_past_the_calendar_is_told() -> None:
    (row,) = tables.table(book([["Id", "On"], [1, 9e9]], formats={"B2": "yyyy-mm-dd"})).rows
    assert (row.cells, row.troubles) == ({"Id": 1}, {"On": cells.NO_DATE})


def test_formulas_give_what_was_last_shown_or_say_that_nothing_was() -> None:
    xml = text_row(1, "Id", "Sum", "Lost", "Error") + (
        '<row r="3"><c r="A3" t="str"><f>HYPERLINK("https://x.example/7","7")</f></c>'
        '<c r="B3"><f>1+1</f><v>2</v></c><c r="C3"><f>1+1</f></c>'
        '<c r="D3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="F3"><v>5</v></c></row>'
    )
    (row,) = tables.table(with_sheet(xml)).rows
    assert row.number == 2
    assert row.cells == {"Id": "7", "Sum": 2}
    assert row.spilled == [5]
    assert row.troubles == {"Lost": "formula without a value", "Error": "formula that gives an error"}


def test_a_link_saved_without_what_it_shows_is_read_from_its_formula() -> None:
    rows_ = [["Id", "Title"], ['=HYPERLINK("https://x.example/7","7")', "x"]]
    (row,) = tables.table(book(rows_)).rows
    assert row.cells == {"Id": "7", "Title": "x"}


def test_the_first_sheet_that_fits_is_taken_shown_ones_first() -> None:
    made = openpyxl.load_workbook(book([["Read me"]], [["Id", "Old"], [1, "a"]], [["Id", "New"], [2, "b"]]))
    made.worksheets[1].sheet_state = "hidden"
    saved = io.BytesIO()
    made.save(saved)
    table = tables.table(saved, fits=lambda names: "Id" in names)
    assert (table.sheet, table.headings) == ("Sheet2", ("Id", "New"))
    assert tables.table(saved).headings == ("Read me",)


def test_a_wide_and_long_sheet_costs_only_what_is_in_it() -> None:
    far = '<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row>'
    (row,) = tables.table(with_sheet(text_row(1, "Id") + far)).rows
    assert row == Row(1_048_575, {"Id": 1}, [2], {})


def test_entities_in_a_sheet_are_not_followed() -> None:
    before = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(Refused, match=r"file\.broken-table"):
        list(tables.table(with_sheet(text_row(1, "&b;"), before=before)).rows)


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_cut_off_workbook_is_refused(part: float) -> None:
    whole = book([["Id"], [1]]).getvalue()
    with pytest.raises(Refused, match=r"file\.broken-table"):
        tables.table(file(whole[: int(len(whole) * part)]))


def test_a_sheet_that_breaks_off_is_refused_midway() -> None:
    rows_ = "".join(text_row(number, f"{number**3}") for number in range(2, 3000))
    table = tables.table(with_sheet(f"{text_row(1, 'Id')}{rows_}<row><c></row>"))
    assert next(table.rows).cells == {"Id": "8"}
    with pytest.raises(Refused, match=r"file\.broken-table"):
        list(table.rows)


def test_a_sheet_that_unpacks_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_SHEET", 20_000)
    with pytest.raises(Refused, match=r"file\.too-large"):
        tables.table(book([["Id"], *([number] for number in range(2000))]))


def test_fields_are_found_by_any_spelling_and_tell_what_was_left() -> None:
    row = Row(
        1, {"Last Check-in": "2025-13-40", "VALUE ": 3.0, "Other": "x", "Target": "1,250"}, [], {"Sum": "why"}
    )
    fields = Fields(Place("rows", 1, ""), row)
    assert fields.text("value") == "3"
    assert fields.number("Target") == Decimal(1250)
    assert fields.day("last checkin") is None
    assert fields.take("Nothing", "sum") is None
    fields.homeless()
    at = fields.at
    assert fields.said == [
        Problem(at, "Target", "number with a thousands separator: read as 1250", "1250"),
        Problem(at, "Last Check-in", cells.NO_DATE),
        Problem(at, "Sum", "why"),
        Homeless("Other"),
    ]
