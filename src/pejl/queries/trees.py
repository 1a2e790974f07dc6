"""Goals with what hangs under them: of the organisation, a team, or a person.

Hidden goals leave no trace. A goal with several parents stands under each; its own branch is drawn once,
under the first, so that a page never grows beyond the goals there are. With a tag, a tree holds the goals
that carry it and what hangs under those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from pejl.domain.values import Kind, Level, State, Status
from pejl.models import Edge, Goal, GoalPerson, GoalPersonRole, GoalTeam, Person, Team, TeamMember
from pejl.queries import goals, scope, tags
from pejl.queries.goals import GoalRow, PersonRef, TeamRef
from pejl.queries.scope import Member, NotFound
from pejl.queries.tags import Tag

MOST = 400
MOST_OF_ONE = 1_000  # under one goal, where a program asks
_BY_KIND = {Kind.KEY_RESULT: 0, Kind.INITIATIVE: 1, Kind.OBJECTIVE: 2}


@dataclass(frozen=True, slots=True)
class Branch:
    """`again` marks a goal whose own branch stands further up."""

    row: GoalRow
    children: tuple[Branch, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Open objectives and key results by status; a stale one counts as stale and nothing else."""

    by_status: tuple[tuple[Status, int], ...]
    stale: int
    total: int


@dataclass(frozen=True, slots=True)
class Tree:
    """`left_out` is how many goals there are beyond the first 400."""

    branches: tuple[Branch, ...]
    counts: Counts
    left_out: int


@dataclass(frozen=True, slots=True)
class TeamPage:
    id: UUID
    name: str
    archived: bool
    parent: TeamRef | None
    below: tuple[TeamRef, ...]
    leads: tuple[PersonRef, ...]
    members: tuple[PersonRef, ...]


@dataclass(frozen=True, slots=True)
class PersonPage:
    id: UUID
    name: str
    active: bool
    placeholder: bool
    teams: tuple[TeamRef, ...]


def organisation(by: Member, *, periods: list[UUID] | None, now: datetime, tag: Tag | None = None) -> Tree:
    """Every goal of the organisation and all that is aligned below; then what is aligned to nothing."""
    return _tree(by, scope.goals(by), periods=periods, now=now, tag=tag)


def of_team(
    by: Member, team_id: UUID, *, periods: list[UUID] | None, now: datetime, tag: Tag | None = None
) -> Tree:
    """The goals of one team, and what hangs under them wherever it belongs."""
    links = GoalTeam.objects.current().filter(
        workspace_id=by.workspace_id, goal=OuterRef("pk"), team_id=team_id
    )
    return _tree(by, scope.goals(by).filter(Exists(links)), periods=periods, now=now, tag=tag)


def of_person(
    by: Member, person_id: UUID, *, periods: list[UUID] | None, now: datetime, tag: Tag | None = None
) -> Tree:
    """The goals a person owns. Their figures are about the work; nothing sums them up for the person."""
    links = GoalPerson.objects.current().filter(
        workspace_id=by.workspace_id, goal=OuterRef("pk"), person_id=person_id, role=GoalPersonRole.OWNER
    )
    return _tree(by, scope.goals(by).filter(Exists(links)), periods=periods, now=now, tag=tag, deep=False)


def of_goal(by: Member, goal_id: UUID, *, depth: int, now: datetime) -> Tree:
    """One goal and what hangs under it, `depth` levels down, with tags. A goal that hangs under several has
    its own branch where it is nearest to the top. Raises `NotFound`."""
    scope.goal(by, goal_id)
    below = edges(by)
    seen = set(scope.goals(by).filter(pk__in=under([goal_id], below)).values_list("pk", flat=True))
    below = {one: [child for child in children if child in seen] for one, children in below.items()}
    level, home = {goal_id: 0}, {goal_id: goal_id}
    for one in (order := [goal_id]):
        for child in below.get(one, ()) if level[one] < depth else ():
            if child not in level:
                level[child], home[child] = level[one] + 1, one
                order.append(child)
    found = scope.goals(by).filter(pk__in=order[:MOST_OF_ONE])
    rows = {row.id: row for row in goals.rows(by, found, now=now, tagged=True)}

    def grown(one: UUID, parent: UUID) -> Branch:
        if home[one] != parent:
            return Branch(rows[one], (), again=bool(below.get(one)))
        some = [child for child in below.get(one, ()) if child in rows and level[one] < depth]
        some.sort(key=lambda child: _BY_KIND[rows[child].kind])
        return Branch(rows[one], tuple(grown(child, one) for child in some))

    return Tree((grown(goal_id, goal_id),), counts(rows.values()), max(0, len(order) - MOST_OF_ONE))


