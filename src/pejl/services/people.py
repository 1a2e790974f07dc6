"""People of a workspace: who they are, what they may do, and how they sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from pejl.domain import access
from pejl.domain.access import Right
from pejl.domain.values import Role
from pejl.models import Account, Person
from pejl.queries.scope import Forbidden, Member
from pejl.services import events, gates, people_merging, texts
from pejl.services.commands import command
from pejl.services.errors import Reason, Rejected

_LANGUAGES = {"", "da", "en"}


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to take in. Without a password they cannot sign in until one is set."""

    email: str
    name: str
    role: Role = Role.MEMBER
    password: str | None = field(default=None, repr=False)
    language: str = ""


@command
def create(new: NewPerson, *, by: Member, at: datetime) -> UUID:
    """Takes somebody in and gives their id. Admins only; nobody gives a role above their own.

    Somebody of that address who has no account yet is them: the same person, with all that is theirs. An
    account that exists elsewhere is joined as it is: its password is not touched.
    """
    gates.admin(by)
    may_give(by, new.role)
    known = _waiting(by.workspace_id, _email(new.email))
    before = [] if known is None else [known.name]
    if known is not None:
        may_give(by, new.role, before=Role(known.role))
    person = add(by.workspace_id, new, at=at)
    people_merging.told("person.added", person, before, by=by, at=at, role=new.role)
    return person


def add(workspace_id: UUID, new: NewPerson, *, at: datetime) -> UUID:
    """The same without asking who does it, in the caller's transaction: the first owner of a workspace."""
    name, email = texts.line(new.name, field="name"), _email(new.email)
    person = _waiting(workspace_id, email)
    if person is None:
        person = Person(workspace_id=workspace_id, created_at=at)
        _refuse_taken(workspace_id, email)
    person.account = _account(email, new, at=at)
    person.name, person.email, person.role, person.active = name, email, new.role, True
    person.save()
    made: UUID = person.pk
    return made


@command
def placeholder(name: str, *, by: Member, at: datetime) -> UUID:
    """Somebody named in a plan who is not here yet. The name is enough; nobody can sign in as them."""
    gates.writer(by)
    person = Person.objects.create(
        workspace_id=by.workspace_id, name=texts.line(name, field="name"), role=Role.MEMBER, created_at=at
    )
    events.record("person.added", by=by, at=at, subject=person.pk, name=person.name, role=Role.MEMBER)
    made: UUID = person.pk
    return made


@command
def invite(person_id: UUID, new: NewPerson, *, by: Member, at: datetime) -> UUID:
    """Gives a placeholder an account; what they own stays theirs. Another one with that address is the same
    person, and becomes one with them. Admins only."""
    gates.admin(by)
    may_give(by, new.role)
    person = one_of(by, person_id)
    if person.account_id is not None:
        raise Rejected.one("person.has-account", name=person.name)
    email = _email(new.email)
    same, before = _waiting(by.workspace_id, email), [person.name, person.email]
    if same is not None and same.pk != person_id:
        may_give(by, new.role, before=Role(same.role))
        before += [same.name, same.email]
        people_merging.absorb(same, person)
    _refuse_taken(by.workspace_id, email, but=person_id)
    person.account, person.email, person.role = _account(email, new, at=at), email, new.role
    person.name = texts.line(new.name or person.name, field="name")
    person.save(update_fields=["account", "email", "role", "name"])
    people_merging.told("person.added", person.pk, before, by=by, at=at, role=new.role)
    made: UUID = person.pk
    return made


