"""The bearing bar: where we are, where we should be today, where we are going.

x = progress · 92 %,   clamped to 0–100 %: the last 8 % are room to land beyond the target
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from pejl.domain import amounts
from pejl.domain import progress as progresses
from pejl.domain.amounts import Language
from pejl.domain.values import CONTROL_KINDS, MOVING_KINDS, Metric, MetricKind
from pejl.web.charts import bands
from pejl.web.charts.bands import Band
from pejl.web.charts.shapes import LETTER, TARGET, Label, Tick, percent, place

if TYPE_CHECKING:
    from pejl.queries.forecasts import Landing

_GAP = 2.0


_PERCENT_KINDS = frozenset({MetricKind.MILESTONES, MetricKind.DONE})


@dataclass(frozen=True, slots=True)
class Bearing:
    """The parts of one bearing bar. A part that is not drawn is None; ``dotted`` stands for a bar
    without a target, ``under`` for a value on the wrong side of the start, ``band`` for the forecast.
    ``label`` says it all."""

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
    band: Band | None = None


def bearing(
    *,
    metric: Metric | None,
    value: Decimal | None,
    progress: float | None,
    expected: float | None,
    language: Language,
    closed: bool = False,
    landing: Landing | None = None,
) -> Bearing:
    """The bar of one goal. ``progress`` and ``expected`` are fractions, 1 for all the way; ``value`` is in
    the metric's unit. A goal that is not moved by a metric of its own (None, milestones, done) goes
    from 0 to 100 %. ``landing`` is its forecast: closed goals and those without a way to go show none.
    Words are in the active language, figures in ``language``."""
    unit = None
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
        unit = metric
    else:
        now = "" if progress is None else amounts.format_percent(progress, language=language)
        first, last = (amounts.format_percent(end, language=language) for end in (0.0, 1.0))
        pace = None if expected is None else amounts.format_percent(expected, language=language)
    if closed:
        return _moving(now=now, ends=(first, last), progress=progress, expected=None, pace=None, closed=True)
    bar = _moving(now=now, ends=(first, last), progress=progress, expected=expected, pace=pace, closed=False)
    if landing is None:
        return bar
    band = bands.band(landing, metric=unit, language=language, now=bar.now)
    return replace(bar, band=band, label=f"{bar.label} {band.told}")


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
    x = None if progress is None else place(progress)
    under = progress is not None and progress < 0
    tick = None if pace is None or expected is None else place(expected)
    said = [
        _("%(value)s now.") % {"value": now} if now else _("No value yet."),
        _("From %(start)s to %(target)s.") % {"start": start, "target": target},
    ]
    if pace is not None:
        said.append(_("Expected today %(value)s.") % {"value": pace})
    first, last = Label(start, start, "0%", "start"), _end(target)
    return Bearing(
        label=" ".join(said),
        fill=None if x is None or under else percent(x),
        under=under,
        tick=None if tick is None else percent(tick),
        post=percent(TARGET),
        track=percent(TARGET),
        closed=closed,
        now=_now_label(now, x or 0.0),
        start=first,
        target=last,
        expected=None if tick is None or pace is None else _pace_label(pace, tick, first, last),
        grades=tuple(Tick(percent(n * TARGET / 10), major=n % 5 == 0) for n in range(11)),
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
        fill=None if progress is None else percent(x),
        post=percent(TARGET),
        track=percent(TARGET),
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
    fits = x >= len(text) * LETTER
    return Label(text, text, percent(x), "end" if fits else "start")


def _end(text: str) -> Label:
    """Under the post, or along the right edge where half of it would stand outside."""
    if len(text) * LETTER / 2 <= 100 - TARGET:
        return Label(text, text, percent(TARGET), "middle")
    return Label(text, text, "100%", "end")


def _pace_label(value: str, x: float, start: Label, target: Label) -> Label:
    """Between the labels of the two ends, as near to its tick as they let it."""
    text = _("expected today %(value)s") % {"value": value}
    width = len(text) * LETTER
    left = len(start.text) * LETTER + _GAP
    wide = len(target.text) * LETTER
    right = (100 - wide if target.anchor == "end" else TARGET - wide / 2) - _GAP
    if x - width / 2 < left:
        return Label(text, value, percent(max(x, left) if x + width <= right else left), "start")
    if x + width / 2 > right:
        return Label(text, value, percent(min(x, right)), "end")
    return Label(text, value, percent(x), "middle")
