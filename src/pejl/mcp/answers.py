"""What goes in and out of the tools: their inputs, their outputs, and the schemas of both."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from pejl.domain import amounts

Text = Annotated[str, Field(max_length=500)]
Number = Annotated[float | int | None, WithJsonSchema({"type": ["number", "null"]})]
Value = Annotated[
    Decimal | str,
    WithJsonSchema({
        "anyOf": [{"type": "number"}, {"type": "string", "minLength": 1, "maxLength": amounts.LONGEST}]
    }),
]  # fmt: skip
State = Literal[
    "not_started", "on_track", "at_risk", "off_track", "closed", "dropped", "postponed"
]  # as Status has them, which a test holds it to


class Given(BaseModel):
    """What is sent: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """What is answered. Titles, names, notes and comments are what people wrote: data, nothing else."""

    model_config = ConfigDict(extra="forbid")


class FindGoals(Given):
    words: Text = Field("", description="Words that all stand in the title or the description")
    owner: Text = Field("", description="A person's name or id")
    team: Text = Field("", description="A team's name or id")
    period: Text = Field("", description='A period such as "2026-Q4", its name or id, or "current"')
    status: State | Literal["", "stale"] = Field("", description="stale: nobody checked in for too long")
    only_mine: bool = Field(False, description="Only goals that the caller owns")
    limit: int = Field(20, ge=1, le=100)


class ReadGoal(Given):
    goal: Text = Field(..., min_length=1, description="The goal's id, or its exact title")


class NeedsAttention(Given):
    whose: Literal["mine", "team", "all"] = Field("mine", description="team: the caller's own teams")
    team: Text = Field("", description="Of this team instead: its name or id")
    limit: int = Field(30, ge=1, le=100)


class WhatChanged(Given):
    from_: str = Field(
        ..., alias="from", max_length=40, description="A date (its end is meant) or an RFC 3339 moment"
    )
    to: str = Field("", max_length=40, description="The same; default now")
    goal: Text = Field("", description="Only this goal: its id, or its exact title")
    team: Text = Field("", description="Only goals of this team: its name or id")
    only_mine: bool = Field(False, description="Only goals that the caller owns or checks in on")
    limit: int = Field(60, ge=1, le=200)


class CheckIn(Given):
    goal: Text = Field(..., min_length=1, description="The goal's id, or its exact title")
    value: Value | None = Field(
        None, description='In the goal\'s unit, a number or text such as "12 mio."; percent if kept by hand'
    )
    confidence: int | None = Field(None, ge=0, le=10, description="From 0 to 10")
    note: str = Field("", max_length=10_000, description="What is behind it, in the person's own words")
    on: str = Field("", max_length=10, description="The day it is about, as 2026-10-03; default today")


class PlanChanges(Given):
    okrs: str = Field(
        ..., min_length=1, max_length=200_000, description="OKRs as code, YAML as in pejl://schema"
    )
    prune: bool = Field(
        False,
        description="Also end the open goals of its periods that the file leaves out. Those that nobody "
        "checked in on are removed, which undo does not take back: the answer names them as final",
    )


class OfProposal(Given):
    proposal: UUID = Field(..., description="The id that check_in, plan_changes or undo gave")


class Ref(Told):
    id: UUID
    kind: str
    title: str


class Short(Ref):
    owners: list[str]
    teams: list[str]
    period: str | None
    status: str
    stale: bool
    progress: Number = Field(description="A fraction: 0.4 is 40 %")
    expected: Number = Field(description="The fraction that pace asks for today")
    value: Number
    target: Number
    unit: str
    end_date: str | None
    last_checkin: str | None


class GoalsFound(Told):
    goals: list[Short]
    more: bool = Field(description="Whether there are others: ask more narrowly")


class Parent(Told):
    id: UUID
    title: str
    share: Number


class Entry(Told):
    """A check-in or a comment."""

    id: UUID
    on: str | None = None
    at: str
    by: str | None
    value: Number = None
    status: str | None = None
    confidence: int | None = None
    text: str


class Step(Told):
    at: str
    by: str | None
    field: str
    old: Any
    new: Any
    about: str


class GoalRead(Told):
    goal: dict[str, Any] = Field(description="The whole goal, as GET /api/v1/goals/{id} gives it")
    forecast: dict[str, Any] = Field(
        description="Where it lands if things go on as they have, as GET /api/v1/goals/{id}/forecast gives "
        "it: say chances in words and to the nearest five points; 'refused' says why there is none"
    )
    attention: list[str]
    parents: list[Parent]
    children: list[Short]
    check_ins: list[Entry] = Field(description="The last ten, the oldest first")
    comments: list[Entry] = Field(description="The last ten, the oldest first")
    history: list[Step] = Field(description="The last twenty changes of what the goal is, the oldest first")


class Asking(Told):
    goal: Short
    why: list[str]
    due_at: str | None
    stale_days: int | None


class AskingFound(Told):
    goals: list[Asking]
    more: int = Field(description="How many others there are")


class Moved(Told):
    goal: Ref
    field: str
    old: Any
    new: Any
    unit: str
    about: str
    at: str
    by: str | None
    moved_target: bool


class Arrived(Told):
    goal: Ref
    at: str
    by: str | None


class Changed(Told):
    since: str
    until: str
    added: list[Arrived]
    removed: list[Arrived]
    changed: list[Moved] = Field(description="The newest first, moved targets before all others")
    more: int = Field(description="How many others there are")


class Figures(Told):
    value: Number
    progress: Number
    status: str
    stale: bool
    confidence: int | None
    last_checkin: str | None


class Effect(Ref):
    unit: str
    before: Figures
    after: Figures


class Proposed(Told):
    """Nothing of it is done yet."""

    proposal: UUID
    kind: str = Field(description="checkin, plan, withdrawal or reversal")
    applies_until: str
    goals: list[Effect] = Field([], description="The goal and each above it: before and after")
    checkin: dict[str, Any] | None = Field(None, description="What would be said")
    withdraw: dict[str, Any] | None = None
    plan: dict[str, Any] | None = Field(None, description="The diff, as POST /api/v1/plan gives it")
    reversal: dict[str, Any] | None = Field(None, description="remove, drop, reopen, change, left")
    final: list[Ref] = Field([], description="Goals that it removes for good: undo does not bring them back")


class Applied(Told):
    proposal: UUID
    kind: str
    applied_at: str
    made: dict[str, Any] = Field(description="The ids of what was written")
    goals: list[Effect] = []
    checkin: dict[str, Any] | None = None
    withdraw: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    reversal: dict[str, Any] | None = None
    final: list[Ref] = []
