"""Every picture as geometry: the bearing bar, the period ruler, the progress chart, the sparkline.

Where things stand is decided here, how they look in the style sheet. Bars and rulers are fluid, so
their places are percent strings for SVG attributes; charts have a fixed viewBox and plain figures.

    x = progress · 92 %,   clamped to 0–100 %: the last 8 % are room to land beyond the target
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Literal

from babel import dates
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import amounts, periods
from pejl.domain import progress as progresses
from pejl.domain.amounts import Language
from pejl.domain.values import CONTROL_KINDS, MOVING_KINDS, Metric, MetricKind, PeriodKind
from pejl.web import format as told_as

Anchor = Literal["start", "middle", "end"]

TARGET = 92.0
_LETTER = 1.4  # the width of a letter in percent where the instrument is narrowest: 7 of 496 px
_GAP = 2.0
_PERCENT_KINDS = frozenset({MetricKind.MILESTONES, MetricKind.DONE})


@dataclass(frozen=True, slots=True)
class Label:
    """A text at ``x``; ``value`` is the bare figure in it, for the legend."""

    text: str
    value: str
    x: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    major: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True)
class Bearing:
    """The parts of one bearing bar. A part that is not drawn is None; ``dotted`` stands for a bar
    without a target, ``under`` for a value on the wrong side of the start. ``label`` says it all."""

    label: str
    fill: str | None = None
    under: bool = False
    tick: str | None = None
    post: str | None = None
    track: str | None = None
    dotted: bool = False
    closed: bool = False
    now: Label | None = None
    start: Label | None = None
    target: Label | None = None
    expected: Label | None = None
    bound: str = ""
    grades: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A grid line or an axis tick at ``at`` with its text ("" where there is no room for it)."""

    at: str
    text: str
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True)
class Ruler:
    """A period in weeks. ``today`` is None outside it, ``past`` how far the ink line goes."""

    label: str
    weeks: tuple[Tick, ...]
    months: tuple[Mark, ...]
    past: str
    today: str | None
    here: Label | None
    mini: bool


@dataclass(frozen=True, slots=True)
class Point:
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Course:
    """A goal's progress over its period, in ``viewBox``. Paths are "" where there is nothing to draw."""

    label: str
    line: str
    dots: tuple[Point, ...]
    expected: str
    today: Mark | None
    grid: tuple[Mark, ...]
    months: tuple[Mark, ...]
    viewbox: str = "0 0 328 176"


@dataclass(frozen=True, slots=True)
class Spark:
    """The last readings of a KPI and its limits, in ``viewBox``."""

    path: str
    limits: tuple[str, ...]
    last: Point | None
    viewbox: str = "0 0 88 24"


def bearing(
    *,
    metric: Metric | None,
    value: Decimal | None,
    progress: float | None,
    expected: float | None,
    language: Language,
    closed: bool = False,
) -> Bearing:
    """The bar of one goal. ``progress`` and ``expected`` are fractions, 1 for all the way; ``value`` is in
    the metric's unit. A goal that is not moved by a metric of its own (None, milestones, done) goes
    from 0 to 100 %. Words are in the active language, figures in ``language``."""
    if metric is not None and metric.kind in CONTROL_KINDS:
        return _control(metric, value, progress, language=language, closed=closed)
    if metric is not None and metric.kind not in _PERCENT_KINDS:
        start = Decimal(0) if metric.kind is MetricKind.REACH else metric.start
        now = _now(metric, value, progress, language=language)
        if metric.kind not in MOVING_KINDS or start is None or metric.target is None:
            return _dotted(metric, now, start, language=language, closed=closed)
        first, last = (amounts.format(e, unit=metric.unit, language=language) for e in (start, metric.target))
        pace = None
        if expected is not None:
            there = _rounded(expected, metric.unit, start, metric.target)
            pace = amounts.format(there, unit=metric.unit, language=language)
        if progress is None:
            own = progresses.of(metric, value)
            progress = None if own is None else float(own)
    else:
        now = "" if progress is None else amounts.format_percent(progress, language=language)
        first, last = (amounts.format_percent(end, language=language) for end in (0.0, 1.0))
        pace = None if expected is None else amounts.format_percent(expected, language=language)
    if closed:
        pace = None
    return _moving(
        now=now, ends=(first, last), progress=progress, expected=expected, pace=pace, closed=closed
    )


