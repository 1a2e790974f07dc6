"""The page of one goal in words and pictures: rows and rules in, plain text and geometry out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pejl.domain import grading
from pejl.domain.access import Right
from pejl.domain.attention import Mark
from pejl.domain.grading import Bands, Remark
from pejl.domain.values import (
    CONTROL_KINDS,
    Ambition,
    Colour,
    Kind,
    Level,
    Metric,
    MetricKind,
    ProgressMode,
    State,
    StatusMode,
    Verdict,
)
from pejl.queries.dossiers import Dossier
from pejl.queries.goals import GoalRow, PersonRef
from pejl.queries.guards import GuardRow
from pejl.queries.histories import Change
from pejl.queries.timelines import Remark as Said
from pejl.queries.timelines import Withdrawn, Word
from pejl.web import changes, words
from pejl.web import format as told_as


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade as text, with its words; the colour is never without its word."""

    grade: str
    colour: Colour
    verdict: Verdict | None
    bolder: bool


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody on the goal, and what they are there for."""

    person: PersonRef
    role: str


@dataclass(frozen=True, slots=True)
class Stage:
    """How far an initiative is: `code` is planned, doing or done."""

    code: str
    word: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The figures of a check-in as text; `said` tells what it said before its corrections, `dated` that it
    is for another day than it was written on."""

    value: str
    before: str
    dated: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Below:
    """One mark in words, and the goals further down that have it, nearest first."""

    mark: str
    goals: tuple[GoalRow, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`sorts` names what each entry of the timeline is (word, remark, withdrawn, change); `told` (changes)
    and `shown` (check-ins) are by its place there. `changeable` are the goals whose check-ins the person may
    correct."""

    way: tuple[tuple[str, str], ...]
    place: str
    kind: str
    ambition: str
    reason: str
    marks: tuple[str, ...]
    below: tuple[Below, ...]
    roles: tuple[Role, ...]
    measure: str
    about: tuple[tuple[str, str], ...]
    limits: dict[UUID, str]
    sorts: tuple[str, ...]
    told: dict[int, str]
    shown: dict[int, Shown]
    changeable: frozenset[UUID]
    stages: dict[UUID, Stage]
    towards: dict[UUID, str]
    graded: Graded | None
    grade: str
    computed: str
    ended: bool
    ended_line: str


def page(dossier: Dossier, *, today: date, zone: ZoneInfo) -> Page:
    goal = dossier.goal
    entries = dossier.timeline.entries
    given = goal.grade_given if goal.grade_given is not None else goal.grade_computed
    grade = graded(given, ambition=goal.ambition, bands=dossier.bands)
    everything = (goal, *dossier.key_results, *dossier.initiatives)
    return Page(
        way=way(goal),
        place=place(goal),
        kind=words.kind(goal.kind),
        ambition=words.ambition(goal.ambition).lower() if goal.ambition else "",
        reason=reason(goal, today=today),
        marks=tuple(words.mark(mark) for mark in goal.marks if not (mark is Mark.GUARD_RAIL and goal.guards)),
        below=below(dossier.below),
        roles=roles(goal, dossier.key_results),
        measure=measure(goal),
        about=about(goal),
        limits={guard.item: limit(guard) for guard in dossier.guards},
        sorts=tuple(_SORTS[type(one)] for one in entries),
        told={number: changes.sentence(one) for number, one in enumerate(entries) if isinstance(one, Change)},
        shown={
            number: shown(one, zone=zone)
            for number, one in enumerate(entries)
            if isinstance(one, Word | Withdrawn)
        },
        changeable=frozenset(
            one.id for one in everything if one.state is State.OPEN and Right.CHECK_IN in one.rights
        ),
        stages={one.id: stage(one) for one in dossier.initiatives},
        towards=_towards(dossier),
        graded=grade,
        grade=grade_line(grade),
        computed="" if goal.grade_computed is None else told_as.grade(goal.grade_computed),
        ended=goal.state is not State.OPEN,
        ended_line=ended_line(goal),
    )


def below(rows: Sequence[GoalRow]) -> tuple[Below, ...]:
    """What asks for a look further down, a mark at a time in the order of `Mark`."""
    found = {mark: tuple(row for row in rows if mark in row.marks) for mark in Mark}
    return tuple(Below(words.mark(mark), having) for mark, having in found.items() if having)


_SORTS = {Word: "word", Said: "remark", Withdrawn: "withdrawn", Change: "change"}


def way(goal: GoalRow) -> tuple[tuple[str, str], ...]:
    """Where the page is: the objectives, its team, itself; as words and addresses."""
    team = tuple((one.name, f"/teams/{one.id}") for one in goal.teams[:1])
    return ((_("Objectives"), "/goals"), *team, (goal.title, ""))


def place(goal: GoalRow) -> str:
    """Whose it is, and when: "Product, Q3 2026"."""
    teams = ", ".join(team.name for team in goal.teams)
    whose = teams or (
        goal.owners[0].name if goal.level is Level.PERSON and goal.owners else words.level(goal.level)
    )
    return ", ".join(part for part in (whose, goal.period_name) if part)


def about(goal: GoalRow) -> tuple[tuple[str, str], ...]:
    """What else is decided about the goal, as pairs of words."""
    by_tasks = goal.kind is Kind.INITIATIVE and goal.tasks_total > 0
    rows = [
        (_("Level"), words.level(goal.level)),
        (_("Teams"), ", ".join(team.name for team in goal.teams)),
        (_("Period"), goal.period_name or ""),
        (_("From"), told_as.day_year(goal.start_date) if goal.start_date else ""),
        (_("To"), told_as.day_year(goal.end_date) if goal.end_date else ""),
        (_("Progress from"), _("its tasks") if by_tasks else words.progress_mode(goal.progress_mode)),
        (_("Status from"), words.status_mode(goal.status_mode)),
        (_("Seen by"), words.visibility(goal.visibility)),
    ]
    return tuple((word, told) for word, told in rows if told)


def ended_line(goal: GoalRow) -> str:
    if goal.state is State.OPEN:
        return ""
    told = {
        "day": told_as.day_year(goal.ended_at.date()) if goal.ended_at else "",
        "word": words.status(goal.state),
    }
    return _("%(word)s %(day)s.") % told


def shown(entry: Word | Withdrawn, *, zone: ZoneInfo) -> Shown:
    """A check-in's figures; what it said before stands with each correction, newest first."""
    unit, kind = entry.goal.unit, entry.goal.metric_kind
    if isinstance(entry, Withdrawn):
        return Shown(value(entry.value, unit=unit, metric_kind=kind), "", "", ())
    written = entry.at.astimezone(zone).date()
    said = []
    for old in entry.said:
        figure = value(old.value, unit=unit, metric_kind=kind)
        confidence = "" if old.confidence is None else _("confidence %(n)s/10") % {"n": old.confidence}
        said.append(" · ".join(part for part in (told_as.day(old.on), figure, confidence, old.note) if part))
    return Shown(
        value=value(entry.value, unit=unit, metric_kind=kind),
        before=value(entry.before, unit=unit, metric_kind=kind) if entry.value is not None else "",
        dated=_("for %(day)s") % {"day": told_as.day(entry.on)} if written != entry.on else "",
        said=tuple(said),
    )


def _towards(dossier: Dossier) -> dict[UUID, str]:
    """Initiative → the key result of the page that it moves."""
    titles = {one.id: one.title for one in dossier.key_results}
    return {
        one.id: ", ".join(titles[parent.id] for parent in one.parents if parent.id in titles)
        for one in dossier.initiatives
    }


def graded(grade: Decimal | None, *, ambition: Ambition | None, bands: Bands) -> Graded | None:
    if grade is None:
        return None
    return Graded(
        grade=told_as.grade(grade),
        colour=grading.colour(grade, bands=bands),
        verdict=grading.verdict(ambition, grade=grade),
        bolder=grading.remark(ambition, grade=grade) is Remark.BOLDER,
    )


def grade_line(graded: Graded | None) -> str:
    """The colour and the verdict of a grade in words: "amber, missed"."""
    if graded is None:
        return ""
    colour = str(words.COLOURS[graded.colour])
    return f"{colour}, {words.VERDICTS[graded.verdict]}" if graded.verdict is not None else colour


def reason(goal: GoalRow, *, today: date) -> str:
    """Why the goal has the status it has, in a few words; "" where it speaks for itself."""
    if goal.state is not State.OPEN:
        return ""
    if goal.guards:
        told = {"names": ", ".join(goal.guards)}
        return (
            ngettext("%(names)s is outside its range", "%(names)s are outside their range", len(goal.guards))
            % told
        )
    if goal.status_mode is StatusMode.MANUAL:
        return _("set by hand")
    if goal.start_date and today < goal.start_date:
        return _("starts %(day)s") % {"day": told_as.day(goal.start_date)}
    if goal.status_mode is StatusMode.WORST:
        return _("the worst of what is under it")
    return _measured_reason(goal)


def _measured_reason(goal: GoalRow) -> str:
    metric = goal.metric
    if metric is not None and metric.kind is MetricKind.BASELINE:
        return _("the figure is still to be found")
    if metric is not None and metric.kind in CONTROL_KINDS:
        return "" if goal.value is None else _("asked: %(range)s") % {"range": limits(metric)}
    return pace(goal.progress, expected=goal.expected)


def pace(progress: float | None, *, expected: float | None) -> str:
    """How far the progress is from where the pace says it should be today, in points of a hundred."""
    if expected is None:
        return ""
    apart = Decimal(str((progress or 0.0) - expected)) * 100
    points = int(abs(apart).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if not points:
        return _("where the pace expects it")
    told = {"points": points}
    if apart < 0:
        return (
            ngettext("%(points)s point behind the pace", "%(points)s points behind the pace", points) % told
        )
    return (
        ngettext("%(points)s point ahead of the pace", "%(points)s points ahead of the pace", points) % told
    )


def limits(metric: Metric) -> str:
    """A range in words: "at least 99.5%"."""
    lower = metric.lower if metric.lower is not None else metric.target
    upper = metric.upper if metric.upper is not None else metric.target
    if metric.kind is MetricKind.AT_LEAST:
        return _range(lower, None, metric.unit)
    if metric.kind is MetricKind.AT_MOST:
        return _range(None, upper, metric.unit)
    return _range(metric.lower, metric.upper, metric.unit)


def limit(guard: GuardRow) -> str:
    return _range(guard.lower, guard.upper, guard.unit)


def _range(lower: Decimal | None, upper: Decimal | None, unit: str) -> str:
    low = "" if lower is None else told_as.amount(lower, unit)
    high = "" if upper is None else told_as.amount(upper, unit)
    if low and high:
        return _("between %(low)s and %(high)s") % {"low": low, "high": high}
    if low:
        return _("at least %(low)s") % {"low": low}
    return _("at most %(high)s") % {"high": high} if high else ""


def measure(goal: GoalRow) -> str:
    """How the goal is measured, in one sentence."""
    if goal.progress_mode is ProgressMode.CHILDREN:
        return _("Progress follows what is under it.")
    if goal.kind is Kind.INITIATIVE and goal.tasks_total:
        return _("Progress is the share of tasks done.")
    if goal.metric is None or goal.progress_mode is ProgressMode.MANUAL:
        return _("Progress is set by hand, in per cent.")
    return _measured(goal.metric)


def _measured(metric: Metric) -> str:
    if metric.kind in CONTROL_KINDS:
        return _("Measured by whether it stays %(range)s.") % {"range": limits(metric)}
    if metric.kind is MetricKind.MILESTONES:
        return _("Measured by milestones reached.")
    if metric.kind is MetricKind.DONE:
        return _("Measured as done or not.")
    if metric.kind is MetricKind.BASELINE or metric.target is None:
        return _("The figure is still to be found.")
    start = metric.start if metric.start is not None else Decimal(0)
    return _("Measured from %(start)s to %(target)s.") % {
        "start": told_as.amount(start, metric.unit),
        "target": told_as.amount(metric.target, metric.unit),
    }


def roles(goal: GoalRow, key_results: Sequence[GoalRow]) -> tuple[Role, ...]:
    """Who is on the goal and who watches its key results; nobody twice for the same thing."""
    found = [Role(person, _("owner")) for person in goal.owners]
    found += [Role(person, _("stand-in")) for person in goal.delegates]
    owners = {person.id for person in goal.owners}
    if goal.checkin_owner and goal.checkin_owner.id not in owners:
        found.append(Role(goal.checkin_owner, _("checks in")))
    for one in key_results:
        found += [Role(person, one.title) for person in one.owners if person.id not in owners]
    found += [Role(person, _("may see it")) for person in goal.viewers]
    return tuple(found)


def value(amount: Decimal | None, *, unit: str, metric_kind: str) -> str:
    """A checked-in value as shown: a percentage where the goal is kept by hand, done or not in words."""
    if amount is None:
        return ""
    if metric_kind == MetricKind.DONE:
        return _("done") if amount else _("not done")
    return told_as.amount(amount, unit if metric_kind else "%")


def stage(goal: GoalRow) -> Stage:
    """How far an initiative is."""
    if goal.state in {State.POSTPONED, State.DROPPED}:
        return Stage("planned", words.status(goal.state))
    if goal.state is State.CLOSED or (goal.progress is not None and goal.progress >= 1):
        return Stage("done", pgettext("initiative", "Done"))
    if goal.progress or goal.last_checkin_on:
        return Stage("doing", pgettext("initiative", "Doing"))
    return Stage("planned", pgettext("initiative", "Planned"))
