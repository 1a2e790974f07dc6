"""Tokens: who one stands for, and which there are."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pejl.domain import tokens as rules
from pejl.models import Token
from pejl.queries import people
from pejl.queries.scope import Member


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a request with this token comes from, and the revision of the workspace they find."""

    token_id: UUID
    member: Member
    writes: bool
    used_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token without its secret, which nobody has kept. `ended` once it expired or was revoked."""

    id: UUID
    name: str
    person_id: UUID
    person: str
    service: bool
    writes: bool
    feed: bool
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None
    ended: bool


def holder(text: str, *, now: datetime) -> Holder | None:
    """None for what is no token, revoked, past its day, of somebody who left, or for feeds. Two queries."""
    return _holder(text, feed=False, now=now)


def reader(text: str, *, now: datetime) -> Holder | None:
    """The same for the secret address of a calendar or feed, which opens nothing else."""
    return _holder(text, feed=True, now=now)


def _holder(text: str, *, feed: bool, now: datetime) -> Holder | None:
    said = rules.read(text)
    if said is None:
        return None
    key, digest = said
    row = Token.objects.select_related("person__workspace", "person__account").filter(pk=key).first()
    if row is None or row.feed != feed or not hmac.compare_digest(row.digest, digest):
        return None
    ended = row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now)
    if ended or not row.person.active or row.person.erased_at is not None:
        return None
    return Holder(row.pk, people.arriving(row.person), row.writes, row.used_at, row.person.workspace.revision)


def mine(by: Member, *, now: datetime) -> list[TokenRow]:
    """The person's own, the newest first. One query."""
    if by.person_id is None:
        return []
    return _rows(Token.objects.filter(workspace_id=by.workspace_id, person_id=by.person_id), now=now)


def every(by: Member, *, now: datetime) -> list[TokenRow]:
    """All of the workspace, for admins; the newest first. One query."""
    found = Token.objects.filter(workspace_id=by.workspace_id)
    return _rows(found, now=now) if by.is_admin else []


def _rows(found: object, *, now: datetime) -> list[TokenRow]:
    return [
        TokenRow(
            id=row.pk,
            name=row.name,
            person_id=row.person_id,
            person=row.person.name,
            service=row.person.service,
            writes=row.writes,
            feed=row.feed,
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
            ended=row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now),
        )
        for row in found.select_related("person").order_by("-created_at", "-pk")  # type: ignore[attr-defined]
    ]
