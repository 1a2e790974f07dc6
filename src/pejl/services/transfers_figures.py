"""What imported goals come to: value, progress, status and grade, by the rules that every write goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pejl.domain import alignment, grading, progress, rollup, status
from pejl.domain.status import Limits
from pejl.domain.transfers import GoalLine
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode, State, Status, StatusMode
from pejl.models import Workspace

HUNDRED = Decimal(100)
GIVEN = frozenset({Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK})
_NEVER_GRADED = frozenset({State.DROPPED, State.POSTPONED})


@dataclass(slots=True)
class Words:
    """What the check-ins on one goal come to, in the order of their dates and then of their coming."""

    count: int = 0
    on: date | None = None
    value: Decimal | None = None
    valued_on: date | None = None
    given: str = ""
    last_given: str = ""
    last_given_on: date | None = None
    confidence: int | None = None
    confident_on: date | None = None
    ended_on: date | None = None

    def hear(
        self,
        on: date,
        *,
        value: Decimal | None,
        given: str,
        confidence: int | None = None,
        ended: bool = False,
    ) -> None:
        self.count += 1
        if self.on is None or on >= self.on:
            self.on, self.given = on, given
        if value is not None and (self.valued_on is None or on >= self.valued_on):
            self.valued_on, self.value = on, value
        if given and (self.last_given_on is None or on >= self.last_given_on):
            self.last_given_on, self.last_given = on, given
        if confidence is not None and (self.confident_on is None or on >= self.confident_on):
            self.confident_on, self.confidence = on, confidence
        if ended and (self.ended_on is None or on >= self.ended_on):
            self.ended_on = on


@dataclass(slots=True)
class Aim:
    """A goal of the file and what becomes of it. `known` is the goal here that it met, None for a new one;
    `fresh` says that the file has something on it that was not said before."""

    key: str
    line: GoalLine
    metric: Metric | None
    mode: ProgressMode
    known: Any = None
    fresh: bool = True
    words: Words = field(default_factory=Words)
    value: Decimal | None = None
    progress: float | None = None
    exact: Decimal | None = None
    status: Status = Status.NOT_STARTED
    grade: Decimal | None = None
    start: date | None = None
    end: date | None = None
    period: str | None = None
    chosen: bool = False
    viewers: list[str] = field(default_factory=list)
    people: dict[str, list[str]] = field(default_factory=dict)

    @property
    def by_tasks(self) -> bool:
        """Whether its tasks alone say how far it is."""
        tasked = self.line.kind is Kind.INITIATIVE and bool(self.line.tasks)
        return tasked and self.mode is ProgressMode.MANUAL


Edges = Mapping[str, list[tuple[str, float | None]]]


def reached(aim: Aim, value: Decimal | None) -> Decimal | None:
    """Raw progress at that value, a fraction; of a goal fed by its children the value says per cent."""
    if value is None:
        return None
    if aim.mode in {ProgressMode.MANUAL, ProgressMode.CHILDREN} or aim.metric is None:
        return value / HUNDRED
    return progress.of(aim.metric, value)


def own(aim: Aim) -> None:
    """Value and progress by the goal's records; what its children make of it comes with `rise`."""
    if aim.by_tasks:
        tasks = aim.line.tasks
        aim.value, aim.exact = None, progress.of_tasks(done=sum(one.done for one in tasks), total=len(tasks))
    elif aim.mode is ProgressMode.CHILDREN:
        aim.value = aim.exact = None
    else:
        sourced = aim.mode is ProgressMode.SOURCE and aim.line.value is not None
        aim.value = aim.line.value if sourced else aim.words.value
        aim.exact = reached(aim, aim.value)
    aim.progress = None if aim.exact is None else float(aim.exact)


def rise(
    workspace: Workspace,
    aims: Mapping[str, Aim],
    *,
    others: Mapping[str, rollup.Node],
    edges: Edges,
    capped: Mapping[str, bool],
) -> None:
    """Sets what children make of their parents, by one roll-up from scratch over goals of the file, with
    `others` around them as they stand."""
    nodes = {**others, **{key: node(aim) for key, aim in aims.items()}}
    computed = rollup.compute(
        nodes,
        edges,
        order=list(aims),
        cap=workspace.capped,
        capped=capped,
        initiatives=workspace.initiatives_contribute,
    )
    for key, found in computed.items():
        aims[key].progress, aims[key].value = found.progress, found.value


