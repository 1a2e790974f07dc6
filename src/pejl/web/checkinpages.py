"""The lines of a check-in made ready to be drawn, as they stand and as they would stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import progress, status
from pejl.domain.status import Limits
from pejl.domain.values import Kind, Metric, MetricKind, Milestone, ProgressMode, State, Status, StatusMode
from pejl.queries.checkins import UNKNOWN, Asked, Group, Known
from pejl.queries.goals import GoalRow
from pejl.queries.moves import Move
from pejl.web import charts, landings, treepages
from pejl.web import format as told_as
from pejl.web.forms import checkins as checkin_forms
from pejl.web.forms import goals as forms
from pejl.web.landings import Answers

SPELT = 12
MOST_MOVES = 6
FIELDS = ("value", "was", "note", "status")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the figures after a check-in are worked out by. `on` is the day it is about, `held` the statuses
    by hand that last through it, `known` what was known on that day of goals with a later word."""

    today: date
    on: date
    limits: Limits
    held: Mapping[UUID, Status]
    known: Mapping[UUID, Known]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The forecasts as they stand, and as the typed values would make them."""

    standing: Answers = field(default_factory=dict)
    supposed: Answers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One goal of the check-in. `confidence` is the answer chosen ("" for none) and `sure` the one that stood
    when the page was first shown; `delta` what the typed value moves, in the unit; `stays` the day of a
    later check-in that goes on counting; `said` whether a word was typed, and `updated` whether it can be
    used; `ticked` whether it is shown as done; `error` the one sentence that says what to mend; `chance` the
    forecast in short, with what the typed value does to it."""

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
    confidence: str
    sure: str
    reached: frozenset[str]
    delta: str
    stays: date | None
    said: bool
    updated: bool
    ticked: bool
    error: str
    chance: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the lines say something."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Block:
    title: str
    lines: tuple[Line, ...]


def blocks(
    groups: Iterable[Group],
    *,
    typed: QueryDict,
    errors: Mapping[str, str],
    values: Mapping[str, Decimal | None],
    preview: Preview | None,
    ahead: Ahead,
) -> tuple[Block, ...]:
    """`values` are those typed that could be read, by goal. With a `preview` the bar and the status of a line
    in which something is said are those that sending it would lead to."""
    return tuple(
        Block(
            group.title,
            tuple(
                _line(
                    one,
                    typed=typed,
                    errors=errors,
                    value=values.get(str(one.row.id)),
                    preview=preview,
                    ahead=ahead,
                )
                for one in group.asked
            ),
        )
        for group in groups
    )  # fmt: skip


def lines(blocks: Iterable[Block]) -> list[Line]:
    return [line for block in blocks for line in block.lines]


def count(lines: Iterable[Line], *, others: Mapping[str, bool] | None = None) -> Count:
    """How many are updated, of these and of the `others` on the same page (by goal)."""
    every = {**(others or {}), **{line.key: line.updated for line in lines}}
    return Count(sum(every.values()), len(every))


def first(lines: Sequence[Line]) -> str:
    """The line to begin at: the first with something to mend, else the first of all."""
    return next((line.key for line in (*(one for one in lines if one.error), *lines)), "")


