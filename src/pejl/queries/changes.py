"""What moved between two moments, by recorded time: nothing counts that was written down after the second.

Told are the goals that the person sees today, and those taken away since the first moment that they would
see. A goal that came and went in between is told as removed only. Everything is read from the versions and
the spans themselves, so nothing can be changed without being told here; an author comes from them too, or
from the event of the same goal and moment.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from pejl.domain import changes as rules
from pejl.domain.changes import Sort
from pejl.domain.values import Kind, Status
from pejl.models import (
    Edge,
    Event,
    Figure,
    Goal,
    GoalPerson,
    GoalPersonRole,
    GoalTag,
    GoalTeam,
    GoalVersion,
    Milestone,
)
from pejl.queries import histories, scope
from pejl.queries.goals import PersonRef
from pejl.queries.scope import Member

_OF_GOAL = ("title", "kind", "created_at", "removed_at")
_OF_VERSION = (
    *("goal_id", "number", "known_from", "known_to", *histories.DECIDED, "by__name", "checkin_owner__name"),
    *(f"period__{one}" for one in ("name", "kind", "start_date", "end_date", "year", "number")),
    *(f"goal__{one}" for one in _OF_GOAL),
)
_PLAIN_EVENTS = ("goal.created", "goal.aligned")


@dataclass(frozen=True, slots=True)
class GoalRef:
    """A goal by its title of today. One that is `gone` has no page any more."""

    id: UUID
    title: str
    kind: Kind
    gone: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """A goal that came, or went."""

    goal: GoalRef
    at: datetime
    by: PersonRef | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One field of one goal, from what it was to what it became.

    `field` is one of `histories.DECIDED`, or owner, delegate, viewer, team, tag, parent, share, milestone,
    value, progress, status. People, teams, tags, goals and milestones stand as names; a period as what its
    name is made of; a share, a progress as a fraction. `before` and `after` are in `unit_before` and `unit`.
    `also` names the parent of a share, `other` is its id. Value, progress and status are told once, from the
    first moment to the second: `at` is when they last moved, and `by` is None.
    """

    goal: GoalRef
    field: str
    before: Any
    after: Any
    at: datetime
    by: PersonRef | None
    unit_before: str = ""
    unit: str = ""
    metric_kind: str = ""
    also: str = ""
    other: UUID | None = None

    @property
    def sort(self) -> Sort:
        return rules.sort(self.field)


@dataclass(frozen=True, slots=True)
class Changes:
    """All of them, newest first; `changed` holds the moved targets too."""

    since: datetime
    until: datetime
    added: tuple[Arrival, ...]
    removed: tuple[Arrival, ...]
    changed: tuple[Moved, ...]

    @property
    def moved_targets(self) -> tuple[Moved, ...]:
        return tuple(one for one in self.changed if one.sort is Sort.TARGET)


@dataclass(frozen=True, slots=True)
class _Span:
    """What is asked for: after `since`, up to and with `until`."""

    by: Member
    since: datetime
    until: datetime
    seen: QuerySet[Goal]

    def within(self, moment: str = "known_from") -> Q:
        return Q(**{f"{moment}__gt": self.since, f"{moment}__lte": self.until})

    def holds(self, at: datetime) -> bool:
        return self.since < at <= self.until

    def rows(self, model: Any, *fields: str, goal: str = "goal") -> QuerySet[Any]:
        """Rows of goals that are seen, that ended in it, or began in it later than their goal; with those of
        their fields."""
        begun = self.within() & Q(known_from__gt=F(f"{goal}__created_at"))
        rows: QuerySet[Any] = model.objects.filter(workspace_id=self.by.workspace_id)
        told: QuerySet[Any] = rows.filter(
            begun | self.within("known_to"), **{f"{goal}__in": self.seen.values("pk")}
        )
        links = {goal, *(field.split("__")[0] for field in fields if "__" in field)}
        of_goal = (f"{goal}__{one}" for one in _OF_GOAL)
        return told.select_related(*links).only("known_from", "known_to", *of_goal, *fields)


_Authors = dict[tuple[UUID, datetime], PersonRef]


def between(
    by: Member,
    *,
    since: datetime,
    until: datetime,
    team: UUID | None = None,
    person: UUID | None = None,
    goal: UUID | None = None,
) -> Changes:
    """What was recorded after `since`, up to and with `until`. Nine queries, whatever there is.

    `team` and `person` keep to the goals that were theirs at some time in between (a person's: owned, or
    checked in on by them), `goal` to one goal; all three to what all three hold.
    """
    among = _among(by, since=since, until=until, team=team, person=person, goal=goal)
    span = _Span(by, since, until, _seen(by, since=since, until=until).filter(among))
    authors = _authors(span)
    added, removed = _arrivals(span, authors)
    changed = [
        *_decided(span),
        *_edges(span, authors),
        *_people(span, authors),
        *_teams(span, authors),
        *_tags(span, authors),
        *_milestones(span, authors),
        *_figures(span),
    ]
    changed.sort(key=lambda one: (one.goal.title, one.goal.id, one.field))
    changed.sort(key=lambda one: one.at, reverse=True)
    return Changes(since, until, added, removed, tuple(changed))


