"""What others did since somebody was here last: on the goals they have to do with, and on the KPIs.

A hidden goal leaves no trace: every event is on a goal that the person sees, and what it names besides
(a parent, a comment, a clone) is told only where they see that too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from pejl.domain.values import Kind, Level
from pejl.models import Checkin, Comment, Edge, Event, Goal, GoalPerson, GoalTeam, Mention
from pejl.queries import scope
from pejl.queries.scope import Member

SHOWN = 6
READ = 60
MOST_GOALS = 2000
SAID = frozenset({"checkin.posted", "comment.posted"})
OF_GOALS = (
    "checkin.posted",
    "comment.posted",
    "goal.created",
    "goal.closed",
    "goal.dropped",
    "goal.postponed",
    "goal.reopened",
    "goal.aligned",
    "goal.edited",
)


@dataclass(frozen=True, slots=True)
class EventGoal:
    id: UUID
    title: str
    kind: Kind
    metric_kind: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One deed. `by` is "" where the workspace did it itself. `text` is what was written: a check-in's
    note, a comment; `value` what a check-in says, in the unit of `data`; both as they stand now. `other` is
    the other goal it is about, `kpi` the KPI. `data` is what was recorded at the time."""

    id: UUID
    at: datetime
    by: str
    verb: str
    goal: EventGoal | None
    other: EventGoal | None
    kpi: UUID | None
    text: str
    value: Decimal | None
    data: dict[str, Any]
    new: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What a check-in or a comment says."""

    text: str = ""
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Newest first, at most `SHOWN`; of several alike on one goal the newest. `since` is the last visit,
    `more_new` how many came after it that are not among the rows."""

    rows: tuple[EventRow, ...]
    since: datetime | None
    more_new: int


def feed(by: Member, *, since: datetime | None) -> Feed:
    """What others did on the goals near this person, and KPIs that left their range. Five queries."""
    names = ("pk", "title", "kind", "metric_kind")
    near = {
        pk: EventGoal(pk, title, Kind(kind), metric)
        for pk, title, kind, metric in _near(by).values_list(*names)[:MOST_GOALS]
    }
    told = Q(verb__in=OF_GOALS, goal_id__in=list(near)) | Q(verb="kpi.read", data__inside=False)
    rows = Event.objects.filter(told, workspace_id=by.workspace_id)
    # A whole OKR is written at once: its objective tells it.
    parts = [one.id for one in near.values() if one.kind is Kind.KEY_RESULT]
    rows = rows.exclude(verb="goal.created", goal_id__in=parts)
    if by.person_id is not None:
        rows = rows.exclude(by_id=by.person_id)
    read = list(rows.select_related("by").order_by("-at", "-pk")[:READ])
    words = _words(by, read)
    # What was withdrawn or removed again is not told, nor what it said.
    standing = [one for one in read if one.verb not in SAID or one.subject in words]
    folded = {_alike(one): one for one in reversed(standing)}
    found = sorted(folded.values(), key=lambda one: (one.at, one.pk), reverse=True)
    found, rest = found[:SHOWN], found[SHOWN:]
    others = _others(by, found)
    return Feed(
        tuple(_row(one, near, others, words, since=since) for one in found),
        since,
        sum(since is not None and one.at > since for one in rest),
    )


def about(by: Member, found: QuerySet[Goal], *, most: int) -> tuple[EventRow, ...]:
    """What was done to these goals, all of which the person sees: the newest first. Five queries."""
    names = ("pk", "title", "kind", "metric_kind")
    goals = {
        pk: EventGoal(pk, title, Kind(kind), metric)
        for pk, title, kind, metric in found.values_list(*names)[:MOST_GOALS]
    }
    rows = Event.objects.filter(workspace_id=by.workspace_id, verb__in=OF_GOALS, goal_id__in=list(goals))
    read = list(rows.select_related("by").order_by("-at", "-pk")[:most])
    words = _words(by, read)
    standing = [one for one in read if one.verb not in SAID or one.subject in words]
    others = _others(by, standing)
    return tuple(_row(one, goals, others, words, since=None) for one in standing)


def _alike(one: Event) -> tuple[object, ...]:
    """Words are told one by one; of check-ins and edits of one goal only the latest matters."""
    if one.verb == "comment.posted":
        return (one.pk,)
    return (one.verb, one.goal_id or one.subject, one.by_id)


def _near(by: Member) -> QuerySet[Goal]:
    """Goals of the person and their teams, what hangs right under those, where they are mentioned, and the
    organisation's own."""
    mine = {"workspace_id": by.workspace_id, "person_id": by.person_id}
    own = GoalPerson.objects.current().filter(**mine)
    teams = GoalTeam.objects.current().filter(workspace_id=by.workspace_id, team_id__in=by.teams | by.leads)
    close = (
        Q(pk__in=own.values("goal_id")) | Q(pk__in=teams.values("goal_id")) | Q(checkin_owner_id=by.person_id)
    )
    above = Goal.objects.filter(close, workspace_id=by.workspace_id).values("pk")
    under = Edge.objects.current().filter(
        workspace_id=by.workspace_id, child=OuterRef("pk"), parent_id__in=above
    )
    called = Mention.objects.current().filter(**mine).values("comment__goal_id")
    return scope.goals(by).filter(
        close | Exists(under) | Q(pk__in=called) | Q(level=Level.ORGANISATION, kind=Kind.OBJECTIVE)
    )


def _others(by: Member, found: list[Event]) -> dict[UUID, EventGoal]:
    ids = [one.subject for one in found if one.verb in {"goal.aligned", "goal.postponed"} and one.subject]
    rows = scope.goals(by).filter(pk__in=ids).values_list("pk", "title", "kind", "metric_kind")
    return {pk: EventGoal(pk, title, Kind(kind), metric) for pk, title, kind, metric in rows}


def _words(by: Member, found: list[Event]) -> dict[UUID, Words]:
    """What these check-ins and comments say now, a corrected one what its correction says; what was
    withdrawn or removed has no words. Two queries."""
    deeds = [one for one in found if one.verb in SAID and one.subject]
    ids = {one.subject for one in deeds}
    said = Comment.objects.current().filter(workspace_id=by.workspace_id, item__in=ids)
    words = {item: Words(text) for item, text in said.values_list("item", "text")}
    about = {one.goal_id for one in deeds if one.verb == "checkin.posted"}
    spoken = Q(pk__in=ids) | Q(corrects__isnull=False)
    rows = list(Checkin.objects.filter(spoken, workspace_id=by.workspace_id, goal_id__in=about))
    instead = {row.corrects_id: row for row in rows if row.corrects_id}
    for row in rows:
        last = row
        while last.pk in instead:
            last = instead[last.pk]
        if row.pk in ids and last.known_to is None:
            words[row.pk] = Words(last.note, last.value)
    return words


def _row(
    one: Event,
    near: dict[UUID, EventGoal],
    others: dict[UUID, EventGoal],
    words: dict[UUID, Words],
    *,
    since: datetime | None,
) -> EventRow:
    goal = near.get(one.goal_id) if one.goal_id else None
    said = words.get(one.subject, Words()) if one.subject else Words()
    return EventRow(
        id=one.pk,
        at=one.at,
        by=one.by.name if one.by else "",
        verb=one.verb,
        goal=goal,
        other=others.get(one.subject) if one.subject else None,
        kpi=one.subject if one.goal_id is None else None,
        text=said.text,
        value=said.value,
        data=one.data,
        new=since is not None and one.at > since,
    )
