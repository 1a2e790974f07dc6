"""The goals of a file as rows: new ones whole, those that are here already only where the file says more."""

from __future__ import annotations

import dataclasses
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pejl.domain import tags
from pejl.domain.transfers import GoalLine
from pejl.domain.values import (
    MOVING_KINDS,
    Kind,
    Level,
    MetricKind,
    ProgressMode,
    State,
    StatusMode,
    Visibility,
)
from pejl.models import (
    Checkin,
    Comment,
    Edge,
    Figure,
    Goal,
    GoalPerson,
    GoalPersonRole,
    GoalTag,
    GoalTeam,
    GoalVersion,
    Period,
    Person,
    Record,
    Task,
    Team,
)
from pejl.queries import measures
from pejl.services import figures, inserts, links, records, transfers_figures, transfers_links, versions
from pejl.services.transfers_figures import GIVEN, Aim

if TYPE_CHECKING:
    from pejl.services.transfers_figures import Edges
    from pejl.services.transfers_landing import Landing

COUNTED: Final[dict[str, Any]] = {
    "goals": Goal, "checkins": Checkin, "edges": Edge, "tasks": Task, "comments": Comment, "people": Person,
    "teams": Team, "periods": Period,
}  # fmt: skip
UNSOUND: Final = "measure does not hold together: read as per cent by hand"
DIFFERS: Final = "value differs from the last check-in here: left as it is"
_TITLE: Final = 500
_STEP: Final = 300


def aim(landing: Landing, line: GoalLine, *, key: str, period: str | None) -> Aim:
    """The goal with a measure that can be measured by, and with its period's days where it has none."""
    metric, mode, value = line.metric, line.progress_mode, line.value
    broken = metric is not None and (
        metric.kind is MetricKind.MILESTONES or measures.checked_metric(metric) is not None
    )
    if broken:
        landing.receipt.problem(line.at, "metric", UNSOUND)
        metric, value = None, None
    if metric is None and mode is not ProgressMode.CHILDREN:
        mode = ProgressMode.MANUAL
    elif metric is not None and mode is ProgressMode.MANUAL:
        mode = ProgressMode.METRIC
    first, last = landing.periods.spans.get(period or "", (None, None))
    start, end = line.start or first, line.end or last
    if start is not None and end is not None and end < start:
        start, end = end, start
    if value is not line.value:
        line = dataclasses.replace(line, value=value)
    return Aim(key, line, metric, mode, start=start, end=end, period=period)


def write(landing: Landing, edges: Edges) -> None:
    """Figures of everything that moves, and the rows of new goals."""
    new = {key: one for key, one in landing.aims.items() if one.known is None}
    for one in new.values():
        _people(landing, one)
    transfers_links.private(new, landing, edges)
    moving = _moving(landing, edges)
    for key, one in landing.aims.items():
        if one.known is None or one.fresh:
            _last_word(landing, one)
        if key in moving:
            transfers_figures.own(one)
        else:
            one.value, one.progress = one.known.value, one.known.progress
    transfers_figures.rise(
        landing.workspace,
        moving,
        others=landing.here.nodes(),
        edges=edges,
        capped={
            key: rule
            for key, one in moving.items()
            if (rule := landing.periods.rules.get(one.period or "")) is not None
        },
    )
    transfers_figures.judge(landing.workspace, moving, edges=edges, today=landing.today)
    _compare(landing)
    landing.people.write()
    landing.rows.flush()
    for number, one in enumerate(landing.aims.values(), start=1):
        if one.known is None:
            _write(landing, one, position=float(number))
        elif one.key in landing.tagged and landing.here.tags(one.key) is None:
            _tag(landing, one)


