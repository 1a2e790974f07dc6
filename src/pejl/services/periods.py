"""Periods. Those of the calendar come by themselves; others are made, changed and removed by admins."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pejl.domain import periods
from pejl.domain.periods import Span
from pejl.domain.values import PeriodKind
from pejl.models import Goal, GoalVersion, Period, Workspace
from pejl.queries.scope import Member
from pejl.services import commands, events, gates, texts
from pejl.services.commands import command
from pejl.services.errors import Rejected

_LONGEST_DAYS = 3660


def ensure(*, by: Member, at: datetime) -> list[UUID]:
    """Makes what the calendar wants and is not there: the fiscal year of now with its parts and, from the
    first day of its last quarter, the coming year's. Gives the new ids. Where nothing is missing it only
    reads (two queries), so it may be called at any time, by anybody."""
    if not _missing(commands.workspace(by), at=at):
        return []
    made: list[UUID] = _fill(by=by, at=at)
    return made


@command
def _fill(*, by: Member, at: datetime) -> list[UUID]:
    """Behind the lock, where what is missing is asked again."""
    workspace = commands.workspace(by)
    rows = [
        Period(
            workspace_id=workspace.pk,
            kind=span.kind,
            start_date=span.start,
            end_date=span.end,
            year=span.year,
            number=span.number,
        )
        for span in _missing(workspace, at=at)
    ]
    Period.objects.bulk_create(rows)
    return [row.pk for row in rows]


def _missing(workspace: Workspace, *, at: datetime) -> list[Span]:
    today = at.astimezone(ZoneInfo(workspace.timezone)).date()
    starts, scheme = workspace.fiscal_year_start, PeriodKind(workspace.scheme)
    year = periods.fiscal_year(today, starts=starts)
    coming = periods.due_to_create(today, starts=starts, scheme=scheme)
    wanted = [year, *periods.parts(year, scheme=scheme), *coming]
    there = set(
        Period.objects.filter(workspace_id=workspace.pk, name="").values_list(
            "kind", "start_date", "end_date"
        )
    )
    return [span for span in wanted if (span.kind.value, span.start, span.end) not in there]


@command
def create(name: str, *, start: date, end: date, by: Member, at: datetime) -> UUID:
    """A period of one's own: a season, a project. Admins only."""
    gates.admin(by)
    name = _checked(by, name, start=start, end=end)
    period = Period.objects.create(
        workspace_id=by.workspace_id,
        kind=PeriodKind.CUSTOM,
        name=name,
        start_date=start,
        end_date=end,
        year=start.year,
    )
    events.record("period.created", by=by, at=at, subject=period.pk, name=name, start=start, end=end)
    made: UUID = period.pk
    return made


@command
def edit(period_id: UUID, *, name: str, start: date, end: date, by: Member, at: datetime) -> None:
    """Renames or moves a period of one's own. Its goals keep the dates they were given. Admins only."""
    gates.admin(by)
    period = _custom(by, period_id)
    before = {"name": period.name, "start": period.start_date, "end": period.end_date}
    period.name = _checked(by, name, start=start, end=end, but=period_id)
    period.start_date, period.end_date, period.year = start, end, start.year
    period.save(update_fields=["name", "start_date", "end_date", "year"])
    events.record(
        "period.changed",
        by=by,
        at=at,
        subject=period_id,
        name=period.name,
        start=start,
        end=end,
        before=before,
    )


@command
def remove(period_id: UUID, *, by: Member, at: datetime) -> None:
    """Takes a period of one's own away, where no goal is or ever was in it. Admins only."""
    gates.admin(by)
    period = _custom(by, period_id)
    goals = set(
        GoalVersion.objects.filter(workspace_id=by.workspace_id, period=period).values_list("goal", flat=True)
    )
    goals |= set(
        Goal.objects.filter(workspace_id=by.workspace_id, period=period).values_list("pk", flat=True)
    )
    if goals:
        raise Rejected.one("period.has-goals", name=period.name, goals=len(goals))
    events.record("period.removed", by=by, at=at, subject=period_id, name=period.name)
    period.delete()


def _custom(by: Member, period_id: UUID) -> Period:
    period = gates.known(Period.objects.filter(workspace_id=by.workspace_id, pk=period_id).first())
    if period.kind != PeriodKind.CUSTOM:
        raise Rejected.one("period.calendar")
    return period


def _checked(by: Member, name: str, *, start: date, end: date, but: UUID | None = None) -> str:
    name = texts.line(name, field="name", most=100)
    if end < start:
        raise Rejected.one("period.backwards", field="end", start=start)
    if (end - start).days > _LONGEST_DAYS:
        raise Rejected.one("period.long", field="end")
    same = Period.objects.filter(workspace_id=by.workspace_id, name__iexact=name)
    if same.exclude(pk__in=[but] if but else []).exists():
        raise Rejected.one("period.name-taken", field="name", name=name)
    return name
