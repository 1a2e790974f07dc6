"""The workspace as flat rows, for the files that people take out: only what the one asking may see.

Goals are read a thousand at a time, so that memory does not follow their number; up to a thousand, the
number of queries is the same however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from pejl.domain.grading import Bands
from pejl.domain.values import Kind
from pejl.models import Checkin, Comment, Edge, Person, Reading, Record, Task, Workspace
from pejl.queries import goals as goals_read
from pejl.queries import scope
from pejl.queries.goals import GoalRow, PersonRef
from pejl.queries.scope import Member, NotFound

BATCH = 1_000
CHUNK = 2_000
_OF_CHECKIN = ("pk", "goal_id", "goal__title", "on", "known_from", "value", "status", "confidence", "note")


@dataclass(frozen=True, slots=True)
class CheckinRow:
    id: UUID
    goal: UUID
    title: str
    on: date
    recorded_at: datetime
    value: Decimal | None
    status: str
    confidence: int | None
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class CommentRow:
    """`checkin` is the check-in it answers, None for one on the goal itself."""

    id: UUID
    goal: UUID
    title: str
    checkin: UUID | None
    posted_at: datetime
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: UUID
    goal: UUID
    goal_title: str
    title: str
    due: date | None
    done: bool
    owner: str


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    id: UUID
    slug: str
    name: str
    language: str
    timezone: str
    fiscal_year_start: int
    scheme: str
    bands: Bands


@dataclass(frozen=True, slots=True)
class Planned:
    """The open goals the reader sees, oldest first, and which stands under which objective.

    `under` leads from an objective to the key results and initiatives that hang directly under it, in its
    order, each under its first objective; `loose` are those that hang under none.
    """

    titles: dict[UUID, str]
    objectives: tuple[UUID, ...]
    under: dict[UUID, tuple[UUID, ...]]
    loose: tuple[UUID, ...]


def ids(by: Member) -> list[UUID]:
    """The goals they see, by start date, level and kind; those without a start last. One query."""
    order = ("start_date", "level", "kind", "position", "created_at", "pk")
    rows = list(scope.goals(by).order_by(*order).values_list("pk", "start_date"))
    rows.sort(key=lambda row: row[1] is None)
    return [pk for pk, _ in rows]


def goals(by: Member, wanted: Sequence[UUID], *, now: datetime) -> Iterator[GoalRow]:
    """Those of these goals that they see, in the given order, with their tags."""
    seen = scope.goals(by)
    for some in batches(wanted):
        found = {row.id: row for row in goals_read.rows(by, seen.filter(pk__in=some), now=now, tagged=True)}
        yield from (found[one] for one in some if one in found)


def batches(wanted: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(wanted), BATCH):
        yield wanted[start : start + BATCH]


def sources(by: Member, some: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Where those of at most `BATCH` goals that were imported come from: the system, and their id there.
    One query."""
    rows = Record.objects.filter(workspace_id=by.workspace_id, target__in=some).order_by("pk")
    return {
        target: (system, source)
        for target, system, source in rows.values_list("target", "system", "source_id")
    }


def checkins(by: Member) -> Iterator[CheckinRow]:
    """Every standing check-in on goals they see, the oldest first. One query, read as it comes."""
    rows = _on_goals(by, Checkin).order_by("on", "known_from", "pk").values_list(*_OF_CHECKIN, _name("by"))
    for row in rows.iterator(CHUNK):
        yield CheckinRow(*row)


def checkins_on(
    by: Member, goal_id: UUID, *, after: tuple[date, UUID] | None, limit: int
) -> list[CheckinRow]:
    """The standing check-ins on a goal that the person sees, by date and then as they were made, behind the
    one of that date and id. One query."""
    rows = Checkin.objects.current().filter(workspace_id=by.workspace_id, goal_id=goal_id)
    if after is not None:
        rows = rows.filter(Q(on__gt=after[0]) | Q(on=after[0], pk__gt=after[1]))
    found = rows.order_by("on", "pk").values_list(*_OF_CHECKIN, _name("by"))[:limit]
    return [CheckinRow(*row) for row in found]


def checkin(by: Member, checkin_id: UUID) -> tuple[CheckinRow, str, bool]:
    """A check-in on a goal that they see: the row, the status that was given by hand ("" for none), and
    whether it still stands, neither corrected nor withdrawn. Raises `NotFound`. One query."""
    rows = Checkin.objects.filter(
        scope.seen(by, "goal_id"), workspace_id=by.workspace_id, pk=checkin_id
    ).values_list(*_OF_CHECKIN, _name("by"), "status_given", "known_to")
    found = rows.first()
    if found is None:
        raise NotFound
    return CheckinRow(*found[:-2]), found[-2], found[-1] is None