def _seen(by: Member, *, since: datetime, until: datetime) -> QuerySet[Goal]:
    """By the rights of today: nobody sees more of the past than of the present."""
    rows = Goal.objects.filter(
        Q(removed_at=None) | Q(removed_at__gt=since), workspace_id=by.workspace_id, created_at__lte=until
    )
    return rows if by.person_id is None else rows.filter(scope.visible(by))


def _among(
    by: Member,
    *,
    since: datetime,
    until: datetime,
    team: UUID | None,
    person: UUID | None,
    goal: UUID | None,
) -> Q:
    some = Q(known_to=None) | Q(known_to__gt=since)
    link = {"workspace_id": by.workspace_id, "goal": OuterRef("pk"), "known_from__lte": until}
    wanted = Q()
    if goal is not None:
        wanted &= Q(pk=goal)
    if team is not None:
        wanted &= Q(Exists(GoalTeam.objects.filter(some, **link, team_id=team)))
    if person is not None:
        own = GoalPerson.objects.filter(some, **link, person_id=person, role=GoalPersonRole.OWNER)
        wanted &= Q(Exists(own)) | Q(checkin_owner_id=person)
    return wanted


def _ref(goal: Any) -> GoalRef:
    return GoalRef(goal.pk, goal.title, Kind(goal.kind), goal.removed_at is not None)


def _person(row: Any) -> PersonRef | None:
    return PersonRef(row.by_id, row.by.name) if row.by else None


def _authors(span: _Span) -> _Authors:
    rows = Event.objects.filter(
        span.within("at"),
        workspace_id=span.by.workspace_id,
        verb__startswith="goal.",
        goal__in=span.seen.values("pk"),
    )
    rows = rows.exclude(by=None).exclude(verb__in=_PLAIN_EVENTS)
    found: _Authors = {}
    for goal, at, person, name in rows.values_list("goal_id", "at", "by_id", "by__name"):
        found[goal, at] = PersonRef(person, name)
    return found


def _arrivals(span: _Span, authors: _Authors) -> tuple[tuple[Arrival, ...], tuple[Arrival, ...]]:
    rows = span.seen.filter(span.within("created_at") | span.within("removed_at"))
    added, removed = [], []
    for goal in rows.select_related("created_by").only(*_OF_GOAL, "created_by__name").order_by("title", "pk"):
        if goal.removed_at is not None and span.holds(goal.removed_at):
            removed.append(Arrival(_ref(goal), goal.removed_at, authors.get((goal.pk, goal.removed_at))))
        else:
            who = PersonRef(goal.created_by.pk, goal.created_by.name) if goal.created_by else None
            added.append(Arrival(_ref(goal), goal.created_at, who))
    for rows_of in (added, removed):
        rows_of.sort(key=lambda one: one.at, reverse=True)
    return tuple(added), tuple(removed)


def _decided(span: _Span) -> Iterator[Moved]:
    """Each step from one version to the next: what moved twice is told twice."""
    workspace = {"workspace_id": span.by.workspace_id}
    later = GoalVersion.objects.filter(span.within(), **workspace, goal=OuterRef("goal"), number__gt=1)
    rows = GoalVersion.objects.filter(
        Exists(later),
        Q(known_to=None) | Q(known_to__gt=span.since),
        **workspace,
        known_from__lte=span.until,
        goal__in=span.seen.values("pk"),
    )
    last: Any = None
    rows = rows.select_related("goal", "by", "period", "checkin_owner").only(*_OF_VERSION)
    for one in rows.order_by("goal_id", "number", "known_from"):
        if last is not None and last.goal_id == one.goal_id and span.holds(one.known_from):
            for field in histories.DECIDED:
                if getattr(one, field) != getattr(last, field):
                    yield Moved(
                        goal=_ref(one.goal),
                        field=field,
                        before=histories.told(last, field),
                        after=histories.told(one, field),
                        at=one.known_from,
                        by=_person(one),
                        unit_before=last.unit,
                        unit=one.unit,
                        metric_kind=one.metric_kind,
                    )
        last = one


def _steps(
    rows: Iterable[Any], key: Callable[[Any], Hashable], span: _Span
) -> Iterator[tuple[datetime, Any, Any]]:
    """What stood just before, and from, each moment at which a row of a key began or ended.

    Rows that ended as they began never stood.
    """
    ended: dict[Any, Any] = {}
    began: dict[Any, Any] = {}
    for row in rows:
        if row.known_from != row.known_to:
            began[key(row), row.known_from] = row
            if row.known_to is not None:
                ended[key(row), row.known_to] = row
    for one in {**ended, **began}:
        if span.holds(one[1]):
            yield one[1], ended.get(one), began.get(one)


def _settled(goal: Any, at: datetime) -> bool:
    """After it was written, and before it was taken away: what comes and goes with it is no change."""
    return at > goal.created_at and (goal.removed_at is None or at < goal.removed_at)


