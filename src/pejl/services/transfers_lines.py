"""What one line of a file comes to: its metric, its figure, how it ended, and its original as JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from pejl.domain import grading, progress
from pejl.domain.transfers import GoalLine
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode, State
from pejl.queries import measures

HUNDRED = Decimal(100)
CENT = Decimal("0.01")


def sound(metric: Metric | None) -> Metric | None:
    """The metric, unless the rules refuse it; then the goal is kept by hand."""
    return None if metric is None or measures.checked_metric(metric) is not None else metric


def reached(metric: Metric | None, value: Decimal) -> float | None:
    found = None if metric is None else progress.of(metric, value)
    return None if found is None else float(found)


def progress_at(line: GoalLine, value: Decimal) -> float | None:
    """What `value` comes to: in per cent where the goal is kept by hand, else by its metric."""
    metric = sound(line.metric)
    by_hand = metric is None or line.progress_mode is ProgressMode.MANUAL
    return float(value / HUNDRED) if by_hand else reached(metric, value)


def stands(line: GoalLine) -> bool:
    """Whether the goal's figure follows from its own value: not from children, a source or tasks."""
    by_tasks = line.kind is Kind.INITIATIVE and bool(line.tasks)
    elsewhere = line.progress_mode in {ProgressMode.CHILDREN, ProgressMode.SOURCE}
    return line.value is not None and not elsewhere and not by_tasks


def on_bound(line: GoalLine) -> bool:
    """Whether the value sits exactly on the bound that it is to stay above or below."""
    bounds = {MetricKind.AT_LEAST, MetricKind.AT_MOST}
    return line.metric is not None and line.metric.kind in bounds and line.value == line.metric.target


def ended(
    line: GoalLine, metric: Metric | None, end: date | None, *, today: date, at: datetime
) -> dict[str, Any]:
    """The columns of a goal that is over: since its last day, with the file's score beside our grade."""
    if line.state is State.OPEN:
        return {}
    noon = datetime.combine(min(end or today, today), time(12), tzinfo=UTC)
    columns: dict[str, Any] = {"ended_at": min(noon, at)}
    if line.state is State.CLOSED and line.kind is not Kind.INITIATIVE:
        if line.value is not None and line.progress_mode is not ProgressMode.CHILDREN:
            figure = progress_at(line, line.value) if metric is not None else float(line.value / HUNDRED)
            columns["grade_computed"] = grading.computed(progress.used(figure or 0.0))
        if line.score is not None:
            columns["grade_given"] = min(max(line.score, Decimal(0)), Decimal(1)).quantize(CENT)
    return columns


def as_json(raw: Any) -> str:
    """The original record; numbers stay the numbers they were."""
    return json.dumps(raw, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    return str(value)