def ruler(
    *, start: date, end: date, today: date, language: Language, mini: bool = False, name: str = ""
) -> Ruler:
    """The period from ``start`` to ``end``, both included, with a line each seventh day."""
    span = periods.Span(PeriodKind.CUSTOM, start, end, start.year, 1)
    week, weeks = periods.week_of(span, today)
    inside = start <= today <= end
    now = min(max(_share(today, start, end), 0.0), 100.0)
    # A line every seventh day of a year would be a grey block in the small ruler.
    step = math.ceil(weeks / 27) if mini else 1
    places = [_share(start + timedelta(weeks=n), start, end) for n in range(0, weeks, step)]
    ticks = [Tick(_percent(x), past=x <= now, major=n == 0) for n, x in enumerate(places)]
    ticks.append(Tick("100%", past=now >= 100.0, major=True))  # noqa: PLR2004 - the right edge
    here = None
    if inside:
        text = _("today, week %(week)s of %(weeks)s") % {"week": week, "weeks": weeks}
        here = Label(text, str(week), *_turned(now, len(text) * _LETTER))
    when = _when(span, today, week=week, weeks=weeks)
    return Ruler(
        label=f"{name}. {when}" if name else when,
        weeks=tuple(ticks),
        months=() if mini else tuple(_ruler_months(start, end, language=language)),
        past=_percent(now),
        today=_percent(now) if inside else None,
        here=here,
        mini=mini,
    )


_LEFT, _RIGHT, _TOP, _FLOOR = 2.0, 292.0, 10.0, 150.0


def course(
    points: Sequence[tuple[date, float]],
    *,
    start: date,
    end: date,
    today: date,
    expected: Sequence[tuple[date, float]],
) -> Course:
    """Progress by day and the expected line by its corners, both fractions; drawn between 0 and 100 %.
    Points outside the period are left out."""
    language = told_as.language()
    inside = [(day, part) for day, part in points if start <= day <= end]
    dots = [_point(day, part, start, end) for day, part in inside]
    pace = [_point(day, part, start, end) for day, part in expected]
    x = _across(today, start, end)
    here = Mark(_figure(x), _("today"), _chart_anchor(x)) if start <= today <= end else None
    return Course(
        label=_told(inside, expected, start=start, today=today, language=language),
        line=_path(dots) if len(dots) > 1 else "",
        dots=tuple(dots),
        expected=_path(pace) if len(pace) > 1 else "",
        today=here,
        grid=tuple(
            Mark(_figure(_height(part)), amounts.format_percent(part, language=language))
            for part in (0.0, 0.5, 1.0)
        ),
        months=tuple(_chart_months(start, end, x if here else None, language=language)),
    )


_SPARK_RIGHT, _SPARK_TOP, _SPARK_FLOOR = 84.0, 4.0, 20.0


def spark(values: Sequence[Decimal], *, lower: Decimal | None, upper: Decimal | None) -> Spark:
    """``values`` oldest first, evenly spaced; the limits are always inside the picture."""
    limits = [limit for limit in (lower, upper) if limit is not None]
    every = [*values, *limits]
    low, high = (min(every), max(every)) if every else (Decimal(0), Decimal(0))

    def height(value: Decimal) -> str:
        part = float((value - low) / (high - low)) if high > low else 0.5
        return _figure(_SPARK_FLOOR - part * (_SPARK_FLOOR - _SPARK_TOP))

    gap = _SPARK_RIGHT / max(1, len(values) - 1)
    first = _SPARK_RIGHT if len(values) == 1 else 0.0
    drawn = [Point(_figure(first + n * gap), height(value)) for n, value in enumerate(values)]
    return Spark(
        path=_path(drawn) if len(drawn) > 1 else "",
        limits=tuple(f"M0 {height(limit)}H88" for limit in limits),
        last=drawn[-1] if drawn else None,
    )


def _moving(
    *,
    now: str,
    ends: tuple[str, str],
    progress: float | None,
    expected: float | None,
    pace: str | None,
    closed: bool,
) -> Bearing:
    start, target = ends
    x = None if progress is None else _place(progress)
    under = progress is not None and progress < 0
    tick = None if pace is None or expected is None else _place(expected)
    said = [
        _("%(value)s now.") % {"value": now} if now else _("No value yet."),
        _("From %(start)s to %(target)s.") % {"start": start, "target": target},
    ]
    if pace is not None:
        said.append(_("Expected today %(value)s.") % {"value": pace})
    first, last = Label(start, start, "0%", "start"), _end(target)
    return Bearing(
        label=" ".join(said),
        fill=None if x is None or under else _percent(x),
        under=under,
        tick=None if tick is None else _percent(tick),
        post=_percent(TARGET),
        track=_percent(TARGET),
        closed=closed,
        now=_now_label(now, x or 0.0),
        start=first,
        target=last,
        expected=None if tick is None or pace is None else _pace_label(pace, tick, first, last),
        grades=tuple(Tick(_percent(n * TARGET / 10), major=n % 5 == 0) for n in range(11)),
    )


