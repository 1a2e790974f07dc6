"""What a file from elsewhere says, in one neutral shape, whatever product wrote it.

Readers (`pejl.adapters.formats`) turn a file into a stream of these lines and of problems; the import
service matches and writes them. References between lines are the file's own ids, as text; people may
also be named by e-mail or by display name, teams and periods by name. Nothing is guessed: what could
not be read is a :class:`Problem` beside whatever could.

>>> at = Place("objectives", 3, "3212965")
>>> GoalLine(at, kind=Kind.OBJECTIVE, title="Win the Nordic market").owners
()
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pejl.domain.values import Ambition, Kind, Level, Metric, ProgressMode, State, Status, StatusMode


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stood: the member of the file (`objectives`, `checkins`, …; `rows` for a single
    table), its row counted from 1, and its own id ("" where it has none)."""

    file: str
    row: int
    id: str


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something referred to: by the file's id, by e-mail, by name; at least one is given."""

    id: str = ""
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read as it stands. `reason` is a fixed English sentence, translated by the doors,
    with `params` filled in; `kept_as` says what was kept instead ("" for nothing)."""

    at: Place
    field: str
    reason: str
    kept_as: str = ""
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Homeless:
    """A field of one row that Pejl has no place for; it is counted in the receipt."""

    field: str


@dataclass(frozen=True, slots=True)
class PeriodLine:
    at: Place
    name: str
    start: date | None
    end: date | None
    raw: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TeamLine:
    at: Place
    name: str
    parent: str = ""
    leads: tuple[Named, ...] = ()
    archived: bool = False
    raw: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonLine:
    at: Place
    name: str
    email: str = ""
    manager: Named | None = None
    teams: tuple[Named, ...] = ()
    admin: bool = False
    observer: bool = False
    active: bool = True
    raw: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskLine:
    title: str
    done: bool
    due: date | None = None
    owner: Named | None = None


@dataclass(frozen=True, slots=True)
class ParentLine:
    """`share` is a fraction of 1; None is a default share. `title` helps where the file has no ids."""

    id: str = ""
    title: str = ""
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One objective, key result or initiative.

    `value` is in the metric's own unit, or in per cent where there is no metric. `status_word` is the
    file's own word, `theirs` the progress in per cent that the other product showed (None where the file
    does not say). `phases` and targets stand in `metric`. `level` None is "by its teams and owners".
    """

    at: Place
    kind: Kind
    title: str
    description: str = ""
    level: Level | None = None
    owners: tuple[Named, ...] = ()
    delegates: tuple[Named, ...] = ()
    checkin_owner: Named | None = None
    creator: Named | None = None
    teams: tuple[Named, ...] = ()
    period: Named | None = None
    start: date | None = None
    end: date | None = None
    ambition: Ambition | None = None
    metric: Metric | None = None
    value: Decimal | None = None
    progress_mode: ProgressMode = ProgressMode.MANUAL
    status_mode: StatusMode = StatusMode.MANUAL
    status: Status | None = None
    status_word: str = ""
    state: State = State.OPEN
    score: Decimal | None = None
    parents: tuple[ParentLine, ...] = ()
    tasks: tuple[TaskLine, ...] = ()
    tags: tuple[str, ...] = ()
    chosen: tuple[Named, ...] | None = None
    created: date | None = None
    theirs: Decimal | None = None
    raw: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckinLine:
    """`goal` is the file's id of the goal. `value` as in :class:`GoalLine`."""

    at: Place
    goal: str
    on: date
    value: Decimal | None = None
    status: Status | None = None
    status_word: str = ""
    note: str = ""
    confidence: int | None = None
    by: Named | None = None


@dataclass(frozen=True, slots=True)
class CommentLine:
    at: Place
    goal: str
    text: str
    by: Named | None = None
    posted: datetime | None = None


Line = PeriodLine | TeamLine | PersonLine | GoalLine | CheckinLine | CommentLine
Said = Line | Problem | Homeless
