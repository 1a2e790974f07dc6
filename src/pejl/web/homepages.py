"""The first page in words and figures: the greeting, the bars, the row of what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pejl.domain.access import Right
from pejl.domain.values import Metric, MetricKind
from pejl.queries import dues
from pejl.queries.goals import GoalRow
from pejl.queries.homes import Due, Home
from pejl.queries.kpis import KpiRow
from pejl.queries.scope import Member
from pejl.web import charts, feeds, goalpictures, goalwords, landings, treepages, words
from pejl.web import format as told_as
from pejl.web.forms.goals import unit_of
from pejl.web.landings import Answers

NUMBERS = (
    gettext_lazy("Two"),
    gettext_lazy("Three"),
    gettext_lazy("Four"),
    gettext_lazy("Five"),
    gettext_lazy("Six"),
    gettext_lazy("Seven"),
    gettext_lazy("Eight"),
    gettext_lazy("Nine"),
    gettext_lazy("Ten"),
    gettext_lazy("Eleven"),
    gettext_lazy("Twelve"),
)
MORNING, NOON, EVENING = 5, 12, 18


@dataclass(frozen=True, slots=True)
class Trouble:
    """A value that could not be used: for which goal, what was typed, and what is wrong with it."""

    goal_id: UUID
    typed: str
    error: str


@dataclass(frozen=True, slots=True)
class Line:
    """A goal in a list: its bar, its figure, and the span it is to travel."""

    row: GoalRow
    bar: charts.Bearing
    figure: str
    limit: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A check-in that waits. `unit` is what its value is written in; None where it is not one number.
    `late` is how many days it has waited; `typed` and `error` are what was sent and what is wrong with it."""

    line: Line
    unit: str | None
    late: int
    typed: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class OkrLines:
    objective: GoalRow
    about: tuple[str, ...]
    key_results: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class KpiLine:
    name: str
    url: str
    limit: str
    value: str
    in_range: bool | None
    spark: charts.Spark | None


@dataclass(frozen=True, slots=True)
class Page:
    greeting: str
    lede: str
    deadline: str
    waits: tuple[Wait, ...]
    more_due: int
    okrs: tuple[OkrLines, ...]
    loose: tuple[Line, ...]
    stages: dict[UUID, goalwords.Stage]
    focus: tuple[Line, ...]
    kpis: tuple[KpiLine, ...]
    feed: tuple[feeds.Item, ...]
    more_new: int
    ruler: charts.Ruler | None
    nothing_of_mine: bool
    may_write: bool


def page(home: Home, *, by: Member, now: datetime, trouble: Trouble | None = None) -> Page:
    answers = _answers(home, by=by, now=now)
    return Page(
        greeting=_("Your OKRs on %(day)s") % {"day": told_as.day_year(by.today(now))}
        if by.as_of
        else greeting(by, due=home.due_count, now=now),
        lede="" if by.as_of else _lede(home),
        deadline=_deadline(home, by=by),
        waits=tuple(wait(one, by=by, now=now, trouble=trouble, answers=answers) for one in home.due),
        more_due=home.due_count - len(home.due),
        okrs=tuple(
            OkrLines(okr.objective, _about(okr.objective), tuple(line(kr, answers) for kr in okr.key_results))
            for okr in home.okrs
        ),
        loose=tuple(line(row, answers) for row in home.loose),
        stages={row.id: goalwords.stage(row) for row in home.initiatives},
        focus=tuple(line(row, answers) for row in home.focus),
        kpis=tuple(_kpi(row) for row in home.kpis),
        feed=feeds.items(home.feed.rows),
        more_new=home.feed.more_new,
        ruler=_ruler(home, by=by, now=now),
        nothing_of_mine=not (home.okrs or home.loose or home.initiatives or home.due),
        may_write=by.writes,
    )


