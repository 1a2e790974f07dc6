"""People and teams of one workspace, and who is asking."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from pejl.domain.values import Role
from pejl.models import Person, Team, TeamMember, Workspace
from pejl.queries.scope import Member, NotFound


class _Said(NamedTuple):
    """What the rows of a person say; the fields of `Member` up to their teams."""

    workspace_id: UUID
    slug: str
    workspace_name: str
    person_id: UUID
    name: str
    role: Role
    language: str
    timezone: str
    forecasts: bool


def member_of(account_id: UUID, *, slug: str = "") -> Member | None:
    """Who the account is in the workspace `slug`, else in the first one it belongs to. Three queries."""
    places = Person.objects.filter(account_id=account_id, active=True).select_related("workspace", "account")
    person = places.filter(workspace__slug=slug).first() if slug else None
    person = person or places.order_by("workspace__created_at").first()
    return None if person is None else arriving(person)


def member(workspace: str, person_id: UUID) -> Member:
    """The same, for a known person. Raises `NotFound`."""
    person = (
        Person.objects.filter(workspace__slug=workspace, pk=person_id)
        .select_related("workspace", "account")
        .first()
    )
    if person is None:
        raise NotFound
    return as_member(person)


def present(workspace: str, person_id: UUID) -> Member | None:
    """The same, for one who may have left; None for one who has."""
    found = Person.objects.filter(workspace__slug=workspace, pk=person_id, active=True)
    person = found.select_related("workspace", "account").first()
    return None if person is None else as_member(person)


def system(slug: str) -> Member:
    """The workspace itself as actor: the terminal, seeding, periods that come by themselves."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise NotFound
    return Member(
        workspace_id=workspace.pk,
        slug=workspace.slug,
        workspace_name=workspace.name,
        person_id=None,
        name="",
        role=Role.OWNER,
        language=workspace.language,
        timezone=workspace.timezone,
    )


def by_email(workspace: str, email: str) -> UUID:
    """The id of the person with that e-mail. Raises `NotFound`."""
    found = (
        Person.objects.filter(workspace__slug=workspace, email__iexact=email)
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def below(workspace_id: UUID, roots: frozenset[UUID]) -> frozenset[UUID]:
    """These teams and all teams under them. One query."""
    if not roots:
        return roots
    children: dict[UUID | None, list[UUID]] = {}
    for team_id, parent_id in Team.objects.filter(workspace_id=workspace_id).values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(team_id)
    found, waiting = set(roots), list(roots)
    while waiting:
        for team_id in children.get(waiting.pop(), []):
            if team_id not in found:
                found.add(team_id)
                waiting.append(team_id)
    return frozenset(found)


def as_member(person: Person) -> Member:
    return _member(*_said(person))


def arriving(person: Person) -> Member:
    """The same, for who comes in with a request, before anything is written: the teams they belong to are
    remembered while nothing is written in the workspace."""
    return remembered(person.workspace.revision, *_said(person))


def _said(person: Person) -> _Said:
    workspace = person.workspace
    account_language = person.account.language if person.account else ""
    return _Said(
        workspace_id=workspace.pk,
        slug=workspace.slug,
        workspace_name=workspace.name,
        person_id=person.pk,
        name=person.name,
        role=Role(person.role),
        language=account_language or workspace.language,
        timezone=person.timezone or workspace.timezone,
        forecasts=person.forecasts,
    )


def _member(*said: Any) -> Member:
    known = _Said(*said)
    rows = list(
        TeamMember.objects.current()
        .filter(workspace_id=known.workspace_id, person_id=known.person_id)
        .values_list("team_id", "lead")
    )
    return Member(
        *known,
        teams=frozenset(team_id for team_id, _ in rows),
        leads=below(known.workspace_id, frozenset(team_id for team_id, lead in rows if lead)),
    )


@lru_cache(maxsize=1_000)
def remembered(_revision: int, *said: Any) -> Member:
    return _member(*said)
