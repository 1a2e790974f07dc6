"""The period ruler, the progress chart and the sparkline. Charts have a fixed viewBox and plain figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from babel import dates
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pejl.domain import amounts, periods
from pejl.domain.amounts import Language
from pejl.domain.values import PeriodKind
from pejl.web import format as told_as
from pejl.web.charts import bands
from pejl.web.charts.bands import HIGH, LOW, MIDDLE
from pejl.web.charts.shapes import LETTER, Anchor, Label, Tick, figure, percent

if TYPE_CHECKING:
    from pejl.queries.forecasts import Landing


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
    """A goal's progress over its period, in ``viewBox``. Paths are "" where there is nothing to draw;
    ``fan`` is where the forecast leads from today, ``median`` the line in its middle."""

    label: str
    line: str
    dots: tuple[Point, ...]
    expected: str
    today: Mark | None
    grid: tuple[Mark, ...]
    months: tuple[Mark, ...]
    fan: str = ""
    median: str = ""
    viewbox: str = "0 0 328 176"


@dataclass(frozen=True, slots=True)
class Spark:
    """The last readings of a KPI and its limits, in ``viewBox``."""

    path: str
    limits: tuple[str, ...]
    last: Point | None
    viewbox: str = "0 0 88 24"


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
    ticks = [Tick(percent(x), past=x <= now, major=n == 0) for n, x in enumerate(places)]
    ticks.append(Tick("100%", past=now >= 100.0, major=True))  # noqa: PLR2004 - the right edge
    here = None
    if inside:
        text = _("today, week %(week)s of %(weeks)s") % {"week": week, "weeks": weeks}
        here = Label(text, str(week), *_turned(now, len(text) * LETTER))
    when = _when(span, today, week=week, weeks=weeks)
    return Ruler(
        label=f"{name}. {when}" if name else when,
        weeks=tuple(ticks),
        months=() if mini else tuple(_ruler_months(start, end, language=language)),
        past=percent(now),
        today=percent(now) if inside else None,
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
    landing: Landing | None = None,
) -> Course:
    """Progress by day and the expected line by its corners, both fractions; drawn between 0 and 100 %.
    Points outside the period are left out. ``landing`` opens as a fan between today and the end."""
    language = told_as.language()
    inside = [(day, part) for day, part in points if start <= day <= end]
    dots = [_point(day, part, start, end) for day, part in inside]
    pace = [_point(day, part, start, end) for day, part in expected]
    x = _across(today, start, end)
    here = Mark(figure(x), _("today"), _chart_anchor(x)) if start <= today <= end else None
    told = _told(inside, expected, start=start, today=today, language=language)
    fan = median = ""
    if landing is not None and inside and today < end:
        told = f"{told} {_lands(landing, end, language=language)}"
        fan, median = _fan(landing, _point(max(today, start), inside[-1][1], start, end))
    return Course(
        label=told,
        line=_path(dots) if len(dots) > 1 else "",
        dots=tuple(dots),
        expected=_path(pace) if len(pace) > 1 else "",
        today=here,
        grid=tuple(
            Mark(figure(_height(part)), amounts.format_percent(part, language=language))
            for part in (0.0, 0.5, 1.0)
        ),
        months=tuple(_chart_months(start, end, x if here else None, language=language)),
        fan=fan,
        median=median,
    )


def _fan(landing: Landing, now: Point) -> tuple[str, str]:
    """The outline from where the goal stands to both ends of the range, and the line to its middle."""
    low, middle, high = (
        Point(figure(_RIGHT), figure(_height(landing.progress[p]))) for p in (LOW, MIDDLE, HIGH)
    )
    return f"{_path((now, high, low))}z", _path((now, middle))


def _lands(landing: Landing, end: date, *, language: Language) -> str:
    low, middle, high = bands.ends(landing, metric=None, language=language)
    told = {"day": told_as.day(end), "low": low, "middle": middle, "high": high}
    return _("Forecast for %(day)s: %(low)s to %(high)s, most likely %(middle)s.") % told


_SPARK_RIGHT, _SPARK_TOP, _SPARK_FLOOR = 84.0, 4.0, 20.0


def spark(values: Sequence[Decimal], *, lower: Decimal | None, upper: Decimal | None) -> Spark:
    """``values`` oldest first, evenly spaced; the limits are always inside the picture."""
    limits = [limit for limit in (lower, upper) if limit is not None]
    every = [*values, *limits]
    low, high = (min(every), max(every)) if every else (Decimal(0), Decimal(0))

    def height(value: Decimal) -> str:
        part = float((value - low) / (high - low)) if high > low else 0.5
        return figure(_SPARK_FLOOR - part * (_SPARK_FLOOR - _SPARK_TOP))

    gap = _SPARK_RIGHT / max(1, len(values) - 1)
    first = _SPARK_RIGHT if len(values) == 1 else 0.0
    drawn = [Point(figure(first + n * gap), height(value)) for n, value in enumerate(values)]
    return Spark(
        path=_path(drawn) if len(drawn) > 1 else "",
        limits=tuple(f"M0 {height(limit)}H88" for limit in limits),
        last=drawn[-1] if drawn else None,
    )


def _share(day: date, start: date, end: date) -> float:
    """How far through the period a day is, in percent: 0 on the first, 100 on the last, as the pace goes."""
    return 100 * (day - start).days / max(1, (end - start).days)


def _turned(x: float, width: float) -> tuple[str, Anchor]:
    if x < width / 2:
        return "0%", "start"
    return ("100%", "end") if x > 100 - width / 2 else (percent(x), "middle")


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
        yield Mark(percent(place), text)


def _chart_months(start: date, end: date, today: float | None, *, language: Language) -> Iterator[Mark]:
    places = [(_across(d, start, end), _month(d, language=language, short=True)) for d in _firsts(start, end)]
    for x, text in _spread(places, apart=40, right=_RIGHT + 20):
        # The tick stays; the word gives way to today's.
        near = today is not None and abs(x - today) < 36  # noqa: PLR2004 - the two words side by side
        yield Mark(figure(x), "" if near else text)


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
    return Point(figure(_across(day, start, end)), figure(_height(part)))


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
