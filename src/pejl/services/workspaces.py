"""Workspaces: made once, with their first periods; then set up by their admins."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, connection, transaction

from pejl.domain import access
from pejl.domain.access import Right
from pejl.domain.values import PeriodKind, Role, State
from pejl.models import Goal, Person, Workspace
from pejl.queries import people as found
from pejl.queries.scope import Forbidden, Member, NotFound
from pejl.services import commands, events, figures, gates, people, periods, removals, texts, transfers
from pejl.services.commands import command
from pejl.services.errors import Reason, Rejected
from pejl.services.people import NewPerson

log = logging.getLogger("pejl.workspaces")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_FOUNDING = 0x50656A6C  # the number of the lock on PostgreSQL, the same in every process
_MOVES_FIGURES = {"at_risk_points", "off_track_points", "capped", "initiatives_contribute"}


def create(
    slug: str,
    *,
    name: str,
    language: str = "en",
    timezone: str = "Europe/Copenhagen",
    fiscal_year_start: int = 1,
    at: datetime,
    owner: NewPerson | None = None,
) -> str:
    """Makes a workspace with the periods of now, and its first owner where one is named. Gives the slug.

    All or nothing. Raises `Rejected`; a slug that is in use is `workspace.slug-taken`.
    """
    given = {"name": name, "language": language, "timezone": timezone, "fiscal_year_start": fiscal_year_start}
    _founded(slug, given, at=at, owner=owner, first=False)
    return slug


def create_first(
    slug: str,
    *,
    name: str,
    language: str,
    timezone: str,
    fiscal_year_start: int,
    at: datetime,
    owner: NewPerson,
) -> bool:
    """Makes the first workspace of a fresh server, as `create` does. False, and nothing is written, where
    there is one already: of several at the same instant one is first. Raises `Rejected`."""
    given = {"name": name, "language": language, "timezone": timezone, "fiscal_year_start": fiscal_year_start}
    return _founded(slug, given, at=at, owner=owner, first=True)


def _founded(
    slug: str, given: Mapping[str, Any], *, at: datetime, owner: NewPerson | None, first: bool
) -> bool:
    if not _SLUG.fullmatch(slug):
        raise Rejected.one("workspace.slug", field="slug")
    checked = {field: _CHECKS[field](value, field) for field, value in given.items()}

    def once() -> bool:
        with transaction.atomic():
            _lock_founding()
            if first and Workspace.objects.exists():
                return False
            if Workspace.objects.filter(slug=slug).exists():
                raise Rejected.one("workspace.slug-taken", field="slug", slug=slug)
            workspace = Workspace.objects.create(slug=slug, created_at=at, **checked)
            by = found.system(slug)
            if owner is not None:
                people.add(workspace.pk, owner, at=at)
            periods.ensure(by=by, at=at)
            events.record("workspace.created", by=by, at=at, name=workspace.name)
            return True

    try:
        made: bool = commands.retried(once)
    except IntegrityError as error:
        if not Workspace.objects.filter(slug=slug).exists():
            raise
        raise Rejected.one("workspace.slug-taken", field="slug", slug=slug) from error
    return made


def _lock_founding() -> None:
    """Waits until no other workspace is being made. On SQLite the immediate transaction waited already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FOUNDING])


@command
def configure(changes: Mapping[str, Any], *, by: Member, at: datetime) -> None:
    """Changes settings, named as the columns of `Workspace`. Admins only; all or nothing.

    Bounds of the pace, the cap and whether initiatives count move figures: they are recomputed here.
    """
    gates.admin(by)
    reasons: list[Reason] = []
    checked: dict[str, Any] = {}
    for name, value in changes.items():
        try:
            checked[name] = _CHECKS[name](value, name)
        except Rejected as rejected:
            reasons.extend(rejected.reasons)
    if reasons:
        raise Rejected(reasons)
    workspace = commands.workspace(by)
    before = {name: getattr(workspace, name) for name in checked}
    for name, value in checked.items():
        setattr(workspace, name, value)
    _orderly(workspace)
    moved = {name for name in checked if before[name] != checked[name]}
    if not moved:
        return
    workspace.save(update_fields=sorted(moved))
    events.record(
        "workspace.configured",
        by=by,
        at=at,
        before={name: _told(before[name]) for name in sorted(moved)},
        after={name: _told(checked[name]) for name in sorted(moved)},
    )
    if moved & {"fiscal_year_start", "scheme", "timezone"}:
        periods.ensure(by=by, at=at)
    if moved & _MOVES_FIGURES:
        _recompute(workspace, by=by, at=at)


@command
def transfer(person_id: UUID, *, by: Member, at: datetime) -> None:
    """Makes somebody else the owner, and who hands over an administrator. Owners only.

    The other is active here and can sign in. Raises `Forbidden`, `NotFound`, or `Rejected` at `person`.
    """
    former = _owner(by)
    if former is None:
        raise Forbidden(Right.DELETE_WORKSPACE)
    people_here = Person.objects.select_related("account").filter(workspace_id=by.workspace_id)
    other = gates.known(people_here.filter(pk=person_id).first())
    signs_in = other.account is not None and other.account.has_usable_password()
    if other.pk == former.pk or not other.active or not signs_in:
        raise Rejected.one("workspace.new-owner", field="person", name=other.name)
    former.role, other.role = Role.ADMIN, Role.OWNER
    for person in (former, other):
        person.save(update_fields=["role"])
    events.record(
        "workspace.transferred", by=by, at=at, subject=other.pk, before=former.name, after=other.name
    )


