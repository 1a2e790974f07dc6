"""KPIs: health figures with a range to stay in, and the goals that they guard.

While the latest reading is outside the range, bounds included in it, the goals it guards are not shown green.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.models import Guardrail, Kpi, Person, Reading, Team
from pejl.models.fields import new_id
from pejl.queries import scope
from pejl.queries.scope import Forbidden, Member
from pejl.services import commands, events, figures, gates, links, records, texts
from pejl.services.commands import command
from pejl.services.errors import Rejected


@command
def create(
    name: str,
    *,
    unit: str = "",
    lower: Decimal | None = None,
    upper: Decimal | None = None,
    owner: UUID | None = None,
    team: UUID | None = None,
    by: Member,
    at: datetime,
) -> UUID:
    """A new KPI; gives its item. Admins make any, leads their teams', everybody but observers their own."""
    _may(by, owner=owner, team=team)
    values = _checked(by, name, unit=unit, lower=lower, upper=upper, owner=owner, team=team)
    kpi = Kpi.objects.create(
        workspace_id=by.workspace_id, item=new_id(), by_id=by.person_id, known_from=at, **values
    )
    events.record("kpi.created", by=by, at=at, subject=kpi.item, name=kpi.name)
    return kpi.item


@command
def edit(
    item: UUID,
    *,
    name: str,
    unit: str = "",
    lower: Decimal | None = None,
    upper: Decimal | None = None,
    owner: UUID | None = None,
    team: UUID | None = None,
    by: Member,
    at: datetime,
) -> None:
    """Makes the KPI all of this; a new range changes at once whether the goals it guards are green.

    The unit stays as it is once there are readings.
    """
    before = _kpi(by, item)
    _may(by, owner=before.owner_id, team=before.team_id)
    if (owner, team) != (before.owner_id, before.team_id):
        _may(by, owner=owner, team=team)
    values = _checked(by, name, unit=unit, lower=lower, upper=upper, owner=owner, team=team, but=item)
    if all(getattr(before, column) == value for column, value in values.items()):
        return
    if values["unit"] != before.unit and _readings(by, item).exists():
        raise Rejected.one("kpi.unit-fixed", field="unit", unit=before.unit)
    moment = _end(before, at=at)
    Kpi.objects.create(
        workspace_id=by.workspace_id, item=item, by_id=by.person_id, known_from=moment, **values
    )
    _refresh(by, _guarded(by, item), at=at)
    events.record("kpi.changed", by=by, at=at, subject=item, name=values["name"])


@command
def remove(item: UUID, *, by: Member, at: datetime) -> None:
    """Follows it no longer. It guards nothing from now on; what was read stays in the record."""
    kpi = _kpi(by, item)
    _may(by, owner=kpi.owner_id, team=kpi.team_id)
    goals = _guarded(by, item)
    links.end(Guardrail.objects.current().filter(workspace_id=by.workspace_id, kpi=item), at=at)
    _end(kpi, at=at)
    _refresh(by, goals, at=at)
    events.record("kpi.removed", by=by, at=at, subject=item, name=kpi.name)


@command
def read(item: UUID, *, value: Decimal, on: date | None = None, by: Member, at: datetime) -> UUID:
    """Notes what it was on a day (None is today). Another reading of that day is replaced, with its trace.

    Members of its team may, beside those who may change it.
    """
    kpi = _kpi(by, item)
    if kpi.team_id not in by.teams or by.role is Role.OBSERVER:
        _may(by, owner=kpi.owner_id, team=kpi.team_id)
    day = by.today(at) if on is None else on
    if day > by.today(at):
        raise Rejected.one("reading.future", field="on", today=by.today(at))
    value = _number(value, field="value")
    links.end(_readings(by, item).filter(on=day), at=at)
    reading = Reading.objects.create(
        workspace_id=by.workspace_id, kpi=item, on=day, value=value, by_id=by.person_id, known_from=at
    )
    _refresh(by, _guarded(by, item), at=at)
    events.record(
        "kpi.read",
        by=by,
        at=at,
        subject=item,
        name=kpi.name,
        value=value,
        unit=kpi.unit,
        on=day,
        inside=_inside(kpi, value),
    )
    made: UUID = reading.pk
    return made


