"""How one goal came to be what it is: every decided change, who made it and when.

Changes are read from the versions themselves, so nothing can be changed without being told here. What has no
author of its own (people, teams, tags, tasks, milestones) borrows the author of the event of the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Value

from pejl.models import Edge, Event, GoalPerson, GoalTag, GoalTeam, GoalVersion, Milestone, Task
from pejl.queries import scope
from pejl.queries.goals import PersonRef
from pejl.queries.scope import Member

DECIDED = (
    "kind",
    "title",
    "description",
    "level",
    "period_id",
    "start_date",
    "end_date",
    "ambition",
    "checkin_owner_id",
    "progress_mode",
    "status_mode",
    "status_pinned",
    "visibility",
    "metric_kind",
    "unit",
    "start_value",
    "target_value",
    "lower",
    "upper",
    "warning",
    "sums",
    "phases",
    "state",
    "grade_given",
)
TOLD_ABOVE = frozenset(
    {"title", "start_value", "target_value", "lower", "upper", "end_date", "state", "phases"}
)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one goal, before and after. `field` is a column of the goal, or one of created, owner,
    delegate, viewer, team, tag, parent, share, task, task_done, milestone, milestone_done; ids stand as
    names, the tags of one moment together. `also` names the other thing it is about, such as the parent of a
    share. `unit` and `metric_kind` are those the values are in."""

    at: datetime
    by: PersonRef | None
    goal_id: UUID
    goal_title: str
    field: str
    before: Any = None
    after: Any = None
    unit: str = ""
    metric_kind: str = ""
    here: bool = True
    also: str = ""


def changes(by: Member, goal_id: UUID, *, titles: Mapping[UUID, str]) -> list[Change]:
    """All changes of `goal_id`, and what matters above of the other goals in `titles`. Unordered.

    The caller has made sure that the person sees all of `titles`. Eight queries.
    """
    versions = _versions(by, list(titles))
    authors = _authors(by, goal_id, versions)
    found = _decided(versions, goal_id, titles)
    here: dict[str, Any] = {"goal_id": goal_id, "goal_title": titles[goal_id]}
    created = min((one.known_from for one in versions if one.goal_id == goal_id), default=None)
    found = [
        one for one in found if one.here or one.field != "created" or created is None or one.at > created
    ]
    later = [
        *_links(by, goal_id),
        *_parents(by, goal_id),
        *_steps(Task, "task", "done", by, goal_id),
        *_steps(Milestone, "milestone", "reached_on", by, goal_id),
    ]
    for at, who, field, before, after, also in later:
        if created is None or at > created:
            person = who or authors.get(at)
            found.append(Change(at=at, by=person, field=field, before=before, after=after, also=also, **here))
    return found


def _versions(by: Member, goal_ids: Sequence[UUID]) -> list[Any]:
    rows = GoalVersion.objects.filter(workspace_id=by.workspace_id, goal_id__in=goal_ids)
    return list(
        rows.select_related("by", "period", "checkin_owner").order_by("goal_id", "number", "known_from")
    )


def _authors(by: Member, goal_id: UUID, versions: Iterable[Any]) -> dict[datetime, PersonRef]:
    found = {one.known_from: PersonRef(one.by_id, one.by.name) for one in versions if one.by}
    events = Event.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id).exclude(by=None)
    for at, person, name in events.values_list("at", "by_id", "by__name"):
        found.setdefault(at, PersonRef(person, name))
    return found


def _decided(versions: Sequence[Any], goal_id: UUID, titles: Mapping[UUID, str]) -> list[Change]:
    found: list[Change] = []
    last: Any = None
    for one in versions:
        here = one.goal_id == goal_id
        base: dict[str, Any] = {
            "at": one.known_from,
            "by": PersonRef(one.by_id, one.by.name) if one.by else None,
            "goal_id": one.goal_id,
            "goal_title": titles[one.goal_id],
            "unit": one.unit,
            "metric_kind": one.metric_kind,
            "here": here,
        }
        if last is None or last.goal_id != one.goal_id:
            found.append(Change(field="created", after=one.kind, **base))
        else:
            found += [
                Change(field=field, before=told(last, field), after=told(one, field), **base)
                for field in DECIDED
                if getattr(one, field) != getattr(last, field) and (here or field in TOLD_ABOVE)
            ]
        last = one
    return found


