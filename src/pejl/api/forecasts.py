"""Where one goal lands if things go on as they have."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from pejl.api import answers, callers
from pejl.api.answers import refusals
from pejl.api.kept import kept
from pejl.api.schemas_goals import ForecastOut, KnownQuery
from pejl.queries import forecasts, goals

router = Router(tags=["goals"])


@router.get(
    "/goals/{goal_id}/forecast",
    response={200: ForecastOut, **refusals(404, 422)},
    by_alias=True,
    summary="Where a goal lands if things go on as they have, or why nobody can say",
)
@kept
def forecast(request: HttpRequest, goal_id: UUID, query: Query[KnownQuery]) -> HttpResponse:  # noqa: ARG001 - read by `known`
    with callers.known(request) as (by, now):
        told = forecasts.of_one(by, goals.one(by, goal_id, now=now), now=now)
    return answers.told(request, told)
