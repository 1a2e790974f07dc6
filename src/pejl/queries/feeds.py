"""What calendars and feed readers fetch: check-ins to come, ends of periods, what was done to a goal or by a
team. All of it through `scope`, as the person whose address it is sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from pejl.domain import rhythm
from pejl.domain.rhythm import Rhythm
from pejl.domain.values import Kind
from pejl.models import GoalTeam, Team, Workspace
from pejl.queries import dues, events, periods, scope
from pejl.queries.events import EventRow
from pejl.queries.frames import FramePeriod
from pejl.queries.scope import Member, NotFound

AHEAD: Final = timedelta(weeks=8)
PERIODS_AHEAD: Final = timedelta(days=400)
PERIODS_BACK: Final = timedelta(days=92)
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One moment at which a word is asked for, on all these goals. `changed_at` is when one of them last
    moved. `due` where the moment has passed and the word has not come."""

    at: datetime
    goals: tuple[str, ...]
    changed_at: datetime
    due: bool


@dataclass(frozen=True, slots=True)
class History:
    """What was done, the newest first. `updated_at` is when the last of it was, else when the thing began."""

    id: UUID
    title: str
    rows: tuple[EventRow, ...]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class _Goal:
    id: UUID
    title: str
    start: date
    end: date | None
    changed_at: datetime


def checkins(by: Member, *, now: datetime) -> list[Asked]:
    """What is due, and what will be asked for until `AHEAD`, in order of time. Six queries."""
    late = {goal_id: turn for goal_id, turn in dues.turns(by, now=now).items() if turn.due}
    goals = _asked(by)
    rhythms = dues.of_goals(by, [one.id for one in goals])
    moments: dict[tuple[datetime, bool], list[_Goal]] = {}
    for one in goals:
        if one.id in late:
            moments.setdefault((late[one.id].due_at, True), []).append(one)
        for at in _coming(one, rhythms[one.id], by=by, now=now):
            moments.setdefault((at, False), []).append(one)
    return [
        Asked(at, tuple(one.title for one in some), max(one.changed_at for one in some), due)
        for (at, due), some in sorted(moments.items(), key=lambda item: item[0][0])
    ]


def ends(by: Member, *, now: datetime) -> list[FramePeriod]:
    """The periods that end soon or ended lately, in order of their last day. One query."""
    today = by.today(now)
    found = [one for one in periods.every(by) if today - PERIODS_BACK <= one.end <= today + PERIODS_AHEAD]
    return sorted(found, key=lambda one: (one.end, one.start, one.id))


def goal(by: Member, goal_id: UUID) -> History:
    """Raises `NotFound`. Six queries."""
    found = scope.goal(by, goal_id)
    rows = events.about(by, scope.goals(by).filter(pk=goal_id), most=MOST)
    return History(goal_id, found.title, rows, rows[0].at if rows else found.created_at)


def team(by: Member, team_id: UUID) -> History:
    """What was done to the team's goals. Raises `NotFound`. Seven queries."""
    name = (
        Team.objects.filter(workspace_id=by.workspace_id, pk=team_id).values_list("name", flat=True).first()
    )
    if name is None:
        raise NotFound
    links = GoalTeam.objects.current().filter(
        workspace_id=by.workspace_id, goal=OuterRef("pk"), team_id=team_id
    )
    rows = events.about(by, scope.goals(by).filter(Exists(links)), most=MOST)
    began = Workspace.objects.values_list("created_at", flat=True).get(pk=by.workspace_id)
    return History(team_id, name, rows, rows[0].at if rows else began)


def _asked(by: Member) -> list[_Goal]:
    rows = dues.asked(by).exclude(kind=Kind.INITIATIVE).order_by("title", "pk")
    return [
        _Goal(pk, title, start or by.today(created_at), end, max(created_at, last or created_at))
        for pk, title, start, end, created_at, last in rows.values_list(
            "pk", "title", "start_date", "end_date", "created_at", "last_checkin_at"
        )
    ]


def _coming(one: _Goal, own: Rhythm, *, by: Member, now: datetime) -> list[datetime]:
    """The moments from now on while the goal runs."""
    found, at = [], rhythm.next_due(own, now=now, zone=by.zone)
    while at - now <= AHEAD and (one.end is None or at.date() <= one.end):
        if at.date() >= one.start:
            found.append(at)
        at = rhythm.next_due(own, now=at, zone=by.zone)
    return found
