"""What the records say of goals by themselves: latest value, steps, tasks, status by hand, guard rails.

A fixed number of queries, however many goals are asked about. Figures follow from these; see `figures`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.domain import progress
from pejl.domain.values import Kind, Metric, MetricKind, Milestone, Phase, ProgressMode, Refused
from pejl.models import Checkin, Goal, Guardrail, Kpi, Reading, Task
from pejl.models import Milestone as MilestoneRow

HUNDRED = Decimal(100)
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Word:
    """What the check-ins on one goal come to. `given` is the status its latest check-in set by hand ("" for
    none), `last_given` the latest one that any of them set."""

    count: int
    on: date
    value: Decimal | None
    given: str
    last_given: str


@dataclass(frozen=True, slots=True)
class Records:
    words: dict[UUID, Word]
    milestones: dict[UUID, tuple[Milestone, ...]]
    tasks: dict[UUID, tuple[int, int]]


def records(workspace_id: UUID, goals: Collection[UUID]) -> Records:
    """Check-ins, milestones and tasks of these goals. Three queries."""
    return Records(words(workspace_id, goals), _milestones(workspace_id, goals), _tasks(workspace_id, goals))


def own(row: Any, found: Records) -> tuple[Decimal | None, float | None]:
    """Value and raw progress of a goal (a row of `Goal`) that does not get them from its children.

    By hand the value is a percentage; an initiative with tasks goes by its tasks alone.
    """
    if row.kind == Kind.INITIATIVE and row.pk in found.tasks and row.progress_mode == ProgressMode.MANUAL:
        done, total = found.tasks[row.pk]
        return None, _float(progress.of_tasks(done=done, total=total))
    word = found.words.get(row.pk)
    value = None if word is None else word.value
    if row.progress_mode == ProgressMode.MANUAL:
        return value, None if value is None else float(value / HUNDRED)
    measured = metric(row, milestones=found.milestones.get(row.pk, ()))
    if measured is None:
        return value, None
    if measured.kind is MetricKind.MILESTONES:
        return None, _float(progress.of(measured, None))
    return value, _float(progress.of(measured, value))


def metric(row: Any, *, milestones: tuple[Milestone, ...] = ()) -> Metric | None:
    """The metric that stands on a row of `Goal` or `GoalVersion`."""
    if not row.metric_kind:
        return None
    return Metric(
        kind=MetricKind(row.metric_kind),
        unit=row.unit,
        start=row.start_value,
        target=row.target_value,
        lower=row.lower,
        upper=row.upper,
        warning=row.warning,
        sum=row.sums,
        phases=tuple(Phase(date.fromisoformat(one["on"]), Decimal(one["value"])) for one in row.phases),
        milestones=milestones,
    )


def columns(measured: Metric | None) -> dict[str, Any]:
    """The columns of a goal that hold this metric; its milestones are rows of their own."""
    if measured is None:
        measured = Metric(MetricKind.DONE)
        kind = ""
    else:
        kind = measured.kind.value
    return {
        "metric_kind": kind,
        "unit": measured.unit,
        "start_value": measured.start,
        "target_value": measured.target,
        "lower": measured.lower,
        "upper": measured.upper,
        "warning": measured.warning,
        "sums": measured.sum,
        "phases": [{"on": one.on.isoformat(), "value": format(one.value, "f")} for one in measured.phases],
    }


def checked_metric(measured: Metric) -> Refused | None:
    """The domain's refusal of a metric that is written wrongly."""
    try:
        progress.check(measured)
    except Refused as refused:
        return refused
    return None


def broken_guards(workspace_id: UUID, goals: Collection[UUID]) -> set[UUID]:
    """Those of the goals guarded by a KPI whose latest reading is out of its range. At most three queries."""
    guards: dict[UUID, list[UUID]] = {}
    for ids in batches(goals):
        rows = Guardrail.objects.current().filter(workspace_id=workspace_id, goal_id__in=ids)
        for kpi, goal in rows.values_list("kpi", "goal_id"):
            guards.setdefault(kpi, []).append(goal)
    return {goal for kpi in broken_kpis(workspace_id, guards) for goal in guards[kpi]}


