"""Which week's forecasts are on record. Nothing here is computed: a server that only waits stays small."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from pejl.models import GoalForecast, Workspace
from pejl.queries import people
from pejl.queries.scope import Member


def of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def kept(workspace_id: UUID, week: date) -> bool:
    """Whether that week has a record. One query."""
    return GoalForecast.objects.filter(workspace_id=workspace_id, week=week).exists()


def waiting(*, at: datetime, done: Mapping[UUID, date]) -> list[Member]:
    """The workspaces, each as the one who acts in it, whose week at that moment is neither the one noted nor
    on record."""
    every = [
        people.system(slug) for slug in Workspace.objects.order_by("slug").values_list("slug", flat=True)
    ]
    weeks = [(by, of(by.today(at))) for by in every]
    return [by for by, week in weeks if done.get(by.workspace_id) != week and not kept(by.workspace_id, week)]