@command
def edit(person_id: UUID, changes: Mapping[str, Any], *, by: Member, at: datetime) -> None:
    """Changes `name`, `manager`, `timezone`, `language` or `forecasts`. Everybody for themselves (not their
    manager); admins for all. A language belongs to the account and is everybody's own, and so is whether
    pages show them forecasts."""
    person = one_of(by, person_id)
    mine = by.person_id == person_id
    if not mine or "manager" in changes:
        gates.admin(by)
    if "name" in changes:
        person.name = texts.line(changes["name"], field="name")
    if "timezone" in changes:
        person.timezone = _timezone(changes["timezone"])
    if "manager" in changes:
        person.manager_id = _manager(by, person_id, changes["manager"])
    if "language" in changes and mine and person.account_id:
        _speak(person.account_id, changes["language"])
    if "forecasts" in changes and mine:
        person.forecasts = bool(changes["forecasts"])
    person.save(update_fields=["name", "timezone", "manager", "forecasts"])
    events.record("person.changed", by=by, at=at, subject=person_id, name=person.name, fields=sorted(changes))


@command
def change(person_id: UUID, changes: Mapping[str, Any], *, by: Member, at: datetime) -> None:
    """All of it or nothing: `email` (of a placeholder, who gets an account by it), `name`, `manager`, `role`
    and `active`. Raises what each of these raises on its own, and `Rejected` at `manager` for somebody who
    is not here."""
    person = one_of(by, person_id)
    manager = changes.get("manager")
    if manager and not Person.objects.filter(workspace_id=by.workspace_id, pk=manager).exists():
        raise Rejected.one("person.unknown", field="manager")
    if changes.get("active") is True:
        reactivate(person_id, by=by, at=at)
    if "email" in changes and changes["email"].strip().lower() != person.email.lower():
        invite(person_id, NewPerson(changes["email"], "", Role(person.role)), by=by, at=at)
    said = {name: changes[name] for name in ("name", "manager") if name in changes}
    if said:
        edit(person_id, said, by=by, at=at)
    if "role" in changes:
        change_role(person_id, role=changes["role"], by=by, at=at)
    if changes.get("active") is False:
        deactivate(person_id, by=by, at=at)


@command
def change_role(person_id: UUID, *, role: Role, by: Member, at: datetime) -> None:
    """Admins only; nobody changes, or gives, a role above their own; the last owner stays one."""
    gates.admin(by)
    person = one_of(by, person_id)
    before = Role(person.role)
    if before is role:
        return
    may_give(by, role, before=before)
    if before is Role.OWNER:
        _another_owner(person)
    person.role = role
    person.save(update_fields=["role"])
    events.record(
        "person.role-changed", by=by, at=at, subject=person_id, name=person.name, before=before, role=role
    )


@command
def deactivate(person_id: UUID, *, by: Member, at: datetime) -> None:
    """They can no longer sign in here; what they did and own stays, under their name. Admins only."""
    gates.admin(by)
    person = one_of(by, person_id)
    may_give(by, Role(person.role))
    if not person.active:
        return
    if person.role == Role.OWNER:
        _another_owner(person)
    person.active = False
    person.save(update_fields=["active"])
    events.record("person.deactivated", by=by, at=at, subject=person_id, name=person.name)


@command
def reactivate(person_id: UUID, *, by: Member, at: datetime) -> None:
    """Lets them in again, with the role they had. Admins only."""
    gates.admin(by)
    person = one_of(by, person_id)
    may_give(by, Role(person.role))
    if not person.active:
        person.active = True
        person.save(update_fields=["active"])
        events.record("person.reactivated", by=by, at=at, subject=person_id, name=person.name)


@command
def set_password(
    person_id: UUID, *, password: str, current: str | None = None, by: Member, at: datetime
) -> None:
    """One's own, with the present one; the terminal may set anybody's.

    Admins may set it for those whose account is at home in this workspace alone, since an account that
    opens other workspaces is not theirs to take over.
    """
    person = one_of(by, person_id)
    account = person.account
    if account is None:
        raise Rejected.one("person.no-account", name=person.name)
    if by.person_id == person_id:
        prove(person, current or "", field="current")
    elif by.person_id is not None:
        gates.admin(by)
        may_give(by, Role(person.role))
        if Person.objects.filter(account=account).exclude(workspace_id=by.workspace_id).exists():
            raise Forbidden(Right.SETTINGS)
    _check_password(password, account)
    account.set_password(password)
    account.save(update_fields=["password"])
    events.record("person.password-set", by=by, at=at, subject=person_id, name=person.name)