@command
def link(item: UUID, *, goal: UUID, by: Member, at: datetime) -> None:
    """Lets the KPI guard a goal: who may edit the goal."""
    kpi = _kpi(by, item)
    found = scope.goal(by, goal, right=Right.EDIT)
    if _guards(by, item, goal).exists():
        return
    Guardrail.objects.create(workspace_id=by.workspace_id, kpi=item, goal=found, known_from=at)
    _refresh(by, [goal], at=at)
    events.record("kpi.linked", by=by, at=at, goal=goal, subject=item, name=kpi.name)


@command
def unlink(item: UUID, *, goal: UUID, by: Member, at: datetime) -> None:
    kpi = _kpi(by, item)
    scope.goal(by, goal, right=Right.EDIT)
    if links.end(_guards(by, item, goal), at=at):
        _refresh(by, [goal], at=at)
        events.record("kpi.unlinked", by=by, at=at, goal=goal, subject=item, name=kpi.name)


def _may(by: Member, *, owner: UUID | None, team: UUID | None) -> None:
    if by.is_admin:
        return
    gates.writer(by)
    if team in by.leads or (team is None and owner is not None and owner == by.person_id):
        return
    if team in by.teams and owner == by.person_id:
        return
    raise Forbidden(Right.EDIT)


def _checked(
    by: Member,
    name: str,
    *,
    unit: str,
    lower: Decimal | None,
    upper: Decimal | None,
    owner: UUID | None,
    team: UUID | None,
    but: UUID | None = None,
) -> dict[str, Any]:
    tidy = texts.line(name, field="name")
    same = Kpi.objects.current().filter(workspace_id=by.workspace_id, name__iexact=tidy)
    if same.filter(~Q(item=but) if but else Q()).exists():
        raise Rejected.one("kpi.name-taken", field="name", name=tidy)
    lower = None if lower is None else _number(lower, field="lower")
    upper = None if upper is None else _number(upper, field="upper")
    if lower is not None and upper is not None and upper < lower:
        raise Rejected.one("kpi.range", field="upper", lower=lower, unit=unit)
    if owner is not None and not Person.objects.filter(workspace_id=by.workspace_id, pk=owner).exists():
        raise Rejected.one("person.unknown", field="owner")
    if team is not None and not Team.objects.filter(workspace_id=by.workspace_id, pk=team).exists():
        raise Rejected.one("team.unknown", field="team")
    unit = texts.line(unit, field="unit", most=40) if unit.strip() else ""
    return {"name": tidy, "unit": unit, "lower": lower, "upper": upper, "owner_id": owner, "team_id": team}


def _number(value: Decimal, *, field: str) -> Decimal:
    if not records.exact(value):
        raise Rejected.one("checkin.value", field=field)
    return value


def _kpi(by: Member, item: UUID) -> Kpi:
    found: Kpi = gates.known(Kpi.objects.current().filter(workspace_id=by.workspace_id, item=item).first())
    return found


def _readings(by: Member, item: UUID) -> Any:
    return Reading.objects.current().filter(workspace_id=by.workspace_id, kpi=item)


def _guards(by: Member, item: UUID, goal: UUID) -> Any:
    return Guardrail.objects.current().filter(workspace_id=by.workspace_id, kpi=item, goal_id=goal)


def _guarded(by: Member, item: UUID) -> list[UUID]:
    rows = Guardrail.objects.current().filter(workspace_id=by.workspace_id, kpi=item)
    return list(rows.values_list("goal_id", flat=True))


def _refresh(by: Member, goals: Sequence[UUID], *, at: datetime) -> None:
    figures.refresh(commands.workspace(by), goals, at=at, today=by.today(at))


def _inside(kpi: Kpi, value: Decimal) -> bool:
    return (kpi.lower is None or value >= kpi.lower) and (kpi.upper is None or value <= kpi.upper)


def _end(kpi: Kpi, *, at: datetime) -> datetime:
    kpi.known_to = max(at, kpi.known_from)
    kpi.save(update_fields=["known_to"])
    return kpi.known_to