def _edges(span: _Span, authors: _Authors) -> Iterator[Moved]:
    above = _seen(span.by, since=span.since, until=span.until).values("pk")
    parent = (f"parent__{one}" for one in _OF_GOAL)
    rows = span.rows(Edge, "share", "by__name", *parent, goal="child").filter(parent__in=above)
    for at, before, after in _steps(rows, lambda row: (row.child_id, row.parent_id), span):
        child, parent = (after or before).child, (after or before).parent
        if not _settled(child, at):
            continue
        told: dict[str, Any] = {"goal": _ref(child), "at": at, "other": parent.pk}
        if before is None or after is None:
            who = _person(after) if after else authors.get((child.pk, at)) or authors.get((parent.pk, at))
            names = (before and parent.title, after and parent.title)
            yield Moved(field="parent", before=names[0], after=names[1], by=who, **told)
        elif before.share != after.share:
            yield Moved(
                field="share",
                before=before.share,
                after=after.share,
                by=_person(after),
                also=parent.title,
                **told,
            )


def _people(span: _Span, authors: _Authors) -> Iterator[Moved]:
    rows = span.rows(GoalPerson, "role", "person__name")
    for at, before, after in _steps(rows, lambda row: (row.goal_id, row.person_id, row.role), span):
        row = after or before
        if bool(before) != bool(after) and _settled(row.goal, at):
            yield _named(row, str(row.role), row.person.name, began=bool(after), at=at, authors=authors)


def _teams(span: _Span, authors: _Authors) -> Iterator[Moved]:
    rows = span.rows(GoalTeam, "team__name")
    for at, before, after in _steps(rows, lambda row: (row.goal_id, row.team_id), span):
        row = after or before
        if bool(before) != bool(after) and _settled(row.goal, at):
            yield _named(row, "team", row.team.name, began=bool(after), at=at, authors=authors)


def _tags(span: _Span, authors: _Authors) -> Iterator[Moved]:
    """Those of one goal and moment together."""
    rows = span.rows(GoalTag, "name", "position").order_by("goal_id", "position", "pk")
    found: dict[tuple[UUID, datetime, bool], list[Any]] = {}
    for at, before, after in _steps(rows, lambda row: (row.goal_id, row.name), span):
        row = after or before
        if bool(before) != bool(after) and _settled(row.goal, at):
            found.setdefault((row.goal_id, at, bool(after)), []).append(row)
    for (_, at, began), some in found.items():
        names = ", ".join(row.name for row in some)
        yield _named(some[0], "tag", names, began=began, at=at, authors=authors)


def _named(row: Any, field: str, name: str, *, began: bool, at: datetime, authors: _Authors) -> Moved:
    before, after = (None, name) if began else (name, None)
    return Moved(_ref(row.goal), field, before, after, at, authors.get((row.goal_id, at)))


def _milestones(span: _Span, authors: _Authors) -> Iterator[Moved]:
    """Steps that came, went, were renamed or count otherwise; that one is reached is progress."""
    rows = span.rows(Milestone, "item", "title", "share")
    for at, before, after in _steps(rows, lambda row: row.item, span):
        goal = (after or before).goal
        if _settled(goal, at) and _step(before) != _step(after):
            who = authors.get((goal.pk, at))
            yield Moved(_ref(goal), "milestone", _step(before), _step(after), at, who)


def _step(row: Any) -> tuple[str, Any] | None:
    return None if row is None else (row.title, row.share)


def _figures(span: _Span) -> Iterator[Moved]:
    """Where the goals that stood at both moments were, at each."""
    on_goal = {"workspace_id": span.by.workspace_id, "goal": OuterRef("pk")}
    known = Figure.objects.filter(**on_goal)
    rows: Any = span.seen.filter(Exists(known.filter(span.within())), created_at__lte=span.since)
    rows = rows.filter(Q(removed_at=None) | Q(removed_at__gt=span.until))
    for name, moment in (("then", span.since), ("now", span.until)):
        figure = known.filter(known_from__lte=moment).order_by("-known_from", "-pk")
        version = GoalVersion.objects.as_of(moment).filter(**on_goal).order_by("-number")
        rows = rows.annotate(
            **{
                f"{field}_{name}": Subquery(origin.values(field)[:1])
                for origin, fields in (
                    (figure, ("value", "progress", "status", "known_from")),
                    (version, ("unit", "metric_kind")),
                )
                for field in fields
            }
        )
    for row in rows.only(*_OF_GOAL).order_by("title", "pk"):
        yield from _figure(row)


def _figure(row: Any) -> Iterator[Moved]:
    told: dict[str, Any] = {"goal": _ref(row), "at": row.known_from_now, "by": None}
    told |= {"unit_before": row.unit_then or "", "unit": row.unit_now or ""}
    told |= {"metric_kind": row.metric_kind_now or ""}
    if row.value_then != row.value_now:
        yield Moved(field="value", before=row.value_then, after=row.value_now, **told)
    if rules.moved(row.progress_then, row.progress_now):
        yield Moved(field="progress", before=row.progress_then, after=row.progress_now, **told)
    before = Status(row.status_then) if row.status_then else None
    if rules.turned(before, Status(row.status_now)):
        yield Moved(field="status", before=before, after=Status(row.status_now), **told)