def _line(
    asked: Asked,
    *,
    typed: QueryDict,
    errors: Mapping[str, str],
    value: Decimal | None,
    preview: Preview | None,
    ahead: Ahead,
) -> Line:
    key, row, metric = str(asked.row.id), asked.row, asked.row.metric
    own = {name: typed.get(f"{key}.{name}", "") for name in FIELDS}
    steps = frozenset(typed.getlist(f"{key}.reached"))
    error = " ".join(text for field, text in errors.items() if field == key or field.startswith(f"{key}."))
    said = checkin_forms.said(typed, key)
    stays = None
    bar, shown = treepages.bar(row, ahead.standing), row.status
    before = ahead.standing.get(row.id)
    after_all = ahead.supposed.get(row.id, before)
    if said and not error and preview is not None:
        stays = row.last_checkin_on if _is_behind(row, steps, preview) else None
        after, shown = _after(row, value, steps, checkin_forms.status_of(own["status"]), preview)
        bar = _bar(after, preview, {} if stays or after_all is None else {row.id: after_all})
    moving = metric is not None and metric.target is not None and metric.kind is not MetricKind.DONE
    standing = "" if row.confidence is None else str(row.confidence)
    return Line(
        key=key,
        row=row,
        due=asked.due,
        bar=bar,
        status=shown,
        was=_was(row),
        unit=_unit(row),
        start=told_as.amount(metric.start, metric.unit)
        if moving and metric is not None and metric.start is not None
        else "",
        target=told_as.amount(metric.target, metric.unit) if moving and metric is not None else "",
        typed=own,
        confidence=_chosen(typed, key, standing),
        sure=typed.get(f"{key}.sure", standing),
        reached=steps,
        delta="" if stays else _delta(row, value),
        stays=stays,
        said=said,
        updated=said and not error,
        ticked=own["value"] == "1" if own["was"] else row.value == 1,
        error=error,
        chance=landings.moved(before, after_all, row.kind),
    )


def _chosen(typed: QueryDict, key: str, standing: str) -> str:
    """The confidence as chosen; as it stands where the line was not part of what was sent."""
    if f"{key}.sure" not in typed and f"{key}.confidence" not in typed:
        return standing
    given = checkin_forms.confidence_of(typed, key)
    return "" if given is None else str(given)


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


def _after(
    row: GoalRow, value: Decimal | None, steps: frozenset[str], given: Status | None, preview: Preview
) -> tuple[GoalRow, Status]:
    """The row and the status that sending the line would leave.

    The check-in of the latest day makes the goal's own figures. One before it shows what its own value comes
    to on its day, and without a value what was known then; reached milestones count whatever the day.
    """
    if not _is_behind(row, steps, preview):
        after = row if value is None and not steps else _would_be(row, value, steps)
        return after, _status(after, given or preview.held.get(row.id), preview)
    if value is not None:
        after = _would_be(row, value, steps)
        return after, given or _pace(after, on=preview.on, limits=preview.limits)
    known = preview.known.get(row.id, UNKNOWN)
    return replace(row, value=known.value, progress=known.progress), given or known.status


def _is_behind(row: GoalRow, steps: frozenset[str], preview: Preview) -> bool:
    return not steps and row.last_checkin_on is not None and preview.on < row.last_checkin_on


def _bar(row: GoalRow, preview: Preview, answers: Answers) -> charts.Bearing:
    """The bar with its pace on the day of the check-in, which its label names where it is not today."""
    if row.expected is None or row.start_date is None or row.end_date is None:
        return treepages.bar(row, answers)
    pace = status.expected(start=row.start_date, end=row.end_date, today=preview.on, metric=row.metric)
    bar = treepages.bar(replace(row, expected=pace), answers)
    if bar.expected is None or preview.on == preview.today:
        return bar
    value = bar.expected.value
    then = _("Expected %(value)s on %(date)s.") % {"value": value, "date": told_as.day(preview.on)}
    return replace(bar, label=bar.label.replace(_("Expected today %(value)s.") % {"value": value}, then))


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


def _status(row: GoalRow, given: Status | None, preview: Preview) -> Status:
    """What the latest check-in leaves: the status given, or one that lasts, else the pace of today."""
    if given is not None:
        return Status.AT_RISK if row.guards and given is Status.ON_TRACK else given
    if row.status_mode is StatusMode.WORST and row.kind is Kind.OBJECTIVE:
        return row.status
    return _pace(row, on=preview.today, limits=preview.limits, guarded=bool(row.guards))


def _pace(row: GoalRow, *, on: date, limits: Limits, guarded: bool = False) -> Status:
    return status.current(
        state=State.OPEN,
        mode=StatusMode.PACE,
        stored=None,
        progress=row.progress,
        touched=True,
        start=row.start_date,
        end=row.end_date,
        today=on,
        metric=row.metric,
        value=row.value,
        limits=limits,
        guard_broken=guarded,
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
