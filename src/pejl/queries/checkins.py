"""What a person checks in on: their open, measured goals under their objectives, and which are due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery

from pejl.domain.access import Right
from pejl.domain.values import Kind, State, Status, StatusMode
from pejl.models import Figure, GoalPerson, Workspace
from pejl.queries import dues, goals, measures, scope
from pejl.queries.goals import GoalRow
from pejl.queries.scope import Forbidden, Member


@dataclass(frozen=True, slots=True)
class Asked:
    """A goal with its turn: `due` where no word came since the last due moment."""

    row: GoalRow
    due: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The goals under one objective; `title` is "" for those that hang under none."""

    title: str
    asked: tuple[Asked, ...]


def mine(by: Member, *, now: datetime) -> tuple[Group, ...]:
    """All the goals that the person is asked for, or stands in for, by objective; due ones first in each.

    The number of queries does not depend on how many there are.
    """
    if by.person_id is None:
        return ()
    delegated = GoalPerson.objects.current().filter(
        workspace_id=by.workspace_id, person_id=by.person_id, role__in=("owner", "delegate")
    )
    wanted = Q(checkin_owner_id=by.person_id) | Q(pk__in=delegated.values("goal_id"))
    found = scope.open_goals(by).filter(wanted, progress_mode__in=dues.ASKED).exclude(kind=Kind.INITIATIVE)
    started = Q(start_date=None) | Q(start_date__lte=by.today(now))
    rows = goals.rows(by, found.filter(started).order_by("end_date", "created_at", "position", "pk"), now=now)
    turns = dues.turns(by, now=now)
    return _grouped([Asked(row, row.id in turns and turns[row.id].due) for row in rows if _may(row)])


def one(by: Member, goal_id: UUID, *, now: datetime) -> tuple[Group, ...]:
    """One goal; an objective that lives by its key results stands for those the person may check in on.

    Raises `NotFound`, or `Forbidden` where there is nothing to check in on.
    """
    row = goals.one(by, goal_id, now=now)
    rows = [row]
    if row.progress_mode not in dues.ASKED:
        rows = [one for one in goals.children(by, goal_id, now=now) if one.progress_mode in dues.ASKED]
    turns = dues.turns(by, now=now)
    asked = [
        Asked(one, one.id in turns and turns[one.id].due)
        for one in rows
        if _may(one) and one.state is State.OPEN and (one.kind is not Kind.INITIATIVE or one.id == goal_id)
    ]
    if not asked:
        raise Forbidden(Right.CHECK_IN)
    return _grouped(asked)


@dataclass(frozen=True, slots=True)
class Known:
    """A goal's figures as they were known at a time."""

    value: Decimal | None
    progress: float | None
    status: Status


UNKNOWN = Known(None, None, Status.NOT_STARTED)
"""The figures of a goal of which nothing was known yet."""


def known_on(workspace: Workspace, goals: Collection[UUID], *, on: date) -> dict[UUID, Known]:
    """The figures as known at the end of that day in the workspace's time zone; a goal that had none is left
    out. One query, none for no goals."""
    if not goals:
        return {}
    night = datetime.combine(on + timedelta(days=1), time.min, tzinfo=ZoneInfo(workspace.timezone))
    then = Figure.objects.filter(workspace_id=workspace.pk, known_from__lt=night)
    last = then.filter(goal=OuterRef("goal")).order_by("-known_from", "-pk").values("pk")[:1]
    rows = then.filter(goal_id__in=goals, pk=Subquery(last))
    return {
        goal: Known(value, progress, Status(shown))
        for goal, value, progress, shown in rows.values_list("goal_id", "value", "progress", "status")
    }


def held(by: Member, rows: Iterable[GoalRow]) -> dict[UUID, Status]:
    """The status last given by hand, of those goals on which it lasts: pinned, or kept by hand.

    One query, none where it lasts on no goal.
    """
    lasting = [row.id for row in rows if row.status_pinned or row.status_mode is StatusMode.MANUAL]
    if not lasting:
        return {}
    words = measures.words(by.workspace_id, lasting)
    return {key: Status(word.last_given) for key, word in words.items() if word.last_given}


def _may(row: GoalRow) -> bool:
    return Right.CHECK_IN in row.rights


def _grouped(asked: list[Asked]) -> tuple[Group, ...]:
    groups: dict[UUID | None, list[Asked]] = {}
    titles: dict[UUID | None, str] = {None: ""}
    for each in asked:
        above = each.row.parents[0] if each.row.parents else None
        key = above.id if above else None
        titles[key] = above.title if above else ""
        groups.setdefault(key, []).append(each)
    return tuple(
        Group(titles[key], tuple(sorted(some, key=lambda one: not one.due))) for key, some in groups.items()
    )
