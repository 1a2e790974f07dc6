"""Which goals wait for a word from a person: one's own check-ins that are due.

Due is an open goal, measured by its metric or by hand, that one is asked for, with no check-in since the
last due moment of its team's rhythm, else the workspace's, in the person's own time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from pejl.domain import rhythm
from pejl.domain.rhythm import Rhythm
from pejl.domain.values import Kind, ProgressMode
from pejl.models import Goal, GoalTeam, Team, Workspace
from pejl.queries import scope
from pejl.queries.scope import Member

ASKED = (ProgressMode.METRIC, ProgressMode.MANUAL)


@dataclass(frozen=True, slots=True)
class Turn:
    """When the goal's last check-in was due, and whether it came. `weeks` is its interval."""

    due_at: datetime
    due: bool
    weeks: int


def asked(by: Member) -> QuerySet[Goal]:
    """The open goals that this person is to check in on: kept by hand or by a metric."""
    return scope.open_goals(by).filter(checkin_owner_id=by.person_id, progress_mode__in=ASKED)


def turns(by: Member, *, now: datetime) -> dict[UUID, Turn]:
    """Each goal that the person is asked for, with its turn. Four queries."""
    if by.person_id is None:
        return {}
    today = by.today(now)
    rows = list(asked(by).values_list("pk", "kind", "start_date", "created_at", "last_checkin_at"))
    rhythms = of_goals(by, [row[0] for row in rows])
    found: dict[UUID, Turn] = {}
    for goal_id, kind, start, created_at, last in rows:
        if start is not None and start > today:
            continue
        own = rhythms[goal_id]
        since = start or by.today(created_at)
        due = kind != Kind.INITIATIVE and rhythm.is_due(
            last_checkin_at=last, rhythm=own, now=now, zone=by.zone, since=since
        )
        found[goal_id] = Turn(rhythm.last_due(own, now=now, zone=by.zone), due, own.every_weeks)
    return found


def count(by: Member, *, now: datetime) -> int:
    return sum(turn.due for turn in turns(by, now=now).values())


def of_goals(
    by: Member, goals: list[UUID], *, among: Workspace | None = None, teams: bool = True
) -> dict[UUID, Rhythm]:
    """The rhythm of each goal: of its first team with one of its own, else the workspace's.

    Two queries; one less each where the workspace is there already, and where none of the goals has a team.
    """
    workspace = among or Workspace.objects.get(pk=by.workspace_id)
    usual = Rhythm(workspace.checkin_weekday, workspace.checkin_at, workspace.checkin_every_weeks)
    found = dict.fromkeys(goals, usual)
    if not teams:
        return found
    links = GoalTeam.objects.current().filter(
        workspace_id=by.workspace_id, goal_id__in=goals, team__checkin_weekday__isnull=False
    )
    for link in links.select_related("team").order_by("-position", "-pk"):
        found[link.goal_id] = _of_team(link.team, usual)
    return found


def _of_team(team: Team, usual: Rhythm) -> Rhythm:
    return Rhythm(
        usual.weekday if team.checkin_weekday is None else team.checkin_weekday,
        team.checkin_at or usual.at,
        team.checkin_every_weeks or usual.every_weeks,
    )