def settle(landing: Landing) -> None:
    """Brings goals that were here before up to date with what came to them."""
    if landing.rows.dry:
        return
    inserts.update(Record, landing.originals.updates)
    by, at, workspace = landing.by, landing.at, landing.workspace
    for goal, state, one in landing.changes:
        versions.change(goal, by=by, at=at, **state)
        owners = [UUID(key) for key in landing.people.keys(one.line.owners)]
        if owners:
            links.set_people(goal, GoalPersonRole.OWNER, owners, at=at)
    for key in landing.tagged:
        if landing.here.tags(key) is not None:
            goal = Goal(pk=UUID(key), workspace_id=workspace.pk)
            links.set_tags(goal, landing.aims[key].line.tags, at=at)
    moved = {UUID(key) for key in landing.touched} | {goal.pk for goal, _, _ in landing.changes}
    records.recount(workspace.pk, moved)
    freed = Goal.objects.filter(
        workspace_id=workspace.pk, period_id__in=[UUID(key) for key in landing.periods.freed],
        removed_at=None, progress_mode=ProgressMode.CHILDREN,
    )  # fmt: skip
    moved |= set(freed.values_list("pk", flat=True)) - {UUID(key) for key in landing.new()}
    figures.refresh(workspace, moved, at=at, today=landing.today)


def _moving(landing: Landing, edges: Edges) -> dict[str, Aim]:
    """Goals of the file whose figures may be others now: new, changed, spoken of, and all above those."""
    above: dict[str, list[str]] = {}
    for parent, some in edges.items():
        for child, _ in some:
            above.setdefault(child, []).append(parent)
    waiting = [
        key for key, one in landing.aims.items() if one.known is None or one.fresh or key in landing.touched
    ] + [key for key in landing.touched if key not in landing.aims]
    found = set(waiting)
    while waiting:
        for parent in above.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return {key: one for key, one in landing.aims.items() if key in found}


def _people(landing: Landing, one: Aim) -> None:
    line, people = one.line, landing.people
    one.people = {
        GoalPersonRole.OWNER: people.keys(line.owners),
        GoalPersonRole.DELEGATE: people.keys(line.delegates),
    }
    for named in (line.creator, line.checkin_owner, *(task.owner for task in line.tasks)):
        people.key(named)
    one.chosen, one.viewers = line.chosen is not None, people.keys(line.chosen or ())


def _last_word(landing: Landing, one: Aim) -> None:
    """Where no check-in carries the value and status that stand on the goal's row, one is added that does.

    Key results and initiatives that stand where they began, and that nobody ever spoke of, get none: that
    they were never checked in on is told as it is.
    """
    line, words = one.line, one.words
    owns = one.mode in {ProgressMode.MANUAL, ProgressMode.METRIC} and not one.by_tasks
    value = line.value if owns and line.value != words.value else None
    if value is not None and not words.count and line.kind is not Kind.OBJECTIVE and _at_start(one, value):
        value = None
    by_hand = line.status_mode is StatusMode.MANUAL and line.status in GIVEN
    status = line.status.value if by_hand and line.status and words.last_given != line.status else ""
    if value is None and not status:
        return
    if one.known is not None and words.count:
        landing.receipt.problem(line.at, "value", DIFFERS)
        return
    on = words.on or min(line.created or one.start or landing.today, landing.today)
    landing.say(one, value=value, status=status, on=on)
    if one.known is not None:
        landing.touched.add(one.key)


def _at_start(one: Aim, value: Decimal) -> bool:
    """Whether the goal has not moved; a figure that is to stay where it is always says something."""
    moves = one.metric is None or one.metric.kind in MOVING_KINDS
    return moves and not transfers_figures.reached(one, value)


