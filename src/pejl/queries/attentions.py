"""Which open goals ask for a look now, and why: a check-in that is due, silence, pace, and the marks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from pejl.domain import rhythm
from pejl.domain.values import Kind, Status
from pejl.models import Goal, GoalPerson, GoalPersonRole, GoalTeam
from pejl.queries import dues, goals, scope
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Member

MOST = 500
OFF_PACE = frozenset({Status.AT_RISK, Status.OFF_TRACK})


@dataclass(frozen=True, slots=True)
class Asking:
    """`why` holds `check_in_due`, `stale`, `at_risk` or `off_track`, and the goal's marks; at least one.
    `due_at` is when the check-in was due, None where none is."""

    row: GoalRow
    why: tuple[str, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Askings:
    """Those with a check-in due first, the longest waiting before the others; then by their end.
    `left_out` is how many open goals there are beyond the `MOST` that were looked at."""

    found: tuple[Asking, ...]
    left_out: int


def of_person(by: Member, *, now: datetime) -> Askings:
    """Of the goals that the person owns or is to check in on."""
    own = GoalPerson.objects.current().filter(
        workspace_id=by.workspace_id, goal=OuterRef("pk"), person_id=by.person_id, role=GoalPersonRole.OWNER
    )
    return _of(by, scope.open_goals(by).filter(Q(Exists(own)) | Q(checkin_owner_id=by.person_id)), now=now)


def of_teams(by: Member, teams: Collection[UUID], *, now: datetime) -> Askings:
    link = GoalTeam.objects.current().filter(
        workspace_id=by.workspace_id, goal=OuterRef("pk"), team_id__in=teams
    )
    return _of(by, scope.open_goals(by).filter(Exists(link)), now=now)


def of_everybody(by: Member, *, now: datetime) -> Askings:
    """Of all that the person sees."""
    return _of(by, scope.open_goals(by), now=now)


def _of(by: Member, found: QuerySet[Goal], *, now: datetime) -> Askings:
    """The number of queries does not depend on how many goals there are."""
    places = dict(found.order_by("end_date", "pk").values_list("pk", "last_checkin_at")[:MOST])
    rows = goals.rows(by, scope.open_goals(by).filter(pk__in=list(places)), now=now)
    rhythms = dues.of_goals(by, list(places))
    asking = []
    for row in rows:
        due = _due(by, row, places[row.id], rhythms[row.id], now=now)
        late = ["check_in_due"] if due else []
        off = [row.status.value] if row.status in OFF_PACE else []
        why = dict.fromkeys([*late, *off, *(mark.value for mark in row.marks)])
        if why:
            asking.append(Asking(row, tuple(why), due))
    asking.sort(
        key=lambda one: (one.due_at is None, one.due_at or now, str(one.row.end_date or "9"), one.row.id)
    )
    return Askings(tuple(asking), max(0, found.count() - MOST))


def _due(
    by: Member, row: GoalRow, last: datetime | None, own: rhythm.Rhythm, *, now: datetime
) -> datetime | None:
    asked = row.kind is not Kind.INITIATIVE and row.progress_mode in dues.ASKED
    if not asked or (row.start_date is not None and row.start_date > by.today(now)):
        return None
    since = row.start_date or by.today(row.created_at)
    if not rhythm.is_due(last_checkin_at=last, rhythm=own, now=now, zone=by.zone, since=since):
        return None
    return rhythm.last_due(own, now=now, zone=by.zone)