def comments(by: Member, *, goal: UUID | None = None) -> Iterator[CommentRow]:
    """Every standing comment on goals they see, or on that one, the oldest first. One query, read as it
    comes."""
    names = ("item", "goal_id", "goal__title", "checkin_id", "posted_at", "text")
    here = Comment.objects.current().filter(scope.seen(by, "goal"), workspace_id=by.workspace_id, goal=goal)
    rows = _on_goals(by, Comment) if goal is None else here
    told = rows.order_by("posted_at", "pk").values_list(*names, _name("by"))
    for row in told.iterator(CHUNK):
        yield CommentRow(*row)


def tasks(by: Member) -> Iterator[TaskRow]:
    """Every task of initiatives they see, an initiative at a time in its order. One query, as it comes."""
    names = ("item", "goal_id", "goal__title", "title", "due", "done")
    order = ("goal__title", "goal_id", "position", "known_from", "pk")
    rows = _on_goals(by, Task).order_by(*order).values_list(*names, _name("owner"))
    for row in rows.iterator(CHUNK):
        yield TaskRow(*row)


def readings(by: Member) -> dict[UUID, list[tuple[date, Decimal]]]:
    """KPI → its readings, oldest first, the last word for each day. One query."""
    rows = Reading.objects.current().filter(workspace_id=by.workspace_id).order_by("on", "known_from", "pk")
    found: dict[UUID, dict[date, Decimal]] = {}
    for kpi, on, value in rows.values_list("kpi", "on", "value"):
        found.setdefault(kpi, {})[on] = value
    return {kpi: list(days.items()) for kpi, days in found.items()}


def managers(by: Member, *, only: UUID | None = None) -> dict[UUID, PersonRef]:
    """Person, all or that one → who they report to. One query."""
    rows = Person.objects.filter(workspace_id=by.workspace_id, manager__isnull=False)
    rows = rows if only is None else rows.filter(pk=only)
    names = ("pk", "manager_id", "manager__name")
    return {pk: PersonRef(manager, name) for pk, manager, name in rows.values_list(*names)}


def workspace(by: Member) -> WorkspaceRow:
    """One query."""
    row = Workspace.objects.get(pk=by.workspace_id)
    return WorkspaceRow(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        language=row.language,
        timezone=row.timezone,
        fiscal_year_start=row.fiscal_year_start,
        scheme=row.scheme,
        bands=Bands(red_to=Decimal(row.red_to), amber_to=Decimal(row.amber_to)),
    )


def planned(by: Member) -> Planned:
    """Two queries."""
    open_now = scope.open_goals(by)
    kinds: dict[UUID, str] = {}
    titles: dict[UUID, str] = {}
    for pk, kind, title in open_now.order_by("created_at", "pk").values_list("pk", "kind", "title"):
        kinds[pk], titles[pk] = kind, title
    homes = _homes(by, kinds)
    under: dict[UUID, list[UUID]] = {}
    for child, (parent, _) in sorted(homes.items(), key=lambda home: home[1][1]):
        under.setdefault(parent, []).append(child)
    return Planned(
        titles=titles,
        objectives=tuple(pk for pk, kind in kinds.items() if kind == Kind.OBJECTIVE),
        under={parent: tuple(children) for parent, children in under.items()},
        loose=tuple(pk for pk, kind in kinds.items() if kind != Kind.OBJECTIVE and pk not in homes),
    )


def _homes(by: Member, kinds: dict[UUID, str]) -> dict[UUID, tuple[UUID, float]]:
    """Each key result's and initiative's first objective among these goals, and its place under it."""
    seen = scope.open_goals(by).values("pk")
    edges = Edge.objects.current().filter(workspace_id=by.workspace_id, child__in=seen, parent__in=seen)
    names = ("child_id", "parent_id", "position")
    homes: dict[UUID, tuple[UUID, float]] = {}
    for child, parent, position in edges.order_by("known_from", "pk").values_list(*names):
        if kinds[parent] == Kind.OBJECTIVE and kinds[child] != Kind.OBJECTIVE:
            homes.setdefault(child, (parent, position))
    return homes


def _name(person: str) -> Coalesce:
    """The name of who that column points at, "" for nobody."""
    return Coalesce(f"{person}__name", Value(""))


def _on_goals(by: Member, model: Any) -> Any:
    """What stands now on the goals they see."""
    seen = scope.goals(by).values("pk")
    return model.objects.current().filter(workspace_id=by.workspace_id, goal__in=seen)
