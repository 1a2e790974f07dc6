"""A tree of goals made ready to be drawn: each goal with its bar and its figure in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from pejl.domain.attention import Mark
from pejl.domain.values import Kind, State
from pejl.queries import periods
from pejl.queries import tags as tags_read
from pejl.queries.frames import FramePeriod
from pejl.queries.goals import GoalRow
from pejl.queries.tags import Tag
from pejl.queries.trees import Branch
from pejl.web import charts, landings, words
from pejl.web import format as told_as
from pejl.web.landings import Answers, Told

ALL = "all"


@dataclass(frozen=True, slots=True)
class Choice:
    """The period a page is about. `periods` None is all of them; `options` are (value, label) pairs."""

    value: str
    label: str
    periods: list[UUID] | None
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tag a page is about, None for all of them; `options` are the tags to choose from."""

    tag: Tag | None
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """`marks` says what asks for a look here, `below` what does further down, in words; "" for nothing;
    `ahead` where it lands, None where nobody can say."""

    row: GoalRow
    bar: charts.Bearing
    figure: str
    children: tuple[Node, ...]
    again: bool
    marks: str
    below: str
    ahead: Told | None = None


def choice(every: list[FramePeriod], asked: str, *, today: date) -> Choice:
    """The period asked for, else that of today; something else that was asked for is all of them."""
    language = told_as.language()
    options = ((ALL, _("All periods")), *((str(one.id), one.said(language)) for one in every))
    chosen = next((one for one in every if str(one.id) == asked), None)
    if chosen is None and not asked:
        chosen = periods.current(every, today=today)
    if chosen is None:
        return Choice(ALL, _("All periods"), None, options)
    return Choice(str(chosen.id), chosen.said(language), periods.within(every, chosen), options)


def tagged(in_use: tuple[Tag, ...], asked: str) -> Tagged:
    """The tag asked for; one that is on no goal is offered too, so that the page says what it shows."""
    tag = tags_read.named(in_use, asked)
    options = tuple(one.name for one in in_use)
    return Tagged(tag, options if tag is None or tag in in_use else (*options, tag.name))


def rows(branches: Iterable[Branch]) -> list[GoalRow]:
    """Every goal of these branches, as often as it is drawn."""
    return [row for one in branches for row in (one.row, *rows(one.children))]


def nodes(branches: Iterable[Branch], answers: Answers = landings.NONE) -> tuple[Node, ...]:
    return tuple(_node(one, answers) for one in branches)


def _node(one: Branch, answers: Answers) -> Node:
    own = set(one.row.marks)
    return Node(
        one.row,
        bar(one.row, answers),
        figure(one.row),
        nodes(one.children, answers),
        one.again,
        _said(own),
        _said(_below(one) - own),
        landings.told(answers, [one.row]).get(one.row.id),
    )


def _below(branch: Branch) -> set[Mark]:
    """What asks for a look anywhere under it: shown on every ancestor, faded."""
    return {mark for child in branch.children for mark in (*child.row.marks, *_below(child))}


def _said(marks: set[Mark]) -> str:
    return " · ".join(words.mark(mark) for mark in Mark if mark in marks)


def bar(row: GoalRow, answers: Answers = landings.NONE) -> charts.Bearing:
    """The bearing bar of a goal as the reader sees it today; its label says the chance of the target too."""
    drawn = charts.bearing(
        metric=row.metric,
        value=row.value,
        progress=row.progress,
        expected=row.expected,
        language=told_as.language(),
        closed=row.state is not State.OPEN,
        landing=landings.drawn(answers, row.id),
    )
    return landings.labelled(drawn, answers, row)


def figure(row: GoalRow) -> str:
    """A key result in its own unit, an objective in per cent of the way."""
    if row.state is not State.OPEN and (row.grade_given is not None or row.grade_computed is not None):
        return told_as.grade(row.grade_computed if row.grade_given is None else row.grade_given)
    if row.kind is Kind.KEY_RESULT and row.metric is not None and row.value is not None and row.unit != "":
        return told_as.amount(row.value, row.unit)
    if (
        row.kind is Kind.KEY_RESULT
        and row.metric is not None
        and row.metric.target is not None
        and row.value is not None
    ):
        return told_as.amount(row.value)
    return told_as.percent(row.progress)
