"""The page of one goal, as several rooms answer with it: the goal's own, comments and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from pejl.queries import dossiers, timelines
from pejl.services.errors import Conflict, Rejected
from pejl.web import goalpictures, goalwords, landings, pages

_MOST = 600


def show(
    request: HttpRequest,
    goal_id: UUID,
    *,
    rejected: Rejected | None = None,
    at: str = "",
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The page. `rejected` belongs to the form named `at` on it, whose input `typed` is kept."""
    by, now = pages.member(request), pages.now(request)
    only = request.GET.get("show", "all")
    only = only if only in timelines.ONLY else "all"
    limit = shown(request)
    dossier = dossiers.one(by, goal_id, now=now, only=only, limit=limit)
    rows = (dossier.goal, *dossier.key_results, *dossier.supporters)
    answers = landings.of(by, rows, now=now)
    return pages.render(
        request,
        "goals/goal.html",
        status=status_of(rejected),
        page=goalwords.page(dossier, today=by.today(now), zone=by.zone),
        pictures=goalpictures.of(dossier, today=by.today(now), answers=answers),
        told=landings.told(answers, rows),
        now=now,
        d=dossier,
        me=by,
        only=only,
        limit=limit,
        step=timelines.STEP,
        errors=pages.errors(rejected) if rejected else {},
        at=at,
        typed=typed or {},
    )


def shown(request: HttpRequest) -> int:
    """How many entries of the timeline are asked for."""
    text = request.GET.get("limit", "")
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MOST)):
        return timelines.STEP
    return min(max(int(text), timelines.STEP), _MOST)


def status_of(rejected: Rejected | None) -> int:
    if rejected is None:
        return 200
    return 409 if isinstance(rejected, Conflict) else 422


def address(goal_id: UUID, part: str = "") -> str:
    return f"/goals/{goal_id}" + (f"#{part}" if part else "")
