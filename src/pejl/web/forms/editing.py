"""One goal of any kind as people type it: a new one under another, or changes to one that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict

from pejl.domain import tags
from pejl.domain.values import Ambition, Kind, Level, ProgressMode, StatusMode, Visibility
from pejl.queries.goals import GoalRow
from pejl.services.errors import Reason
from pejl.services.goals import GoalDraft
from pejl.web.forms import goals as forms
from pejl.web.forms import measures
from pejl.web.forms.goals import Reader

LISTS = ("owners", "delegates", "viewers", "teams")
CHOICES: dict[str, type[StrEnum]] = {
    "level": Level,
    "progress_mode": ProgressMode,
    "status_mode": StatusMode,
    "visibility": Visibility,
}
OTHERS: dict[str, Callable[[str], Any]] = {
    "period": forms.identity,
    "start_date": forms.day,
    "end_date": forms.day,
    "checkin_owner": forms.identity,
}
Lists = dict[str, list[str]]


def shown(goal: GoalRow) -> dict[str, str]:
    """The goal's fields as they would be typed."""
    return {
        "title": goal.title,
        "description": goal.description,
        "tags": tags.told(goal.tags),
        "ambition": goal.ambition or "",
        "period": str(goal.period_id or ""),
        "start_date": goal.start_date.isoformat() if goal.start_date else "",
        "end_date": goal.end_date.isoformat() if goal.end_date else "",
        "checkin_owner": str(goal.checkin_owner.id) if goal.checkin_owner else "",
        "level": goal.level.value,
        "progress_mode": goal.progress_mode.value,
        "status_mode": goal.status_mode.value,
        "visibility": goal.visibility.value,
        **measures.shown(goal),
    }


def lists(goal: GoalRow) -> Lists:
    """Its people and teams, by id."""
    return {name: [str(one.id) for one in getattr(goal, name)] for name in LISTS}


def typed_lists(form: QueryDict) -> Lists:
    """The same as typed; an owner may stand alone under "owner", a team under "team"."""
    found = {name: [one for one in form.getlist(name) if one.strip()] for name in LISTS}
    for name in ("owners", "teams"):
        if name not in form and form.get(name[:-1], "").strip():
            found[name] = [str(form[name[:-1]])]
    return found


def draft(request: HttpRequest, *, kind: Kind, parent: GoalRow) -> GoalDraft:
    """A new key result or initiative under `parent`, at its level and in its teams."""
    read = forms.reader(request)
    title = read.typed.get("title", "").strip()
    if not title:
        read.reasons.append(Reason("text.empty", "title"))
    found = GoalDraft(
        kind,
        title,
        description=read.typed.get("description", ""),
        level=parent.level,
        period=read.read("period", forms.identity),
        start_date=read.read("start_date", forms.day),
        end_date=read.read("end_date", forms.day),
        owners=_ids(read, "owners", typed_lists(request.POST)["owners"]),
        teams=tuple(team.id for team in parent.teams),
        tags=(read.typed.get("tags", ""),),
        metric=measures.metric(read, kind="metric"),
        milestones=measures.steps(read, kind="metric"),
        parents=((parent.id, None),),
    )
    read.finish()
    return found


def moved(request: HttpRequest, goal: GoalRow) -> list[str]:
    """The fields that differ from what the goal is now; a field that was not sent does not."""
    before, had, given = shown(goal), lists(goal), typed_lists(request.POST)
    sent = [name for name in before if name in request.POST]
    fields = [name for name in sent if _same(request.POST[name]) != _same(before[name])]
    return fields + [name for name in LISTS if name in request.POST and given[name] != had[name]]


def changes(request: HttpRequest, goal: GoalRow) -> dict[str, Any]:
    """What `services.goals.edit` is to change. Raises `Rejected` with all that cannot be read."""
    read = Reader({**shown(goal), **forms.reader(request).typed})
    fields, given = moved(request, goal), typed_lists(request.POST)
    found: dict[str, Any] = {name: read.typed[name] for name in ("title", "description") if name in fields}
    if "title" in found and not found["title"].strip():
        read.reasons.append(Reason("text.empty", "title"))
    if "tags" in fields:
        found["tags"] = (read.typed["tags"],)
    if "ambition" in fields:
        found["ambition"] = _choice(read, "ambition", Ambition) if read.typed["ambition"] else None
    found |= {name: _choice(read, name, kind) for name, kind in CHOICES.items() if name in fields}
    found |= {name: read.read(name, how) for name, how in OTHERS.items() if name in fields}
    found |= {name: _ids(read, name, given[name]) for name in LISTS if name in fields}
    if {"metric", *measures.FIELDS} & set(fields):
        found["metric"] = measures.metric(read, kind="metric")
        found["milestones"] = measures.steps(read, kind="metric")
    read.finish()
    return found


def _choice(read: Reader, name: str, kind: type[StrEnum]) -> StrEnum | None:
    if read.typed[name] not in set(kind):
        read.reasons.append(Reason("choice.unknown", name))
        return None
    return kind(read.typed[name])


def _ids(read: Reader, name: str, texts: list[str]) -> tuple[UUID, ...]:
    found = []
    for text in texts:
        part = Reader({name: text})
        one = part.read(name, forms.identity)
        read.reasons += part.reasons
        if one is not None:
            found.append(one)
    return tuple(dict.fromkeys(found))


def _same(text: Any) -> str:
    """As a browser sends it back: line ends of its own, no blanks around."""
    return "\n".join(line.strip() for line in str(text).splitlines()).strip()


def now_there(goal: GoalRow, fields: list[str], *, named: Mapping[str, str]) -> list[tuple[str, str]]:
    """Field and text of what stands there now, with the ids among them named."""
    texts, people = shown(goal), lists(goal)
    found = []
    for name in fields:
        values = people[name] if name in people else [texts[name]]
        found.append((name, ", ".join(named.get(value, value) for value in values if value)))
    return found
