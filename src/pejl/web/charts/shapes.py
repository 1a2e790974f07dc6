"""What bars, rulers and charts share: labels, ticks, and places as percent strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Anchor = Literal["start", "middle", "end"]


TARGET = 92.0
LETTER = 1.4  # the width of a letter in percent where the instrument is narrowest: 7 of 496 px


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


def place(fraction: float) -> float:
    return min(max(fraction * TARGET, 0.0), 100.0)


def percent(x: float) -> str:
    """37.72 → "37.7%", 46.0 → "46%"."""
    return f"{figure(x)}%"


def figure(x: float) -> str:
    return f"{round(x, 1) + 0.0:.1f}".removesuffix(".0")