def greeting(by: Member, *, due: int, now: datetime) -> str:
    """ "Good morning, Alma. Three key results are waiting for you." by the person's own clock."""
    hour = now.astimezone(by.zone).hour
    name = {"name": by.name.split()[0] if by.name.split() else by.name}
    if MORNING <= hour < NOON:
        hello = _("Good morning, %(name)s.") % name
    elif NOON <= hour < EVENING:
        hello = _("Good afternoon, %(name)s.") % name
    else:
        hello = _("Good evening, %(name)s.") % name
    if due == 0:
        return hello
    told = NUMBERS[due - 2] if 1 < due < len(NUMBERS) + 2 else due
    waiting = ngettext(
        "One key result is waiting for you.", "%(count)s key results are waiting for you.", due
    ) % {"count": told}
    return f"{hello} {waiting}"


def _answers(home: Home, *, by: Member, now: datetime) -> Answers:
    """The forecasts of the goals that are drawn; what one answers for is never summed up."""
    rows = {row.id: row for row in (*(one.row for one in home.due), *home.loose, *home.focus)}
    rows |= {row.id: row for okr in home.okrs for row in okr.key_results}
    return landings.of(by, rows.values(), now=now)


def line(row: GoalRow, answers: Answers = landings.NONE) -> Line:
    limit = goalwords.limits(row.metric) if row.metric is not None and row.metric.target is None else ""
    bar = landings.labelled(goalpictures.bar(row, answers), answers, row)
    return Line(row, bar, treepages.figure(row), limit)


def wait(
    one: Due,
    *,
    by: Member,
    now: datetime,
    trouble: Trouble | None = None,
    answers: Answers | None = None,
) -> Wait:
    """`answers` holds the forecasts where they were asked for together."""
    known = landings.of(by, [one.row], now=now) if answers is None else answers
    own = trouble if trouble is not None and trouble.goal_id == one.row.id else None
    late = (by.today(now) - by.today(one.turn.due_at)).days if one.turn.due else 0
    return Wait(
        line(one.row, known), entry_unit(one.row), late, own.typed if own else "", own.error if own else ""
    )


def entry_unit(row: GoalRow) -> str | None:
    """The unit a new value is typed in; None where a check-in takes more than one number."""
    if Right.CHECK_IN not in row.rights or row.progress_mode not in dues.ASKED:
        return None
    if row.metric is not None and row.metric.kind in {MetricKind.MILESTONES, MetricKind.DONE}:
        return None
    return unit_of(row)


def _lede(home: Home) -> str:
    silent = sum(
        row.stale_days is not None
        for row in {kr.id: kr for okr in home.okrs for kr in okr.key_results}.values()
    )
    if silent:
        return ngettext(
            "%(count)s of your key results has been silent for a while.",
            "%(count)s of your key results have been silent for a while.",
            silent,
        ) % {"count": silent}
    if home.due_count:
        return _("A value and a few words each. The rest of your OKRs are up to date.")
    return _("Nothing is waiting for you. Your OKRs are up to date.") if home.okrs else ""


def _deadline(home: Home, *, by: Member) -> str:
    if not home.due:
        return ""
    at = max(one.turn.due_at for one in home.due)
    return _("due %(day)s at %(clock)s") % {
        "day": told_as.day(by.today(at)),
        "clock": told_as.clock(at, by.zone),
    }


def _about(row: GoalRow) -> tuple[str, ...]:
    ambition = "" if row.ambition is None else words.ambition(row.ambition).lower()
    return tuple(part for part in (goalwords.place(row), ambition) if part)


def _kpi(row: KpiRow) -> KpiLine:
    healthy = Metric(MetricKind.BETWEEN, unit=row.unit, lower=row.lower, upper=row.upper)
    return KpiLine(
        name=row.name,
        url=f"/kpis/{row.item}",
        limit=goalwords.limits(healthy),
        value=told_as.amount(row.value, row.unit),
        in_range=row.in_range,
        spark=charts.spark([one.value for one in row.readings], lower=row.lower, upper=row.upper)
        if row.readings
        else None,
    )


def _ruler(home: Home, *, by: Member, now: datetime) -> charts.Ruler | None:
    if home.period is None:
        return None
    language = told_as.language()
    return charts.ruler(
        start=home.period.start,
        end=home.period.end,
        today=by.today(now),
        language=language,
        name=home.period.said(language),
    )