def broken_kpis(workspace_id: UUID, items: Collection[UUID]) -> set[UUID]:
    """Those of the KPIs whose latest reading is out of range. Two queries, none for no KPI."""
    latest: dict[UUID, Decimal] = {
        kpi: value
        for ids in batches(items)
        for kpi, value in Reading.objects.current()
        .filter(workspace_id=workspace_id, kpi__in=ids)
        .order_by("kpi", "on", "known_from", "pk")
        .values_list("kpi", "value")
    }
    found: set[UUID] = set()
    for ids in batches(items):
        rows = Kpi.objects.current().filter(workspace_id=workspace_id, item__in=ids)
        for item, lower, upper in rows.values_list("item", "lower", "upper"):
            value = latest.get(item)
            low = value is not None and lower is not None and value < lower
            high = value is not None and upper is not None and value > upper
            if low or high:
                found.add(item)
    return found


def batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """SQLite takes a bounded number of values in one statement."""
    every = list(ids)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def words(workspace_id: UUID, goals: Collection[UUID]) -> dict[UUID, Word]:
    """What the standing check-ins on each goal come to. One query."""
    found: dict[UUID, Word] = {}
    for ids in batches(goals):
        rows = (
            Checkin.objects.current()
            .filter(workspace_id=workspace_id, goal_id__in=ids)
            .order_by("goal_id", "on", "known_from", "pk")
            .values_list("goal_id", "on", "value", "status_given")
        )
        for goal, on, value, given in rows:
            before = found.get(goal)
            found[goal] = Word(
                count=1 if before is None else before.count + 1,
                on=on,
                value=value if value is not None or before is None else before.value,
                given=given,
                last_given=given or ("" if before is None else before.last_given),
            )
    return found


def spoken(workspace_id: UUID, goals: Collection[UUID]) -> dict[UUID, Word]:
    """The same for those on which a status was ever given by hand. One query, two where there are any."""
    found: set[UUID] = set()
    for ids in batches(goals):
        rows = Checkin.objects.current().filter(workspace_id=workspace_id, goal_id__in=ids)
        found |= set(rows.exclude(status_given="").values_list("goal_id", flat=True))
    return words(workspace_id, found)


def _milestones(workspace_id: UUID, goals: Collection[UUID]) -> dict[UUID, tuple[Milestone, ...]]:
    found: dict[UUID, list[Milestone]] = {}
    for ids in batches(goals):
        rows = (
            MilestoneRow.objects.current()
            .filter(workspace_id=workspace_id, goal_id__in=ids)
            .order_by("position", "pk")
            .values_list("goal_id", "reached_on", "share")
        )
        for goal, reached_on, share in rows:
            found.setdefault(goal, []).append(Milestone(reached=reached_on is not None, share=share))
    return {goal: tuple(steps) for goal, steps in found.items()}


def _tasks(workspace_id: UUID, goals: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    found: dict[UUID, tuple[int, int]] = {}
    for ids in batches(goals):
        rows = Task.objects.current().filter(workspace_id=workspace_id, goal_id__in=ids)
        for goal, done in rows.values_list("goal_id", "done"):
            before = found.get(goal, (0, 0))
            found[goal] = (before[0] + int(done), before[1] + 1)
    return found


def _float(fraction: Decimal | None) -> float | None:
    return None if fraction is None else float(fraction)


def figured(goal: Goal) -> bool:
    """Whether the goal gets its figures from its children."""
    return bool(goal.progress_mode == ProgressMode.CHILDREN)


def by_tasks(goal: Goal) -> bool:
    """Whether the goal goes by its tasks. One query at most."""
    if goal.kind != Kind.INITIATIVE or goal.progress_mode != ProgressMode.MANUAL:
        return False
    return bool(Task.objects.current().filter(workspace_id=goal.workspace_id, goal=goal).exists())
