"""Tokens for programs: made once, shown once, revoked at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pejl.domain import tokens as rules
from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.models import Person, Token
from pejl.models.fields import new_id
from pejl.queries.scope import Forbidden, Member
from pejl.services import events, gates, texts
from pejl.services.commands import command
from pejl.services.errors import Rejected

LONGEST: Final = 100
MOST_DAYS: Final = 3_650
NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewToken:
    """`days` None never ends. A token acts as `person`, None the one who makes it; a service is a program
    with a name of its own and the role `role`, and leaves `person` out. One of a `feed` stands in a secret
    address and opens calendars and feeds alone."""

    name: str
    writes: bool = False
    days: int | None = 90
    person: UUID | None = None
    service: bool = False
    role: Role = Role.MEMBER
    feed: bool = False


def create(new: NewToken, *, by: Member, at: datetime) -> str:
    """The token itself, which nobody can see again.

    Everybody for themselves; admins for services; the terminal for anybody. Raises `Forbidden`, `NotFound`,
    or `Rejected` (`name`, `days`).
    """
    key, secret = new_id(), secrets.token_urlsafe(32)
    _create(key, new, digest=rules.digest(secret), by=by, at=at)
    return rules.write(key, secret)


@command
def _create(key: UUID, new: NewToken, *, digest: str, by: Member, at: datetime) -> UUID:
    name = texts.line(new.name, field="name", most=LONGEST)
    if new.days is not None and not 1 <= new.days <= MOST_DAYS:
        raise Rejected.one("token.days", field="days", most=MOST_DAYS)
    person = _service(name, new, by=by, at=at) if new.service else _person(new, by=by)
    writes = new.writes and not new.feed
    Token.objects.create(
        id=key, workspace_id=by.workspace_id, person_id=person, name=name, digest=digest, writes=writes,
        feed=new.feed, by_id=by.person_id, created_at=at,
        expires_at=None if new.days is None else at + timedelta(new.days),
    )  # fmt: skip
    events.record("token.created", by=by, at=at, subject=key, name=name, person=person, writes=writes)
    return key


def _person(new: NewToken, *, by: Member) -> UUID:
    wanted = new.person or by.person_id
    if by.person_id is not None and wanted != by.person_id:
        raise Forbidden(Right.SETTINGS)
    found = Person.objects.filter(workspace_id=by.workspace_id, active=True, erased_at=None)
    person: UUID = gates.known(found.filter(pk=wanted).first() if wanted else None).pk
    return person


def _service(name: str, new: NewToken, *, by: Member, at: datetime) -> UUID:
    gates.admin(by)
    if new.role is Role.OWNER:
        raise Rejected.one("choice.unknown", field="role")
    made: UUID = Person.objects.create(
        workspace_id=by.workspace_id, name=name, role=new.role, service=True, created_at=at
    ).pk
    return made


@command
def revoke(token_id: UUID, *, by: Member, at: datetime) -> None:
    """From the next request on it is no token. Everybody their own; admins every one. Twice is as once."""
    found = gates.known(Token.objects.filter(workspace_id=by.workspace_id, pk=token_id).first())
    if found.person_id != by.person_id:
        gates.admin(by)
    if found.revoked_at is None:
        found.revoked_at = at
        found.save(update_fields=["revoked_at"])
        events.record("token.revoked", by=by, at=at, subject=found.pk, name=found.name)


def used(token_id: UUID, *, last: datetime | None, at: datetime) -> None:
    """Notes that it was used, to the minute: a busy program does not write at every request."""
    if last is None or at - last >= NOTED_EVERY:
        Token.objects.filter(pk=token_id).update(used_at=at)
