"""What a file of OKRs is compared with, beyond the goals themselves: names and keys."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from pejl.domain.values import State
from pejl.models import Checkin, Event, Person, Team
from pejl.queries import measures, scope
from pejl.queries.scope import Member

KEYED = "plan.keyed"


def keys(by: Member) -> dict[UUID, str]:
    """Goal → the key it has in files, the last one it was given. One query."""
    rows = Event.objects.filter(workspace_id=by.workspace_id, verb=KEYED, goal__isnull=False)
    if by.as_of is not None:
        rows = rows.filter(at__lte=by.as_of)
    return {goal: data["key"] for goal, data in rows.order_by("at", "pk").values_list("goal_id", "data")}


def ended(by: Member, *, ids: Collection[UUID], titles: Collection[str]) -> list[UUID]:
    """The goals they see that have ended and are meant by id or by title, the latest end first."""
    seen = scope.goals(by).exclude(state=State.OPEN)
    found: dict[UUID, None] = {}
    for some in measures.batches(ids):
        found |= dict.fromkeys(seen.filter(pk__in=some).values_list("pk", flat=True))
    every = list(titles)
    for start in range(0, len(every), 500):
        some_titles = seen.filter(title__in=every[start : start + 500])
        found |= dict.fromkeys(some_titles.order_by("-ended_at", "pk").values_list("pk", flat=True))
    return list(found)


def spoken(by: Member, ids: Collection[UUID]) -> set[UUID]:
    """Those of the goals that were ever checked in on, withdrawn check-ins too."""
    found: set[UUID] = set()
    for some in measures.batches(ids):
        rows = Checkin.objects.filter(workspace_id=by.workspace_id, goal_id__in=some)
        found |= set(rows.values_list("goal_id", flat=True))
    return found


def people(by: Member) -> list[tuple[UUID, str, str]]:
    """(id, name, e-mail) of everybody, those who are here before those who left. One query."""
    rows = Person.objects.filter(workspace_id=by.workspace_id, service=False, erased_at=None)
    return list(rows.order_by("-active", "name", "pk").values_list("pk", "name", "email"))


def teams(by: Member) -> list[tuple[UUID, str]]:
    """Every team that is not archived. One query."""
    rows = Team.objects.filter(workspace_id=by.workspace_id, archived_at=None)
    return list(rows.order_by("name", "pk").values_list("pk", "name"))