def node(aim: Aim) -> rollup.Node:
    sums = aim.metric is not None and aim.metric.sum
    return rollup.Node(
        id=aim.key,
        kind=aim.line.kind,
        mode=aim.mode,
        state=aim.line.state,
        baseline=aim.metric is not None and aim.metric.kind is MetricKind.BASELINE,
        progress=aim.progress,
        touched=aim.words.count > 0 or aim.progress is not None,
        sums=sums,
        metric=aim.metric if sums else None,
        value=aim.value,
        unit="" if aim.metric is None else aim.metric.unit,
    )


def judge(workspace: Workspace, aims: Mapping[str, Aim], *, edges: Edges, today: date) -> None:
    """Sets the statuses of these goals, children first, and the grades of those that were closed."""
    limits = Limits(at_risk=workspace.at_risk_points, off_track=workspace.off_track_points)
    below = {key: [child for child, _ in edges.get(key, ()) if child in aims] for key in aims}
    for key in alignment.order(aims, children=below):
        aim = aims[key]
        given = aim.words.last_given if aim.line.status_mode is StatusMode.MANUAL else aim.words.given
        aim.status = status.current(
            state=aim.line.state,
            mode=StatusMode.MANUAL if given else aim.line.status_mode,
            stored=Status(given) if given else None,
            progress=aim.progress,
            touched=aim.words.count > 0 or bool(aim.progress),
            start=aim.start,
            end=aim.end,
            today=today,
            metric=aim.metric,
            value=aim.value,
            limits=limits,
            children=[aims[child].status for child in below[key] if aims[child].line.kind is Kind.KEY_RESULT],
        )
        if aim.line.state is State.CLOSED:
            aim.grade = _grade(
                aim, [(share, aims[child]) for child, share in edges.get(key, ()) if child in aims]
            )


def at_check_in(aim: Aim, value: Decimal | None, *, on: date, limits: Limits) -> Status:
    """The pace on the day of a check-in of which the file tells no status."""
    done = reached(aim, value)
    return status.current(
        state=State.OPEN,
        mode=StatusMode.PACE,
        stored=None,
        progress=None if done is None else float(done),
        touched=True,
        start=aim.line.start,
        end=aim.line.end,
        today=on,
        metric=aim.metric,
        value=value,
        limits=limits,
    )


def _grade(aim: Aim, below: Iterable[tuple[float | None, Aim]]) -> Decimal | None:
    """As at a close: an objective by its key results, else by the progress it came to."""
    parts = [
        (share, _standing(one))
        for share, one in below
        if aim.line.kind is Kind.OBJECTIVE
        and one.line.kind is Kind.KEY_RESULT
        and one.line.state not in _NEVER_GRADED
        and not _baseline(one)
    ]
    if parts:
        shares = rollup.shares([share for share, _ in parts])
        return grading.objective([(share, grade) for share, (_, grade) in zip(shares, parts, strict=True)])
    if _baseline(aim):
        return None
    if aim.progress is None:
        return None if aim.line.kind is Kind.OBJECTIVE else grading.computed(0.0)
    return grading.computed(progress.used(aim.progress))


def _standing(aim: Aim) -> Decimal:
    if aim.line.state is State.CLOSED:
        decided = score(aim.line)
        if decided is not None or aim.grade is not None:
            return aim.grade if decided is None else decided  # type: ignore[return-value]
    return grading.computed(progress.used(aim.progress or 0.0))


def score(line: GoalLine) -> Decimal | None:
    """The score that a closed goal was given in the file."""
    return None if line.score is None or line.state is not State.CLOSED else grading.computed(line.score)


def _baseline(aim: Aim) -> bool:
    return aim.metric is not None and aim.metric.kind is MetricKind.BASELINE
