"""What the demo's story is made of. Every text stands in English and Danish."""

from __future__ import annotations

from dataclasses import dataclass, field

from pejl.domain.values import Ambition, MetricKind

Text = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Someone:
    key: str
    name: str
    role: str
    team: str | None
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A key result. `pace` is how fast it moves against the plan, `noise` how unevenly; `silent` weeks at the
    end have no word; `whole` figures have no fractions. `notes` are said at the latest check-ins, the last
    one last. `first_target` is the one it was written with, where that was moved since, and
    `moved_because` is said then."""

    key: str
    title: Text
    owner: str
    kind: MetricKind
    start: Text | None = None
    target: Text | None = None
    unit: Text = ("", "")
    lower: Text | None = None
    upper: Text | None = None
    warning: Text | None = None
    steps: tuple[Text, ...] = ()
    share: float | None = None
    pace: float = 1.0
    noise: float = 0.05
    silent: int = 0
    whole: bool = False
    confidence: int = 7
    notes: tuple[Text, ...] = ()
    first_target: Text | None = None
    moved_because: Text = ("", "")


@dataclass(frozen=True, slots=True)
class Work:
    """An initiative; `done` of its tasks are ticked."""

    title: Text
    owner: str
    tasks: tuple[Text, ...] = ()
    done: int = 0
    towards: str | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """An objective. `span` is year, quarter or last (the quarter before)."""

    key: str
    title: Text
    why: Text
    owner: str
    span: str
    ambition: Ambition
    team: str | None = None
    personal: bool = False
    parents: tuple[tuple[str, float | None], ...] = ()
    results: tuple[Result, ...] = ()
    works: tuple[Work, ...] = ()
    sums: tuple[Text, Text] | None = None
    ending: str = ""
    learned: Text = ("", "")


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment some weeks ago, on a key result's latest check-in of that time or on the goal."""

    on: str
    by: str
    weeks_ago: int
    text: Text
    answers: tuple[tuple[str, Text], ...] = field(default=())
