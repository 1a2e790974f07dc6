"""Check-ins: a dated word on a goal. What was said stays; a correction or a withdrawal only ends it.

>>> # checkins.post(goal_id, value=Decimal(75), confidence=6, note="Two releases behind us", by=alma, at=now)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.domain.access import Right
from pejl.domain.values import Kind, MetricKind, ProgressMode, State, Status
from pejl.models import Checkin, Goal, Milestone, Task
from pejl.queries import measures, scope
from pejl.queries.scope import Forbidden, Member
from pejl.services import (
    commands,
    events,
    figures,
    gates,
    inserts,
    milestones,
    records,
    texts,
    versions,
)
from pejl.services.commands import command
from pejl.services.errors import Conflict, Reason, Rejected

GIVEN = frozenset({Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK})
MOST_CONFIDENT = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One goal's part of a check-in. `value` is in the metric's unit (percent for a goal kept by hand,
    0 or 1 for one that is done or not); `on` None is today; `reached` are items of milestones."""

    goal_id: UUID
    value: Decimal | None = None
    confidence: int | None = None
    status: Status | None = None
    note: str = ""
    on: date | None = None
    reached: tuple[UUID, ...] = ()


@command
def post(
    goal_id: UUID,
    *,
    value: Decimal | None = None,
    confidence: int | None = None,
    status: Status | None = None,
    note: str = "",
    on: date | None = None,
    reached: tuple[UUID, ...] = (),
    by: Member,
    at: datetime,
) -> UUID:
    """Says where a goal is, and brings its figures and those above it up to date. Gives the check-in's id.

    The goal's value is that of its latest date, so a back-dated word never replaces a later one. A status
    given by hand holds until the next check-in, or for longer where it is pinned (`pin`).
    """
    entry = Entry(goal_id, value, confidence, status, note, on, reached)
    return _post([entry], prefix=False, by=by, at=at)[0]


@command
def post_many(entries: tuple[Entry, ...], *, by: Member, at: datetime) -> list[UUID]:
    """Several goals at once, all or nothing. What is wrong is told at "<goal id>.<field>".

    Goals, ancestors and figures are read together: a goal more costs its event, and no query besides.
    """
    return _post(entries, prefix=True, by=by, at=at)


@command
def correct(
    checkin_id: UUID,
    *,
    value: Decimal | None = None,
    confidence: int | None = None,
    status: Status | None = None,
    note: str = "",
    on: date | None = None,
    by: Member,
    at: datetime,
) -> UUID:
    """Puts another word in its place; the former is kept with who ended it. Gives the new id."""
    before, goal = _standing(by, checkin_id)
    entry = Entry(goal.pk, value, confidence, status, note, on or before.on)
    stepped = goal.metric_kind == MetricKind.MILESTONES
    _reject(_wrong(goal, entry, today=by.today(at), tasked=bool(_tasked(by, [goal])), stepped=stepped))
    _end(before, by=by, at=at)
    row = _row(goal, entry, by=by, at=at, corrects=before)
    row.save()
    _settle([goal], [row], by=by, at=at)
    events.record(
        "checkin.corrected",
        by=by,
        at=at,
        goal=goal.pk,
        subject=row.pk,
        before=before.value,
        value=value,
        unit=goal.unit,
    )
    made: UUID = row.pk
    return made


@command
def withdraw(checkin_id: UUID, *, by: Member, at: datetime) -> None:
    """Takes a word back: the goal's figures fall back to the one before it. The trace stays."""
    before, goal = _standing(by, checkin_id)
    _end(before, by=by, at=at)
    _settle([goal], [], by=by, at=at)
    events.record(
        "checkin.withdrawn",
        by=by,
        at=at,
        goal=goal.pk,
        subject=before.pk,
        before=before.value,
        unit=goal.unit,
    )


