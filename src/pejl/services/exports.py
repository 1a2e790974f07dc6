"""Taking the workspace out: the portable ZIP with everything, and tables as people expect them.

A table is what the person asking may see. A text that a spreadsheet would take for a formula is made
harmless: in CSV by an apostrophe before it, in XLSX by being a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from pejl.queries import past, sheets
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member
from pejl.services import dumps

FORMATS = ("zip", "xlsx", "csv")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDE = 60


def write(form: str, by: Member, out: BinaryIO, *, at: datetime, as_of: datetime | None = None) -> None:
    """Writes the export to `out`; `as_of` a past moment is what was known then.

    `form` is one of `FORMATS`; anything else is a `ValueError`.
    """
    if form == "zip":
        dumps.write(by, out, at=at, as_of=as_of)
        return
    writer = {"xlsx": _xlsx, "csv": _csv}.get(form)
    if writer is None:
        raise ValueError(form)
    if as_of is None:
        writer(by, out, at)
        return
    with past.known(by, at=as_of) as reader:
        writer(reader, out, as_of)


def _csv(by: Member, out: BinaryIO, now: datetime) -> None:
    """The table of goals: UTF-8 with a byte order mark, so that spreadsheets read it right."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(_goal_headings())
    for row in sheets.goals(by, now=now):
        rows.writerow([_told(cell) for cell in _goal(row)])
    text.detach()


def _xlsx(by: Member, out: BinaryIO, now: datetime) -> None:
    """One sheet of goals, one of check-ins."""
    book = Workbook(write_only=True)
    _sheet(book, _("Goals"), _goal_headings(), (_goal(row) for row in sheets.goals(by, now=now)))
    told = ([row.goal, row.title, row.on, row.recorded_at, row.value, row.status, row.confidence, row.note,
             row.by] for row in sheets.checkins(by))  # fmt: skip
    _sheet(book, _("Check-ins"), _checkin_headings(), told)
    book.save(out)


def _sheet(book: Any, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, heading in enumerate(headings):
        letter = chr(ord("A") + number)
        sheet.column_dimensions[letter].width = min(max(len(heading) + 4, 14), WIDE)
    sheet.auto_filter.ref = f"A1:{chr(ord('A') + len(headings) - 1)}1"
    sheet.append(list(headings))
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    cell = WriteOnlyCell(sheet, str(value))
    cell.data_type = "s"
    return cell


def _told(value: Any) -> str:
    """A cell of a CSV: dates as ISO, numbers exact, and no text that begins a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | int | float):
        return value.isoformat() if isinstance(value, date) else str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _goal(row: GoalRow) -> list[Any]:
    metric = row.metric
    return [
        row.id, row.kind.value, row.title, row.description, row.level.value,
        _names(row.owners), _names(row.teams), row.period_name, row.start_date, row.end_date,
        row.ambition.value if row.ambition else "", metric.kind.value if metric else "", row.unit,
        metric.start if metric else None, metric.target if metric else None, row.value,
        row.progress, row.expected, row.status.value, row.confidence, row.last_checkin_on,
        row.grade_given if row.grade_given is not None else row.grade_computed,
        "; ".join(str(one.id) for one in row.parents), "; ".join(one.title for one in row.parents),
        "; ".join("" if one.share is None else str(one.share) for one in row.parents), row.visibility.value,
    ]  # fmt: skip


def _names(people: Iterable[Any]) -> str:
    return "; ".join(one.name for one in people)


def _goal_headings() -> list[str]:
    return [
        _("Id"), _("Kind"), _("Title"), _("Description"), _("Level"), _("Owners"), _("Teams"), _("Period"),
        _("Start date"), _("End date"), _("Ambition"), _("Measured by"), _("Unit"), _("Start"), _("Target"),
        _("Value"), _("Progress"), _("Expected"), _("Status"), _("Confidence"), _("Last check-in"),
        _("Score"), _("Parent ids"), _("Parents"), _("Shares"), _("Seen by"),
    ]  # fmt: skip


def _checkin_headings() -> list[str]:
    return [
        _("Goal id"), _("Goal"), _("Date"), _("Recorded at (UTC)"), _("Value"), _("Status"), _("Confidence"),
        _("Note"), _("By"),
    ]  # fmt: skip


def name(by: Member, form: str, *, day: date) -> str:
    """The name the file gets: `fjordlight-2026-11-22.xlsx`."""
    return f"{by.slug}-{day.isoformat()}.{form}"
