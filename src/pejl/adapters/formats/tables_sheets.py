"""The sheets of an XLSX, row by row: what each cell shows, not how it came about.

openpyxl reads the workbook; its sheet parser is asked for values and formulas at once, and only for the
cells that are there, so that a wide or a long sheet costs no more than what is in it.

>>> linked('=HYPERLINK("https://goals.example/7","7")'), linked("plain")
('7', 'plain')
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from defusedxml.ElementTree import iterparse
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, WorkSheetParser

from pejl.adapters.formats import cells
from pejl.domain.values import Refused

Laid = tuple[int, list[tuple[int, Any, str]]]  # a row's number, and (column from 0, value, trouble)

NO_VALUE: Final = "formula without a value"
ERROR: Final = "formula that gives an error"

_ROWS_TAG: Final = ROW_TAG.replace("}row", "}sheetData")
_WORKBOOK: Final = "xl/workbook.xml"
_LITERAL: Final = r'"((?:[^"]|"")*)"'
_LINK: Final = re.compile(
    rf"=?\s*(?:_xlfn\.)?HYPERLINK\(\s*{_LITERAL}\s*(?:[,;]\s*(?:{_LITERAL}|([0-9.]+))\s*)?\)\s*",
    re.IGNORECASE,
)


def sheets(file: BinaryIO) -> Iterator[tuple[str, Callable[[], Iterator[Laid]]]]:
    """Each sheet's name and how to read it from its top, the shown ones first.

    Refuses ``file.not-table`` (another kind of ZIP), ``file.broken-table``, ``file.encrypted``,
    ``file.duplicate-member``, ``file.too-large``."""
    opened = _archive(file)
    if _WORKBOOK not in opened.namelist():
        raise Refused("file.not-table", field="file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of looks and links that are not kept, which nobody asked for
            book = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            book.read_manifest()
            book.read_strings()
            book.read_workbook()
            apply_stylesheet(book.archive, book.wb)
            found = [one for one in book.parser.find_sheets() if one[1].Type.endswith("/worksheet")]
        styles = _Styles(book.wb)
    except Exception as error:
        # A workbook that is not well made makes the parser fail in any way there is.
        raise Refused("file.broken-table", field="file") from error
    for sheet, part in sorted(found, key=lambda one: one[0].state != "visible"):
        yield str(sheet.name), _reading(opened, part.target, book.shared_strings, styles)


def linked(value: str) -> str:
    """What a cell with a link shows, where the value is the formula of one; any other text as it is."""
    found = _LINK.fullmatch(value) if value[:1] == "=" else None
    return value if found is None else _shown(found)


def _shown(found: re.Match[str]) -> str:
    shown = next(part for part in (found[2], found[3], found[1]) if part is not None)
    return shown.replace('""', '"')


def _archive(file: BinaryIO) -> ZipFile:
    try:
        return cells.archive(file, member=cells.MAX_SHEET)
    except Refused as refused:
        if refused.code == "file.broken-zip":
            raise Refused("file.broken-table", field="file") from refused
        raise


class _Styles:
    """What the looks of a cell say of its number: a date, a span of time, a per cent."""

    def __init__(self, book: Workbook) -> None:
        self.epoch = book.epoch
        self.dates: set[int] = book._date_formats  # type: ignore[attr-defined]  # noqa: SLF001
        self.spans: set[int] = book._timedelta_formats  # type: ignore[attr-defined]  # noqa: SLF001
        own = list(book._number_formats)  # type: ignore[attr-defined]  # noqa: SLF001
        used = [style.numFmtId for style in book._cell_styles]  # type: ignore[attr-defined]  # noqa: SLF001
        self.parts = {at for at, number in enumerate(used) if "%" in _format(number, own)}


def _format(number: int, own: list[str]) -> str:
    at = number - BUILTIN_FORMATS_MAX_SIZE
    if at < 0:
        return str(BUILTIN_FORMATS.get(number, ""))
    return own[at] if at < len(own) else ""


class _Parser(WorkSheetParser):
    """The rows alone, each cell with the value that was last shown; ``trouble`` where there is none."""

    styles: _Styles
    source: Any  # a member that is `Unpacked`

    def parse(self) -> Generator[Any, None, None]:
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()
                self.source.mark()
            elif element.tag == _ROWS_TAG:
                return

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        cell["value"], cell["trouble"] = self._shown(cell, element.find(FORMULA_TAG))
        return cell

    def _shown(self, cell: dict[str, Any], formula: Element | None) -> tuple[Any, str]:
        value = cell["value"]
        if formula is not None:
            found = _LINK.fullmatch(formula.text or "")
            if found is not None:
                return _shown(found), ""
            if value is None:
                return None, NO_VALUE
        if cell["data_type"] == "e":
            return None, ERROR
        if isinstance(value, str):
            return (linked(value) if value.strip() else None), ""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _plain(value), ""
        return self._number(value, cell["style_id"])

    def _number(self, value: float, style: int) -> tuple[Any, str]:
        if isinstance(value, float) and not math.isfinite(value):  # written as 1e999
            return None, cells.NOT_A_NUMBER
        if style in self.styles.dates:
            try:
                read = from_excel(value, self.styles.epoch, timedelta=style in self.styles.spans)
            except (OverflowError, ValueError):
                return None, cells.NO_DATE
            return _plain(read), ""
        if style in self.styles.parts:
            return f"{Decimal(repr(value)) * 100:f}%", ""
        return value, ""


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if value is None or isinstance(value, bool | date):
        return value
    return str(value) if isinstance(value, time | timedelta) else value


def _reading(opened: ZipFile, path: str, strings: list[str], styles: _Styles) -> Callable[[], Iterator[Laid]]:
    def laid() -> Iterator[Laid]:
        try:
            source: Any = cells.Unpacked(opened, opened.getinfo(path))
            parser = _Parser(source, strings, data_only=True)
            parser.styles = styles
            for number, row in parser.parse():
                yield number, [(cell["column"] - 1, cell["value"], cell["trouble"]) for cell in row
                               if cell["value"] is not None or cell["trouble"]]  # fmt: skip
        except Exception as error:
            if isinstance(error, Refused) and error.code == "file.too-large":
                raise
            raise Refused("file.broken-table", field="file") from error

    return laid