@command
def pin(goal_id: UUID, *, pinned: bool, by: Member, at: datetime) -> None:
    """A pinned status, once given by hand, stays through the check-ins that give none."""
    goal = scope.goal(by, goal_id, right=Right.CHECK_IN)
    if versions.change(goal, by=by, at=at, status_pinned=pinned):
        figures.refresh(commands.workspace(by), [goal_id], at=at, today=by.today(at))
        events.record("goal.status-pinned", by=by, at=at, goal=goal_id, pinned=pinned)


def _post(entries: Sequence[Entry], *, prefix: bool, by: Member, at: datetime) -> list[UUID]:
    goals = _goals(by, [entry.goal_id for entry in entries])
    tasked = _tasked(by, goals)
    today, reasons, seen = by.today(at), [], set()
    for goal, entry in zip(goals, entries, strict=True):
        wrong = _wrong(goal, entry, today=today, tasked=goal.pk in tasked)
        if goal.pk in seen:
            wrong.append(Reason("checkin.twice"))
        seen.add(goal.pk)
        reasons += [_at(goal.pk, reason) if prefix else reason for reason in wrong]
    _reject(reasons)
    rows = [_row(goal, entry, by=by, at=at) for goal, entry in zip(goals, entries, strict=True)]
    before = {goal.pk: (goal.value, goal.progress) for goal in goals}
    Checkin.objects.bulk_create(rows)
    _reach(rows, entries, by=by, at=at)
    _settle(goals, rows, by=by, at=at)
    for row in rows:
        value, progress = before[row.goal_id]
        moved = {"value": row.value, "before": value, "progress": row.progress, "progress_before": progress}
        events.record(
            "checkin.posted",
            by=by,
            at=at,
            goal=row.goal_id,
            subject=row.pk,
            on=row.on,
            unit=row.goal.unit,
            status=row.status,
            **moved,
        )
    return [row.pk for row in rows]


def _goals(by: Member, ids: Sequence[UUID]) -> list[Goal]:
    """The goals in that order, all of which the person checks in on. At most three queries.

    Raises `NotFound`, or `Forbidden`.
    """
    found = scope.goals(by).in_bulk(ids)
    rights = scope.rights(by, found.values())
    for goal_id in ids:
        if Right.CHECK_IN not in rights[gates.known(found.get(goal_id)).pk]:
            raise Forbidden(Right.CHECK_IN)
    return [found[goal_id] for goal_id in ids]


def _wrong(goal: Goal, entry: Entry, *, today: date, tasked: bool, stepped: bool = False) -> list[Reason]:
    """Everything that cannot be used. `tasked`: the goal goes by its tasks. `stepped`: it said something by
    the milestones it reached, so that nothing else need be in it."""
    if goal.state != State.OPEN:
        return [Reason("checkin.not-open")]
    found = list(wrong_value(goal, entry.value, tasked=tasked))
    if entry.confidence is not None and not 0 <= entry.confidence <= MOST_CONFIDENT:
        found.append(Reason("checkin.confidence", "confidence"))
    if entry.status is not None and entry.status not in GIVEN:
        found.append(Reason("checkin.status", "status"))
    if entry.on is not None and entry.on > today:
        found.append(Reason("checkin.future", "on", (("today", today),)))
    try:
        texts.note(entry.note, field="note")
    except Rejected as rejected:
        found += rejected.reasons
    figures_said = entry.value is not None or entry.confidence is not None
    said = figures_said or entry.status or entry.note.strip() or entry.reached
    if not said and not stepped:
        found.append(Reason("checkin.empty", "value"))
    return found


def wrong_value(goal: Goal, value: Decimal | None, *, tasked: bool) -> Iterator[Reason]:
    if value is None:
        return
    manual = goal.progress_mode == ProgressMode.MANUAL
    if not records.exact(value):
        yield Reason("checkin.value", "value")
    elif goal.progress_mode == ProgressMode.CHILDREN:
        yield Reason("checkin.rolled-up", "value")
    elif goal.progress_mode == ProgressMode.SOURCE:
        yield Reason("checkin.by-source", "value")
    elif tasked:
        yield Reason("checkin.by-tasks", "value")
    elif manual and not 0 <= value <= measures.HUNDRED:
        yield Reason("checkin.percent", "value")
    elif not manual and goal.metric_kind == MetricKind.MILESTONES:
        yield Reason("checkin.by-milestones", "value")
    elif not manual and goal.metric_kind == MetricKind.DONE and value not in {Decimal(0), Decimal(1)}:
        yield Reason("checkin.done", "value")


