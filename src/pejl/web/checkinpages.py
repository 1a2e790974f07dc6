"""The lines of a check-in made ready to be drawn, as they stand and as they would stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import progress, status
from pejl.domain.status import Limits
from pejl.domain.values import Kind, Metric, MetricKind, Milestone, ProgressMode, State, Status, StatusMode
from pejl.queries.checkins import Asked, Group
from pejl.queries.goals import GoalRow
from pejl.queries.moves import Move
from pejl.web import charts, treepages
from pejl.web import format as told_as
from pejl.web.forms import checkins as checkin_forms
from pejl.web.forms import goals as forms

SPELT = 12
MOST_MOVES = 6
FIELDS = ("value", "was", "confidence", "sure", "note", "status")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a status is worked out by."""

    today: date
    limits: Limits


@dataclass(frozen=True, slots=True)
class Line:
    """One goal of the check-in. `delta` is what the typed value moves, in the unit; `said` whether a word
    was typed; `ticked` whether it is shown as done; `error` the one sentence that says what to mend."""

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
    ticked: bool
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
    values: Mapping[str, Decimal | None],
    preview: Preview | None,
) -> tuple[Block, ...]:
    """`values` are those typed that could be read, by goal."""
    return tuple(
        Block(
            group.title,
            tuple(
                line(
                    one,
                    typed=typed,
                    reached=reached,
                    errors=errors,
                    value=values.get(str(one.row.id)),
                    preview=preview,
                )
                for one in group.asked
            ),
        )
        for group in groups
    )


def first(blocks: Iterable[Block]) -> str:
    """The line to begin at: the first with something to mend, else the first of all."""
    lines = [line for block in blocks for line in block.lines]
    return next((line.key for line in (*(one for one in lines if one.error), *lines)), "")


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
    own = {name: typed.get(f"{key}.{name}", "") for name in FIELDS}
    steps = reached.get(key, frozenset())
    given = checkin_forms.status_of(own["status"])
    shown = row if value is None and not steps else _would_be(row, value, steps)
    metric = row.metric
    moving = metric is not None and metric.target is not None and metric.kind is not MetricKind.DONE
    return Line(
        key=key,
        row=row,
        due=asked.due,
        bar=treepages.bar(shown),
        status=row.status if preview is None else _status(shown, row, given, preview),
        was=_was(row),
        unit=_unit(row),
        start=told_as.amount(metric.start, metric.unit)
        if moving and metric is not None and metric.start is not None
        else "",
        target=told_as.amount(metric.target, metric.unit) if moving and metric is not None else "",
        typed=own,
        reached=steps,
        delta=_delta(row, value),
        said=_said(row, own, steps),
        ticked=own["value"] == "1" if own["was"] else row.value == 1,
        error=" ".join(text for field, text in errors.items() if field == key or field.startswith(f"{key}.")),
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


def sent(count: int, moves: Sequence[Move]) -> str:
    """What a check-in came to: how many lines, and what they moved, a line each."""
    said = ngettext(
        "Check-in sent for %(count)s key result", "Check-in sent for %(count)s key results", count
    ) % {"count": count}
    more = len(moves) - MOST_MOVES
    lines = [said, *(_move(one) for one in moves[:MOST_MOVES])]
    if more > 0:
        lines.append(ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more})
    return "\n".join(lines)


def _move(one: Move) -> str:
    """A key result in its unit, anything else in per cent of the way."""
    figures = one.value if one.value != one.value_before and one.metric_kind != MetricKind.DONE else None
    if figures is None or one.kind is Kind.OBJECTIVE or not one.metric_kind:
        before, now = told_as.percent(one.progress_before), told_as.percent(one.progress)
    else:
        before = told_as.amount(one.value_before, one.unit)
        now = told_as.amount(one.value, one.unit)
    return f"{one.title}: {before} → {now}"


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


def _said(row: GoalRow, own: Mapping[str, str], steps: frozenset[str]) -> bool:
    if row.metric is not None and row.metric.kind is MetricKind.DONE:
        told = checkin_forms.done_of({f".{name}": text for name, text in own.items()}, "") is not None
    else:
        told = bool(own["value"].strip())
    return told or bool(own["note"].strip() or own["status"] or steps) or own["confidence"] != own["sure"]


def _status(shown: GoalRow, row: GoalRow, given: Status | None, preview: Preview) -> Status:
    """What the check-in would leave: the status one gives, or one that lasts, else the pace."""
    if given is not None:
        return Status.AT_RISK if row.guards and given is Status.ON_TRACK else given
    if shown is row or row.status_mode is StatusMode.MANUAL or row.status_pinned:
        return row.status
    return status.current(
        state=State.OPEN,
        mode=StatusMode.PACE,
        stored=None,
        progress=shown.progress,
        touched=True,
        start=row.start_date,
        end=row.end_date,
        today=preview.today,
        metric=shown.metric,
        value=shown.value,
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
