"""What is sent and answered around goals: periods, teams, people, KPIs, files in and out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from pejl.api.answers import Strict
from pejl.api.measured import Figure
from pejl.api.schemas import Ref
from pejl.domain.values import PeriodKind, Role


class PeriodOut(Schema):
    """`name` is the calendar's in the language asked for, or its own. `current` is the shortest that holds
    today."""

    id: UUID
    name: str
    kind: PeriodKind
    start_date: date
    end_date: date
    current: bool


class PeriodsOut(Schema):
    items: list[PeriodOut]
    next: str | None


class PeriodIn(Strict):
    name: str
    start_date: date
    end_date: date


class PeriodPatch(Strict):
    name: str = ""
    start_date: date = date.min
    end_date: date = date.max


class TeamOut(Schema):
    """`members` holds everybody in it, those who lead it too."""

    id: UUID
    name: str
    parent: Ref | None
    leads: list[Ref]
    members: list[Ref]
    archived: bool


class TeamsOut(Schema):
    items: list[TeamOut]
    next: str | None


class TeamIn(Strict):
    name: str
    parent: UUID | None = None
    leads: list[UUID] = Field([], max_length=1000)
    members: list[UUID] = Field([], max_length=1000)


class TeamPatch(Strict):
    """`members` says everybody who is in it from now on; those in `leads` are taken in where they are not."""

    name: str = ""
    parent: UUID | None = None
    leads: list[UUID] = Field([], max_length=1000)
    members: list[UUID] = Field([], max_length=1000)
    archived: bool = False


class PersonOut(Schema):
    """`email` is told to admins. `teams` are names. A placeholder is somebody named who cannot sign in."""

    id: UUID
    name: str
    email: str | None
    role: Role
    teams: list[str]
    manager: Ref | None
    placeholder: bool
    active: bool


class PeopleOut(Schema):
    items: list[PersonOut]
    next: str | None


class PersonIn(Strict):
    """Without an e-mail it is a placeholder, a member by name alone."""

    name: str
    email: str | None = None
    role: Role = Role.MEMBER


class PersonPatch(Strict):
    """`email` gives a placeholder an account."""

    name: str = ""
    email: str = ""
    role: Role = Role.MEMBER
    manager: UUID | None = None
    active: bool = True


class KpiOut(Schema):
    """`value` is the latest reading, `in_range` whether it lies within the bounds; both are null before the
    first. `goals` are the ids of those that it guards and the token sees."""

    id: UUID
    name: str
    unit: str
    lower: float | None
    upper: float | None
    owner: Ref | None
    team: Ref | None
    value: float | None
    in_range: bool | None
    goals: list[UUID]


class KpisOut(Schema):
    items: list[KpiOut]
    next: str | None


class KpiIn(Strict):
    name: str
    unit: str = ""
    lower: Figure | None = None
    upper: Figure | None = None
    owner: UUID | None = None
    team: UUID | None = None


class KpiPatch(KpiIn):
    name: str = ""


class ReadingOut(Schema):
    on: date
    value: float


class ReadingsOut(Schema):
    items: list[ReadingOut]
    next: str | None


class ReadingIn(Strict):
    """`on` is today where it is left out; a reading of the same day is replaced."""

    value: Figure
    on: date | None = None


class ReceiptOut(Schema):
    """Every row that was read is in exactly one of landed, merged, skipped and failed."""

    source: str
    rows: dict[str, dict[Literal["read", "landed", "merged", "skipped", "failed"], int]]
    problems: list[dict[str, Any]]
    progress: dict[str, Any]
    unmapped: dict[str, int]


class ImportOut(Schema):
    id: UUID
    state: Literal["previewed", "applied"]
    file_name: str
    format: str
    at: datetime
    applied_at: datetime | None
    receipt: ReceiptOut


class ExportIn(Strict):
    format: Literal["zip", "xlsx", "csv", "json", "yaml"]
    as_of: str | None = Field(None, max_length=40, description="A date or an RFC 3339 moment")


class ExportOut(Schema):
    """`url` gives the file to the same person, until `kept_until`."""

    id: UUID
    state: Literal["ready"]
    format: Literal["zip", "xlsx", "csv", "json", "yaml"]
    url: str
    kept_until: datetime


class HealthOut(Schema):
    status: Literal["ok", "unavailable"]
