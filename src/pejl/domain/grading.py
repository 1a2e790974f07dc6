"""Grades at the close: a figure from 0 to 1, its colour, and what it means for the ambition.

    grade of a key result = its used progress, two decimals, half up
    grade of an objective = sum(share · grade) / sum(share) of its key results, two decimals, half up
    colour                = the grade half up to one decimal: 0.0-0.3 red, 0.4-0.6 amber, 0.7-1.0 green

Two key results of equal share, closed at 0.345 and at 1:

>>> parts = [(0.5, computed(0.345)), (0.5, computed(1.0))]
>>> parts[0][1], objective(parts), colour(objective(parts)).value
(Decimal('0.35'), Decimal('0.68'), 'green')
>>> [colour(Decimal(grade)).value for grade in ("0.34", "0.35", "0.65")]
['red', 'amber', 'green']
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from pejl.domain.values import Ambition, Colour, Refused, Verdict

NOTHING = Decimal(0)
WHOLE = Decimal(1)
STRETCH_REACHED = Decimal("0.7")


class Remark(StrEnum):
    BOLDER = "bolder"


@dataclass(frozen=True, slots=True)
class Bands:
    """The last grade, in tenths, that is still red and still amber."""

    red_to: Decimal = Decimal("0.3")
    amber_to: Decimal = Decimal("0.6")


DEFAULT_BANDS = Bands()


def computed(used_progress: float | Decimal) -> Decimal:
    """The grade that follows from a progress: held to 0..1, two decimals, half up.

    A float is read to twelve places first, so that 0.345 is a half and not a hair under one.

    >>> computed(0.345), computed(0.1 + 0.245), computed(1.26), computed(-0.25)
    (Decimal('0.35'), Decimal('0.35'), Decimal('1.00'), Decimal('0.00'))
    """
    held = min(max(Decimal(used_progress), NOTHING), WHOLE)
    exact = held.quantize(Decimal("1e-12"), rounding=ROUND_HALF_EVEN)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def objective(parts: Sequence[tuple[float, Decimal]]) -> Decimal | None:
    """The mean of (share, grade) pairs; None when there is nothing that weighs.

    Leave dropped key results out of ``parts``: the shares of the others then weigh more.
    """
    weights = [(Decimal(share), grade) for share, grade in parts]
    total = sum((share for share, _ in weights), NOTHING)
    if not total:
        return None
    return computed(sum((share * grade for share, grade in weights), NOTHING) / total)


def colour(grade: Decimal, *, bands: Bands = DEFAULT_BANDS) -> Colour:
    tenths = grade.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    if tenths <= bands.red_to:
        return Colour.RED
    return Colour.AMBER if tenths <= bands.amber_to else Colour.GREEN


def verdict(ambition: Ambition | None, grade: Decimal | None) -> Verdict | None:
    """Achieved or missed: committed asks for all of it, aspirational for 0.7.

    The grade counts as it is, not rounded as for its colour: an aspirational 0.65 is green and missed.
    None while the ambition was not chosen, or there is no grade.

    >>> verdict(Ambition.COMMITTED, grade=Decimal("0.99")).value
    'missed'
    >>> verdict(Ambition.ASPIRATIONAL, grade=Decimal("0.70")).value
    'achieved'
    """
    if ambition is None or grade is None:
        return None
    asked = WHOLE if ambition is Ambition.COMMITTED else STRETCH_REACHED
    return Verdict.ACHIEVED if grade >= asked else Verdict.MISSED


def remark(ambition: Ambition | None, grade: Decimal | None) -> Remark | None:
    """What is said beside a stretch that was reached in full.

    >>> remark(Ambition.ASPIRATIONAL, grade=Decimal("1.00")).value
    'bolder'
    """
    full = grade is not None and grade >= WHOLE
    return Remark.BOLDER if full and ambition is Ambition.ASPIRATIONAL else None


def check(grade: Decimal) -> Decimal:
    """A grade that a person set, kept to two decimals; refused outside 0..1."""
    if not grade.is_finite() or not NOTHING <= grade <= WHOLE:
        raise Refused("grade.range", field="grade")
    return computed(grade)
