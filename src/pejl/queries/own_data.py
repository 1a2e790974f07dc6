"""What is kept about one person, in all the workspaces that their account opens (docs/exports.md).

It is their own, so it is given as it is kept: rows that have ended too, each with its span.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from pejl.models import (
    Account,
    Checkin,
    Comment,
    Event,
    Goal,
    GoalPerson,
    Kpi,
    Mention,
    Person,
    Proposal,
    Reading,
    Record,
    Task,
    TeamMember,
    Token,
)
from pejl.queries import people, scope
from pejl.queries.scope import NotFound

VERSION = 1
Told = dict[str, Any]
_SPAN = ("known_from", "known_to")


def of_account(account_id: UUID, *, at: datetime) -> Told:
    """Everything about whoever signs in with that account, ready for JSON."""
    account = Account.objects.get(pk=account_id)
    return _told(account, Person.objects.filter(account=account), at=at)


def of_address(email: str, *, at: datetime) -> Told:
    """The same for an address, also of somebody who has no account. Raises `NotFound` where nobody has it."""
    account: Account | None = Account.objects.filter(email__iexact=email.strip()).first()
    mine = Q(email__iexact=email.strip())
    if account is not None:
        mine |= Q(account=account)
    found = Person.objects.filter(mine)
    if account is None and not found:
        raise NotFound
    return _told(account, found, at=at)


def _told(account: Account | None, found: Any, *, at: datetime) -> Told:
    rows = found.select_related("workspace", "account", "manager").order_by("workspace__created_at")
    return {
        "format": "pejl-own-data",
        "version": VERSION,
        "taken_at": _plain(at),
        "account": None if account is None else _account(account),
        "workspaces": [_place(person) for person in rows],
    }


def _account(account: Account) -> Told:
    """Not the password: only a hash of it is kept, and that is no use to anybody."""
    return _row(
        email=account.email,
        language=account.language,
        active=account.is_active,
        password_set=account.has_usable_password(),
        created_at=account.created_at,
        last_sign_in=account.last_login,
    )


def _place(person: Person) -> Told:
    """Ten queries and a few more, however much there is."""
    own = {"workspace_id": person.workspace_id, "person": person}
    said = {"workspace_id": person.workspace_id, "by": person}
    titles = _Titles(person)
    return {
        "workspace": {"slug": person.workspace.slug, "name": person.workspace.name},
        "person": _person(person),
        "teams": _rows(TeamMember.objects.filter(**own), *_SPAN, "lead", team="team__name"),
        "goals": titles.put(_rows(GoalPerson.objects.filter(**own), *_SPAN, "goal_id", "role")),
        "checkin_owner_of": titles.put(
            _rows(Goal.objects.filter(workspace_id=person.workspace_id, checkin_owner=person), goal_id="pk")
        ),
        "checkins": titles.put(
            _rows(
                Checkin.objects.filter(**said),
                *_SPAN, "id", "goal_id", "on", "value", "confidence", "status", "note",
            )
        ),
        "comments": titles.put(
            _rows(Comment.objects.filter(**said), *_SPAN, "goal_id", "posted_at", "text", id="item")
        ),
        "mentions": titles.put(
            _rows(
                Mention.objects.filter(
                    **own, comment__goal__in=scope.goals(titles.reader).values("pk")
                ),
                *_SPAN, goal_id="comment__goal_id", comment="comment__item", by="comment__by__name",
            )
        ),
        "tasks": titles.put(
            _rows(
                Task.objects.filter(workspace_id=person.workspace_id, owner=person),
                *_SPAN, "goal_id", "title", "due", "done", id="item",
            )
        ),
        "kpis": _rows(
            Kpi.objects.filter(workspace_id=person.workspace_id, owner=person), *_SPAN, "name", id="item"
        ),
        "readings": _rows(Reading.objects.filter(**said), *_SPAN, "kpi", "on", "value"),
        "tokens": _rows(
            Token.objects.filter(**own),
            "name", "writes", "feed", "created_at", "expires_at", "used_at", "revoked_at",
        ),
        "proposals": _rows(
            Proposal.objects.filter(**own).order_by("made_at", "pk"),
            "kind", "made_at", "applied_at", "body",
        ),
        "imported_from": _rows(
            Record.objects.filter(workspace_id=person.workspace_id, kind="person", target=person.pk),
            "system", "source_id", "raw",
        ),
        "events": titles.put(
            _rows(Event.objects.filter(**said).order_by("at", "pk"), "at", "verb", "goal_id")
        ),
    }  # fmt: skip


def _person(person: Person) -> Told:
    return _row(
        id=person.pk,
        name=person.name,
        email=person.email,
        role=person.role,
        manager=person.manager.name if person.manager else None,
        timezone=person.timezone,
        forecasts=person.forecasts,
        active=person.active,
        created_at=person.created_at,
        seen_at=person.seen_at,
    )


class _Titles:
    """The titles of goals beside their ids, of those that the person sees: to have said a word on a goal that
    was closed to them since is theirs, what it is called now is not."""

    def __init__(self, person: Person) -> None:
        self.reader = people.as_member(person)
        self._titles: dict[str, str] = {
            str(pk): title for pk, title in scope.goals(self.reader).values_list("pk", "title")
        }

    def put(self, rows: list[Told]) -> list[Told]:
        return [
            {
                **{key: value for key, value in row.items() if key != "goal_id"},
                "goal": {"id": row["goal_id"], "title": self._titles.get(row["goal_id"])}
                if row["goal_id"]
                else None,
            }
            for row in rows
        ]


def _rows(found: Any, *names: str, **others: str) -> list[Told]:
    """The columns of these rows; `others` are called otherwise than their column. In the order of keys."""
    columns = (*names, *others.values())
    keys = (*names, *others)
    ordered = found if found.ordered else found.order_by("pk")
    return [_row(**dict(zip(keys, row, strict=True))) for row in ordered.values_list(*columns)]


def _row(**values: Any) -> Told:
    return {key: _plain(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
    """As JSON has it: measured numbers digit for digit as text, moments in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str | dict):
        return [_plain(one) for one in value]
    return value
