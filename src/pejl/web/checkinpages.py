"""The lines of a check-in made ready to be drawn, as they stand and as they would stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import progress, status
from pejl.domain.status import Limits
from pejl.domain.values import Metric, MetricKind, Milestone, ProgressMode, State, Status, StatusMode
from pejl.queries.checkins import Asked, Group
from pejl.queries.goals import GoalRow
from pejl.web import charts, treepages
from pejl.web import format as told_as
from pejl.web.forms import goals as forms

SPELT = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """What a status is worked out by."""

    today: date
    limits: Limits


@dataclass(frozen=True, slots=True)
class Line:
    """One goal of the check-in. `delta` is what the typed value moves, in the unit; `said` whether a word
    was typed; `error` the one sentence that says what to mend."""

    key: str
    row: GoalRow
    due: bool
    bar: charts.Bearing
    status: Status
    was: str
    unit: str
    start: str
    target: str
    typed: Mapping[str, str]
    reached: frozenset[str]
    delta: str
    said: bool
    error: str


@dataclass(frozen=True, slots=True)
class Block:
    title: str
    lines: tuple[Line, ...]


def blocks(
    groups: Iterable[Group],
    *,
    typed: Mapping[str, str],
    reached: Mapping[str, frozenset[str]],
    errors: Mapping[str, str],
) -> tuple[Block, ...]:
    return tuple(
        Block(
            group.title, tuple(line(one, typed=typed, reached=reached, errors=errors) for one in group.asked)
        )
        for group in groups
    )


def line(
    asked: Asked,
    *,
    typed: Mapping[str, str],
    reached: Mapping[str, frozenset[str]],
    errors: Mapping[str, str],
    value: Decimal | None = None,
    preview: Preview | None = None,
) -> Line:
    """With a `preview` the bar and the status are those that `value` would lead to."""
    key, row = str(asked.row.id), asked.row
    own = {name: typed.get(f"{key}.{name}", "") for name in ("value", "confidence", "note", "status")}
    steps = reached.get(key, frozenset())
    shown = row if value is None and not steps else _would_be(row, value, steps)
    metric = row.metric
    moving = metric is not None and metric.target is not None and metric.kind is not MetricKind.DONE
    return Line(
        key=key,
        row=row,
        due=asked.due,
        bar=treepages.bar(shown),
        status=row.status if preview is None or shown is row else _status(shown, preview),
        was=_was(row),
        unit=_unit(row),
        start=told_as.amount(metric.start, metric.unit)
        if moving and metric is not None and metric.start is not None
        else "",
        target=told_as.amount(metric.target, metric.unit) if moving and metric is not None else "",
        typed=own,
        reached=steps,
        delta=_delta(row, value),
        said=bool(own["value"].strip() or own["note"].strip() or steps),
        error=" ".join(text for field, text in errors.items() if field.startswith(f"{key}.")),
    )


def heading(count: int) -> str:
    """How many lines there are, in words where words are shorter to read."""
    words = (
        _("No key results"), _("One key result, one line"), _("Two key results, one line each"),
        _("Three key results, one line each"), _("Four key results, one line each"),
        _("Five key results, one line each"), _("Six key results, one line each"),
        _("Seven key results, one line each"), _("Eight key results, one line each"),
        _("Nine key results, one line each"), _("Ten key results, one line each"),
        _("Eleven key results, one line each"), _("Twelve key results, one line each"),
    )  # fmt: skip
    if count <= SPELT:
        return words[count]
    return ngettext("%(count)s key result, one line each", "%(count)s key results, one line each", count) % {
        "count": count
    }


def _would_be(row: GoalRow, value: Decimal | None, steps: frozenset[str]) -> GoalRow:
    """The row as the value would make it."""
    if row.progress_mode is ProgressMode.MANUAL or row.metric is None:
        part = None if value is None else float(value / 100)
        return replace(row, value=value, progress=row.progress if part is None else part, checkin_count=1)
    metric = row.metric
    if metric.kind is MetricKind.MILESTONES:
        metric = replace(metric, milestones=_steps(row, steps))
    moved = progress.of(metric, row.value if value is None else value)
    return replace(
        row,
        metric=metric,
        value=row.value if value is None else value,
        progress=None if moved is None else float(moved),
        checkin_count=1,
    )


def _steps(row: GoalRow, steps: frozenset[str]) -> tuple[Milestone, ...]:
    return tuple(
        Milestone(reached=step.reached_on is not None or str(step.item) in steps, share=step.share)
        for step in row.milestones
    )


def _status(row: GoalRow, preview: Preview) -> Status:
    """By pace, as it is worked out after a check-in without a status of one's own."""
    return status.current(
        state=State.OPEN,
        mode=StatusMode.PACE,
        stored=None,
        progress=row.progress,
        touched=True,
        start=row.start_date,
        end=row.end_date,
        today=preview.today,
        metric=row.metric,
        value=row.value,
        limits=preview.limits,
        guard_broken=bool(row.guards),
    )


def _was(row: GoalRow) -> str:
    if row.value is None:
        return ""
    unit = forms.unit_of(row)
    return told_as.amount(row.value, unit)


def _unit(row: GoalRow) -> str:
    unit = forms.unit_of(row)
    return "" if unit in {"m:ss", "h:mm"} else unit


def _delta(row: GoalRow, value: Decimal | None) -> str:
    metric: Metric | None = row.metric
    if value is None or row.value is None or (metric is not None and metric.kind is MetricKind.DONE):
        return ""
    moved = value - row.value
    text = told_as.amount(abs(moved), forms.unit_of(row))
    return f"±{text}" if moved == 0 else f"+{text}" if moved > 0 else f"−{text}"
