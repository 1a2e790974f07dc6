"""Attention: what about an open goal asks for a look, and what shines through from below it.

    marks(goal)     = the rules that hold for it, in the order of Mark
    inherited(goal) = union of the marks of every goal below it, shown faded

A team's objective without an owner, on its eighth day, with nobody having begun:

>>> facts = Facts(
...     kind=Kind.OBJECTIVE, level=Level.TEAM, state=State.OPEN, has_owner=False, key_results=3,
...     aligned=True, begun=False, start=date(2026, 4, 1), end=date(2026, 6, 30),
...     progress=None, expected=0.08,
... )
>>> [mark.value for mark in marks(facts, today=date(2026, 4, 8), limits=Limits())]
['no_owner', 'not_begun']
>>> below = inherited({"kr": [Mark.STALE]}, children={"objective": ["kr"]})
>>> sorted(mark.value for mark in below["objective"]), sorted(below["kr"])
(['stale'], [])
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from graphlib import TopologicalSorter
from typing import TypeVar

from pejl.domain import status
from pejl.domain.status import Limits
from pejl.domain.values import Kind, Level, State

MOST_KEY_RESULTS = 5
TIME_TO_BEGIN = timedelta(days=7)

Goal = TypeVar("Goal", bound=Hashable)


class Mark(StrEnum):
    NO_OWNER = "no_owner"
    NO_KEY_RESULT = "no_key_result"
    MANY_KEY_RESULTS = "many_key_results"
    NOT_ALIGNED = "not_aligned"
    NOT_BEGUN = "not_begun"
    PAST_END = "past_end"
    OUTSIDE_PERIOD = "outside_period"
    OTHER_PERIOD = "other_period"
    BEHIND = "behind"
    STALE = "stale"
    GUARD_RAIL = "guard_rail"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the marks of one goal are read from.

    ``aligned``: has a parent. ``begun``: was ever checked in on, or has progress. ``progress`` and
    ``expected`` are fractions; ``expected`` is None for a goal without a pace (no dates, a control
    metric, a baseline). ``period`` and ``objective_periods`` (those of the objectives above a key
    result) are any keys that can be compared. ``stale`` is :func:`pejl.domain.status.is_stale`.
    """

    kind: Kind
    level: Level
    state: State
    has_owner: bool
    key_results: int
    aligned: bool
    begun: bool
    start: date | None
    end: date | None
    progress: float | None = None
    expected: float | None = None
    period: Hashable | None = None
    period_start: date | None = None
    period_end: date | None = None
    objective_periods: Collection[Hashable] = ()
    stale: bool = False
    guard_broken: bool = False


def marks(facts: Facts, *, today: date, limits: Limits) -> tuple[Mark, ...]:
    """The goal's own marks in the order of :class:`Mark`; a goal that has ended has none.

    - Only objectives are asked for key results; only team and person goals for alignment.
    - Not begun from the seventh day after the start on; past the end from the day after it.
    - Behind: more points under pace than ``limits.off_track``.
    - Other period: the goal is a key result and none of its objectives is in its period.
    """
    if facts.state is not State.OPEN:
        return ()
    found = {
        *_of_shape(facts),
        *_of_time(facts, today=today),
        *_of_period(facts),
        *_of_progress(facts, limits=limits),
    }
    return tuple(mark for mark in Mark if mark in found)


def inherited(
    own_by_goal: Mapping[Goal, Iterable[Mark]], children: Mapping[Goal, Iterable[Goal]]
) -> dict[Goal, frozenset[Mark]]:
    """The marks from below of every goal named, its own left out unless one below has the same.

    Hand in only what the reader may see: a hidden goal would show through its ancestors. The edges
    may join and split but not run in circles (``graphlib.CycleError``).
    """
    below = {goal: tuple(under) for goal, under in children.items()}
    found: dict[Goal, frozenset[Mark]] = {goal: frozenset() for goal in own_by_goal}
    for goal in TopologicalSorter(below).static_order():  # a goal comes after all that hang under it
        found[goal] = frozenset[Mark]().union(
            *(found[child] for child in below.get(goal, ())),
            *(own_by_goal.get(child, ()) for child in below.get(goal, ())),
        )
    return found


def _of_shape(facts: Facts) -> Iterator[Mark]:
    if not facts.has_owner:
        yield Mark.NO_OWNER
    if facts.kind is Kind.OBJECTIVE and not facts.key_results:
        yield Mark.NO_KEY_RESULT
    if facts.kind is Kind.OBJECTIVE and facts.key_results > MOST_KEY_RESULTS:
        yield Mark.MANY_KEY_RESULTS
    if facts.level is not Level.ORGANISATION and not facts.aligned:
        yield Mark.NOT_ALIGNED


def _of_time(facts: Facts, *, today: date) -> Iterator[Mark]:
    if facts.start is not None and not facts.begun and today - facts.start >= TIME_TO_BEGIN:
        yield Mark.NOT_BEGUN
    if facts.end is not None and today > facts.end:
        yield Mark.PAST_END


def _of_period(facts: Facts) -> Iterator[Mark]:
    early = facts.start is not None and facts.period_start is not None and facts.start < facts.period_start
    late = facts.end is not None and facts.period_end is not None and facts.end > facts.period_end
    if early or late:
        yield Mark.OUTSIDE_PERIOD
    above = facts.objective_periods if facts.kind is Kind.KEY_RESULT else ()
    if above and facts.period not in above:
        yield Mark.OTHER_PERIOD


def _of_progress(facts: Facts, *, limits: Limits) -> Iterator[Mark]:
    if facts.expected is not None:
        behind = status.points_behind(facts.progress, expected=facts.expected)
        if behind > limits.off_track:
            yield Mark.BEHIND
    if facts.stale:
        yield Mark.STALE
    if facts.guard_broken:
        yield Mark.GUARD_RAIL
