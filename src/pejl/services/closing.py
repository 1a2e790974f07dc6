"""How goals end: closed with a grade, dropped, or postponed into another period; and how they open again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.domain import grading, progress, rollup
from pejl.domain.access import Right
from pejl.domain.values import Kind, MetricKind, State, Status
from pejl.models import Checkin, Goal, Person
from pejl.queries import measures, scope
from pejl.queries.scope import Member
from pejl.services import (
    checkins,
    commands,
    copying,
    events,
    figures,
    links,
    records,
    texts,
    versions,
)
from pejl.services.commands import command
from pejl.services.errors import Conflict, Rejected

NEVER_GRADED = frozenset({State.DROPPED, State.POSTPONED})
NOTHING_ENDED: dict[str, Any] = {
    "ended_at": None,
    "ended_by_id": None,
    "end_reason": "",
    "learned": "",
    "grade_computed": None,
    "grade_given": None,
    "grade_reason": "",
}


@command
def close(
    goal_id: UUID,
    *,
    by: Member,
    at: datetime,
    outcome: State = State.CLOSED,
    value: Decimal | None = None,
    grade: Decimal | None = None,
    grade_reason: str = "",
    learned: str = "",
    reason: str = "",
    expected_version: int | None = None,
) -> None:
    """Ends a goal for good: CLOSED with its grade, or DROPPED without one.

    `value` is a last check-in. The grade follows from the used progress, or for an objective from the grades
    of its key results by their shares; `grade` stands beside it, where it differs with a `grade_reason`.
    Raises `Conflict`: `goal.closed-already` with the name of who did, `goal.changed`.
    """
    workspace = commands.workspace(by)
    goal = scope.goal(by, goal_id, right=Right.CLOSE)
    _still_open(goal, expected_version)
    if outcome not in {State.CLOSED, State.DROPPED}:
        raise ValueError(outcome)
    if outcome is State.DROPPED and grade is not None:
        raise Rejected.one("grade.dropped", field="grade")
    if value is not None:
        _last_word(goal, value, outcome=outcome, by=by, at=at)
        figures.refresh(workspace, [goal.pk], at=at, today=by.today(at))
        goal.refresh_from_db()
    computed = computed_grade(goal) if outcome is State.CLOSED else None
    given = _given(grade, computed=computed, reason=grade_reason)
    versions.change(
        goal,
        by=by,
        at=at,
        state=outcome.value,
        ended_at=at,
        ended_by_id=by.person_id,
        end_reason=texts.note(reason, field="reason"),
        learned=texts.note(learned, field="learned"),
        grade_computed=computed,
        grade_given=given,
        grade_reason=texts.note(grade_reason, field="grade_reason") if given is not None else "",
    )
    events.record(
        f"goal.{outcome}", by=by, at=at, goal=goal.pk, grade=given if given is not None else computed
    )
    figures.refresh(workspace, [goal.pk], at=at, today=by.today(at))


@command
def reopen(goal_id: UUID, *, by: Member, at: datetime) -> None:
    """Undoes an end. How it ended stays in the goal's versions. Raises `Conflict` (`goal.open-already`)."""
    goal = scope.goal(by, goal_id, right=Right.CLOSE)
    if goal.state == State.OPEN:
        raise Conflict.one("goal.open-already")
    ended = goal.state
    versions.change(goal, by=by, at=at, state=State.OPEN.value, **NOTHING_ENDED)
    events.record("goal.reopened", by=by, at=at, goal=goal.pk, was=ended)
    figures.refresh(commands.workspace(by), [goal.pk], at=at, today=by.today(at))


@command
def postpone(goal_id: UUID, *, period: UUID, reason: str, by: Member, at: datetime) -> UUID:
    """Ends a goal here and carries it on in another period; answers the id of what carries on.

    The open key results and initiatives below that the person sees go along. A metric starts at its present
    value, a percentage at 0. Under the same goals only where those are open in that period too (an objective:
    where they reach over all of it), with equal shares.
    """
    workspace = commands.workspace(by)
    goal = scope.goal(by, goal_id, right=Right.CLOSE)
    _still_open(goal, None)
    why = texts.note(reason, field="reason")
    if not why:
        raise Rejected.one("postpone.reason", field="reason")
    to = copying.period_of(period, by=by)
    if to.pk == goal.period_id:
        raise Rejected.one("postpone.same-period", field="period")
    if to.end_date < by.today(at):
        raise Rejected.one("postpone.period-over", field="period")
    along = copying.carried(goal, by=by)
    made = copying.carry_on(goal, along, period=to, by=by, at=at)
    for one in (goal, *along):
        versions.change(
            one,
            by=by,
            at=at,
            state=State.POSTPONED.value,
            ended_at=at,
            ended_by_id=by.person_id,
            end_reason=why,
        )
        events.record(
            "goal.postponed", by=by, at=at, goal=one.pk, subject=made[one.pk], reason=why, period=to.pk
        )
    ids = [*(one.pk for one in (goal, *along)), *made.values()]
    figures.refresh(workspace, ids, at=at, today=by.today(at))
    return made[goal.pk]


