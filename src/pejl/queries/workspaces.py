"""Workspaces as seen from outside: which there are, and whether the database is of this version."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from pejl.models import Checkin, Comment, Kpi, Person, Team, Workspace
from pejl.queries import scope
from pejl.queries.scope import Member, NotFound


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    id: UUID
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Contents:
    """How much there is of each; of goals and what is said on them, only what the person asking may see."""

    goals: int
    checkins: int
    comments: int
    kpis: int
    people: int
    teams: int


def any_exist() -> bool:
    return Workspace.objects.exists()


def all_rows() -> list[WorkspaceRow]:
    """Every workspace on this server, for the terminal. By name."""
    return [
        WorkspaceRow(*row) for row in Workspace.objects.order_by("name").values_list("pk", "slug", "name")
    ]


def slugs_of(account_id: UUID) -> list[str]:
    """The workspaces an account belongs to, the first joined first."""
    return [row.slug for row in of_account(account_id)]


def of_account(account_id: UUID) -> list[WorkspaceRow]:
    places = Person.objects.filter(account_id=account_id, active=True).order_by("workspace__created_at")
    return [
        WorkspaceRow(*row) for row in places.values_list("workspace_id", "workspace__slug", "workspace__name")
    ]


def settings_of(by: Member) -> Workspace:
    """The workspace's own row. Raises `NotFound`."""
    found = Workspace.objects.filter(pk=by.workspace_id).first()
    if found is None:
        raise NotFound
    return found


def contents(by: Member) -> Contents:
    """What the workspace holds now. Six queries."""
    seen = scope.goals(by)
    rows = {"workspace_id": by.workspace_id}
    on_goals = {**rows, "goal__in": seen.values("pk")}
    return Contents(
        goals=seen.count(),
        checkins=Checkin.objects.current().filter(**on_goals).count(),
        comments=Comment.objects.current().filter(**on_goals).count(),
        kpis=Kpi.objects.current().filter(**rows).count(),
        people=Person.objects.filter(**rows).count(),
        teams=Team.objects.filter(**rows).count(),
    )


def database_is_current() -> bool:
    """Whether the database answers and all migrations of this version are applied."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return False
