"""The JSON shape of each thing, as the export and the API give it. Dates and measured figures stay what
they are until :func:`encoded` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.domain import grading
from pejl.domain.grading import Bands
from pejl.domain.values import Metric, ProgressMode, Visibility
from pejl.queries.directories import PersonRow, TeamRow
from pejl.queries.frames import FramePeriod
from pejl.queries.goals import GoalRow
from pejl.queries.kpis import KpiRow
from pejl.queries.sheets import CheckinRow, CommentRow, TaskRow

Told = dict[str, Any]


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


def metric(found: Metric) -> Told:
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


def goal(row: GoalRow, *, bands: Bands, source: tuple[str, str] | None = None) -> Told:
    """`source` is the system an imported goal comes from, and its id there."""
    told: Told = {
        "id": row.id,
        "kind": row.kind.value,
        "title": row.title,
        "description": row.description,
        "level": row.level.value,
        "owners": refs(row.owners),
        "teams": refs(row.teams),
        "checkin_owner": ref(row.checkin_owner),
        "period": None if row.period is None else {"id": row.period.id, "name": row.period_name},
        "start_date": row.start_date,
        "end_date": row.end_date,
        "ambition": None if row.ambition is None else row.ambition.value,
        "metric": _measure(row),
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
        "children_count": row.children_count,
        "visibility": row.visibility.value,
        "tags": list(row.tags),
        "attention": [mark.value for mark in row.marks],
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "version": row.version,
    }
    if row.visibility is Visibility.CHOSEN:
        told["people"] = refs(row.viewers)
    if source is not None:
        told["source"] = {"system": source[0], "id": source[1]}
    return told


def _measure(row: GoalRow) -> Told | None:
    if row.metric is None or row.progress_mode is ProgressMode.MANUAL:
        return None
    steps = [
        {"id": one.item, "title": one.title, "share": one.share, "reached_on": one.reached_on}
        for one in row.milestones
    ]
    return {**metric(row.metric), "milestones": steps} if steps else metric(row.metric)


def _grade(row: GoalRow, *, bands: Bands) -> Told | None:
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


def checkin(row: CheckinRow) -> Told:
    return {
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


def comment(row: CommentRow) -> Told:
    return {
        "id": row.id,
        "goal": row.goal,
        "checkin": row.checkin,
        "posted_at": row.posted_at,
        "text": row.text,
        "by": row.by or None,
    }


def task(row: TaskRow) -> Told:
    return {
        "id": row.id,
        "goal": row.goal,
        "title": row.title,
        "owner": row.owner or None,
        "due": row.due,
        "done": row.done,
    }


def kpi(row: KpiRow) -> Told:
    return {
        "id": row.item,
        "name": row.name,
        "unit": row.unit,
        "lower": row.lower,
        "upper": row.upper,
        "value": row.value,
        "in_range": row.in_range,
        "goals": [one.id for one in row.goals],
    }


def person(row: PersonRow, *, manager: Any, admin: bool) -> Told:
    """E-mails are for admins, as in the settings."""
    return {
        "id": row.id,
        "name": row.name,
        "email": (row.email or None) if admin else None,
        "role": row.role.value,
        "teams": list(row.teams),
        "manager": ref(manager),
        "placeholder": row.placeholder,
        "active": row.active,
    }


def team(row: TeamRow, rows: Mapping[UUID, TeamRow]) -> Told:
    """`rows` holds the team above it."""
    return {
        "id": row.id,
        "name": row.name,
        "parent": None if row.parent_id is None else ref(rows.get(row.parent_id)),
        "leads": refs(one for one in row.members if one.lead),
        "members": refs(row.members),
        "archived": row.archived_at is not None,
    }


def period(row: FramePeriod, *, current: bool, language: str) -> Told:
    return {
        "id": row.id,
        "name": row.said(language),
        "kind": row.kind.value,
        "start_date": row.start,
        "end_date": row.end,
        "current": current,
    }


def refs(found: Iterable[Any]) -> list[Told]:
    return [{"id": one.id, "name": one.name} for one in found]


def ref(found: Any) -> Told | None:
    return None if found is None else {"id": found.id, "name": found.name}