def seen(*, by: Member, at: datetime) -> None:
    """Remembers when the person last looked at what happened; the feed counts from there."""
    if by.person_id is not None:
        Person.objects.filter(workspace_id=by.workspace_id, pk=by.person_id).update(seen_at=at)


def one_of(by: Member, person_id: UUID) -> Person:
    """Somebody of the workspace, or `NotFound`; who was erased is nobody any more."""
    rows = Person.objects.select_related("account").filter(workspace_id=by.workspace_id, erased_at=None)
    return gates.known(rows.filter(pk=person_id).first())


def may_give(by: Member, role: Role, *, before: Role = Role.OBSERVER) -> None:
    """Not above one's own role; that an owner is left is asked, and told, on its own."""
    if not access.manage_person(by.role, target_role=before, becomes=role, owners=2):
        raise Forbidden(Right.SETTINGS)


def other_owners(person: Person) -> Any:
    """Who owns the workspace beside them and can come in."""
    owners = Person.objects.filter(workspace_id=person.workspace_id, role=Role.OWNER, active=True)
    return owners.filter(account__isnull=False).exclude(pk=person.pk)


def prove(person: Person, password: str, *, field: str) -> None:
    """Raises `Rejected` where that is not the password of the person's account, if it has one."""
    account = person.account
    if account is not None and account.has_usable_password() and not account.check_password(password):
        raise Rejected.one("password.wrong", field=field)


def _another_owner(person: Person) -> None:
    if not other_owners(person).exists():
        raise Rejected.one("person.last-owner", field="role", name=person.name)


def _waiting(workspace_id: UUID, email: str) -> Person | None:
    """Who has that address here, in any letters, and no account: an account of that address is theirs."""
    rows = Person.objects.filter(workspace_id=workspace_id, email__iexact=email, account=None)
    found: Person | None = rows.filter(service=False, erased_at=None).first()
    return found


def _refuse_taken(workspace_id: UUID, email: str, *, but: UUID | None = None) -> None:
    others = Person.objects.filter(workspace_id=workspace_id)
    if but is not None:
        others = others.exclude(pk=but)
    if others.filter(Q(email__iexact=email) | Q(account__email__iexact=email)).exists():
        raise Rejected.one("person.email-taken", field="email", email=email)


def _email(text: str) -> str:
    email = text.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Rejected.one("person.email", field="email") from error
    return email


def _account(email: str, new: NewPerson, *, at: datetime) -> Account:
    account: Account | None = Account.objects.filter(email__iexact=email).first()
    if account is not None:
        return account
    account = Account(email=email, language=_language(new.language), created_at=at)
    if new.password is None:
        account.set_unusable_password()
    else:
        _check_password(new.password, account)
        account.set_password(new.password)
    account.save()
    return account


def _check_password(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Rejected(_weakness(str(one.code), one.params or {}) for one in error.error_list) from error


def _weakness(code: str, params: Mapping[str, Any]) -> Reason:
    if code == "password_too_short":
        return Reason("password.short", "password", (("least", params.get("min_length", 10)),))
    if code == "password_too_similar":
        return Reason("password.similar", "password")
    return Reason("password.common", "password")


def _language(text: str) -> str:
    if text not in _LANGUAGES:
        raise Rejected.one("person.language", field="language")
    return text


def _speak(account_id: UUID, language: str) -> None:
    Account.objects.filter(pk=account_id).update(language=_language(language))


def _timezone(name: str) -> str:
    if name and name not in available_timezones():
        raise Rejected.one("workspace.timezone", field="timezone", name=name)
    return name


def _manager(by: Member, person_id: UUID, manager_id: UUID | None) -> UUID | None:
    """Somebody else of the workspace, and nobody who is led by the person."""
    step = manager_id
    for _ in range(Person.objects.filter(workspace_id=by.workspace_id).count() + 1):
        if step is None:
            return manager_id
        if step == person_id:
            raise Rejected.one("person.manager-loop", field="manager")
        step = one_of(by, step).manager_id
    return manager_id
