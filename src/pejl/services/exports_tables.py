"""The workbook (XLSX) and the table of goals (CSV).

A text that a spreadsheet would take for a formula is made harmless: in CSV by an apostrophe before it, in
XLSX by being a text. Numbers are digit for digit those that were given.
"""

from __future__ import annotations

import csv as comma
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from pejl.queries import directories, kpis, sheets
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS: Final = 1_048_576
MOST_LETTERS: Final = 32_767
_PER_CENT: Final = "0%"
_SCORE: Final = "0.00"
_NARROW, _NORMAL, _WIDE = 12, 18, 44
_BREAKS: Final = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Column:
    """`format` is how a spreadsheet shows its numbers; dates show themselves."""

    heading: str
    width: int = _NARROW
    format: str = ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    columns: Sequence[Column]
    rows: Callable[[], Iterable[Sequence[Any]]]


def csv(by: Member, out: BinaryIO, *, now: datetime) -> None:
    """The table of goals by RFC 4180: UTF-8 with a byte order mark, so that spreadsheets read it right."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    rows = comma.writer(text)
    rows.writerow([column.heading for column in goal_columns()])
    for row in goal_rows(by, now=now):
        rows.writerow([_told(value) for value in row])
    text.flush()
    text.detach()


def xlsx(by: Member, out: BinaryIO, *, now: datetime) -> None:
    """A sheet each for goals, check-ins, comments, tasks, KPIs, and people with their teams."""
    book = Workbook(write_only=True)
    for sheet in _sheets(by, now=now):
        _write(book, sheet)
    book.save(out)


def goal_columns() -> list[Column]:
    return [
        Column(_("Id"), _NORMAL), Column(_("Kind")), Column(_("Title"), _WIDE),
        Column(_("Description"), _WIDE), Column(_("Level")), Column(_("Owners"), _NORMAL),
        Column(_("Teams"), _NORMAL), Column(_("Tags"), _NORMAL), Column(_("Period")), Column(_("Start date")),
        Column(_("End date")),
        Column(_("Ambition")), Column(_("Measured by")), Column(_("Unit")), Column(_("Start")),
        Column(_("Target")), Column(_("Value")), Column(_("Progress"), format=_PER_CENT),
        Column(_("Expected"), format=_PER_CENT), Column(_("Status")), Column(_("Confidence")),
        Column(_("Last check-in")), Column(_("Score"), format=_SCORE), Column(_("Parent ids"), _NORMAL),
        Column(_("Parents"), _WIDE), Column(_("Shares")), Column(_("Seen by")), Column(_("Created")),
    ]  # fmt: skip


def goal_rows(by: Member, *, now: datetime) -> Iterator[list[Any]]:
    for row in sheets.goals(by, sheets.ids(by), now=now):
        yield [*_goal(row), by.today(row.created_at)]


def _goal(row: GoalRow) -> list[Any]:
    metric = row.metric
    return [
        row.id, row.kind.value, row.title, row.description, row.level.value,
        _names(row.owners), _names(row.teams), "; ".join(row.tags), row.period_name,
        row.start_date, row.end_date,
        row.ambition.value if row.ambition else "", metric.kind.value if metric else "", row.unit,
        metric.start if metric else None, metric.target if metric else None, row.value,
        row.progress, row.expected, row.status.value, row.confidence, row.last_checkin_on,
        row.grade_given if row.grade_given is not None else row.grade_computed,
        "; ".join(str(one.id) for one in row.parents), "; ".join(one.title for one in row.parents),
        _shares(row), row.visibility.value,
    ]  # fmt: skip


def _shares(row: GoalRow) -> str:
    """As they were given, in the order of the parents; a default share is empty."""
    told = ["" if one.share is None else str(one.share) for one in row.parents]
    return "; ".join(told) if any(told) else ""


def _names(people: Iterable[Any]) -> str:
    return "; ".join(one.name for one in people)


def _sheets(by: Member, *, now: datetime) -> list[_Sheet]:
    goal = (Column(_("Goal id"), _NORMAL), Column(_("Goal"), _WIDE))
    checkins = [
        *goal, Column(_("Date")), Column(_("Recorded at"), _NORMAL), Column(_("Value")), Column(_("Status")),
        Column(_("Confidence")), Column(_("Note"), _WIDE), Column(_("By"), _NORMAL),
    ]  # fmt: skip
    comments = [*goal, Column(_("Date"), _NORMAL), Column(_("Comment"), _WIDE), Column(_("By"), _NORMAL)]
    tasks = [
        *goal, Column(_("Task"), _WIDE), Column(_("Owner"), _NORMAL), Column(_("Due")), Column(_("Done")),
    ]  # fmt: skip
    figures = [
        Column(_("Name"), _WIDE), Column(_("Unit")), Column(_("From")), Column(_("To")), Column(_("Value")),
        Column(_("Date")), Column(_("In range")), Column(_("Owner"), _NORMAL), Column(_("Team"), _NORMAL),
        Column(_("Goals"), _WIDE),
    ]  # fmt: skip
    people = [
        Column(_("Name"), _WIDE), Column(_("E-mail"), _WIDE), Column(_("Role")), Column(_("Teams"), _WIDE),
        Column(_("Active")),
    ]  # fmt: skip
    return [
        _Sheet(_("Goals"), goal_columns(), lambda: goal_rows(by, now=now)),
        _Sheet(_("Check-ins"), checkins, lambda: _checkins(by)),
        _Sheet(_("Comments"), comments, lambda: _comments(by)),
        _Sheet(_("Tasks"), tasks, lambda: _tasks(by)),
        _Sheet(_("KPIs"), figures, lambda: _kpis(by)),
        _Sheet(_("People and teams"), people, lambda: _people(by)),
    ]


def _checkins(by: Member) -> Iterator[list[Any]]:
    for row in sheets.checkins(by):
        yield [
            row.goal, row.title, row.on, _local(row.recorded_at, by), row.value, row.status, row.confidence,
            row.note, row.by,
        ]  # fmt: skip


def _comments(by: Member) -> Iterator[list[Any]]:
    for row in sheets.comments(by):
        yield [row.goal, row.title, _local(row.posted_at, by), row.text, row.by]


def _tasks(by: Member) -> Iterator[list[Any]]:
    for row in sheets.tasks(by):
        yield [row.goal, row.goal_title, row.title, row.owner, row.due, _yes_or_no(row.done)]


def _kpis(by: Member) -> Iterator[list[Any]]:
    for row in kpis.rows(by):
        inside = "" if row.in_range is None else _yes_or_no(row.in_range)
        goals = "; ".join(one.title for one in row.goals)
        yield [
            row.name, row.unit, row.lower, row.upper, row.value, row.on, inside, row.owner, row.team, goals,
        ]  # fmt: skip


def _people(by: Member) -> Iterator[list[Any]]:
    """E-mails are for admins, as in the settings."""
    for row in directories.people(by):
        email = row.email if by.is_admin else ""
        yield [row.name, email, row.role.value, "; ".join(row.teams), _yes_or_no(row.active)]


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _local(moment: datetime, by: Member) -> datetime:
    """To the second in the reader's zone: a spreadsheet knows no time zones."""
    return moment.astimezone(by.zone).replace(tzinfo=None, microsecond=0)


