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
from typing import Any

from pejl.domain.transfers import Problem

OUTCOMES = ("landed", "merged", "skipped", "failed")


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
    source: str
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    same: int = 0
    different: list[Compared] = field(default_factory=list)

    def count(self, file: str, outcome: str) -> None:
        """One row more. Lines that stand for no row of their own (`file` "") are not counted."""
        if file:
            self.outcomes[file, outcome] += 1

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
            "made": dict(self.made),
            "problems": [_problem(one) for one in self.problems],
            "progress": {
                "same": self.same,
                "different": [
                    {"id": one.id, "title": one.title, "theirs": one.theirs, "ours": one.ours, "why": one.why}
                    for one in self.different
                ],
            },
            "unmapped": dict(self.unmapped),
        }


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
