"""The kinds of change there are between two moments, and which of them move the goalposts.

A change is of one field of one goal. What belongs to the metric is a moved target: where the goal starts,
where it is to end, what it is counted in, and the steps it is counted by.

>>> sort("target_value") is sort("milestone") is Sort.TARGET
True
>>> sort("end_date")
<Sort.DATES: 'dates'>
>>> sort("description")
<Sort.OTHER: 'other'>
>>> moved(0.5, 0.5 + 1e-12), moved(None, 0.0)
(False, True)
"""

from __future__ import annotations

from enum import StrEnum

from pejl.domain.values import Status

SAME = 1e-9


class Sort(StrEnum):
    """What a change is about, in the order in which it is told."""

    TARGET = "target"
    STATE = "state"
    DATES = "dates"
    ALIGNMENT = "alignment"
    PEOPLE = "people"
    TITLE = "title"
    STATUS = "status"
    PROGRESS = "progress"
    OTHER = "other"


_FIELDS: dict[Sort, tuple[str, ...]] = {
    Sort.TARGET: (
        "metric_kind",
        "unit",
        "start_value",
        "target_value",
        "lower",
        "upper",
        "warning",
        "sums",
        "phases",
        "milestone",
    ),
    Sort.STATE: ("state",),
    Sort.DATES: ("period_id", "start_date", "end_date"),
    Sort.ALIGNMENT: ("parent", "share"),
    Sort.PEOPLE: ("owner", "delegate", "viewer", "team", "checkin_owner_id"),
    Sort.TITLE: ("title",),
    Sort.STATUS: ("status",),
    Sort.PROGRESS: ("value", "progress"),
}
_SORTS = {field: sort for sort, fields in _FIELDS.items() for field in fields}
ENDED = frozenset({Status.CLOSED, Status.POSTPONED, Status.DROPPED})


def sort(field: str) -> Sort:
    """What a change of that field is about; anything that has no sort of its own is OTHER."""
    return _SORTS.get(field, Sort.OTHER)


def moved(before: float | None, after: float | None) -> bool:
    """Whether two fractions differ by more than their arithmetic may. None is no progress known, not 0."""
    if before is None or after is None:
        return before is not after
    return abs(before - after) > SAME


def turned(before: Status | None, after: Status) -> bool:
    """Whether the status changed by itself: that a goal ended, or opened again, is told as just that."""
    return before is not None and before is not after and not {before, after} & ENDED
