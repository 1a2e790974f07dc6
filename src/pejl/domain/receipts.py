"""The receipt of an import: what became of every row of a file, in one form for people and programs.

Every row that was read is in exactly one of `landed` (made), `merged` (it met something that was here
already), `skipped` (left as it is here) and `failed`.

>>> receipt = Receipt("viva-goals")
>>> receipt.count("checkins", "landed"), receipt.count("checkins", "failed")
(None, None)
>>> receipt.told()["rows"]
{'checkins': {'read': 2, 'landed': 1, 'merged': 0, 'skipped': 0, 'failed': 1}}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

from pejl.domain.transfers import Place, Problem

OUTCOMES = ("landed", "merged", "skipped", "failed")
_HALF = Decimal("0.5")
_KEPT = Decimal("1e-9")  # what binary fractions may lose on the way up
_WIDE = Context(prec=400)  # any float has room in it, in per cent and to nine places


@dataclass(frozen=True, slots=True)
class Compared:
    """One goal's progress as the file has it and as it comes out here, in whole per cent."""

    id: str
    title: str
    theirs: int
    ours: int | None
    why: str


@dataclass(slots=True)
class Receipt:
    """`made` and `changed` count rows here by kind (goals, checkins, edges, people, …); `columns` says how
    each heading of a table was read."""

    source: str
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    columns: list[tuple[str, str]] = field(default_factory=list)
    same: int = 0
    different: list[Compared] = field(default_factory=list)

    def count(self, file: str, outcome: str) -> None:
        """One row more. Lines that stand for no row of their own (`file` "") are not counted."""
        if file:
            self.outcomes[file, outcome] += 1

    def problem(self, at: Place, field: str, reason: str, kept_as: str = "") -> None:
        self.problems.append(Problem(at, field, reason, kept_as))

    def told(self) -> dict[str, Any]:
        """As JSON has it; see docs/importing.md."""
        rows: dict[str, dict[str, int]] = {}
        for (file, outcome), number in self.outcomes.items():
            row = rows.setdefault(file, dict.fromkeys(("read", *OUTCOMES), 0))
            row["read"] += number
            row[outcome] += number
        return {
            "source": self.source,
            "rows": rows,
            "made": {kind: number for kind, number in self.made.items() if number},
            "changed": {kind: number for kind, number in self.changed.items() if number},
            "problems": [_problem(one) for one in self.problems],
            "progress": {
                "same": self.same,
                "different": [
                    {"id": one.id, "title": one.title, "theirs": one.theirs, "ours": one.ours, "why": one.why}
                    for one in self.different
                ],
            },
            "unmapped": {name: number for name, number in sorted(self.unmapped.items()) if number},
            "columns": [list(pair) for pair in self.columns],
        }


def percent(fraction: float | Decimal) -> int:
    """A fraction in whole per cent, half up; a float is read to nine places first.

    >>> percent(0.285), percent(Decimal("0.125")), percent(-0.125), percent(1e30) // 10**30
    (29, 13, -12, 100)
    """
    exact = Decimal(fraction) * 100
    if isinstance(fraction, float):
        exact = exact.quantize(_KEPT, context=_WIDE)
    return whole(exact)


def whole(percent: Decimal) -> int:
    """Half up, to the larger of two that are as near.

    >>> whole(Decimal("12.5")), whole(Decimal("-12.5"))
    (13, -12)
    """
    return int((percent + _HALF).to_integral_value(ROUND_FLOOR))


def said(reason: str, params: Mapping[str, str]) -> str:
    """The sentence with its figures.

    >>> said("number with a thousands separator: read as %(value)s", {"value": "1250"})
    'number with a thousands separator: read as 1250'
    """
    return reason % params if params else reason


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "file": one.at.file,
        "row": one.at.row,
        "id": one.at.id,
        "field": one.field,
        "reason": said(one.reason, one.params),
        "kept_as": one.kept_as,
    }