def team(by: Member, team_id: UUID) -> TeamPage:
    """Raises `NotFound`. Three queries."""
    found = Team.objects.select_related("parent").filter(workspace_id=by.workspace_id, pk=team_id).first()
    if found is None:
        raise NotFound
    rows = TeamMember.objects.current().filter(workspace_id=by.workspace_id, team_id=team_id)
    people = list(rows.order_by("person__name").values_list("person_id", "person__name", "lead"))
    below = Team.objects.filter(workspace_id=by.workspace_id, parent_id=team_id, archived_at=None).order_by(
        "name"
    )
    return TeamPage(
        id=found.pk,
        name=found.name,
        archived=found.archived_at is not None,
        parent=TeamRef(found.parent.pk, found.parent.name) if found.parent else None,
        below=tuple(TeamRef(*row) for row in below.values_list("pk", "name")),
        leads=tuple(PersonRef(pk, name) for pk, name, lead in people if lead),
        members=tuple(PersonRef(pk, name) for pk, name, lead in people if not lead),
    )


def person(by: Member, person_id: UUID) -> PersonPage:
    """Raises `NotFound`. Two queries."""
    found = Person.objects.filter(workspace_id=by.workspace_id, pk=person_id).first()
    if found is None:
        raise NotFound
    rows = TeamMember.objects.current().filter(
        workspace_id=by.workspace_id, person_id=person_id, team__archived_at=None
    )
    teams = rows.order_by("team__name").values_list("team_id", "team__name")
    return PersonPage(
        found.pk, found.name, found.active, found.account_id is None, tuple(TeamRef(*row) for row in teams)
    )


def _tree(
    by: Member,
    chosen: QuerySet[Goal],
    *,
    periods: list[UUID] | None,
    now: datetime,
    tag: Tag | None,
    deep: bool = True,
) -> Tree:
    in_time = Q() if periods is None else Q(period_id__in=periods) | Q(period_id=None)
    ids = list(chosen.filter(in_time).values_list("pk", flat=True))
    below = edges(by)
    wanted = under(ids, below) if deep else ids
    seen = scope.goals(by).filter(in_time, pk__in=wanted)
    seen = seen.order_by(_rank(), "created_at", "position", "pk")
    if tag is None:
        order = list(seen.values_list("pk", flat=True))
    else:
        order = _tagged(seen.annotate(carries=tags.carries(by, tag)), tag, below if deep else {})
    rows = {row.id: row for row in goals.rows(by, scope.goals(by).filter(pk__in=order[:MOST]), now=now)}
    roots = _roots([one for one in order if one in rows], below)
    return Tree(_branches(roots, rows, below), counts(rows.values()), max(0, len(order) - MOST))


def _tagged(seen: Any, tag: Tag, below: dict[UUID, list[UUID]]) -> list[UUID]:
    """Those that carry the tag, and those under them, in the given order."""
    rows = list(seen.values_list("pk", "carries")) if tag.spellings else []
    kept = set(under([pk for pk, carries in rows if carries], below))
    return [pk for pk, _ in rows if pk in kept]


def _rank() -> Case:
    places = {Level.ORGANISATION: 0, Level.TEAM: 1, Level.PERSON: 2}
    return Case(
        *[When(level=level, then=Value(place)) for level, place in places.items()],
        output_field=IntegerField(),
    )


def edges(by: Member) -> dict[UUID, list[UUID]]:
    """Goal → what is aligned right under it, in order, seen or not. One query."""
    found: dict[UUID, list[UUID]] = {}
    rows = Edge.objects.current().filter(workspace_id=by.workspace_id)
    for parent, child in rows.order_by("position", "known_from", "pk").values_list("parent_id", "child_id"):
        found.setdefault(parent, []).append(child)
    return found


def under(ids: Iterable[UUID], below: dict[UUID, list[UUID]]) -> list[UUID]:
    """These goals and all below them, each once, the nearest first."""
    found = list(dict.fromkeys(ids))
    known = set(found)
    for one in found:
        for child in below.get(one, ()):
            if child not in known:
                known.add(child)
                found.append(child)
    return found


def _roots(order: list[UUID], below: dict[UUID, list[UUID]]) -> list[UUID]:
    """Those that hang under no other goal of the page."""
    here = set(order)
    hanging = {child for parent in order for child in below.get(parent, ()) if child in here}
    return [one for one in order if one not in hanging]


def _branches(
    roots: list[UUID], rows: dict[UUID, GoalRow], below: dict[UUID, list[UUID]]
) -> tuple[Branch, ...]:
    drawn: set[UUID] = set()

    def grown(goal_id: UUID) -> Branch:
        again = goal_id in drawn
        drawn.add(goal_id)
        under = [] if again else [child for child in below.get(goal_id, ()) if child in rows]
        under.sort(key=lambda child: _BY_KIND[rows[child].kind])
        return Branch(
            rows[goal_id], tuple(grown(child) for child in under), again and bool(below.get(goal_id))
        )

    return tuple(grown(root) for root in roots)


def counts(rows: Iterable[GoalRow]) -> Counts:
    found: dict[Status, int] = {}
    stale = total = 0
    for row in rows:
        if row.kind is Kind.INITIATIVE or row.state is not State.OPEN:
            continue
        total += 1
        if row.stale_days is not None:
            stale += 1
        else:
            found[row.status] = found.get(row.status, 0) + 1
    order = (Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK, Status.NOT_STARTED)
    return Counts(tuple((one, found[one]) for one in order if one in found), stale, total)
