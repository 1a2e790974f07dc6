"""KPIs as they stand: the last reading, whether it is in range, the way there, the goals they guard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from pejl.domain.access import Right
from pejl.domain.values import State
from pejl.models import GoalPerson, GoalTeam, Guardrail, Kpi, Reading
from pejl.queries import scope
from pejl.queries.scope import Member, NotFound

SHOWN_READINGS = 13
MOST_GOALS = 60


@dataclass(frozen=True, slots=True)
class ReadingRow:
    id: UUID
    on: date
    value: Decimal
    by: str


@dataclass(frozen=True, slots=True)
class GuardedGoal:
    id: UUID
    title: str
    open: bool


@dataclass(frozen=True, slots=True)
class KpiRow:
    """`in_range` is None before the first reading. `readings` come oldest first, at most 13 of them."""

    item: UUID
    name: str
    unit: str
    lower: Decimal | None
    upper: Decimal | None
    owner: str
    team: str
    owner_id: UUID | None
    team_id: UUID | None
    value: Decimal | None
    on: date | None
    in_range: bool | None
    readings: tuple[ReadingRow, ...]
    goals: tuple[GuardedGoal, ...]


def rows(by: Member) -> list[KpiRow]:
    """All KPIs of the workspace, by name. Three queries."""
    return _rows(by, Kpi.objects.current().filter(workspace_id=by.workspace_id))


def one(by: Member, item: UUID) -> KpiRow:
    """Raises `NotFound`. Three queries."""
    found = _rows(by, Kpi.objects.current().filter(workspace_id=by.workspace_id, item=item))
    if not found:
        raise NotFound
    return found[0]


def _rows(by: Member, kpis: Any) -> list[KpiRow]:
    found = list(kpis.select_related("owner", "team").order_by("name", "item"))
    items = [kpi.item for kpi in found]
    readings, goals = _readings(by, items), _goals(by, items)
    return [_row(kpi, readings.get(kpi.item, []), goals.get(kpi.item, [])) for kpi in found]


def readings(by: Member, item: UUID) -> list[tuple[date, Decimal]]:
    """Each day it was read, the oldest first, with the last word for that day. Raises `NotFound`. Two
    queries."""
    here = {"workspace_id": by.workspace_id}
    if not Kpi.objects.current().filter(**here, item=item).exists():
        raise NotFound
    rows = Reading.objects.current().filter(**here, kpi=item).order_by("on", "known_from", "pk")
    return list(dict(rows.values_list("on", "value")).items())


def may_change(by: Member, row: KpiRow) -> bool:
    """Admins; the leads of its team; its owner."""
    if by.is_admin or not by.writes:
        return by.writes
    own = row.owner_id is not None and row.owner_id == by.person_id
    return row.team_id in by.leads or (own and (row.team_id is None or row.team_id in by.teams))


def may_read(by: Member, row: KpiRow) -> bool:
    """Give it a reading: those who may change it, and the members of its team."""
    return may_change(by, row) or (by.writes and row.team_id in by.teams)


def guardable(by: Member, row: KpiRow, *, text: str = "") -> tuple[tuple[GuardedGoal, ...], bool]:
    """Open goals the person may edit, with `text` in their title, that the KPI does not guard yet; by title,
    at most 60 of them, and whether there are more. Three queries."""
    found = scope.open_goals(by).exclude(pk__in=[goal.id for goal in row.goals])
    if not by.is_admin:
        found = found.filter(_near(by))
    if text.strip():
        found = found.filter(title__icontains=text.strip())
    first = list(found.order_by("title", "pk")[: MOST_GOALS * 4])
    rights = scope.rights(by, first)
    fit = [GuardedGoal(goal.pk, goal.title, True) for goal in first if Right.EDIT in rights[goal.pk]]
    return tuple(fit[:MOST_GOALS]), len(fit) > MOST_GOALS or len(first) == MOST_GOALS * 4


def endable(by: Member, row: KpiRow) -> frozenset[UUID]:
    """The goals it guards that the person may edit, and so let go of it. Three queries."""
    rights = scope.rights(by, scope.goals(by).filter(pk__in=[goal.id for goal in row.goals]))
    return frozenset(goal_id for goal_id, given in rights.items() if Right.EDIT in given)


def _near(by: Member) -> Q:
    """Goals that somebody who is no admin can have a say in at all."""
    named = GoalPerson.objects.current().filter(
        workspace_id=by.workspace_id, goal=OuterRef("pk"), person_id=by.person_id
    )
    led = GoalTeam.objects.current().filter(
        workspace_id=by.workspace_id, goal=OuterRef("pk"), team_id__in=by.leads
    )
    return Q(Exists(named)) | Q(Exists(led)) | Q(created_by_id=by.person_id)


def inside(value: Decimal, *, lower: Decimal | None, upper: Decimal | None) -> bool:
    """The healthy range includes its bounds."""
    return (lower is None or value >= lower) and (upper is None or value <= upper)


def _readings(by: Member, items: list[UUID]) -> dict[UUID, list[ReadingRow]]:
    """The last readings of each, oldest first, one for a day."""
    newest = Window(RowNumber(), partition_by=F("kpi"), order_by=[F("on").desc(), F("known_from").desc()])
    query = Reading.objects.current().filter(workspace_id=by.workspace_id, kpi__in=items)
    query = query.annotate(place=newest).filter(place__lte=SHOWN_READINGS)
    found: dict[UUID, dict[date, ReadingRow]] = {}
    for row in query.select_related("by").order_by("on", "known_from", "pk"):
        name = row.by.name if row.by else ""
        found.setdefault(row.kpi, {})[row.on] = ReadingRow(row.pk, row.on, row.value, name)
    return {item: list(days.values()) for item, days in found.items()}


def _goals(by: Member, items: list[UUID]) -> dict[UUID, list[GuardedGoal]]:
    """The guarded goals that the person may see."""
    found: dict[UUID, list[GuardedGoal]] = {}
    links = Guardrail.objects.current().filter(
        scope.seen(by, "goal_id"), workspace_id=by.workspace_id, kpi__in=items
    )
    for item, goal_id, title, state in links.order_by("goal__title", "goal_id").values_list(
        "kpi", "goal_id", "goal__title", "goal__state"
    ):
        found.setdefault(item, []).append(GuardedGoal(goal_id, title, state == State.OPEN))
    return found


def _row(kpi: Kpi, readings: list[ReadingRow], goals: list[GuardedGoal]) -> KpiRow:
    last = readings[-1] if readings else None
    return KpiRow(
        item=kpi.item,
        name=kpi.name,
        unit=kpi.unit,
        lower=kpi.lower,
        upper=kpi.upper,
        owner=kpi.owner.name if kpi.owner else "",
        team=kpi.team.name if kpi.team else "",
        owner_id=kpi.owner_id,
        team_id=kpi.team_id,
        value=last.value if last else None,
        on=last.on if last else None,
        in_range=inside(last.value, lower=kpi.lower, upper=kpi.upper) if last else None,
        readings=tuple(readings[-SHOWN_READINGS:]),
        goals=tuple(goals),
    )
