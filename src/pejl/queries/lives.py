"""The life of one goal, deed by deed: all that was ever recorded of it, corrections and withdrawals too.

What the goal's own timeline folds together stands apart here: a check-in where it was first written, its
correction where it was corrected, each with who, and with what stood before. A comment that was removed
leaves the trace that it was there, and none of its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from pejl.domain.values import Kind, Status
from pejl.models import Checkin, Comment, Event, Goal, GoalVersion, Guardrail, Kpi
from pejl.queries import histories, scope
from pejl.queries.goals import PersonRef
from pejl.queries.histories import Change
from pejl.queries.scope import Member

STEP = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What a check-in says: in the goal's unit, or a percentage where the goal is kept by hand."""

    on: date
    value: Decimal | None
    confidence: int | None
    status: Status
    note: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A check-in posted (`before` None), corrected (both), or withdrawn (`after` None)."""

    at: datetime
    by: PersonRef | None
    before: Said | None
    after: Said | None


@dataclass(frozen=True, slots=True)
class Talk:
    """`verb` is posted, answered (a check-in), edited or removed; `text` is "" where it was removed."""

    at: datetime
    by: PersonRef | None
    verb: str
    text: str


@dataclass(frozen=True, slots=True)
class Guarded:
    """A KPI that began to guard the goal, or no longer does."""

    at: datetime
    by: PersonRef | None
    kpi: str
    begun: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How the goal ended: what was written, and its grades."""

    reason: str
    learned: str
    grade_computed: Decimal | None
    grade_given: Decimal | None
    grade_reason: str


Deed = Change | Checked | Talk | Guarded


@dataclass(frozen=True, slots=True)
class Life:
    """One page of it, newest first. `endings` are by the moment of the change of state. `earlier` says
    whether there is a page after it. `unit` and `metric_kind` are the goal's of now: those of check-ins."""

    id: UUID
    title: str
    kind: Kind
    unit: str
    metric_kind: str
    deeds: tuple[Deed, ...]
    endings: dict[datetime, Ending]
    page: int
    earlier: bool


def life(by: Member, goal_id: UUID, *, page: int = 1) -> Life:
    """Page `page` of the goal's life, `STEP` deeds long. Raises `NotFound`. At most fourteen queries."""
    goal = scope.goal(by, goal_id)
    deeds = _deeds(by, goal)
    deeds.sort(key=_place, reverse=True)
    start = (page - 1) * STEP
    return Life(
        id=goal.pk,
        title=goal.title,
        kind=Kind(goal.kind),
        unit=goal.unit,
        metric_kind=goal.metric_kind,
        deeds=tuple(deeds[start : start + STEP]),
        endings=_endings(by, goal_id),
        page=page,
        earlier=len(deeds) > start + STEP,
    )


def told(by: Member, goal_id: UUID) -> Life:
    """All of it as one page, the oldest first: what is recorded later only ever comes behind. Raises
    `NotFound`."""
    goal = scope.goal(by, goal_id)
    deeds = _deeds(by, goal)
    deeds.sort(key=_place)
    return Life(
        id=goal.pk,
        title=goal.title,
        kind=Kind(goal.kind),
        unit=goal.unit,
        metric_kind=goal.metric_kind,
        deeds=tuple(deeds),
        endings=_endings(by, goal_id),
        page=1,
        earlier=False,
    )


def _deeds(by: Member, goal: Goal) -> list[Deed]:
    return [
        *_decided(histories.changes(by, goal.pk, titles={goal.pk: goal.title})),
        *_checkins(by, goal.pk),
        *_talk(by, goal.pk),
        *_guards(by, goal.pk),
    ]


def _place(deed: Deed) -> tuple[datetime, bool]:
    """Of one moment, that it was written down comes first of all."""
    return deed.at, not (isinstance(deed, Change) and deed.field == "created")


def _decided(changes: list[Change]) -> list[Change]:
    """What an ending, or an opening again, does to the grade is part of it."""
    turned = {one.at for one in changes if one.field == "state"}
    return [one for one in changes if one.field != "grade_given" or one.at not in turned]


def _person(row: Any, field: str = "by") -> PersonRef | None:
    who = getattr(row, field)
    return PersonRef(who.pk, who.name) if who else None


def _checkins(by: Member, goal_id: UUID) -> list[Checked]:
    rows = list(
        Checkin.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id)
        .select_related("by", "ended_by")
        .order_by("known_from", "pk")
    )
    by_id = {row.pk: row for row in rows}
    corrected = {row.corrects_id for row in rows}
    found = []
    for row in rows:
        former = by_id.get(row.corrects_id)
        found.append(Checked(row.known_from, _person(row), _said(former) if former else None, _said(row)))
        if row.known_to is not None and row.pk not in corrected:
            found.append(Checked(row.known_to, _person(row, "ended_by"), _said(row), None))
    return found


def _said(row: Any) -> Said:
    return Said(row.on, row.value, row.confidence, Status(row.status), row.note)


def _talk(by: Member, goal_id: UUID) -> list[Talk]:
    rows = Comment.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id).select_related("by")
    items: dict[UUID, list[Any]] = {}
    for row in rows.order_by("known_from", "pk"):
        items.setdefault(row.item, []).append(row)
    removers = _removers(by, goal_id)
    found = []
    for item, versions in items.items():
        first, last = versions[0], versions[-1]
        text = last.text if last.known_to is None else ""
        verb = "answered" if first.checkin_id else "posted"
        found.append(Talk(first.posted_at, _person(first), verb, text))
        found += [Talk(row.known_from, _person(row), "edited", text) for row in versions[1:]]
        if last.known_to is not None:
            found.append(Talk(last.known_to, removers.get(item), "removed", ""))
    return found


def _removers(by: Member, goal_id: UUID) -> dict[UUID, PersonRef]:
    rows = Event.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id, verb="comment.removed")
    named = rows.exclude(by=None).values_list("subject", "by_id", "by__name")
    return {item: PersonRef(person, name) for item, person, name in named if item}


def _guards(by: Member, goal_id: UUID) -> list[Guarded]:
    rails = list(Guardrail.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id))
    kpis = Kpi.objects.filter(workspace_id=by.workspace_id, item__in=[rail.kpi for rail in rails])
    names: dict[UUID, str] = dict(kpis.order_by("known_from", "pk").values_list("item", "name"))
    events = Event.objects.filter(
        Q(verb__in=("kpi.linked", "kpi.unlinked"), goal_id=goal_id)
        | Q(verb="kpi.removed", subject__in=names),
        workspace_id=by.workspace_id,
    ).exclude(by=None)
    who = {
        (item, at): PersonRef(person, name)
        for item, at, person, name in events.values_list("subject", "at", "by_id", "by__name")
    }
    found = []
    for rail in rails:
        name = names.get(rail.kpi, "")
        found.append(Guarded(rail.known_from, who.get((rail.kpi, rail.known_from)), name, True))
        if rail.known_to is not None:
            found.append(Guarded(rail.known_to, who.get((rail.kpi, rail.known_to)), name, False))
    return found


def _endings(by: Member, goal_id: UUID) -> dict[datetime, Ending]:
    rows = GoalVersion.objects.filter(workspace_id=by.workspace_id, goal_id=goal_id, ended_at__isnull=False)
    fields = ("end_reason", "learned", "grade_computed", "grade_given", "grade_reason")
    return {at: Ending(*told) for at, *told in rows.order_by("number").values_list("known_from", *fields)}
