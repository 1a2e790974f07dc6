"""What one person's first page shows: what waits for them, what is theirs, what happened around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from pejl.domain.values import Kind, Level
from pejl.models import Edge, GoalPerson, GoalPersonRole
from pejl.queries import dues, events, goals, kpis, periods, scope
from pejl.queries.dues import Turn
from pejl.queries.events import Feed
from pejl.queries.frames import FramePeriod
from pejl.queries.goals import GoalRow
from pejl.queries.kpis import KpiRow
from pejl.queries.scope import Member

MOST_DUE = 30
MOST_MINE = 60
MOST_FOCUS = 5
MOST_KPIS = 5


@dataclass(frozen=True, slots=True)
class Due:
    row: GoalRow
    turn: Turn


@dataclass(frozen=True, slots=True)
class Okr:
    """An objective with its key results; only one's own of them where the objective is somebody else's."""

    objective: GoalRow
    key_results: tuple[GoalRow, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """`due` has the longest waiting first, at most 30; `due_count` is all of them. `loose` are key results of
    one's own that hang under nothing one sees. `anything` says whether the workspace shows the person any
    goal at all."""

    due: tuple[Due, ...]
    due_count: int
    okrs: tuple[Okr, ...]
    loose: tuple[GoalRow, ...]
    initiatives: tuple[GoalRow, ...]
    focus: tuple[GoalRow, ...]
    kpis: tuple[KpiRow, ...]
    feed: Feed
    period: FramePeriod | None
    anything: bool


def home(by: Member, *, since: datetime | None, now: datetime) -> Home:
    """The number of queries does not depend on how much there is. `since` is the visit before this one."""
    every = periods.every(by)
    turns = {goal: turn for goal, turn in dues.turns(by, now=now).items() if turn.due}
    waiting = sorted(turns, key=lambda goal: (turns[goal].due_at, str(goal)))
    mine = list(
        scope.open_goals(by)
        .filter(pk__in=_owned(by))
        .order_by("end_date", "position", "created_at", "pk")
        .values_list("pk", flat=True)[:MOST_MINE]
    )
    edges = _edges(by, mine)
    focus = _focus(by, every, now=now)
    ids = {*waiting[:MOST_DUE], *mine, *focus, *(one for edge in edges for one in edge)}
    rows = {row.id: row for row in goals.rows(by, scope.open_goals(by).filter(pk__in=ids), now=now)}
    okrs = _okrs(mine, edges, rows)
    hung = {kr.id for okr in okrs for kr in okr.key_results}
    own = [rows[one] for one in mine if one in rows]
    return Home(
        due=_due(waiting, turns, rows),
        due_count=len(waiting),
        okrs=okrs,
        loose=tuple(row for row in own if row.kind is Kind.KEY_RESULT and row.id not in hung),
        initiatives=tuple(row for row in own if row.kind is Kind.INITIATIVE),
        focus=tuple(rows[one] for one in focus if one in rows),
        kpis=_kpis(by),
        feed=events.feed(by, since=since),
        period=periods.current(every, today=by.today(now)),
        anything=scope.goals(by).exists(),
    )


def asked(by: Member, *, now: datetime) -> list[Due]:
    """Every goal that the person is asked for, due or not, the longest waiting first. With their tags."""
    turns = dues.turns(by, now=now)
    rows = goals.rows(by, scope.open_goals(by).filter(pk__in=list(turns)), now=now, tagged=True)
    found = [Due(row, turns[row.id]) for row in rows]
    return sorted(found, key=lambda one: (not one.turn.due, one.turn.due_at, str(one.row.id)))


def due(by: Member, goal_id: UUID, *, now: datetime) -> Due:
    """One goal that the person is asked for, due or not. Raises `NotFound`."""
    turn = dues.turns(by, now=now).get(goal_id)
    if turn is None:
        raise scope.NotFound
    return Due(goals.one(by, goal_id, now=now), turn)


def _owned(by: Member) -> QuerySet[Any, Any]:
    links = GoalPerson.objects.current().filter(
        workspace_id=by.workspace_id, person_id=by.person_id, role=GoalPersonRole.OWNER
    )
    owned: QuerySet[Any, Any] = links.values("goal_id")
    return owned


def _edges(by: Member, mine: list[UUID]) -> list[tuple[UUID, UUID]]:
    """(objective, key result) around what is one's own, in their order. One query."""
    around = Q(parent_id__in=mine) | Q(child_id__in=mine)
    rows = Edge.objects.current().filter(
        around, workspace_id=by.workspace_id, parent__kind=Kind.OBJECTIVE, child__kind=Kind.KEY_RESULT
    )
    return list(rows.order_by("position", "known_from", "pk").values_list("parent_id", "child_id"))


def _focus(by: Member, every: list[FramePeriod], *, now: datetime) -> list[UUID]:
    """The organisation's open objectives of the periods that hold today."""
    today = by.today(now)
    running = [one.id for one in every if one.start <= today <= one.end]
    found = scope.open_goals(by).filter(
        Q(period_id__in=running) | Q(period_id=None), level=Level.ORGANISATION, kind=Kind.OBJECTIVE
    )
    return list(found.order_by("position", "created_at", "pk").values_list("pk", flat=True)[:MOST_FOCUS])


def _due(waiting: Iterable[UUID], turns: dict[UUID, Turn], rows: dict[UUID, GoalRow]) -> tuple[Due, ...]:
    return tuple(Due(rows[one], turns[one]) for one in waiting if one in rows)[:MOST_DUE]


def _okrs(mine: list[UUID], edges: list[tuple[UUID, UUID]], rows: dict[UUID, GoalRow]) -> tuple[Okr, ...]:
    """One's own objectives first, then those that one's key results hang under."""
    own = set(mine)
    below: dict[UUID, list[UUID]] = {
        one: [] for one in mine if one in rows and rows[one].kind is Kind.OBJECTIVE
    }
    for parent, child in edges:
        if parent in rows and child in rows and (parent in own or child in own):
            below.setdefault(parent, []).append(child)
    return tuple(
        Okr(rows[parent], tuple(rows[child] for child in children)) for parent, children in below.items()
    )


def _kpis(by: Member) -> tuple[KpiRow, ...]:
    """Those out of range, then one's own and one's teams', then those of nobody in particular."""
    near = [
        row
        for row in kpis.rows(by)
        if row.in_range is False
        or row.owner_id == by.person_id
        or row.team_id in by.teams | by.leads
        or row.team_id is None
    ]
    near.sort(key=lambda row: (row.in_range is not False, row.owner_id != by.person_id))
    return tuple(near[:MOST_KPIS])
