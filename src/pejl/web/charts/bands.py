"""The band of a forecast: where a goal lands if things go on as they have, nine times of ten and one of ten.

80 of 100 end inside the band, half of them on either side of its dot
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from pejl.domain import amounts
from pejl.domain.amounts import Language
from pejl.domain.values import Metric
from pejl.web.charts.shapes import LETTER, Label, percent, place

if TYPE_CHECKING:
    from pejl.queries.forecasts import Landing

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
_GAP: Final = 2.0
_WIDE_LETTER: Final = LETTER * 1.25  # the figure of today is set larger and bolder than the rest


@dataclass(frozen=True, slots=True)
class Band:
    """`x` and `width` of the band ("" where it is too narrow to be one), `dot` the most likely landing.
    `label` stands above it on the full bar, `span` in its legend ("318,000–341,000"); `told` says it in a
    sentence."""

    x: str
    width: str
    dot: str
    label: Label | None
    span: str
    told: str


def ends(landing: Landing, *, metric: Metric | None, language: Language) -> tuple[str, str, str]:
    """Low, most likely and high end as text, from the side of the start to that of the target: in the unit
    of `metric`, without one (or where the forecast has none) in per cent of the way."""
    at = (LOW, MIDDLE, HIGH)
    if metric is None or landing.values is None:
        low, middle, high = (amounts.format_percent(landing.progress[p], language=language) for p in at)
        return low, middle, high
    values = sorted((landing.values[p] for p in at), reverse=falls(metric))
    low, middle, high = (amounts.format(one, unit=metric.unit, language=language) for one in values)
    return low, middle, high


def band(landing: Landing, *, metric: Metric | None, language: Language, now: Label | None) -> Band:
    """The band of a bearing bar. Its label keeps clear of `now`, the figure of today."""
    low, middle, high = ends(landing, metric=metric, language=language)
    left, x, right = (place(landing.progress[p]) for p in (LOW, MIDDLE, HIGH))
    told = {"low": low, "high": high, "middle": middle}
    return Band(
        x=percent(left),
        width=percent(right - left) if right > left else "",
        dot=percent(x),
        label=_label(middle, x, now),
        span=low if low == high else f"{low}–{high}",
        told=_("Forecast %(low)s to %(high)s, most likely %(middle)s.") % told,
    )


def falls(metric: Metric) -> bool:
    """Whether its way leads down."""
    return metric.start is not None and metric.target is not None and metric.target < metric.start


def _label(value: str, x: float, now: Label | None) -> Label | None:
    """On its own side of the figure of today, as near to the dot as that lets it; shorter where there is no
    room for its words, on the other side where there is none for the value."""
    for left, right in sorted(_rooms(now), key=lambda room: max(room[0] - x, x - room[1])):
        for text in (_("lands around %(value)s") % {"value": value}, f"≈ {value}"):
            width = len(text) * LETTER
            if right - left >= width:
                return _anchored(text, value, x, min(max(x - width / 2, left), right - width), width)
    return None


def _rooms(now: Label | None) -> list[tuple[float, float]]:
    """What is left of the line above the bar beside the figure of today."""
    if now is None:
        return [(0.0, 100.0)]
    at, width = float(now.x.removesuffix("%")), len(now.text) * _WIDE_LETTER
    left, right = (at - width, at) if now.anchor == "end" else (at, at + width)
    return [(0.0, left - _GAP), (right + _GAP, 100.0)]


def _anchored(text: str, value: str, x: float, begin: float, width: float) -> Label:
    """Where the bar is wider, letters take less of it: a label that was pushed aside stays at the edge it was
    pushed to."""
    if begin > x - width / 2:
        return Label(text, value, percent(begin), "start")
    if begin < x - width / 2:
        return Label(text, value, percent(begin + width), "end")
    return Label(text, value, percent(x), "middle")
