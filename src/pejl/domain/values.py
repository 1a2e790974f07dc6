"""The words of the method as types: kinds, states, metrics, and the one refusal.

Codes are what is stored and what programs see; their words in English and Danish live with the
doors. Measured numbers are :class:`~decimal.Decimal` in the metric's own unit; progress is a
fraction, 1 for "all the way".

>>> Metric(MetricKind.INCREASE, unit="USD", start=Decimal(12), target=Decimal(24)).target
Decimal('24')
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    OBJECTIVE = "objective"
    KEY_RESULT = "key_result"
    INITIATIVE = "initiative"


class Level(StrEnum):
    ORGANISATION = "organisation"
    TEAM = "team"
    PERSON = "person"


class Ambition(StrEnum):
    COMMITTED = "committed"
    ASPIRATIONAL = "aspirational"


class MetricKind(StrEnum):
    INCREASE = "increase"
    DECREASE = "decrease"
    REACH = "reach"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    MILESTONES = "milestones"
    DONE = "done"
    BASELINE = "baseline"


CONTROL_KINDS = frozenset({MetricKind.AT_LEAST, MetricKind.AT_MOST, MetricKind.BETWEEN})
MOVING_KINDS = frozenset({MetricKind.INCREASE, MetricKind.DECREASE, MetricKind.REACH})


class ProgressMode(StrEnum):
    MANUAL = "manual"
    METRIC = "metric"
    CHILDREN = "children"
    SOURCE = "source"


class StatusMode(StrEnum):
    PACE = "pace"
    MANUAL = "manual"
    WORST = "worst"


class State(StrEnum):
    """Where a goal is in its life. Only open goals have a pace."""

    OPEN = "open"
    CLOSED = "closed"
    POSTPONED = "postponed"
    DROPPED = "dropped"


class Status(StrEnum):
    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    CLOSED = "closed"
    POSTPONED = "postponed"
    DROPPED = "dropped"


class Visibility(StrEnum):
    EVERYONE = "everyone"
    TEAM = "team"
    CHOSEN = "chosen"


class PeriodKind(StrEnum):
    YEAR = "year"
    HALF = "half"
    TERTIAL = "tertial"
    QUARTER = "quarter"
    MONTH = "month"
    CUSTOM = "custom"


class Role(StrEnum):
    OBSERVER = "observer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"


class Verdict(StrEnum):
    ACHIEVED = "achieved"
    MISSED = "missed"


class Colour(StrEnum):
    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Phase:
    """A target on the way: ``value`` is to be reached on ``on``."""

    on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of a ``milestones`` metric; ``share`` is None for an equal share."""

    reached: bool
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """How a goal is measured. ``unit`` is "" (a plain number), "%", "pp", "m:ss", "h:mm",
    an ISO currency code, or any word. ``warning`` is a bound on the bad side (for ``between``
    a margin on both sides)."""

    kind: MetricKind
    unit: str = ""
    start: Decimal | None = None
    target: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    warning: Decimal | None = None
    sum: bool = False
    phases: tuple[Phase, ...] = ()
    milestones: tuple[Milestone, ...] = ()


class Refused(ValueError):  # noqa: N818 - the field's word; it is an answer, not a crash
    """A rule said no. ``code`` names the rule, ``field`` the input it belongs to.

    The doors turn the code into one sentence in the reader's language; ``params`` are its figures.
    """

    def __init__(self, code: str, *, field: str = "", **params: object) -> None:
        super().__init__(f"{field or 'input'}: {code}")
        self.code = code
        self.field = field
        self.params = params
