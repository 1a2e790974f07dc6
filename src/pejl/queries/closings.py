"""What a close would say: the grade that follows, how it comes about, and what is offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pejl.domain import grading, progress, rollup
from pejl.domain.grading import Bands
from pejl.domain.values import Kind, MetricKind, PeriodKind, State
from pejl.models import Edge, Period, Workspace
from pejl.queries import goals, scope
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member

_NEVER_GRADED = frozenset({State.DROPPED, State.POSTPONED})


@dataclass(frozen=True, slots=True)
class Part:
    """A key result's part in its objective's grade. `share` and `grade` are None where it is left out."""

    id: UUID
    title: str
    state: State
    share: float | None
    grade: Decimal | None


@dataclass(frozen=True, slots=True)
class Closing:
    """`computed` is the grade that follows now, None where there is nothing to grade. `postpone` says that
    carrying on is the better default: nothing has moved. `bands` colour grades in this workspace."""

    goal: GoalRow
    parts: tuple[Part, ...]
    computed: Decimal | None
    postpone: bool
    bands: Bands


@dataclass(frozen=True, slots=True)
class Target:
    """A period to carry on in."""

    id: UUID
    name: str
    kind: PeriodKind
    year: int
    number: int
    start_date: date
    end_date: date
    next: bool


@dataclass(frozen=True, slots=True)
class Copies:
    """The goal a goal was carried on from, and those that carry it on; only where seen."""

    origin: tuple[UUID, str] | None
    copies: tuple[tuple[UUID, str], ...]


def suggestion(by: Member, goal_id: UUID, *, now: datetime) -> Closing:
    """What closing the goal now would come to. Raises `NotFound`. Fixed number of queries."""
    goal = goals.one(by, goal_id, now=now)
    workspace = Workspace.objects.get(pk=by.workspace_id)
    parts: tuple[Part, ...] = ()
    if goal.kind is Kind.OBJECTIVE:
        parts = _parts(goals.children(by, goal_id, now=now), shares_of(by, goal_id))
    weighed = [
        (part.share, part.grade) for part in parts if part.share is not None and part.grade is not None
    ]
    return Closing(
        goal=goal,
        parts=parts,
        computed=grading.objective(weighed) if weighed else _own(goal),
        postpone=(goal.progress or 0.0) <= 0,
        bands=bands(workspace),
    )


def bands(workspace: Workspace) -> Bands:
    return Bands(red_to=Decimal(workspace.red_to), amber_to=Decimal(workspace.amber_to))


def bands_of(by: Member) -> Bands:
    return bands(Workspace.objects.get(pk=by.workspace_id))


def targets(by: Member, goal: GoalRow, *, today: date) -> tuple[Target, ...]:
    """Periods a goal can go on in: not over, ending after its own, the next one of its kind marked."""
    rows = Period.objects.filter(workspace_id=by.workspace_id).order_by("start_date", "-end_date", "pk")
    own = next((one for one in rows if one.pk == goal.period_id), None)
    after = own.end_date if own else goal.end_date
    fit = [
        one
        for one in rows
        if one.pk != goal.period_id and one.end_date >= today and (after is None or one.end_date > after)
    ]
    follower = next(
        (one for one in fit if own and one.kind == own.kind and one.start_date > own.end_date), None
    )
    return tuple(
        Target(
            id=one.pk,
            name=one.name,
            kind=PeriodKind(one.kind),
            year=one.year,
            number=one.number,
            start_date=one.start_date,
            end_date=one.end_date,
            next=one is follower,
        )
        for one in fit
    )


def copies(by: Member, goal: GoalRow) -> Copies:
    """Two queries."""
    seen = scope.goals(by)
    origin = seen.filter(pk=goal.origin_id).values_list("pk", "title").first() if goal.origin_id else None
    return Copies(
        origin, tuple(seen.filter(origin_id=goal.id).order_by("created_at").values_list("pk", "title"))
    )


def shares_of(by: Member, parent_id: UUID) -> dict[UUID, float | None]:
    """Child → the share set on its edge; None is a default one. Only of children that are seen. One query."""
    edges = Edge.objects.current().filter(
        scope.seen(by, "child_id"), workspace_id=by.workspace_id, parent_id=parent_id
    )
    return dict(edges.values_list("child_id", "share"))


def _parts(children: Sequence[GoalRow], given: dict[UUID, float | None]) -> tuple[Part, ...]:
    key_results = [one for one in children if one.kind is Kind.KEY_RESULT]
    counted = [one for one in key_results if one.state not in _NEVER_GRADED and not _baseline(one)]
    shares = rollup.shares([given.get(one.id) for one in counted])
    weights = dict(zip((one.id for one in counted), shares, strict=True))
    return tuple(
        Part(one.id, one.title, one.state, weights.get(one.id), _grade(one) if one.id in weights else None)
        for one in key_results
    )


def _grade(key_result: GoalRow) -> Decimal:
    """The grade a key result was closed with, the given one first; while open the one that would follow."""
    decided = key_result.grade_given if key_result.grade_given is not None else key_result.grade_computed
    if key_result.state is State.CLOSED and decided is not None:
        return decided
    return grading.computed(progress.used(key_result.progress or 0.0))


def _own(goal: GoalRow) -> Decimal | None:
    if _baseline(goal) or (goal.progress is None and goal.kind is Kind.OBJECTIVE):
        return None
    return grading.computed(progress.used(goal.progress or 0.0))


def _baseline(goal: GoalRow) -> bool:
    return goal.metric is not None and goal.metric.kind is MetricKind.BASELINE