def _write(landing: Landing, one: Aim, *, position: float) -> None:
    at, line, rows, words = landing.at, one.line, landing.rows, one.words
    owners = one.people[GoalPersonRole.OWNER]
    teams = landing.teams.keys(line.teams)
    state = _state(landing, one, owners=owners, teams=teams)
    shown = {
        "value": one.value, "progress": one.progress, "status": one.status, "confidence": words.confidence,
        "last_checkin_on": words.on,
    }  # fmt: skip
    rows.add(
        Goal, id=one.key, **state, **shown, created_by_id=landing.people.key(line.creator), created_at=at,
        updated_at=at, position=position, last_checkin_at=at if words.count else None,
        checkin_count=words.count,
    )  # fmt: skip
    by = landing.by.person_id and landing.by.person_id.hex
    rows.add(GoalVersion, **state, goal_id=one.key, by_id=by, number=1)
    rows.add(Figure, goal_id=one.key, **shown)
    viewers = [key for key in dict.fromkeys(one.viewers) if key not in owners]
    for role, people in {**one.people, GoalPersonRole.VIEWER: viewers}.items():
        for place, person in enumerate(people):
            rows.add(GoalPerson, goal_id=one.key, person_id=person, role=str(role), position=place)
    for place, team in enumerate(teams):
        rows.add(GoalTeam, goal_id=one.key, team_id=team, position=place)
    _tag(landing, one)
    for place, task in enumerate(line.tasks):
        rows.add(
            Task, goal_id=one.key, item=rows.key(), title=task.title[:_STEP], due=task.due, done=task.done,
            owner_id=landing.people.key(task.owner), position=place,
        )  # fmt: skip


def _tag(landing: Landing, one: Aim) -> None:
    for place, name in enumerate(one.line.tags):
        landing.rows.add(GoalTag, goal_id=one.key, name=name, position=place)


def _state(landing: Landing, one: Aim, *, owners: list[str], teams: list[str]) -> dict[str, Any]:
    """What was decided about the goal, as the columns of its version."""
    line = one.line
    level = line.level or (Level.TEAM if teams else Level.PERSON if owners else Level.ORGANISATION)
    checks_in = landing.people.key(line.checkin_owner) or (owners[0] if owners else None)
    given = transfers_figures.score(line)
    return {
        "kind": line.kind,
        "title": line.title[:_TITLE],
        "description": line.description,
        "level": level,
        "period_id": one.period,
        "start_date": one.start,
        "end_date": one.end,
        "ambition": line.ambition or "",
        "checkin_owner_id": checks_in,
        "progress_mode": one.mode,
        "status_mode": line.status_mode,
        "visibility": Visibility.CHOSEN if one.chosen else Visibility.EVERYONE,
        **measures.columns(one.metric),
        "state": line.state,
        "ended_at": _ended_at(landing, one),
        "grade_computed": one.grade,
        "grade_given": given,
    }


def _ended_at(landing: Landing, one: Aim) -> datetime | None:
    """The day of the check-in that ended it, else of the last one, else the goal's last day."""
    if one.line.state is State.OPEN:
        return None
    day = one.words.ended_on or one.words.on or one.end or landing.today
    return min(datetime.combine(day, time(12), tzinfo=landing.by.zone), landing.at)


def _compare(landing: Landing) -> None:
    """Which goals that are here the file now tells otherwise; `settle` writes them."""
    fresh = [one for one in landing.aims.values() if one.known is not None and one.fresh]
    rows = Goal.objects.in_bulk([UUID(one.key) for one in fresh])
    for one in fresh:
        goal: Goal = rows[UUID(one.key)]
        owners = landing.people.keys(one.line.owners)
        state = _state(landing, one, owners=owners, teams=landing.teams.keys(one.line.teams))
        state |= {
            "visibility": goal.visibility,
            "grade_computed": goal.grade_computed if one.grade is None else one.grade,
        }
        if one.line.state is State(goal.state):
            state["ended_at"] = goal.ended_at
        state = {name: _typed(value, getattr(goal, name)) for name, value in state.items()}
        if any(getattr(goal, name) != value for name, value in state.items()):
            landing.changes.append((goal, state, one))
    landing.tagged = {one.key for one in landing.aims.values() if _tagged(landing, one)}
    landing.receipt.changed["goals"] += len({goal.pk.hex for goal, _, _ in landing.changes} | landing.tagged)


def _tagged(landing: Landing, one: Aim) -> bool:
    """Whether a goal that is here takes the file's tags: where it never had any, or the file says others
    than before. A file without tags takes none away."""
    if one.known is None or not one.line.tags:
        return False
    here = landing.here.tags(one.key)
    return here is None or (one.fresh and here != {tags.fold(tag) for tag in one.line.tags})


def _typed(value: Any, present: Any) -> Any:
    """Keys as the row has them."""
    return UUID(value) if isinstance(present, UUID) and isinstance(value, str) else value
