"""The workspace as one JSON document, `pejl-json`: goals as programs read them, and what hangs on them.

Measured numbers are JSON numbers, digit for digit as given; `docs/exports.md` describes each field. It is
written a piece at a time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final
from uuid import UUID

from pejl.domain import grading
from pejl.domain.grading import Bands
from pejl.domain.values import Metric, ProgressMode, Visibility
from pejl.queries import directories, kpis, sheets
from pejl.queries import periods as periods_read
from pejl.queries.directories import TeamRow
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member
from pejl.queries.sheets import Extra, WorkspaceRow

FORMAT: Final = "pejl-json"
VERSION: Final = 1


def write(by: Member, out: BinaryIO, *, now: datetime) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n")
    workspace = sheets.workspace(by)
    head = {"format": FORMAT, "version": VERSION, "known_at": now, "workspace": _workspace(workspace)}
    text.write("{\n" + ",\n".join(f"{encoded(name)}: {encoded(value)}" for name, value in head.items()))
    for name, rows in (
        ("goals", _goals(by, bands=workspace.bands, now=now)),
        ("checkins", _checkins(by)),
        ("comments", _comments(by)),
        ("tasks", _tasks(by)),
        ("kpis", _kpis(by)),
        ("people", _people(by)),
        ("teams", _teams(by)),
        ("periods", _periods(by, now=now)),
    ):
        text.write(f",\n{encoded(name)}: [")
        for place, row in enumerate(rows):
            text.write(("\n" if place == 0 else ",\n") + encoded(row))
        text.write("]")
    text.write("\n}\n")
    text.flush()
    text.detach()


def encoded(value: Any) -> str:
    """As JSON. A `Decimal` is a number with just its own digits, which `json` cannot write."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {encoded(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(encoded(one) for one in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return json.dumps(value.astimezone(UTC).isoformat().replace("+00:00", "Z"))
    if isinstance(value, date | UUID):
        return json.dumps(str(value))
    return json.dumps(value, ensure_ascii=False)


def metric(found: Metric) -> dict[str, Any]:
    """A metric without its milestones, whose titles stand on the goal."""
    return {
        "kind": found.kind.value,
        "unit": found.unit,
        "start": found.start,
        "target": found.target,
        "lower": found.lower,
        "upper": found.upper,
        "warning": found.warning,
        "sum": found.sum,
        "phases": [{"date": one.on, "value": one.value} for one in found.phases],
    }


def _workspace(row: WorkspaceRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "language": row.language,
        "timezone": row.timezone,
        "fiscal_year_start": row.fiscal_year_start,
        "periods": row.scheme,
    }


def _goals(by: Member, *, bands: Bands, now: datetime) -> Iterator[dict[str, Any]]:
    for some in sheets.batches(sheets.ids(by)):
        extras = sheets.extras(by, some)
        for row in sheets.goals(by, some, now=now):
            yield _goal(row, extras[row.id], bands=bands)


def _goal(row: GoalRow, extra: Extra, *, bands: Bands) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": row.id,
        "kind": row.kind.value,
        "title": row.title,
        "description": row.description,
        "level": row.level.value,
        "owners": _refs(row.owners),
        "teams": _refs(row.teams),
        "checkin_owner": _ref(row.checkin_owner),
        "period": None if row.period is None else {"id": row.period.id, "name": row.period_name},
        "start_date": row.start_date,
        "end_date": row.end_date,
        "ambition": None if row.ambition is None else row.ambition.value,
        "metric": _metric(row),
        "value": row.value,
        "progress": row.progress,
        "expected": row.expected,
        "status": row.status.value,
        "status_mode": row.status_mode.value,
        "progress_mode": row.progress_mode.value,
        "stale": row.stale_days is not None,
        "confidence": row.confidence,
        "last_checkin": row.last_checkin_on,
        "grade": _grade(row, bands=bands),
        "parents": [
            {"id": one.id, "share": one.share, "effective_share": one.effective_share} for one in row.parents
        ],
        "children_count": extra.children_count,
        "visibility": row.visibility.value,
        "tags": [],
        "attention": [mark.value for mark in row.marks],
        "created_at": row.created_at,
        "updated_at": extra.updated_at,
        "version": row.version,
    }
    if row.visibility is Visibility.CHOSEN:
        told["people"] = _refs(row.viewers)
    if extra.source is not None:
        told["source"] = {"system": extra.source[0], "id": extra.source[1]}
    return told


