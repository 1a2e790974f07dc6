"""`/goals`: objectives, key results and initiatives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from pejl.api import answers, callers
from pejl.api.answers import Once, Paged
from pejl.api.kept import kept
from pejl.api.schemas import GoalOut, GoalsOut
from pejl.domain.values import Ambition, Kind, Status
from pejl.queries import goals, listings, resources, sheets
from pejl.queries.goals import GoalRow
from pejl.queries.listings import Filters
from pejl.queries.scope import Member

router = Router(tags=["goals"])


class GoalsQuery(Paged):
    kind: Kind | None = None
    period: UUID | None = None
    team: UUID | None = None
    owner: UUID | None = None
    parent: UUID | None = None
    status: Status | None = None
    ambition: Ambition | None = None
    tag: str = Field("", max_length=100)
    q: str = Field("", max_length=200)
    stale: bool | None = None
    updated_since: str = Field("", max_length=40)
    source_id: str = Field("", max_length=200)
    sort: Literal["-updated", "title", "progress", "end_date"] = "-updated"


@router.get("/goals", response=GoalsOut, summary="Goals that the token sees, a part at a time")
@kept
def every(request: HttpRequest, query: Query[GoalsQuery]) -> HttpResponse:
    with callers.known(request) as (by, now):
        since = query.updated_since
        filters = Filters(
            **query.dict(include=set(Filters.__dataclass_fields__) - {"updated_since"}),
            updated_since=callers.moment(since, name="updated_since", by=by) if since else None,
        )
        after = answers.place(query.cursor)
        try:
            part = listings.goals(
                by,
                filters,
                order=query.sort,
                after=after,
                limit=query.limit,
                now=now,
            )
        except (ValueError, TypeError, AttributeError) as error:  # its place is none of this order
            raise answers.no_cursor() from error
        return answers.told(request, answers.page(told(by, part.rows), after=part.after))


@router.get("/goals/{goal_id}", response=GoalOut, summary="One goal, with its ETag")
@kept
def one(request: HttpRequest, goal_id: UUID, query: Query[Once]) -> HttpResponse:  # noqa: ARG001 - documented
    with callers.known(request) as (by, now):
        return answers.one(request, single(by, goal_id, now=now))


def single(by: Member, goal_id: UUID, *, now: datetime) -> dict[str, Any]:
    """The resource. Raises `NotFound`."""
    return told(by, [goals.one(by, goal_id, now=now)])[0]


def told(by: Member, rows: Iterable[GoalRow]) -> list[dict[str, Any]]:
    """Goals as resources. Two queries, however many."""
    found = list(rows)
    sources = sheets.sources(by, [row.id for row in found])
    bands = sheets.workspace(by).bands
    return [resources.goal(row, bands=bands, source=sources.get(row.id)) for row in found]