def _control(
    metric: Metric, value: Decimal | None, progress: float | None, *, language: Language, closed: bool
) -> Bearing:
    """Inside its limit or not: there is nothing half way, so the bar is empty or full."""
    bound = _bound(metric, language=language)
    now = _now(metric, value, None, language=language)
    if value is not None and progress is None:
        own = progresses.of(metric, value)
        progress = None if own is None else float(own)
    kept = progress is not None and progress >= 1
    said = [_("%(value)s now.") % {"value": now} if now else _("No value yet.")]
    said.append(_("Limit: %(bound)s.") % {"bound": bound})
    if progress is not None:
        said.append(_("Inside the limit.") if kept else _("Outside the limit."))
    x = TARGET if kept else 0.0
    return Bearing(
        label=" ".join(said),
        fill=None if progress is None else _percent(x),
        post=_percent(TARGET),
        track=_percent(TARGET),
        closed=closed,
        now=_now_label(now, x),
        target=Label(bound, bound, "100%", "end"),
        bound=bound,
    )


def _dotted(metric: Metric, now: str, start: Decimal | None, *, language: Language, closed: bool) -> Bearing:
    said = [_("%(value)s now.") % {"value": now} if now else _("No value yet.")]
    first = None
    if start is not None:
        text = amounts.format(start, unit=metric.unit, language=language)
        first = Label(text, text, "0%", "start")
        said.append(_("From %(start)s.") % {"start": text})
    if metric.target is None or metric.kind is MetricKind.BASELINE:
        said.append(_("No target."))
    return Bearing(label=" ".join(said), dotted=True, closed=closed, now=_now_label(now, 0.0), start=first)


def _now(metric: Metric, value: Decimal | None, progress: float | None, *, language: Language) -> str:
    if value is not None:
        return amounts.format(value, unit=metric.unit, language=language)
    return "" if progress is None else amounts.format_percent(progress, language=language)


def _bound(metric: Metric, *, language: Language) -> str:
    low = metric.target if metric.kind is MetricKind.AT_LEAST else metric.lower
    high = metric.target if metric.kind is MetricKind.AT_MOST else metric.upper
    told = {
        key: "–" if limit is None else amounts.format(limit, unit=metric.unit, language=language)
        for key, limit in (("low", low), ("high", high))
    }
    if metric.kind is MetricKind.AT_LEAST:
        return _("at least %(low)s") % told
    if metric.kind is MetricKind.AT_MOST:
        return _("at most %(high)s") % told
    return _("between %(low)s and %(high)s") % told


def _rounded(expected: float, unit: str, start: Decimal, target: Decimal) -> Decimal:
    """Where the pace says we are, no finer than anybody measures: three digits of the way, or as the
    ends are written, but always in tenths of the way at least."""
    way = target - start
    value = start + way * Decimal(str(expected))
    if not way:
        return start
    if unit in amounts.DURATIONS:
        step = Decimal(60 if unit == "h:mm" else 1)
    else:
        digits = way.adjusted()
        written = min(0, *(int(end.normalize().as_tuple().exponent) for end in (start, target)))
        step = Decimal(1).scaleb(min(max(digits - 2, written), digits - 1))
    return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def _now_label(text: str, x: float) -> Label | None:
    """Above the bar, ending where the fill ends; where there is no room for that it begins there."""
    if not text:
        return None
    fits = x >= len(text) * _LETTER
    return Label(text, text, _percent(x), "end" if fits else "start")


def _end(text: str) -> Label:
    """Under the post, or along the right edge where half of it would stand outside."""
    if len(text) * _LETTER / 2 <= 100 - TARGET:
        return Label(text, text, _percent(TARGET), "middle")
    return Label(text, text, "100%", "end")


def _pace_label(value: str, x: float, start: Label, target: Label) -> Label:
    """Between the labels of the two ends, as near to its tick as they let it."""
    text = _("expected today %(value)s") % {"value": value}
    width = len(text) * _LETTER
    left = len(start.text) * _LETTER + _GAP
    wide = len(target.text) * _LETTER
    right = (100 - wide if target.anchor == "end" else TARGET - wide / 2) - _GAP
    if x - width / 2 < left:
        return Label(text, value, _percent(max(x, left) if x + width <= right else left), "start")
    if x + width / 2 > right:
        return Label(text, value, _percent(min(x, right)), "end")
    return Label(text, value, _percent(x), "middle")


def _place(fraction: float) -> float:
    return min(max(fraction * TARGET, 0.0), 100.0)


def _percent(x: float) -> str:
    """37.72 → "37.7%", 46.0 → "46%"."""
    return f"{_figure(x)}%"


