"""The reliability diagram: of what was said with a chance, how much came. On the diagonal said is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from pejl.web import format as told_as
from pejl.web.charts.courses import Mark
from pejl.web.charts.shapes import figure

if TYPE_CHECKING:
    from pejl.domain.forecast_scores import Bin

_LEFT, _RIGHT, _TOP, _FLOOR = 44.0, 352.0, 12.0, 320.0
_BESIDE: Final = 9.0  # from the middle of a dot to its number


@dataclass(frozen=True, slots=True)
class Dot:
    """One tenth of the chances: the line from `low` to `high` is where the truth lies in 95 of 100 cases."""

    x: str
    y: str
    low: str
    high: str
    count: int
    text_x: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """In ``viewbox``: both scales from 0 to 100 %, the diagonal, a dot for each tenth that has something."""

    label: str
    dots: tuple[Dot, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    diagonal: str
    viewbox: str = "0 0 372 368"


def reliability(bins: Sequence[Bin]) -> Reliability:
    """The picture of these bins; the numbers beside the dots count key results."""
    marks = (0.0, 0.25, 0.5, 0.75, 1.0)
    return Reliability(
        label=_("Chance said, and how often it came. The table beside it has the same figures."),
        dots=tuple(_dot(one) for one in bins),
        across=tuple(Mark(figure(_x(part)), told_as.percent(part), "middle") for part in marks),
        up=tuple(Mark(figure(_y(part)), told_as.percent(part), "end") for part in marks),
        diagonal=f"M{figure(_x(0))} {figure(_y(0))} {figure(_x(1))} {figure(_y(1))}",
    )


def _dot(one: Bin) -> Dot:
    x = _x(one.said)
    right = one.said < 0.9  # noqa: PLR2004 - from there on the number would stand outside
    return Dot(
        x=figure(x),
        y=figure(_y(one.came.share)),
        low=figure(_y(one.came.low)),
        high=figure(_y(one.came.high)),
        count=one.key_results,
        text_x=figure(x + _BESIDE if right else x - _BESIDE),
        anchor="start" if right else "end",
    )


def _x(part: float) -> float:
    return _LEFT + part * (_RIGHT - _LEFT)


def _y(part: float) -> float:
    return _FLOOR - part * (_FLOOR - _TOP)
