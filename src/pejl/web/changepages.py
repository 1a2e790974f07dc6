"""What moved between two days, made ready to be read: the days asked for, and each group in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from pejl.domain.changes import Sort
from pejl.domain.values import Status
from pejl.queries import periods
from pejl.queries.changes import Arrival, Changes, GoalRef, Moved
from pejl.queries.directories import Names
from pejl.queries.frames import FramePeriod
from pejl.queries.goals import PersonRef
from pejl.queries.histories import Change
from pejl.web import changes as sentences
from pejl.web import format as told_as
from pejl.web import goalwords

MOST = 200
A_WEEK = 7
A_MONTH = 30
FIRST_DAY = date(1900, 1, 1)

LABELS = {
    "metric_kind": gettext_lazy("How it is measured"),
    "unit": gettext_lazy("Unit"),
    "start_value": gettext_lazy("Start"),
    "target_value": gettext_lazy("Target"),
    "lower": gettext_lazy("Lower bound"),
    "upper": gettext_lazy("Upper bound"),
    "warning": gettext_lazy("Warning bound"),
    "sums": gettext_lazy("Sums what is under it"),
    "phases": gettext_lazy("Targets on the way"),
    "milestone": gettext_lazy("Milestone"),
    "period_id": gettext_lazy("Period"),
    "start_date": gettext_lazy("Start date"),
    "end_date": gettext_lazy("Deadline"),
}
TITLES = {
    Sort.TARGET: gettext_lazy("Moved targets"),
    Sort.STATE: gettext_lazy("Ended or opened again"),
    Sort.DATES: gettext_lazy("Periods and dates"),
    Sort.ALIGNMENT: gettext_lazy("Alignment"),
    Sort.PEOPLE: gettext_lazy("People and teams"),
    Sort.TITLE: gettext_lazy("New titles"),
    Sort.STATUS: gettext_lazy("Status"),
    Sort.PROGRESS: gettext_lazy("Progress"),
    Sort.OTHER: gettext_lazy("Other changes"),
}
SAID_BY_THEIR_TITLE = frozenset({Sort.TITLE, Sort.STATUS, Sort.PROGRESS})
TOLD_AS_DEEDS = frozenset({Sort.STATE, Sort.ALIGNMENT, Sort.PEOPLE, Sort.OTHER})
NOTHING = pgettext_lazy("a field", "none")


@dataclass(frozen=True, slots=True)
class Days:
    """Both days count whole, in the reader's zone: what was recorded after `since`, up to and with `until`.
    `shortcuts` are (words, first day, last day)."""

    start: date
    end: date
    since: datetime
    until: datetime
    shortcuts: tuple[tuple[str, date, date], ...]


@dataclass(frozen=True, slots=True)
class Among:
    """Whose goals a page is about; None for everybody's. `teams` and `people` are (value, label) pairs, and
    `asked` is the choice as the end of an address."""

    team: UUID | None
    person: UUID | None
    teams: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    asked: str


@dataclass(frozen=True, slots=True)
class Line:
    """One change. Either `label`, `before` and `after` are told, or `deed` is, the rest of a sentence that
    begins with the name of who did it. `beside` says more of the same move, such as the progress of a value;
    `statuses` are drawn."""

    goal: GoalRef
    at: datetime
    by: PersonRef | None
    label: str = ""
    before: str = ""
    after: str = ""
    beside: tuple[str, str] | None = None
    deed: str = ""
    statuses: tuple[Status, Status] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """`more` is how many there are besides the lines."""

    code: str
    title: str
    lines: tuple[Line, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Page:
    """`targets` is None where none moved; `groups` holds the others that have anything in them."""

    summary: str
    targets: Group | None
    groups: tuple[Group, ...]


def among(names: Names, *, team: str, person: str) -> Among:
    """The team and the person asked for; who is not there to choose from is nobody."""
    teams = {str(pk): pk for pk, _name in names.teams}
    people = {str(pk): pk for pk, _name in names.people}
    chosen = {"team": teams.get(team), "person": people.get(person)}
    asked = urlencode({name: pk for name, pk in chosen.items() if pk is not None})
    return Among(
        team=chosen["team"],
        person=chosen["person"],
        teams=(("", _("All teams")), *((str(pk), name) for pk, name in names.teams)),
        people=(("", _("Everybody")), *((str(pk), name) for pk, name in names.people)),
        asked=f"&{asked}" if asked else "",
    )


def days(every: list[FramePeriod], first: str, last: str, *, today: date, zone: ZoneInfo) -> Days:
    """The days asked for, in whichever order; else from the start of the current period, to today."""
    period = periods.current(every, today=today)
    begun = period.start if period else today - timedelta(days=A_MONTH)
    end = min(_day(last) or today, today)
    start = min(_day(first) or begun, today)
    start, end = min(start, end), max(start, end)
    shortcuts = [
        (_("Last 7 days"), today - timedelta(days=A_WEEK - 1), today),
        (_("Last 30 days"), today - timedelta(days=A_MONTH - 1), today),
    ]
    if period:
        shortcuts.append((period.said(told_as.language()), begun, today))
    return Days(
        start, end, _midnight(start, zone), _midnight(end + timedelta(days=1), zone), tuple(shortcuts)
    )


def page(found: Changes) -> Page:
    every = {sort: [one for one in found.changed if one.sort is sort] for sort in Sort}
    groups = [
        _group("added", _("Added"), [_arrival(one, _("wrote it down")) for one in found.added]),
        _group("removed", _("Removed"), [_arrival(one, _("removed it")) for one in found.removed]),
    ]
    lines = {sort: _lines(sort, moves) for sort, moves in every.items()}
    groups += [_group(sort, str(TITLES[sort]), lines[sort]) for sort in Sort if sort is not Sort.TARGET]
    targets = _group(Sort.TARGET, str(TITLES[Sort.TARGET]), lines[Sort.TARGET])
    counts = {group.code: group.count for group in (targets, *groups)}
    return Page(
        summary=_summary(counts),
        targets=targets if targets.count else None,
        groups=tuple(group for group in groups if group.count),
    )


def _day(text: str) -> date | None:
    try:
        return max(date.fromisoformat(text), FIRST_DAY)
    except ValueError:
        return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The last moment before the day: what is recorded at its first one belongs to it."""
    return datetime.combine(day, time.min, tzinfo=zone) - timedelta(microseconds=1)


