"""Goals as plain rows: what pages and programs are given, never a model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import get_language

from pejl.domain.access import Right
from pejl.domain.attention import Mark
from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    Metric,
    ProgressMode,
    State,
    Status,
    StatusMode,
    Visibility,
)
from pejl.queries.frames import FramePeriod


@dataclass(frozen=True, slots=True)
class PersonRef:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class TeamRef:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ParentRef:
    """`share` None is a default share; `effective_share` what it comes to, None where it does not count."""

    id: UUID
    title: str
    share: float | None
    effective_share: float | None


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    item: UUID
    title: str
    share: Decimal | None
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One goal. `progress` and `expected` are fractions; `value` stands in the metric's unit, or is a
    percentage for a goal kept by hand. `status` is that of the reader's day; `stale_days` is the age of the
    last word where the goal is stale, else None. `children_count` counts those that the reader sees. `tags`
    are read only where they are asked for. `guards` are the KPIs that keep it from being green."""

    id: UUID
    kind: Kind
    title: str
    description: str
    level: Level
    period_id: UUID | None
    period: FramePeriod | None
    start_date: date | None
    end_date: date | None
    ambition: Ambition | None
    progress_mode: ProgressMode
    status_mode: StatusMode
    status_pinned: bool
    metric: Metric | None
    unit: str
    value: Decimal | None
    progress: float | None
    expected: float | None
    status: Status
    stale_days: int | None
    confidence: int | None
    last_checkin_on: date | None
    checkin_count: int
    state: State
    grade_computed: Decimal | None
    grade_given: Decimal | None
    grade_reason: str
    learned: str
    end_reason: str
    ended_at: datetime | None
    owners: tuple[PersonRef, ...]
    delegates: tuple[PersonRef, ...]
    viewers: tuple[PersonRef, ...]
    teams: tuple[TeamRef, ...]
    tags: tuple[str, ...]
    checkin_owner: PersonRef | None
    visibility: Visibility
    parents: tuple[ParentRef, ...]
    children_count: int
    version: int
    marks: tuple[Mark, ...]
    guards: tuple[str, ...]
    tasks_done: int
    tasks_total: int
    milestones: tuple[MilestoneRow, ...]
    rights: frozenset[Right]
    origin_id: UUID | None
    created_at: datetime
    updated_at: datetime

    @property
    def period_name(self) -> str:
        """In the reader's language; "" without a period."""
        return "" if self.period is None else self.period.said(get_language() or "en")
