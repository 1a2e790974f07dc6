"""The tools that only read. Each answers with plain data for one of the shapes in `answers`."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pejl.domain import periods
from pejl.domain.changes import Sort
from pejl.domain.values import Status
from pejl.mcp import answers, names
from pejl.mcp.callers import Caller, Refused
from pejl.queries import attentions, changes, fields, forecasts, goals, histories, listings, resources, sheets
from pejl.queries.attentions import Asking
from pejl.queries.changes import Arrival, Moved
from pejl.queries.goals import GoalRow
from pejl.queries.histories import Change
from pejl.queries.listings import Filters

Told = dict[str, Any]
LAST: Final = 10
STEPS: Final = 20
LOOKED_AT: Final = 1_000
_PART: Final = 100


def find_goals(asked: answers.FindGoals, caller: Caller) -> Told:
    by = caller.by
    owner = names.person(caller, asked.owner) if asked.owner else None
    words = asked.words.casefold().split()
    filters = Filters(
        owner=by.person_id if asked.only_mine else owner,
        team=names.team(caller, asked.team) if asked.team else None,
        period=names.period(caller, asked.period) if asked.period else None,
        status=Status(asked.status) if asked.status not in {"", "stale"} else None,
        stale=True if asked.status == "stale" else None,
        q=max(words, key=len, default=""),
    )
    fitting = (row for row in _every(caller, filters) if _has(row, words, owner=owner))
    found = list(islice(fitting, asked.limit + 1))
    return {"goals": [short(row) for row in found[: asked.limit]], "more": len(found) > asked.limit}


def _every(caller: Caller, filters: Filters) -> Any:
    """At most `LOOKED_AT` of them, those that changed last first."""
    after, seen = None, 0
    while seen < LOOKED_AT:
        part = listings.goals(caller.by, filters, order="-updated", after=after, limit=_PART, now=caller.at)
        yield from part.rows
        after, seen = part.after, seen + _PART
        if after is None:
            return


def _has(row: GoalRow, words: list[str], *, owner: UUID | None) -> bool:
    text = f"{row.title}\n{row.description}".casefold()
    owned = owner is None or any(one.id == owner for one in row.owners)
    return owned and all(word in text for word in words)


def read_goal(asked: answers.ReadGoal, caller: Caller) -> Told:
    return whole(names.goal(caller, asked.goal).id, caller)


def whole(goal_id: UUID, caller: Caller) -> Told:
    """A goal with what stands around it. Raises `NotFound`."""
    by = caller.by
    row = goals.one(by, goal_id, now=caller.at)
    source = sheets.sources(by, [row.id]).get(row.id)
    steps = histories.changes(by, row.id, titles={row.id: row.title})
    steps.sort(key=lambda one: one.at)
    return {
        "goal": resources.goal(row, bands=sheets.workspace(by).bands, source=source),
        "forecast": forecasts.of_one(by, row, now=caller.at),
        "attention": [mark.value for mark in row.marks],
        "parents": [{"id": one.id, "title": one.title, "share": one.share} for one in row.parents],
        "children": [short(one) for one in goals.children(by, row.id, now=caller.at)],
        "check_ins": [_checkin(one) for one in _last_checkins(caller, row)],
        "comments": [
            {"id": one.id, "at": one.posted_at, "by": one.by or None, "text": one.text}
            for one in list(sheets.comments(by, goal=row.id))[-LAST:]
        ],
        "history": [_step(one) for one in steps[-STEPS:]],
    }


def _last_checkins(caller: Caller, row: GoalRow) -> list[Any]:
    found = sheets.checkins_on(caller.by, row.id, after=None, limit=max(1, row.checkin_count))
    return found[-LAST:]


def _checkin(one: Any) -> Told:
    told = {"id": one.id, "on": one.on, "at": one.recorded_at, "by": one.by or None, "value": one.value}
    return told | {"status": one.status, "confidence": one.confidence, "text": one.note}


def _step(one: Change) -> Told:
    return {
        "at": one.at,
        "by": one.by.name if one.by else None,
        **_change(one),
        "about": one.also,
    }


def needs_attention(asked: answers.NeedsAttention, caller: Caller) -> Told:
    by, now = caller.by, caller.at
    if asked.team:
        found = attentions.of_teams(by, {names.team(caller, asked.team)}, now=now)
    elif asked.whose == "team":
        found = attentions.of_teams(by, by.teams | by.leads, now=now)
    elif asked.whose == "all":
        found = attentions.of_everybody(by, now=now)
    else:
        found = attentions.of_person(by, now=now)
    some = found.found[: asked.limit]
    more = len(found.found) - len(some) + found.left_out
    return {"goals": [_asking(one) for one in some], "more": more}


def _asking(one: Asking) -> Told:
    told = {"goal": short(one.row), "why": list(one.why), "due_at": one.due_at}
    return told | {"stale_days": one.row.stale_days}


def what_changed(asked: answers.WhatChanged, caller: Caller) -> Told:
    found = changes.between(
        caller.by,
        since=_moment(asked.from_, caller),
        until=_moment(asked.to, caller) if asked.to else caller.at,
        team=names.team(caller, asked.team) if asked.team else None,
        person=caller.by.person_id if asked.only_mine else None,
        goal=names.goal(caller, asked.goal).id if asked.goal else None,
    )
    moved = sorted(found.changed, key=lambda one: one.sort is not Sort.TARGET)
    most = asked.limit
    lists = (found.added, found.removed, moved)
    return {
        "since": found.since,
        "until": found.until,
        "added": [_arrived(one) for one in found.added[:most]],
        "removed": [_arrived(one) for one in found.removed[:most]],
        "changed": [_moved(one) for one in moved[:most]],
        "more": sum(max(0, len(some) - most) for some in lists),
    }


def _moment(text: str, caller: Caller) -> datetime:
    try:
        return periods.moment(text, zone=caller.by.zone)
    except ValueError:
        raise Refused(_("Write a date such as 2026-10-03, or an RFC 3339 moment.")) from None


def _arrived(one: Arrival) -> Told:
    return {"goal": _ref(one.goal), "at": one.at, "by": one.by.name if one.by else None}


def _moved(one: Moved) -> Told:
    return {
        "goal": _ref(one.goal),
        **_change(one),
        "unit": one.unit,
        "about": one.also,
        "at": one.at,
        "by": one.by.name if one.by else None,
        "moved_target": one.sort is Sort.TARGET,
    }


def _ref(one: Any) -> Told:
    return {"id": one.id, "kind": one.kind.value, "title": one.title}


def _change(one: Change | Moved) -> Told:
    """Under the names of the goal's resource, as the HTTP API tells it."""
    language = (get_language() or "en")[:2]
    return {
        "field": fields.name(one.field),
        "old": fields.value(one.field, one.before, language=language),
        "new": fields.value(one.field, one.after, language=language),
    }


def short(row: GoalRow) -> Told:
    return {
        "id": row.id,
        "kind": row.kind.value,
        "title": row.title,
        "owners": [one.name for one in row.owners],
        "teams": [one.name for one in row.teams],
        "period": row.period_name,
        "status": row.status.value,
        "stale": row.stale_days is not None,
        "progress": row.progress,
        "expected": row.expected,
        "value": row.value,
        "target": None if row.metric is None else row.metric.target,
        "unit": row.unit,
        "end_date": row.end_date,
        "last_checkin": row.last_checkin_on,
    }
