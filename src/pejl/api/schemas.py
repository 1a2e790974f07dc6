"""What is answered, as the OpenAPI document tells it. Measured figures are JSON numbers, exact as given."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from pejl.domain.values import Ambition, Kind, Level, MetricKind, ProgressMode, Status, StatusMode, Visibility


class Ref(Schema):
    id: UUID
    name: str


class ParentOut(Schema):
    """Shares are fractions; None is a default share, or one that does not count."""

    id: UUID
    share: float | None
    effective_share: float | None


class PhaseOut(Schema):
    date: date
    value: float


class MilestoneOut(Schema):
    id: UUID
    title: str
    share: float | None
    reached_on: date | None


class MetricOut(Schema):
    kind: MetricKind
    unit: str
    start: float | None
    target: float | None
    lower: float | None
    upper: float | None
    warning: float | None
    sum: bool
    phases: list[PhaseOut]
    milestones: list[MilestoneOut] | None = None


class GradeOut(Schema):
    computed: float | None
    given: float | None
    reason: str
    verdict: Literal["achieved", "missed"] | None
    colour: Literal["red", "amber", "green"]


class SourceOut(Schema):
    system: str
    id: str


class GoalOut(Schema):
    """`progress` and `expected` are fractions; `value` is in the metric's unit, or per cent without one."""

    id: UUID
    kind: Kind
    title: str
    description: str
    level: Level
    owners: list[Ref]
    teams: list[Ref]
    checkin_owner: Ref | None
    period: Ref | None
    start_date: date | None
    end_date: date | None
    ambition: Ambition | None
    metric: MetricOut | None
    value: float | None
    progress: float | None
    expected: float | None
    status: Status
    status_mode: StatusMode
    progress_mode: ProgressMode
    stale: bool
    confidence: int | None
    last_checkin: date | None
    grade: GradeOut | None
    parents: list[ParentOut]
    children_count: int
    visibility: Visibility
    people: list[Ref] | None = None
    tags: list[str]
    attention: list[str]
    source: SourceOut | None = None
    created_at: datetime
    updated_at: datetime
    version: int


class GoalsOut(Schema):
    items: list[GoalOut]
    next: str | None


class MeOut(Schema):
    token: UUID
    scopes: list[Literal["read", "write"]]
    person: Ref | None
    role: Literal["owner", "admin", "member", "observer"]
    workspace: dict[str, Any]
