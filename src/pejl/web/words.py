"""The words of the method in the reader's language, for every kind of thing that is stored as a code."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy, pgettext_lazy

from pejl.domain import periods
from pejl.domain.attention import Mark
from pejl.domain.values import (
    Ambition,
    Colour,
    Kind,
    Level,
    MetricKind,
    PeriodKind,
    ProgressMode,
    Status,
    StatusMode,
    Verdict,
    Visibility,
)
from pejl.queries.parents import Choice
from pejl.web import format as told_as

KINDS: dict[Kind, Any] = {
    Kind.OBJECTIVE: gettext_lazy("Objective"),
    Kind.KEY_RESULT: gettext_lazy("Key result"),
    Kind.INITIATIVE: gettext_lazy("Initiative"),
}
LEVELS: dict[Level, Any] = {
    Level.ORGANISATION: gettext_lazy("Organisation"),
    Level.TEAM: gettext_lazy("Team"),
    Level.PERSON: gettext_lazy("Person"),
}
AMBITIONS: dict[Ambition, Any] = {
    Ambition.COMMITTED: gettext_lazy("Committed"),
    Ambition.ASPIRATIONAL: gettext_lazy("Aspirational"),
}
PROGRESS_MODES: dict[ProgressMode, Any] = {
    ProgressMode.MANUAL: gettext_lazy("by hand"),
    ProgressMode.METRIC: gettext_lazy("its metric"),
    ProgressMode.CHILDREN: gettext_lazy("what is under it"),
    ProgressMode.SOURCE: gettext_lazy("a data source"),
}
STATUS_MODES: dict[StatusMode, Any] = {
    StatusMode.PACE: gettext_lazy("the pace"),
    StatusMode.MANUAL: gettext_lazy("by hand"),
    StatusMode.WORST: gettext_lazy("the worst of what is under it"),
}
VISIBILITIES: dict[Visibility, Any] = {
    Visibility.EVERYONE: gettext_lazy("everyone"),
    Visibility.TEAM: gettext_lazy("the team"),
    Visibility.CHOSEN: gettext_lazy("chosen people"),
}
METRICS: dict[MetricKind, Any] = {
    MetricKind.INCREASE: gettext_lazy("from a start up to a target"),
    MetricKind.DECREASE: gettext_lazy("from a start down to a target"),
    MetricKind.REACH: gettext_lazy("from zero to a target"),
    MetricKind.AT_LEAST: gettext_lazy("stays at or above"),
    MetricKind.AT_MOST: gettext_lazy("stays at or below"),
    MetricKind.BETWEEN: gettext_lazy("stays between"),
    MetricKind.MILESTONES: gettext_lazy("milestones"),
    MetricKind.DONE: gettext_lazy("done or not"),
    MetricKind.BASELINE: gettext_lazy("a figure still to be found"),
}
STATUSES: dict[Status, Any] = {
    Status.NOT_STARTED: gettext_lazy("Not started"),
    Status.ON_TRACK: gettext_lazy("On track"),
    Status.AT_RISK: gettext_lazy("At risk"),
    Status.OFF_TRACK: gettext_lazy("Off track"),
    Status.CLOSED: gettext_lazy("Closed"),
    Status.POSTPONED: gettext_lazy("Postponed"),
    Status.DROPPED: gettext_lazy("Dropped"),
}
VERDICTS: dict[Verdict, Any] = {
    Verdict.ACHIEVED: pgettext_lazy("verdict", "achieved"),
    Verdict.MISSED: pgettext_lazy("verdict", "missed"),
}
COLOURS: dict[Colour, Any] = {
    Colour.RED: pgettext_lazy("grade", "red"),
    Colour.AMBER: pgettext_lazy("grade", "amber"),
    Colour.GREEN: pgettext_lazy("grade", "green"),
}
MARKS: dict[Mark, Any] = {
    Mark.NO_OWNER: gettext_lazy("Nobody owns it"),
    Mark.NO_KEY_RESULT: gettext_lazy("It has no key result"),
    Mark.MANY_KEY_RESULTS: gettext_lazy("It has more than five key results"),
    Mark.NOT_ALIGNED: gettext_lazy("It is not aligned to anything above"),
    Mark.NOT_BEGUN: gettext_lazy("It has not begun, a week after its start"),
    Mark.PAST_END: gettext_lazy("Its end date has passed"),
    Mark.OUTSIDE_PERIOD: gettext_lazy("Its dates lie outside its period"),
    Mark.OTHER_PERIOD: gettext_lazy("Its period differs from its objective's"),
    Mark.BEHIND: gettext_lazy("It is far behind the expected pace"),
    Mark.STALE: gettext_lazy("Nobody has said anything for two check-ins"),
    Mark.GUARD_RAIL: gettext_lazy("A guard-rail is outside its range"),
}


NONE = "\N{EN DASH}"
SCALE = (("", NONE), *((str(n), str(n)) for n in range(11)))
"""Choices of a confidence, none first."""


def given_statuses() -> tuple[tuple[str, str], ...]:
    """The statuses a person may give by hand, and not giving one."""
    given = (Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK)
    return (("", NONE), *((one.value, status(one)) for one in given))


def kind(value: str) -> str:
    return str(KINDS[Kind(value)])


def level(value: str) -> str:
    return str(LEVELS[Level(value)])


def ambition(value: str) -> str:
    return str(AMBITIONS[Ambition(value)])


def progress_mode(value: str) -> str:
    return str(PROGRESS_MODES[ProgressMode(value)])


def status_mode(value: str) -> str:
    return str(STATUS_MODES[StatusMode(value)])


def visibility(value: str) -> str:
    return str(VISIBILITIES[Visibility(value)])


def metric_kind(value: str) -> str:
    return str(METRICS[MetricKind(value)])


def status(value: str) -> str:
    return str(STATUSES[Status(value)])


def mark(value: str) -> str:
    return str(MARKS[Mark(value)])


def choice(one: Choice) -> str:
    """What tells a goal in a list from others of the same name: its level, kind and last day."""
    parts = [level(one.level), kind(one.kind).lower()]
    if one.end_date:
        parts.append(told_as.day_year(one.end_date))
    return " · ".join(parts)


def period(name: str, *, kind: str, start: date, end: date, year: int, number: int) -> str:
    """Its own name, else what the calendar calls it in the reader's language."""
    if name:
        return name
    span = periods.Span(PeriodKind(kind), start=start, end=end, year=year, number=number)
    return periods.name(span, language=translation.get_language() or "en")
