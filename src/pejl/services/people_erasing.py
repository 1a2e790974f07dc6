"""Taking a person's name and address away, and leaving what they did. docs/privacy.md tells what stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.models import Session

from pejl.domain.values import Role
from pejl.models import Person, TeamMember, Token
from pejl.models.fields import FORMER
from pejl.queries.scope import Member, NotFound
from pejl.services import events, gates, links, people, people_merging, people_scrubbing
from pejl.services.commands import command
from pejl.services.errors import Rejected


@command
def erase(person_id: UUID, *, password: str = "", by: Member, at: datetime) -> None:
    """Makes the person a former colleague, everywhere and for good: in the past and in exports too.

    Oneself with one's password; admins anybody not above them; the terminal everybody. Goals, figures and
    check-ins stay. The account goes, and its sessions, when it opens no other workspace. Raises `Rejected`
    for the last owner (`person.erase-owner`). Takes time with the number of events.
    """
    person = people.one_of(by, person_id)
    if person.service:
        raise NotFound
    if by.person_id == person_id:
        people.prove(person, password, field="password")
    elif by.person_id is not None:
        gates.admin(by)
        people.may_give(by, Role(person.role))
    if person.role == Role.OWNER and not people.other_owners(person).exists():
        raise Rejected.one("person.erase-owner", name=person.name)
    events.record("person.erased", by=by, at=at, subject=person_id)
    people_scrubbing.everything(person)
    _leave(person, at=at)
    account_id = person.account_id
    person.account, person.name, person.email, person.timezone = None, FORMER, "", ""
    person.role, person.active, person.manager = Role.MEMBER, False, None
    person.seen_at, person.erased_at = None, at
    person.save()
    if account_id is not None and people_merging.forget_account(account_id):
        _end_sessions(account_id)


def _leave(person: Person, *, at: datetime) -> None:
    """Out of teams and of nobody's manager any more; nothing acts in their name."""
    here = {"workspace_id": person.workspace_id}
    Token.objects.filter(**here, person=person).delete()
    links.end(TeamMember.objects.current().filter(**here, person=person), at=at)
    Person.objects.filter(**here, manager=person).update(manager=None)


def _end_sessions(account_id: UUID) -> None:
    gone = [
        session.pk
        for session in Session.objects.all()
        if session.get_decoded().get("_auth_user_id") == str(account_id)
    ]
    Session.objects.filter(pk__in=gone).delete()