def _write(book: Any, sheet: _Sheet) -> None:
    """On as many sheets as its rows need: "Check-ins", "Check-ins 2"."""
    rows, number = iter(sheet.rows()), 1
    first: list[Sequence[Any]] = []
    while True:
        page = book.create_sheet(sheet.title if number == 1 else f"{sheet.title} {number}")
        length = _page(page, sheet.columns, chain(first, islice(rows, MOST_ROWS - 1 - len(first))))
        first = list(islice(rows, 1))
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{length}"
        if not first:
            return
        number += 1


def _page(page: Any, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
    """How many lines it has, the headings included."""
    page.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = max(column.width, len(column.heading) + 3)
    page.append([_heading(page, column) for column in columns])
    length = 1
    for row in rows:
        page.append([_cell(page, value, column) for value, column in zip(row, columns, strict=True)])
        length += 1
    return length


def _heading(page: Any, column: Column) -> Any:
    cell: Any = WriteOnlyCell(page, column.heading)
    cell.font, cell.alignment = Font(bold=True), Alignment(vertical="top")
    return cell


def _cell(page: Any, value: Any, column: Column) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, int | float | Decimal):
        # As text, which keeps its digits: the library itself rounds to sixteen.
        cell: Any = WriteOnlyCell(page, format(value, "f") if isinstance(value, Decimal) else repr(value))
        cell.data_type = "n"
        if column.format:
            cell.number_format = column.format
        return cell
    if isinstance(value, date):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", _BREAKS.sub("\n", str(value)))
    cell = WriteOnlyCell(page, text[:MOST_LETTERS])
    cell.data_type = "s"  # not the formula that it takes "=1" for, nor the error of "#N/A"
    return cell


def _told(value: Any) -> str:
    """A cell of a CSV: dates by ISO 8601, numbers exact, and no text that begins a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
