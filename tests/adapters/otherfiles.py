"""Small files of other OKR tools, with the columns each publishes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

APPFIRE = (
    "Order*", "Type*", "Summary*", "Status*", "Period*", "Owner*", "Weight", "OKR type", "Labels", "Teams",
    "Expected start date", "Expected end date", "Start value*", "Current value*", "Target value*",
    "Description",
)  # fmt: skip
PEOPLEBOX = (
    "Row ID", "Parent Row IDs", "Parent Goal IDs", "Goal ID", "Action", "Goal Title", "Owner Emails",
    "Goal Cycle", "Goal Type", "Scope", "Departments", "Start Date", "End Date", "Description",
    "Starting Value", "Target Value", "Current Value", "Progress Status", "Check-in Type", "Tags",
)  # fmt: skip
BETTERWORKS = (
    "name", "type", "progress", "start_date", "end_date", "owner_email", "categories", "description",
)  # fmt: skip
CULTURE_AMP = (
    "email", "name", "description", "visibility", "individual_emails", "due_at", "created_at", "priority",
    "status", "completion", "key_result_1_title", "key_result_1_completion", "key_result_2_title",
    "key_result_2_completion",
)  # fmt: skip
ENGAGEDLY = (
    "Goal*", "Notes", "Goal Identifier", "Start Date*", "End Date*", "Notification Frequency",
    "Check-In Type", "Status", "Assigner", "Assigner Email ID*", "Owner Email ID*",
)  # fmt: skip
PEOPLECUES = (
    "Objective Title*", "Owner_Email_ID*", "Start_Date*", "Due_Date*", "Description", "Metric_Name",
    "Metric_Type", "Metric_Start_Value", "Metric_Target_Value",
)  # fmt: skip
MIRRO = (
    "Objective Action", "Objective ID", "Objective Title", "Objective Description", "Objective Type",
    "Objective Type Value",
)  # fmt: skip

APPFIRE_ROWS = (
    ("1", "Objective", "Win the north", "On track", "Y2025", "Alma Holm", "1", "Company", "growth", "Sales",
     "", "", "0", "2", "10", "All of it"),
    ("1.1", "Key result", "Orders from Norway", "AT RISK", "Q3 Y2025", "bo@nord.example", "1", "Team", "",
     "Alpha, Beta", "2025-07-01", "2025-09-30", "0", "15", "50", ""),
    ("1.2", "Key result", "Complaints", "Completed", "Q3 Y2025", "Bo Krog", "3", "Personal", "", "", "", "",
     "20", "11", "10", ""),
    ("1.2.1", "Work item", "Call every customer", "not Started", "Q3 Y2025", "Bo Krog", "", "", "", "", "",
     "", "", "", "", ""),
)  # fmt: skip
CULTURE_AMP_ROWS = (
    ("alma@nord.example", "Grow", "Why", "everyone", "bo@nord.example;carl@nord.example", "2025-12-31",
     "2025-01-02", "high", "on_track", "0.4", "Orders", "0.5", "Visits", "0.3"),
    ("bo@nord.example", "Learn", "", "private", "", "2025-12-31", "", "", "completed", "1.0", "", "", "", ""),
)  # fmt: skip
BETTERWORKS_ROWS = (
    ("Grow", "goal", "45", "2025-01-01", "2025-03-31", "alma@nord.example", "Growth;People", "Long"),
    ("Orders", "milestone", "60", "2025-01-01", "2025-03-31", "bo@nord.example", "", ""),
    ("Learn", "goal", "", "2025-01-01", "2025-03-31", "bo@nord.example", "", ""),
)
PEOPLEBOX_ROWS = (
    ("1", "", "", "G-1", "Edit", "Grow", "alma@nord.example", "Q1 2025", "Objective", "Company", "",
     "2025-01-01", "2025-03-31", "", "", "", "", "On Track", "Manual", "growth"),
    ("2", "1", "", "", "", "Orders", "bo@nord.example, alma@nord.example", "Q1 2025", "Key Result",
     "Department", "Sales", "2025-01-01", "2025-03-31", "Count", "10", "60", "35", "Behind", "Manual", ""),
    ("3", "", "G-1", "G-3", "Delete", "Old", "bo@nord.example", "Q1 2025", "Key Result", "Individual", "",
     "", "", "", "", "", "", "", "", ""),
)  # fmt: skip
ENGAGEDLY_ROWS = (
    ("Grow", "Why", "E-1", "2025-01-01", "2025-12-31", "Weekly", "Percentage", "active", "Alma Holm",
     "alma@nord.example", "bo@nord.example"),
    ("Old", "", "E-2", "2024-01-01", "2024-12-31", "", "", "archived", "", "alma@nord.example",
     "bo@nord.example"),
)  # fmt: skip
PEOPLECUES_ROWS = (
    ("Grow", "alma@nord.example", "2025-01-01", "2025-03-31", "Why", "Orders", "Number", 10, 60),
    ("Grow", "alma@nord.example", "2025-01-01", "2025-03-31", "Why", "Returns", "Percentage", 8, 4),
    ("Learn", "bo@nord.example", "2025-01-01", "2025-03-31", "", None, None, None, None),
)
MIRRO_ROWS = (
    ("add", None, "Grow", "Why", "organization", None),
    ("update", 7, "Sell", "", "department", "Sales"),
    ("update", 8, "Learn", "", "individual", "bo@nord.example"),
    ("delete", 9, "Old", "", "team", "Sales"),
)


def laid(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str = ",") -> io.BytesIO:
    """A CSV."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([headings, *rows])
    return io.BytesIO(text.getvalue().encode())


def booked(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, above: int = 0) -> io.BytesIO:
    """An XLSX, its headings under as many other rows as `above` says."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number in range(above):
        sheet.append([f"Our goals {number}"])
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def told(payload: Any) -> io.BytesIO:
    """JSON."""
    return io.BytesIO(json.dumps(payload).encode())
