"""Two rows that are one person, made one: everything that pointed at the one points at the other.

It was the same human all the time, so the past says so too: rows are rewritten in all their spans, and where
both had the same part in the same thing, their spans are joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import ForeignKey, QuerySet

from pejl.domain import access
from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.models import Account, Event, GoalPerson, Mention, Person, Record, TeamMember, Token
from pejl.models.base import Row
from pejl.models.fields import new_id
from pejl.queries.scope import Forbidden, Member
from pejl.services import events, gates
from pejl.services.commands import command
from pejl.services.errors import Rejected

# What two people can both have a part in, and what is one part.
_JOINED: Final[dict[Any, tuple[str, ...]]] = {
    GoalPerson: ("goal_id", "role"),
    TeamMember: ("team_id",),
    Mention: ("comment_id",),
}
_FOREVER: Final = datetime.max.replace(tzinfo=UTC)
_Span = tuple[datetime, datetime | None]


@command
def merge(person_id: UUID, *, into: UUID, by: Member, at: datetime) -> None:
    """Makes `person_id` and `into` one person, who keeps the name of `into`. Admins only.

    Where one of them can sign in, the one person can. Raises `Rejected` where both can
    (`person.merge-accounts`): an account that is to go must have lost its access first, and is deleted if it
    opens nothing else.
    """
    gates.admin(by)
    if person_id == into:
        raise Rejected.one("person.merge-self", field="into")
    one, other = _found(by, person_id), _found(by, into, field="into")
    for role in (Role(one.role), Role(other.role)):
        if not access.manage_person(by.role, target_role=role, becomes=role, owners=2):
            raise Forbidden(Right.SETTINGS)
    if one.account_id and other.account_id and one.active:
        raise Rejected.one("person.merge-accounts", field="into", name=one.name)
    before = [one.name, one.email, other.email]
    absorb(one, other)
    if by.person_id == one.pk:
        by = replace(by, person_id=other.pk)
    told("person.merged", other.pk, before, by=by, at=at)


def absorb(one: Person, into: Person) -> None:
    """The same in the caller's transaction and without asking anybody: `one` is gone afterwards.

    `into` takes over the account and its address where it has none; without an account between them, the
    address. The role is that of whoever can sign in.
    """
    account, keeps = one.account, {"account": into.account_id, "email": into.email, "role": into.role}
    moves = account is not None and into.account_id is None
    if moves:
        keeps = {"account": one.account_id, "email": one.email, "role": one.role}
        into.active, into.timezone = one.active, into.timezone or one.timezone
        into.seen_at = one.seen_at
    elif not into.email:
        keeps["email"] = one.email
    if not moves:  # a program that acted as the one does not come to act as the other
        Token.objects.filter(workspace_id=one.workspace_id, person=one).delete()
    _managers(one, into)
    _repoint(one, into)
    gone = Person.objects.filter(pk=one.pk)
    gone._raw_delete(gone.db)  # noqa: SLF001 - nothing points at it any more; `delete()` would look everywhere
    into.account_id, into.email, into.role = keeps["account"], keeps["email"], keeps["role"]
    into.created_at = min(one.created_at, into.created_at)  # the past has them from where either was there
    into.save()
    if account is not None and not moves:
        forget_account(account.pk)


def told(verb: str, person_id: UUID, before: Iterable[str], *, by: Member, at: datetime, **data: Any) -> None:
    """Records the event, with the names and addresses that were this person's as well: a file that has them
    means this person; see `services.transfers_people`."""
    person = Person.objects.get(pk=person_id)
    aka = sorted({one for one in before if one} - {person.name, person.email})
    events.record(verb, by=by, at=at, subject=person_id, name=person.name, aka=aka, **data)


def also_known_as(workspace_id: UUID) -> Iterator[tuple[UUID, str]]:
    """Each person of the workspace with a name or an address that was theirs too."""
    rows = Event.objects.filter(workspace_id=workspace_id, verb__in=("person.added", "person.merged"))
    for person, data in rows.order_by("at", "pk").values_list("subject", "data"):
        yield from ((person, one) for one in data.get("aka", ()) if person is not None)


def forget_account(account_id: UUID) -> bool:
    """Deletes the account if no person has it any more; whether it did."""
    if Person.objects.filter(account_id=account_id).exists():
        return False
    Account.objects.filter(pk=account_id).delete()
    return True


def _found(by: Member, person_id: UUID, *, field: str = "") -> Person:
    rows = Person.objects.select_related("account").filter(workspace_id=by.workspace_id, pk=person_id)
    found: Person | None = rows.first()
    if found is None and field:
        raise Rejected.one("person.unknown", field=field)
    found = gates.known(found)
    if found.service or found.erased_at is not None:
        raise Rejected.one("person.merge-who", field=field, name=found.name)
    return found


def _managers(one: Person, into: Person) -> None:
    """Who was led by the one is led by the other; nobody comes to lead themselves, however far up."""
    here = Person.objects.filter(workspace_id=one.workspace_id)
    leads = dict(here.values_list("pk", "manager_id"))
    wanted = into.manager_id if into.manager_id not in {None, one.pk} else one.manager_id
    leads = {pk: into.pk if above == one.pk else above for pk, above in leads.items() if pk != one.pk}
    leads[into.pk] = wanted
    step, seen = wanted, {into.pk}
    while step is not None and step not in seen:
        seen.add(step)
        step = leads.get(step)
    into.manager_id = None if step is not None else wanted
    here.filter(manager=one).exclude(pk=into.pk).update(manager=into)
    here.filter(pk=into.pk).update(manager=into.manager_id)
    here.filter(pk=one.pk).update(manager=None)


def _repoint(one: Person, into: Person) -> None:
    for model in apps.get_app_config("pejl").get_models():
        if not issubclass(model, Row) or model is Person:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey) and field.related_model is Person and model not in _JOINED:
                rows: Any = model._default_manager.filter(workspace_id=one.workspace_id)  # noqa: SLF001
                rows.filter(**{field.name: one}).update(**{field.name: into})
    Record.objects.filter(workspace_id=one.workspace_id, target=one.pk).update(target=into.pk)
    old, new = str(one.pk), str(into.pk)
    events.reword(
        one.workspace_id,
        lambda row: (into.pk if row.subject == one.pk else row.subject, _renamed(row.data, old, new)),
    )
    for model in _JOINED:
        _take_over(model, one, into)


def _take_over(model: Any, one: Person, into: Person) -> None:
    """The one's rows are the other's; where both had a part, it is written anew without doubles."""
    keys = _JOINED[model]
    rows = model.objects.filter(workspace_id=one.workspace_id)
    theirs = _by_key(rows.filter(person=into), keys)
    for key, own in _by_key(rows.filter(person=one), keys).items():
        met = theirs.get(key, [])
        if not met:
            rows.filter(pk__in=[row.pk for row in own]).update(person=into)
            continue
        every = sorted([*own, *met], key=lambda row: (row.known_from, row.pk))
        rows.filter(pk__in=[row.pk for row in every]).delete()
        model.objects.bulk_create(_joined(model, every, into))


def _joined(model: Any, rows: Sequence[Any], into: Person) -> list[Any]:
    """One row for each stretch of time in which any of these held. A team has them as a lead while it had
    either as one; a goal has them at the place that was theirs last."""
    if model is TeamMember:
        led = _stretches([row for row in rows if row.lead])
        parts = [part for whole in _stretches(rows) for part in _cut(whole, led)]
        return [_row(model, rows, into, span, lead=lead) for span, lead in parts]
    if model is GoalPerson:
        return [_row(model, rows, into, span, position=_place(rows, span)) for span in _stretches(rows)]
    return [_row(model, rows, into, span) for span in _stretches(rows)]


def _place(rows: Sequence[Any], span: _Span) -> int:
    last: int = min(row.position for row in rows if _end(row.known_to) == _end(span[1]))
    return last


def _row(model: Any, rows: Sequence[Any], into: Person, span: _Span, **given: Any) -> Any:
    """As the first of the rows that held then, which keeps its key where it begins there."""
    first = next(row for row in rows if _end(row.known_to) > span[0] or row.known_from == span[0])
    names = [
        field.attname
        for field in model._meta.concrete_fields
        if field.attname not in {"id", "person_id", "known_from", "known_to"}
    ]
    same = {name: getattr(first, name) for name in names} | given
    key = first.pk if first.known_from == span[0] else new_id()
    return model(id=key, person=into, known_from=span[0], known_to=span[1], **same)


def _stretches(rows: Iterable[Any]) -> list[_Span]:
    found: list[_Span] = []
    for row in sorted(rows, key=lambda row: row.known_from):
        if found and row.known_from <= _end(found[-1][1]):
            start, end = found[-1]
            last = max(_end(end), _end(row.known_to))
            found[-1] = (start, None if last == _FOREVER else last)
        else:
            found.append((row.known_from, row.known_to))
    return found


def _cut(whole: _Span, led: Sequence[_Span]) -> list[tuple[_Span, bool]]:
    """The stretch in parts, each with whether it lies inside one of `led`."""
    start, end = whole
    edges = {start, _end(end)}
    for one in led:
        edges |= {moment for moment in (one[0], _end(one[1])) if start < moment < _end(end)}
    places = sorted(edges)
    if len(places) == 1:
        return [(whole, any(one[0] <= start <= _end(one[1]) for one in led))]
    return [
        ((one, None if two == _FOREVER else two), any(lead[0] <= one < _end(lead[1]) for lead in led))
        for one, two in pairwise(places)
    ]


def _end(moment: datetime | None) -> datetime:
    return _FOREVER if moment is None else moment


def _by_key(rows: QuerySet[Any], names: Sequence[str]) -> dict[tuple[Any, ...], list[Any]]:
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows.order_by("known_from", "pk"):
        found[tuple(getattr(row, name) for name in names)].append(row)
    return found


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        told = {name: _renamed(one, old, new) for name, one in value.items()}
        if old in (value.get("mentions") or ()):
            told["mentions"] = list(dict.fromkeys(told["mentions"]))
        return told
    if isinstance(value, list):
        return [_renamed(one, old, new) for one in value]
    return new if value == old else value
