"""People and teams of one workspace, and who is asking."""

from __future__ import annotations

from uuid import UUID

from pejl.domain.values import Role
from pejl.models import Person, Team, TeamMember, Workspace
from pejl.queries.scope import Member, NotFound


def member_of(account_id: UUID, *, slug: str = "") -> Member | None:
    """Who the account is in the workspace `slug`, else in the first one it belongs to. Three queries."""
    places = Person.objects.filter(account_id=account_id, active=True).select_related("workspace", "account")
    person = places.filter(workspace__slug=slug).first() if slug else None
    person = person or places.order_by("workspace__created_at").first()
    return None if person is None else as_member(person)


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
    workspace = person.workspace
    rows = list(
        TeamMember.objects.current()
        .filter(workspace_id=workspace.pk, person_id=person.pk)
        .values_list("team_id", "lead")
    )
    account_language = person.account.language if person.account else ""
    return Member(
        workspace_id=workspace.pk,
        slug=workspace.slug,
        workspace_name=workspace.name,
        person_id=person.pk,
        name=person.name,
        role=Role(person.role),
        language=account_language or workspace.language,
        timezone=person.timezone or workspace.timezone,
        teams=frozenset(team_id for team_id, _ in rows),
        leads=below(workspace.pk, frozenset(team_id for team_id, lead in rows if lead)),
    )