def _figure(x: float) -> str:
    return f"{round(x, 1) + 0.0:.1f}".removesuffix(".0")


def _share(day: date, start: date, end: date) -> float:
    """How far through the period a day is, in percent: 0 on the first, 100 on the last, as the pace goes."""
    return 100 * (day - start).days / max(1, (end - start).days)


def _turned(x: float, width: float) -> tuple[str, Anchor]:
    if x < width / 2:
        return "0%", "start"
    return ("100%", "end") if x > 100 - width / 2 else (_percent(x), "middle")


def _when(span: periods.Span, today: date, *, week: int, weeks: int) -> str:
    if today < span.start:
        count = (span.start - today).days
        return ngettext("Starts in %(count)s day.", "Starts in %(count)s days.", count) % {"count": count}
    if today > span.end:
        return _("The period is over.")
    left = periods.days_left(span, today)
    return " ".join(
        (
            _("Today is week %(week)s of %(weeks)s.") % {"week": week, "weeks": weeks},
            ngettext("%(count)s day left.", "%(count)s days left.", left) % {"count": left},
        )
    )


def _firsts(start: date, end: date) -> Iterator[date]:
    """The first day of each month the period touches; its own first day for the month it begins in."""
    day = start
    while day <= end:
        yield day
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _month(day: date, *, language: Language, short: bool) -> str:
    width: Literal["abbreviated", "wide"] = "abbreviated" if short else "wide"
    names = dates.get_month_names(width, context="stand-alone", locale=told_as.LOCALES[language])
    return str(names[day.month]).rstrip(".")


def _ruler_months(start: date, end: date, *, language: Language) -> Iterator[Mark]:
    firsts = list(_firsts(start, end))
    short = len(firsts) > 4  # noqa: PLR2004 - whole names fit in a quarter or a third of a year
    places = [(_share(day, start, end), _month(day, language=language, short=short)) for day in firsts]
    for place, text in _spread(places, apart=6, right=100):
        yield Mark(_percent(place), text)


def _chart_months(start: date, end: date, today: float | None, *, language: Language) -> Iterator[Mark]:
    places = [(_across(d, start, end), _month(d, language=language, short=True)) for d in _firsts(start, end)]
    for x, text in _spread(places, apart=24, right=_RIGHT + 20):
        # The tick stays; the word gives way to today's.
        near = today is not None and abs(x - today) < 36  # noqa: PLR2004 - the two words side by side
        yield Mark(_figure(x), "" if near else text)


def _spread(places: list[tuple[float, str]], *, apart: float, right: float) -> list[tuple[float, str]]:
    """Without the words that would run into the next one or past the right edge."""
    gaps = [after - before for (before, _a), (after, _b) in pairwise(places)]
    usual = max(gaps, default=apart)
    every = max(1, math.ceil(apart / usual)) if usual else 1
    kept = []
    for n, (x, text) in enumerate(places):
        following = places[n + 1][0] if n + 1 < len(places) else right
        kept.append((x, text if n % every == 0 and following - x >= min(apart, usual * 0.6) else ""))
    return kept


def _across(day: date, start: date, end: date) -> float:
    return _LEFT + _share(day, start, end) / 100 * (_RIGHT - _LEFT)


def _height(part: float) -> float:
    return _FLOOR - min(max(part, 0.0), 1.0) * (_FLOOR - _TOP)


def _point(day: date, part: float, start: date, end: date) -> Point:
    return Point(_figure(_across(day, start, end)), _figure(_height(part)))


def _chart_anchor(x: float) -> Anchor:
    room = 18
    return "start" if x < _LEFT + room else "end" if x > _RIGHT + 2 * room else "middle"


def _path(points: Sequence[Point]) -> str:
    return "M" + " ".join(f"{point.x} {point.y}" for point in points)


def _told(
    points: Sequence[tuple[date, float]],
    expected: Sequence[tuple[date, float]],
    *,
    start: date,
    today: date,
    language: Language,
) -> str:
    if not points:
        return _("No progress has been told yet.")
    said = _("Progress since %(day)s: %(progress)s.") % {
        "day": told_as.day(start),
        "progress": amounts.format_percent(points[-1][1], language=language),
    }
    pace = _pace(expected, today)
    if pace is None:
        return said
    value = amounts.format_percent(pace, language=language)
    return said + " " + _("Expected today %(value)s.") % {"value": value}


def _pace(expected: Sequence[tuple[date, float]], today: date) -> float | None:
    for (left, low), (right, high) in pairwise(expected):
        if left <= today <= right and left < right:
            return low + (high - low) * (today - left).days / (right - left).days
    return None
