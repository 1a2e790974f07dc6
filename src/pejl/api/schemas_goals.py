"""What is sent and answered around one goal: check-ins, tasks, endings, comments, histories."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from pejl.api.answers import Paged, Strict
from pejl.api.bodies import Day, Share
from pejl.api.measured import Figure
from pejl.api.schemas import GoalOut, Ref
from pejl.domain.values import Kind, Status

Given = Literal["on_track", "at_risk", "off_track"]


class ShareIn(Strict):
    """Null is an equal part of what the others leave."""

    share: Share | None = None


class CheckinIn(Strict):
    """`value` is in the goal's unit, a percentage where it is kept by hand; `on` is today where it is left
    out. A status holds until the next check-in."""

    value: Figure | None = None
    confidence: int | None = Field(None, ge=0, le=10, strict=True)
    status: Given | None = None
    note: str = ""
    on: Day | None = None


class CheckinPatch(CheckinIn):
    on: Day = date.min


class CheckinOut(Schema):
    """`value` is in the goal's unit, `status` the one the goal had by it, `by` a name."""

    id: UUID
    goal: UUID
    on: date
    recorded_at: datetime
    value: float | None
    confidence: int | None
    status: Status
    note: str
    by: str | None


class CheckinsOut(Schema):
    items: list[CheckinOut]
    next: str | None


class CheckedOut(Schema):
    """The check-in with the goal as it is by it."""

    checkin: CheckinOut
    goal: GoalOut


class TurnOut(Schema):
    """`due_at` is when the last check-in was due; `due` says that it has not come."""

    goal: GoalOut
    due: bool
    due_at: datetime


class TurnsOut(Schema):
    items: list[TurnOut]
    next: str | None


class TaskIn(Strict):
    title: str
    owner: UUID | None = None
    due: Day | None = None
    done: bool = Field(False, strict=True)


class TaskPatch(TaskIn):
    title: str = ""


class TaskOut(Schema):
    id: UUID
    goal: UUID
    title: str
    owner: Ref | None
    due: date | None
    done: bool


class TasksOut(Schema):
    items: list[TaskOut]
    next: str | None


class ClosureIn(Strict):
    """`value` is a last check-in. A `grade` from 0 to 1 stands beside the computed one; where they differ,
    `reason` says why. A dropped goal has none."""

    outcome: Literal["closed", "dropped"] = "closed"
    value: Figure | None = None
    grade: Figure | None = None
    reason: str = ""
    learned: str = ""


class PostponementIn(Strict):
    period: UUID
    reason: str


class CopyIn(Strict):
    """`reach` says what is copied along: nothing, what hangs right under it, or all below. A copy needs no
    `reason` and keeps none."""

    period: UUID
    reach: Literal["goal", "children", "all"] = "goal"
    reason: str = ""


class CommentIn(Strict):
    """A comment on the goal, or on one of its check-ins. "@Full Name" calls somebody who sees the goal."""

    text: str
    checkin: UUID | None = None


class CommentOut(Schema):
    id: UUID
    goal: UUID
    checkin: UUID | None
    posted_at: datetime
    text: str
    by: str | None


class CommentsOut(Schema):
    items: list[CommentOut]
    next: str | None


class TreeQuery(Schema):
    depth: int = Field(100, ge=0, le=100, description="How many levels under the goal")
    as_of: str = Field("", max_length=40, description="A date or an RFC 3339 moment")


class KnownQuery(Schema):
    as_of: str = Field("", max_length=40, description="A date or an RFC 3339 moment")


class QuantilesOut(Schema):
    """What is not passed with that chance."""

    low: float = Field(alias="0.1")
    lower: float = Field(alias="0.25")
    middle: float = Field(alias="0.5")
    upper: float = Field(alias="0.75")
    high: float = Field(alias="0.9")


class ForecastOut(Schema):
    """Either a forecast or `refused`, which says why there is none. `probability` is the chance of the target
    and `near` that of 0.7 of the way, both between 0 and 1; `quantiles` stand in `unit`, that of the metric,
    or `fraction` of the way for goals without values of their own. `base_rate` is how many of the closed key
    results here reached their target, from twenty on. `said_on` is there where the answer is the record of
    that week."""

    probability: float | None = None
    near: float | None = None
    quantiles: QuantilesOut | None = None
    unit: str | None = None
    observations: int | None = None
    method: str | None = None
    refused: str | None = None
    base_rate: float | None = None
    said_on: date | None = None


class BranchOut(GoalOut):
    """`children` are of the same shape. A goal that hangs under several has its own where it is nearest to
    the top, and is marked `again` elsewhere."""

    children: list[dict[str, Any]]
    again: bool | None = None


class TopOut(BranchOut):
    """`left_out` is how many goals there are beyond the nearest thousand."""

    left_out: int


class HistoryQuery(Paged):
    pass


class EndingOut(Schema):
    """How it ended: what was written, and the grades."""

    reason: str
    learned: str
    grade_computed: float | None
    grade_given: float | None
    grade_reason: str


class DeedOut(Schema):
    """What a goal became, and what it was. `field` is one of the goal's (`metric.target`, …), or created,
    owner, delegate, team, tag, parent, share, task, task.done, milestone, milestone.done, checkin, comment,
    kpi. `unit` is that of a figure; `about` names the other thing: the parent of a share, the task that is
    done."""

    at: datetime
    by: str | None
    field: str
    from_: Any = Field(alias="from")
    to: Any
    unit: str
    about: str
    ending: EndingOut | None = None


class HistoryOut(Schema):
    items: list[DeedOut]
    next: str | None


class ChangesQuery(Schema):
    """Both ends are a date, which stands for its end, or an RFC 3339 moment; `to` is now where it is left
    out."""

    from_: str = Field(alias="from", max_length=40, description="A date or an RFC 3339 moment")
    to: str = Field("", max_length=40, description="A date or an RFC 3339 moment")
    team: UUID | None = None
    person: UUID | None = None
    goal: UUID | None = None
    as_of: str = Field("", max_length=40, description="A date or an RFC 3339 moment")


class GoalRefOut(Schema):
    id: UUID
    title: str
    kind: Kind


class ArrivalOut(Schema):
    goal: GoalRefOut
    at: datetime
    by: str | None


class MovedOut(Schema):
    """`field` is named as on the goal; `unit` is that of `to`. Value, progress and status are told once, from
    the first moment to the second."""

    goal: GoalRefOut
    field: str
    from_: Any = Field(alias="from")
    to: Any
    at: datetime
    by: str | None
    unit: str
    about: str


class ChangesOut(Schema):
    """After `since`, up to and with `until`. `changed` holds the moved targets too."""

    since: datetime
    until: datetime
    added: list[ArrivalOut]
    removed: list[ArrivalOut]
    changed: list[MovedOut]
    moved_targets: list[MovedOut]