@command
def copy(goal_id: UUID, *, period: UUID, by: Member, at: datetime, reach: str = "goal") -> UUID:
    """The goal once more in a period, without any progress: alone, with its "children", or with "all" below.

    The copy is aligned to nothing above it; what is below hangs as it did, as far as the person sees it.
    Raises `Forbidden` where the person may not write such a goal.
    """
    if reach not in copying.REACHES:
        raise Rejected.one("copy.reach", field="reach")
    workspace = commands.workspace(by)
    goal = scope.goal(by, goal_id)
    to = copying.period_of(period, by=by)
    made = copying.duplicate(goal, period=to, reach=reach, by=by, at=at, workspace=workspace)
    events.record("goal.copied", by=by, at=at, goal=goal.pk, subject=made[goal.pk], reach=reach, period=to.pk)
    figures.refresh(workspace, made.values(), at=at, today=by.today(at))
    return made[goal.pk]


def computed_grade(goal: Goal) -> Decimal | None:
    """What the goal's records make its grade now; None where there is nothing to grade by.

    An objective goes by its key results that are not dropped, postponed or a baseline: by the grade each
    was given, else by its computed one, else by its progress so far.
    """
    if goal.kind == Kind.OBJECTIVE and (parts := _parts(goal)):
        shares = rollup.shares([share for share, _ in parts])
        return grading.objective([(share, grade) for share, (_, grade) in zip(shares, parts, strict=True)])
    if goal.metric_kind == MetricKind.BASELINE:
        return None
    if goal.progress is None:
        return None if goal.kind == Kind.OBJECTIVE else grading.computed(0.0)
    return grading.computed(progress.used(goal.progress))


def _parts(goal: Goal) -> list[tuple[float | None, Decimal]]:
    shares = {edge.child_id: edge.share for edge in links.children_of(goal)}
    rows = Goal.objects.filter(
        workspace_id=goal.workspace_id, pk__in=list(shares), kind=Kind.KEY_RESULT, removed_at=None
    )
    counted = rows.exclude(state__in=NEVER_GRADED).exclude(metric_kind=MetricKind.BASELINE)
    return [(shares[row.pk], _grade(row)) for row in counted.order_by("position", "pk")]


def _grade(row: Goal) -> Decimal:
    if row.state == State.CLOSED:
        decided = row.grade_given if row.grade_given is not None else row.grade_computed
        if decided is not None:
            return decided
    return grading.computed(progress.used(row.progress or 0.0))


def _given(grade: Decimal | None, *, computed: Decimal | None, reason: str) -> Decimal | None:
    if grade is None:
        return None
    given = grading.check(grade)
    if given != computed and not reason.strip():
        raise Rejected.one("grade.reason", field="grade_reason")
    return given


def _still_open(goal: Goal, expected_version: int | None) -> None:
    if goal.state != State.OPEN:
        name = Person.objects.filter(pk=goal.ended_by_id).values_list("name", flat=True).first() or ""
        raise Conflict.one("goal.closed-already", by=name)
    if expected_version is not None and goal.version != expected_version:
        raise Conflict.one("goal.changed")


def _last_word(goal: Goal, value: Decimal, *, outcome: State, by: Member, at: datetime) -> None:
    """The final value, as the check-in that it is."""
    wrong = list(checkins.wrong_value(goal, value, tasked=measures.by_tasks(goal)))
    if wrong:
        raise Rejected(wrong)
    if goal.value == value:
        return
    measured = measures.metric(goal)
    raw = value / measures.HUNDRED if measured is None else progress.of(measured, value)
    Checkin.objects.create(
        workspace_id=goal.workspace_id,
        goal=goal,
        on=max(by.today(at), goal.last_checkin_on or by.today(at)),
        value=value,
        progress=None if raw is None else float(raw),
        status=Status(outcome.value),
        by_id=by.person_id,
        known_from=at,
    )
    records.recount(goal.workspace_id, [goal.pk])