def told(version: Any, field: str) -> Any:
    """A field of a version as it is told: people by name, a period by what its name is made of."""
    if field == "period_id":
        period = version.period
        return None if period is None else _period(period)
    if field == "checkin_owner_id":
        return version.checkin_owner.name if version.checkin_owner else None
    return getattr(version, field)


def _period(period: Any) -> dict[str, Any]:
    """What its name is made of, in any language."""
    return {
        "name": period.name,
        "kind": period.kind,
        "start": period.start_date,
        "end": period.end_date,
        "year": period.year,
        "number": period.number,
    }


_Told = tuple[datetime, PersonRef | None, str, Any, Any, str]


def _links(by: Member, goal_id: UUID) -> list[_Told]:
    """Who or what was put on the goal, and taken off. One query."""
    here = {"workspace_id": by.workspace_id, "goal_id": goal_id}
    people, teams, tags = (
        model.objects.filter(**here).values_list("known_from", "known_to", name, what, "position")
        for model, name, what in (
            (GoalPerson, F("person__name"), F("role")),
            (GoalTeam, F("team__name"), Value("team")),
            (GoalTag, F("name"), Value("tag")),
        )
    )
    found: list[_Told] = []
    rows = people.union(teams, tags, all=True)
    for start, end, told, what, _ in sorted(rows, key=lambda row: (row[0], row[4])):
        found.append((start, None, what, None, told, ""))
        if end is not None:
            found.append((end, None, what, told, None, ""))
    return _together(_without_same(found))


def _together(found: list[_Told]) -> list[_Told]:
    """Tags that came in one moment are one change, and those that went."""
    others = [one for one in found if one[2] != "tag"]
    tags: dict[tuple[datetime, bool], list[str]] = {}
    for at, _, what, before, after, _ in found:
        if what == "tag":
            tags.setdefault((at, after is not None), []).append(after or before)
    for (at, began), names in tags.items():
        told = ", ".join(names)
        others.append((at, None, "tag", None if began else told, told if began else None, ""))
    return others


def _without_same(found: list[_Told]) -> list[_Told]:
    """A row that ended and began again in the same moment is no change."""
    off = {(at, what, before) for at, _, what, before, _, _ in found if before is not None}
    on = {(at, what, after) for at, _, what, _, after, _ in found if after is not None}
    return [one for one in found if (one[0], one[2], one[3] or one[4]) not in (off & on)]


def _parents(by: Member, goal_id: UUID) -> list[_Told]:
    """Alignments made, ended and reweighted, to goals the person sees."""
    edges = Edge.objects.filter(scope.seen(by, "parent_id"), workspace_id=by.workspace_id, child_id=goal_id)
    rows = list(edges.select_related("by", "parent").order_by("parent_id", "known_from", "pk"))
    found: list[_Told] = []
    for place, one in enumerate(rows):
        earlier = rows[place - 1] if place else None
        follower = rows[place + 1] if place + 1 < len(rows) else None
        who = PersonRef(one.by_id, one.by.name) if one.by else None
        if earlier is not None and earlier.parent_id == one.parent_id and earlier.known_to == one.known_from:
            if earlier.share != one.share:
                found.append((one.known_from, who, "share", earlier.share, one.share, one.parent.title))
        else:
            found.append((one.known_from, who, "parent", None, one.parent.title, ""))
        follows = (
            follower is not None
            and follower.parent_id == one.parent_id
            and follower.known_from == one.known_to
        )
        if one.known_to is not None and not follows:
            found.append((one.known_to, None, "parent", one.parent.title, None, ""))
    return found


def _steps(model: Any, word: str, done: str, by: Member, goal_id: UUID) -> list[_Told]:
    """Tasks and milestones added, ticked, unticked and removed."""
    rows = model.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id).order_by(
        "item", "known_from", "pk"
    )
    found: list[_Told] = []
    last: Any = None
    for one in rows:
        if last is None or last.item != one.item:
            found += _removed(last, word)
            found.append((one.known_from, None, word, None, one.title, ""))
        else:
            before, after = bool(getattr(last, done)), bool(getattr(one, done))
            if before != after:
                found.append((one.known_from, None, f"{word}_done", before, after, one.title))
            if last.title != one.title:
                found.append((one.known_from, None, word, last.title, one.title, ""))
        last = one
    return found + _removed(last, word)


def _removed(last: Any, word: str) -> list[_Told]:
    return (
        [] if last is None or last.known_to is None else [(last.known_to, None, word, last.title, None, "")]
    )
