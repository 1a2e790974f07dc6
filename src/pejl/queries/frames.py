"""What the frame around each page shows: one's workspaces, teams and due check-ins, the period of now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pejl.domain import periods as rules
from pejl.domain.periods import Span
from pejl.domain.values import PeriodKind
from pejl.models import Period, Person, Team
from pejl.queries import dues
from pejl.queries.scope import Member


@dataclass(frozen=True, slots=True)
class Place:
    slug: str
    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class FrameTeam:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class FramePeriod:
    id: UUID
    kind: PeriodKind
    start: date
    end: date
    year: int
    number: int
    own_name: str

    @classmethod
    def of(cls, row: Period) -> FramePeriod:
        kind = PeriodKind(row.kind)
        return cls(row.pk, kind, row.start_date, row.end_date, row.year, row.number, row.name)

    def said(self, language: str) -> str:
        """Its own name, else the calendar's in that language."""
        if self.own_name:
            return self.own_name
        span = Span(self.kind, self.start, self.end, self.year, self.number)
        return rules.name(span, language="da" if language == "da" else "en")


@dataclass(frozen=True, slots=True)
class Frame:
    places: tuple[Place, ...]
    teams: tuple[FrameTeam, ...]
    period: FramePeriod | None
    due: int


def frame(by: Member, *, account_id: UUID, now: datetime) -> Frame:
    """The number of queries does not depend on how much there is."""
    places = Person.objects.filter(account_id=account_id, active=True).order_by("workspace__name")
    teams = Team.objects.filter(workspace_id=by.workspace_id, pk__in=by.teams, archived_at=None).order_by(
        "name"
    )
    return Frame(
        places=tuple(
            Place(slug, name, slug == by.slug)
            for slug, name in places.values_list("workspace__slug", "workspace__name")
        ),
        teams=tuple(FrameTeam(*row) for row in teams.values_list("pk", "name")),
        period=_now(by, today=by.today(now)),
        due=dues.count(by, now=now),
    )


def _now(by: Member, *, today: date) -> FramePeriod | None:
    """The shortest period that contains today."""
    rows = Period.objects.filter(workspace_id=by.workspace_id, start_date__lte=today, end_date__gte=today)
    found = [
        FramePeriod(pk, PeriodKind(kind), start, end, year, number, name)
        for pk, kind, start, end, year, number, name in rows.values_list(
            "pk", "kind", "start_date", "end_date", "year", "number", "name"
        )
    ]
    return min(found, key=lambda one: (one.end - one.start, one.start), default=None)