def _metric(row: GoalRow) -> dict[str, Any] | None:
    if row.metric is None or row.progress_mode is ProgressMode.MANUAL:
        return None
    steps = [
        {"id": one.item, "title": one.title, "share": one.share, "reached_on": one.reached_on}
        for one in row.milestones
    ]
    return {**metric(row.metric), "milestones": steps} if steps else metric(row.metric)


def _grade(row: GoalRow, *, bands: Bands) -> dict[str, Any] | None:
    """Colour and verdict follow the grade that was given, where one was."""
    grade = row.grade_given if row.grade_given is not None else row.grade_computed
    if grade is None:
        return None
    verdict = grading.verdict(row.ambition, grade=grade)
    return {
        "computed": row.grade_computed,
        "given": row.grade_given,
        "reason": row.grade_reason,
        "verdict": None if verdict is None else verdict.value,
        "colour": grading.colour(grade, bands=bands).value,
    }


def _checkins(by: Member) -> Iterator[dict[str, Any]]:
    for row in sheets.checkins(by):
        yield {
            "id": row.id,
            "goal": row.goal,
            "on": row.on,
            "recorded_at": row.recorded_at,
            "value": row.value,
            "confidence": row.confidence,
            "status": row.status,
            "note": row.note,
            "by": row.by or None,
        }


def _comments(by: Member) -> Iterator[dict[str, Any]]:
    for row in sheets.comments(by):
        yield {
            "id": row.id,
            "goal": row.goal,
            "checkin": row.checkin,
            "posted_at": row.posted_at,
            "text": row.text,
            "by": row.by or None,
        }


def _tasks(by: Member) -> Iterator[dict[str, Any]]:
    for row in sheets.tasks(by):
        yield {
            "id": row.id,
            "goal": row.goal,
            "title": row.title,
            "owner": row.owner or None,
            "due": row.due,
            "done": row.done,
        }


def _kpis(by: Member) -> Iterator[dict[str, Any]]:
    readings = sheets.readings(by)
    for row in kpis.rows(by):
        yield {
            "id": row.item,
            "name": row.name,
            "unit": row.unit,
            "lower": row.lower,
            "upper": row.upper,
            "value": row.value,
            "in_range": row.in_range,
            "goals": [one.id for one in row.goals],
            "readings": [{"on": on, "value": value} for on, value in readings.get(row.item, ())],
        }


def _people(by: Member) -> Iterator[dict[str, Any]]:
    """E-mails are for admins, as in the settings."""
    managers = sheets.managers(by)
    for row in directories.people(by):
        yield {
            "id": row.id,
            "name": row.name,
            "email": (row.email or None) if by.is_admin else None,
            "role": row.role.value,
            "teams": list(row.teams),
            "manager": _ref(managers.get(row.id)),
            "placeholder": row.placeholder,
            "active": row.active,
        }


def _teams(by: Member) -> Iterator[dict[str, Any]]:
    rows = directories.teams(by)
    names = {row.id: row for row in rows}
    for row in rows:
        yield {
            "id": row.id,
            "name": row.name,
            "parent": _parent(row, names),
            "leads": _refs(one for one in row.members if one.lead),
            "members": _refs(row.members),
            "archived": row.archived_at is not None,
        }


def _parent(row: TeamRow, rows: dict[UUID, TeamRow]) -> dict[str, Any] | None:
    return None if row.parent_id is None else _ref(rows.get(row.parent_id))


def _periods(by: Member, *, now: datetime) -> Iterator[dict[str, Any]]:
    rows = periods_read.every(by)
    current = periods_read.current(rows, today=by.today(now))
    language = by.language
    for row in rows:
        yield {
            "id": row.id,
            "name": row.said(language),
            "kind": row.kind.value,
            "start_date": row.start,
            "end_date": row.end,
            "current": row == current,
        }


def _refs(found: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"id": one.id, "name": one.name} for one in found]


def _ref(found: Any) -> dict[str, Any] | None:
    return None if found is None else {"id": found.id, "name": found.name}
