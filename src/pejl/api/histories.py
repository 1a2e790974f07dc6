"""What hangs under a goal, how it came to be what it is, and what moved between two moments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router

from pejl.api import answers, callers
from pejl.api import goals as goals_api
from pejl.api.answers import refusals
from pejl.api.kept import kept
from pejl.api.schemas_goals import ChangesOut, ChangesQuery, HistoryOut, HistoryQuery, TopOut, TreeQuery
from pejl.queries import changes, fields, lives, trees
from pejl.queries.changes import Arrival, GoalRef, Moved
from pejl.queries.histories import Change
from pejl.queries.lives import Checked, Deed, Guarded, Life, Said, Talk
from pejl.queries.trees import Branch

router = Router(tags=["histories"])


@router.get(
    "/goals/{goal_id}/tree",
    response={200: TopOut, **refusals(404, 422)},
    summary="A goal and what hangs under it, nested",
)
@kept
def tree(request: HttpRequest, goal_id: UUID, query: Query[TreeQuery]) -> HttpResponse:
    with callers.known(request) as (by, now):
        found = trees.of_goal(by, goal_id, depth=query.depth, now=now)
        (top,) = found.branches
        rows = {one.row.id: one.row for one in _all(top)}
        told = {one["id"]: one for one in goals_api.told(by, rows.values())}
    return answers.one(request, _branch(top, told) | {"left_out": found.left_out})


@router.get(
    "/goals/{goal_id}/history",
    response={200: HistoryOut, **refusals(404, 422)},
    by_alias=True,
    summary="All that was recorded of a goal, the oldest first; corrections and withdrawals too",
)
@kept
def history(request: HttpRequest, goal_id: UUID, query: Query[HistoryQuery]) -> HttpResponse:
    start = answers.place(query.cursor) or 0
    if not isinstance(start, int) or start < 0:
        raise answers.no_cursor()
    with callers.known(request) as (by, _now):
        life = lives.told(by, goal_id)
    end = start + query.limit
    items = [_deed(one, life) for one in life.deeds[start:end]]
    return answers.told(request, answers.page(items, after=end if len(life.deeds) > end else None))


@router.get(
    "/changes",
    response={200: ChangesOut, **refusals(422)},
    by_alias=True,
    summary="What moved between two moments, by the time it was recorded",
)
def between(request: HttpRequest, query: Query[ChangesQuery]) -> HttpResponse:
    with callers.known(request) as (by, now):
        found = changes.between(
            by,
            since=callers.moment(query.from_, name="from", by=by),
            until=callers.moment(query.to, name="to", by=by) if query.to else now,
            **query.dict(include={"team", "person", "goal"}),
        )
    told = {
        "since": found.since,
        "until": found.until,
        "added": [_arrival(one) for one in found.added],
        "removed": [_arrival(one) for one in found.removed],
        "changed": [_moved(one) for one in found.changed],
        "moved_targets": [_moved(one) for one in found.moved_targets],
    }
    return answers.told(request, told)


def _all(branch: Branch) -> list[Branch]:
    return [branch, *(one for child in branch.children for one in _all(child))]


def _branch(branch: Branch, told: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    under = {"children": [_branch(child, told) for child in branch.children]}
    return told[branch.row.id] | under | ({"again": True} if branch.again else {})


def _deed(deed: Deed, life: Life) -> dict[str, Any]:
    """Each kind of deed in the one shape."""
    told: dict[str, Any] = {"at": deed.at, "by": deed.by.name if deed.by else None}
    match deed:
        case Change():
            told |= _change(deed, unit=deed.unit)
            if deed.field == "state" and (ending := life.endings.get(deed.at)):
                names = ("reason", "learned", "grade_computed", "grade_given", "grade_reason")
                told["ending"] = {name: getattr(ending, name) for name in names}
        case Checked():
            told |= {"field": "checkin", "from": _said(deed.before), "to": _said(deed.after)}
            told |= {"unit": life.unit, "about": ""}
        case Talk():
            text = deed.text or None
            told |= {"field": "comment", "from": None, "to": text, "unit": "", "about": deed.verb}
        case Guarded():
            begun = deed.begun
            told |= {"field": "kpi", "from": None if begun else deed.kpi, "to": deed.kpi if begun else None}
            told |= {"unit": "", "about": ""}
    return told


def _said(said: Said | None) -> dict[str, Any] | None:
    if said is None:
        return None
    names = ("on", "value", "confidence", "status", "note")
    return {name: getattr(said, name) for name in names}


def _arrival(one: Arrival) -> dict[str, Any]:
    return {"goal": _goal(one.goal), "at": one.at, "by": one.by.name if one.by else None}


def _moved(one: Moved) -> dict[str, Any]:
    told = {"goal": _goal(one.goal), **_change(one, unit=one.unit)}
    return told | {"at": one.at, "by": one.by.name if one.by else None}


def _goal(one: GoalRef) -> dict[str, Any]:
    return {"id": one.id, "title": one.title, "kind": one.kind}


def _change(one: Change | Moved, *, unit: str) -> dict[str, Any]:
    language = (get_language() or "en")[:2]
    return {
        "field": fields.name(one.field),
        "from": fields.value(one.field, one.before, language=language),
        "to": fields.value(one.field, one.after, language=language),
        "unit": unit,
        "about": one.also,
    }