def _tasked(by: Member, goals: Sequence[Goal]) -> set[UUID]:
    """Initiatives that go by their tasks."""
    asked = [
        goal.pk
        for goal in goals
        if goal.kind == Kind.INITIATIVE and goal.progress_mode == ProgressMode.MANUAL
    ]
    rows = Task.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=asked)
    return set(rows.values_list("goal_id", flat=True))


def _row(goal: Goal, entry: Entry, *, by: Member, at: datetime, corrects: Checkin | None = None) -> Checkin:
    """The check-in as said; how far and in which status is filled in by `_settle`."""
    return Checkin(
        workspace_id=by.workspace_id,
        goal=goal,
        on=entry.on or by.today(at),
        value=entry.value,
        confidence=entry.confidence,
        status=goal.status,
        status_given=entry.status or "",
        note=texts.note(entry.note, field="note"),
        by_id=by.person_id,
        corrects=corrects,
        known_from=at,
    )


def _reach(rows: Sequence[Checkin], entries: Sequence[Entry], *, by: Member, at: datetime) -> None:
    """Marks the milestones as reached on the day of the check-in; those reached before keep their day."""
    asked = {row.goal_id for row, entry in zip(rows, entries, strict=True) if entry.reached}
    if not asked:
        return
    steps = Milestone.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=asked)
    known = {(step.goal_id, step.item): step for step in steps}
    for row, entry in zip(rows, entries, strict=True):
        for item in entry.reached:
            step = gates.known(known.get((row.goal_id, item)))
            milestones.mark(step, row.goal, on=step.reached_on or row.on, at=at)


def _settle(goals: Sequence[Goal], rows: Sequence[Checkin], *, by: Member, at: datetime) -> None:
    """Counts the goals' check-ins anew, brings the figures up to date, and lets each new row say what it
    came to."""
    ids, workspace = [goal.pk for goal in goals], commands.workspace(by)
    records.recount(by.workspace_id, ids)
    figures.refresh(workspace, ids, at=at, today=by.today(at))
    now = Goal.objects.in_bulk(ids)
    for row in rows:
        row.goal = now[row.goal_id]
    for row, (progress, shown) in zip(rows, records.came_to(rows, workspace), strict=True):
        row.progress, row.status = progress, shown
    inserts.update(Checkin, [(row.pk.hex, {"progress": row.progress, "status": row.status}) for row in rows])


def _standing(by: Member, checkin_id: UUID) -> tuple[Checkin, Goal]:
    """A check-in that nobody has corrected or withdrawn, on an open goal that the person checks in on."""
    row: Any = gates.known(Checkin.objects.filter(workspace_id=by.workspace_id, pk=checkin_id).first())
    goal = scope.goal(by, row.goal_id, right=Right.CHECK_IN)
    if row.known_to is not None:
        raise Conflict.one("checkin.ended")
    if goal.state != State.OPEN:
        raise Rejected.one("checkin.not-open")
    return row, goal


def _end(row: Checkin, *, by: Member, at: datetime) -> None:
    row.known_to, row.ended_by_id = max(at, row.known_from), by.person_id
    row.save(update_fields=["known_to", "ended_by"])


def _at(goal_id: UUID, reason: Reason) -> Reason:
    return Reason(reason.code, f"{goal_id}.{reason.field}" if reason.field else str(goal_id), reason.params)


def _reject(reasons: Sequence[Reason]) -> None:
    if reasons:
        raise Rejected(reasons)