def _group(code: str, title: str, lines: Sequence[Line]) -> Group:
    return Group(str(code), title, tuple(lines[:MOST]), len(lines))


def _summary(counts: dict[str, int]) -> str:
    """ "3 targets moved · 2 goals added · …"; "" where nothing did."""
    told = [
        (Sort.TARGET, ngettext("%(count)s target moved", "%(count)s targets moved", counts[Sort.TARGET])),
        ("added", ngettext("%(count)s goal added", "%(count)s goals added", counts["added"])),
        ("removed", ngettext("%(count)s goal removed", "%(count)s goals removed", counts["removed"])),
        (
            Sort.STATE,
            ngettext(
                "%(count)s ended or opened again", "%(count)s ended or opened again", counts[Sort.STATE]
            ),
        ),
        (
            Sort.STATUS,
            ngettext("%(count)s status changed", "%(count)s statuses changed", counts[Sort.STATUS]),
        ),
        (
            Sort.PROGRESS,
            ngettext(
                "progress moved on %(count)s goal", "progress moved on %(count)s goals", counts[Sort.PROGRESS]
            ),
        ),
    ]
    return " · ".join(text % {"count": counts[code]} for code, text in told if counts[code])


def _arrival(one: Arrival, deed: str) -> Line:
    return Line(one.goal, one.at, one.by, deed=deed)


def _lines(sort: Sort, moves: Iterable[Moved]) -> list[Line]:
    if sort is Sort.PROGRESS:
        return _progress(moves)
    return [_deed(one) if sort in TOLD_AS_DEEDS else _line(one) for one in moves]


def _deed(one: Moved) -> Line:
    told = Change(
        at=one.at,
        by=one.by,
        goal_id=one.goal.id,
        goal_title=one.goal.title,
        field=one.field,
        before=one.before,
        after=one.after,
        unit=one.unit,
        metric_kind=one.metric_kind,
        also=one.also,
    )
    return Line(one.goal, one.at, one.by, deed=sentences.sentence(told))


def _line(one: Moved) -> Line:
    statuses = (one.before, one.after) if one.sort is Sort.STATUS else None
    return Line(
        one.goal,
        one.at,
        one.by,
        label="" if one.sort in SAID_BY_THEIR_TITLE else str(LABELS[one.field]),
        before=value(one, one.before, unit=one.unit_before) or str(NOTHING),
        after=value(one, one.after, unit=one.unit) or str(NOTHING),
        statuses=statuses,
    )


def _progress(moves: Iterable[Moved]) -> list[Line]:
    """One line for each goal: its value where it has one of its own, its progress beside it. The longest
    ways first."""
    by_goal: dict[Any, dict[str, Moved]] = {}
    for one in moves:
        by_goal.setdefault(one.goal.id, {})[one.field] = one
    found = []
    for fields in by_goal.values():
        measured, made = fields.get("value"), fields.get("progress")
        shown = measured if measured is not None and measured.metric_kind else made or measured
        if shown is not None:
            line = _line(shown)
            beside = None
            if made is not None and made is not shown:
                before = "" if made.before is None else told_as.percent(made.before)
                beside = (before, told_as.percent(made.after))
            found.append(
                (_way(made), Line(line.goal, line.at, None, line.label, line.before, line.after, beside))
            )
    found.sort(key=lambda one: (-one[0], one[1].goal.title))
    return [line for _way_made, line in found]


def _way(made: Moved | None) -> float:
    return 0.0 if made is None else abs((made.after or 0.0) - (made.before or 0.0))


def value(one: Moved, held: Any, *, unit: str) -> str:
    """What the field held, in words; "" for nothing."""
    if held is None:
        return ""
    if one.field == "value":
        return goalwords.value(held, unit=unit, metric_kind=one.metric_kind)
    if one.field == "progress":
        return told_as.percent(held)
    return field_value(one.field, held, unit=unit)


def field_value(field: str, held: Any, *, unit: str) -> str:
    """What a decided field held, in words, long things too; "" for nothing."""
    if field == "phases":
        return " · ".join(_phase(one, unit) for one in held)
    if field == "milestone":
        title, share = held
        return title if share is None else f"{title} ({told_as.percent(share)})"
    if isinstance(held, bool):
        return _("yes") if held else _("no")
    if isinstance(held, date):
        return told_as.day_year(held)
    return sentences.value(field, held, unit=unit)


def _phase(one: dict[str, Any], unit: str) -> str:
    told = {
        "value": told_as.amount(Decimal(str(one["value"])), unit),
        "day": told_as.day(date.fromisoformat(str(one["on"]))),
    }
    return _("%(value)s by %(day)s") % told