def remove(workspace: UUID, *, by: Member, at: datetime, confirm_name: str) -> None:
    """Deletes the workspace with everything in it, for good. Owners only.

    `confirm_name` is its name, letter for letter, else `Rejected` at that field. Accounts that belong to
    another workspace stay; the others go too. Takes no key: there is no place left to remember it in.
    """
    _remove(workspace, by=by, at=at, confirm_name=confirm_name)


@command
def _remove(workspace: UUID, *, by: Member, at: datetime, confirm_name: str) -> None:
    if workspace != by.workspace_id or not Workspace.objects.filter(pk=workspace).exists():
        raise NotFound
    _owner(by)
    name = commands.workspace(by).name
    if confirm_name != name:
        raise Rejected.one("workspace.confirm-name", field="confirm_name", name=name)
    transfers.forget_all(by)
    removals.clear(workspace)
    log.info("workspace %s removed by person %s at %s", workspace, by.person_id, at.isoformat())


def _owner(by: Member) -> Person | None:
    """Who acts, read behind the lock: they may have handed over since. None is the workspace itself."""
    if by.person_id is None:
        return None
    here = Person.objects.filter(workspace_id=by.workspace_id, pk=by.person_id, active=True)
    person: Person | None = here.first()
    if person is None or not access.allows(
        Right.DELETE_WORKSPACE, role=Role(person.role), relations=frozenset()
    ):
        raise Forbidden(Right.DELETE_WORKSPACE)
    return person


def _orderly(workspace: Workspace) -> None:
    """Bounds that only make sense together."""
    if workspace.off_track_points <= workspace.at_risk_points:
        raise Rejected.one(
            "workspace.points-order", field="off_track_points", at_risk=workspace.at_risk_points
        )
    if Decimal(workspace.amber_to) <= Decimal(workspace.red_to):
        raise Rejected.one("workspace.bands-order", field="amber_to", red_to=Decimal(workspace.red_to))


def _recompute(workspace: Workspace, *, by: Member, at: datetime) -> None:
    open_goals = Goal.objects.filter(workspace_id=workspace.pk, removed_at=None, state=State.OPEN)
    figures.refresh(workspace, list(open_goals.values_list("pk", flat=True)), at=at, today=by.today(at))


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, time) else value


def _name(value: Any, field: str) -> str:
    return texts.line(str(value), field=field)


def _language(value: Any, field: str) -> str:
    if value not in {"da", "en"}:
        raise Rejected.one("workspace.language", field=field)
    return str(value)


def _timezone(value: Any, field: str) -> str:
    if value not in available_timezones():
        raise Rejected.one("workspace.timezone", field=field, name=str(value)[:60])
    return str(value)


def _month(value: Any, field: str) -> int:
    if not isinstance(value, int) or not 1 <= value <= 12:  # noqa: PLR2004 - months
        raise Rejected.one("workspace.month", field=field)
    return value


def _scheme(value: Any, field: str) -> str:
    if value not in {PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.TERTIAL, PeriodKind.HALF}:
        raise Rejected.one("workspace.scheme", field=field)
    return str(PeriodKind(value))


def _points(value: Any, field: str) -> float:
    if not isinstance(value, int | float | Decimal) or not 0 <= value <= 100:  # noqa: PLR2004 - points of 100
        raise Rejected.one("workspace.points", field=field)
    return float(value)


def _band(value: Any, field: str) -> Decimal:
    if not isinstance(value, Decimal) or not 0 <= value <= 1:
        raise Rejected.one("workspace.band", field=field)
    return value


def _switch(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise Rejected.one("workspace.switch", field=field)
    return value


def _weekday(value: Any, field: str) -> int:
    if value not in range(7):
        raise Rejected.one("rhythm.weekday", field=field)
    return int(value)


def _weeks(value: Any, field: str) -> int:
    if value not in {1, 2, 4}:
        raise Rejected.one("rhythm.weeks", field=field)
    return int(value)


def _time(value: Any, field: str) -> time:
    if not isinstance(value, time) or value.tzinfo is not None:
        raise Rejected.one("rhythm.time", field=field)
    return value


_CHECKS: Mapping[str, Callable[[Any, str], Any]] = {
    "name": _name,
    "language": _language,
    "timezone": _timezone,
    "fiscal_year_start": _month,
    "scheme": _scheme,
    "at_risk_points": _points,
    "off_track_points": _points,
    "capped": _switch,
    "initiatives_contribute": _switch,
    "organisation_goals_by_anyone": _switch,
    "red_to": _band,
    "amber_to": _band,
    "checkin_weekday": _weekday,
    "checkin_at": _time,
    "checkin_every_weeks": _weeks,
}
