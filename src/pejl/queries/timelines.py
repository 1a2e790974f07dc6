"""What was said about a goal: check-ins with their answers, and comments, newest first.

An objective tells what was said about its key results and initiatives too. A check-in stands where it was
first recorded, however often it was corrected; what it said before stays beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Window
from django.db.models.functions import Lag

from pejl.domain.access import Right
from pejl.domain.values import Kind, Status
from pejl.models import Checkin, Comment, Edge
from pejl.queries import histories, scope
from pejl.queries.goals import PersonRef
from pejl.queries.histories import Change
from pejl.queries.scope import Member, NotFound

ONLY = ("all", "checkins", "comments")
STEP = 12
_MOST_ENDED = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """The goal something was said about."""

    id: UUID
    title: str
    kind: Kind
    unit: str
    metric_kind: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, or an answer to a check-in."""

    item: UUID
    text: str
    by: PersonRef | None
    at: datetime
    edited: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What a check-in said before it was corrected."""

    on: date
    value: Decimal | None
    confidence: int | None
    note: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A check-in. `value` is in the goal's unit, or a percentage where the goal is kept by hand;
    `before` and `status_before` are those of the check-in before it, by business date."""

    id: UUID
    goal: Subject
    by: PersonRef | None
    at: datetime
    on: date
    value: Decimal | None
    before: Decimal | None
    progress: float | None
    status: Status
    status_before: Status | None
    confidence: int | None
    note: str
    corrected_at: datetime | None
    said: tuple[Said, ...]
    answers: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A check-in that somebody took back."""

    goal: Subject
    by: PersonRef | None
    at: datetime
    on: date
    value: Decimal | None


Entry = Word | Remark | Withdrawn | Change


@dataclass(frozen=True, slots=True)
class Timeline:
    """Newest first; `more` says that there is something earlier."""

    entries: tuple[Entry, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CheckinRow:
    """One check-in, for correcting it."""

    id: UUID
    goal_id: UUID
    on: date
    value: Decimal | None
    confidence: int | None
    status_given: Status | None
    note: str


def timeline(by: Member, goal_id: UUID, *, only: str = "all", limit: int = STEP) -> Timeline:
    """The newest `limit` of what was said and changed. `only` is one of `ONLY`. Raises `NotFound`.

    Number of queries does not depend on the number of rows.
    """
    subjects = _subjects(by, goal_id)
    found: list[Entry] = []
    if only != "comments":
        found += _words(by, subjects, limit=limit + 1)
    if only != "checkins":
        found += [
            _remark(one, by) for one in _comments(by).filter(goal_id=goal_id, checkin=None)[: limit + 1]
        ]
    if only == "all":
        found += histories.changes(by, goal_id, titles={one.id: one.title for one in subjects.values()})
    found.sort(key=lambda entry: entry.at, reverse=True)
    return Timeline(tuple(found[:limit]), more=len(found) > limit)


def latest(by: Member, goal_ids: Iterable[UUID]) -> dict[UUID, tuple[PersonRef | None, str, datetime, date]]:
    """The last note on each of these goals: who, what, recorded, business date. One query."""
    newest: dict[UUID, tuple[PersonRef | None, str, datetime, date]] = {}
    rows = (
        Checkin.objects.current()
        .filter(workspace_id=by.workspace_id, goal_id__in=list(goal_ids))
        .exclude(note="")
        .annotate(
            later=Window(
                Lag("pk"),
                partition_by=[F("goal_id")],
                order_by=[F("on").desc(), F("known_from").desc(), F("pk").desc()],
            )
        )
        .filter(later=None)
        .values_list("goal_id", "by_id", "by__name", "note", "known_from", "on")
    )
    for goal, person, name, note, known_from, on in rows:
        newest[goal] = (PersonRef(person, name) if person else None, note, known_from, on)
    return newest


def checkin(by: Member, checkin_id: UUID, *, right: Right = Right.SEE) -> CheckinRow:
    """A check-in as it stands now, on a goal the person has that right on. Raises `NotFound`, `Forbidden`."""
    found = Checkin.objects.current().filter(workspace_id=by.workspace_id, pk=checkin_id).first()
    if found is None:
        raise NotFound
    scope.goal(by, found.goal_id, right=right)
    return CheckinRow(
        id=found.pk,
        goal_id=found.goal_id,
        on=found.on,
        value=found.value,
        confidence=found.confidence,
        status_given=Status(found.status_given) if found.status_given else None,
        note=found.note,
    )


def comment(by: Member, item: UUID) -> tuple[UUID, Remark]:
    """The goal a comment is on, and the comment. Raises `NotFound`."""
    found = _comments(by).filter(item=item).first()
    if found is None or not scope.goals(by).filter(pk=found.goal_id).exists():
        raise NotFound
    return found.goal_id, _remark(found, by)


def _subjects(by: Member, goal_id: UUID) -> dict[UUID, Subject]:
    """The goal itself and the key results and initiatives right under it. One query."""
    under = Edge.objects.current().filter(workspace_id=by.workspace_id, parent_id=goal_id).values("child_id")
    wanted = Q(pk=goal_id) | (Q(pk__in=under) & ~Q(kind=Kind.OBJECTIVE))
    rows = scope.goals(by).filter(wanted).values_list("pk", "title", "kind", "unit", "metric_kind")
    found = {pk: Subject(pk, title, Kind(kind), unit, metric) for pk, title, kind, unit, metric in rows}
    if goal_id not in found:
        raise NotFound
    return found


def _words(by: Member, subjects: dict[UUID, Subject], *, limit: int) -> list[Entry]:
    ids = list(subjects)
    current = list(_checkins(by, ids)[:limit])
    ended = _ended(by, ids)
    chains = _chains(current, ended)
    answers = _answers(by, [one.pk for one in current], chains)
    words: list[Entry] = [
        _word(one, subjects[one.goal_id], chains[one.pk], answers.get(one.pk, []), by) for one in current
    ]
    return words + [_withdrawn(one, subjects[one.goal_id]) for one in ended if not one.replaced]


def _checkins(by: Member, goal_ids: Sequence[UUID]) -> QuerySet[Any]:
    window: dict[str, Any] = {
        "partition_by": [F("goal_id")],
        "order_by": [F("on").asc(), F("known_from").asc(), F("pk").asc()],
    }
    rows: QuerySet[Any] = Checkin.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=goal_ids)
    told: QuerySet[Any] = rows.annotate(
        before=Window(Lag("value"), **window), status_before=Window(Lag("status"), **window)
    )
    return told.select_related("by").order_by("-known_from", "-pk")


def _ended(by: Member, goal_ids: Sequence[UUID]) -> list[Any]:
    """Corrected and withdrawn ones, the latest of them; `replaced` tells them apart."""
    rows = Checkin.objects.filter(workspace_id=by.workspace_id, goal_id__in=goal_ids)
    replaced = Exists(Checkin.objects.filter(workspace_id=by.workspace_id, corrects_id=OuterRef("pk")))
    return list(
        rows.exclude(known_to=None)
        .annotate(replaced=replaced)
        .select_related("ended_by")
        .order_by("-known_to")[:_MOST_ENDED]
    )


def _chains(current: Sequence[Any], ended: Sequence[Any]) -> dict[UUID, list[Any]]:
    """Check-in → what it was before its corrections, newest first."""
    by_id = {one.pk: one for one in ended}
    found: dict[UUID, list[Any]] = {}
    for one in current:
        chain, at = [], one.corrects_id
        while at in by_id:
            chain.append(by_id[at])
            at = by_id[at].corrects_id
        found[one.pk] = chain
    return found


def _answers(by: Member, ids: Sequence[UUID], chains: dict[UUID, list[Any]]) -> dict[UUID, list[Any]]:
    """Answers follow a check-in through its corrections."""
    stands_for = {pk: pk for pk in ids}
    stands_for.update({old.pk: pk for pk, chain in chains.items() for old in chain})
    found: dict[UUID, list[Any]] = {}
    for one in _comments(by).filter(checkin_id__in=list(stands_for)).order_by("posted_at", "pk"):
        found.setdefault(stands_for[one.checkin_id], []).append(one)
    return found


def _comments(by: Member) -> QuerySet[Any]:
    rows: QuerySet[Any] = Comment.objects.current().filter(workspace_id=by.workspace_id)
    return rows.select_related("by").order_by("-posted_at", "-pk")


def _word(one: Any, goal: Subject, chain: list[Any], answers: list[Any], by: Member) -> Word:
    return Word(
        id=one.pk,
        goal=goal,
        by=PersonRef(one.by_id, one.by.name) if one.by else None,
        at=chain[-1].known_from if chain else one.known_from,
        on=one.on,
        value=one.value,
        before=one.before,
        progress=one.progress,
        status=Status(one.status),
        status_before=Status(one.status_before) if one.status_before else None,
        confidence=one.confidence,
        note=one.note,
        corrected_at=one.known_from if chain else None,
        said=tuple(Said(old.on, old.value, old.confidence, old.note, old.known_to) for old in chain),
        answers=tuple(_remark(answer, by) for answer in answers),
    )


def _remark(one: Any, by: Member) -> Remark:
    return Remark(
        item=one.item,
        text=one.text,
        by=PersonRef(one.by_id, one.by.name) if one.by else None,
        at=one.posted_at,
        edited=one.known_from > one.posted_at,
        mine=by.person_id is not None and one.by_id == by.person_id,
    )


def _withdrawn(one: Any, goal: Subject) -> Withdrawn:
    who = PersonRef(one.ended_by_id, one.ended_by.name) if one.ended_by else None
    return Withdrawn(goal=goal, by=who, at=one.known_to, on=one.on, value=one.value)
