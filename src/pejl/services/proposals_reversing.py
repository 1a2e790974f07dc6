"""A plan that was applied, taken back: what it added goes, what it changed is as it was, what it ended opens.

What stood before is read from the history, where it is kept anyway: a row that was known just before the plan
was applied, beside the one that it left behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    ProgressMode,
    State,
    StatusMode,
    Visibility,
)
from pejl.models import (
    Checkin,
    Edge,
    Goal,
    GoalPerson,
    GoalPersonRole,
    GoalTag,
    GoalTeam,
    GoalVersion,
    Milestone,
    Proposal,
)
from pejl.queries import measures, scope
from pejl.queries.proposals import Names, Told
from pejl.queries.scope import Member
from pejl.services import closing, goals
from pejl.services.errors import Conflict

Draft = dict[str, Any]
_JUST: Final = timedelta(microseconds=1)
_FOLLOW: Final = {
    "period": ("start_date", "end_date"),
    "metric": ("progress_mode", "milestones", "milestone_items"),
    "milestones": ("milestone_items",),
    "owners": ("checkin_owner",),
}
_DEPTH: Final = {Kind.INITIATIVE: 0, Kind.KEY_RESULT: 1, Kind.OBJECTIVE: 2}


@dataclass(frozen=True, slots=True)
class _Back:
    """A goal that goes back to what it was: of each field what it is and was, and the whole of `before`."""

    goal: Goal
    fields: dict[str, tuple[Any, Any]]
    before: Draft

    @property
    def changes(self) -> Draft:
        """With what would else follow by itself from what is set back."""
        names = {*self.fields, *(one for name in self.fields for one in _FOLLOW.get(name, ()))}
        return {name: self.before[name] for name in names}


@dataclass(slots=True)
class _Way:
    """What is to be done: goals to open, to take away, to drop, and to set back."""

    reopen: list[Goal] = field(default_factory=list)
    remove: list[Goal] = field(default_factory=list)
    drop: list[Goal] = field(default_factory=list)
    change: list[_Back] = field(default_factory=list)
    left: list[Told] = field(default_factory=list)

    @property
    def goals(self) -> list[Goal]:
        return [*self.reopen, *self.remove, *self.drop, *(one.goal for one in self.change)]


def do(row: Proposal, *, by: Member, at: datetime) -> tuple[Told, tuple[UUID, ...]]:
    """Takes the plan back, in a command of the caller. Answers what that is, and the goals it is about.

    Raises `Conflict` (`proposal.undo-moved`, `proposal.nothing`). Goals that the plan removed stay removed,
    for the record knows one end of each goal and no gap in it: they are told as `left`, and were told as
    `final` before the plan was applied.
    """
    way = _found(row, by=by)
    if not way.goals:
        raise Conflict.one("proposal.nothing")
    told = _told(way, by=by)
    for goal in way.reopen:
        closing.reopen(goal.pk, by=by, at=at)
    for one in way.change:
        if "parents" in one.fields:
            goals.edit(one.goal.pk, changes={"parents": _between(*one.fields["parents"])}, by=by, at=at)
    for goal in sorted(way.remove, key=lambda one: _DEPTH[Kind(one.kind)]):
        goals.remove(goal.pk, by=by, at=at)
    for goal in sorted(way.drop, key=lambda one: _DEPTH[Kind(one.kind)]):
        reason = _("The plan that added it was undone.")
        closing.close(goal.pk, outcome=State.DROPPED, reason=reason, by=by, at=at)
    for one in way.change:
        goals.edit(one.goal.pk, changes=one.changes, by=by, at=at)
    return told, tuple(goal.pk for goal in way.goals)


def _found(row: Proposal, *, by: Member) -> _Way:
    moment: Any = row.applied_at
    result: Any = row.result
    plan, way = result["plan"], _Way()
    added = [UUID(one["id"]) for one in result["made"]["added"]]
    ended = [one for one in (*plan["close"], *plan["prune"]) if one["outcome"] != "removed"]
    titles = {UUID(one["id"]): one["title"] for one in (*plan["change"], *ended)}
    rows = {
        goal.pk: goal for goal in Goal.objects.filter(workspace_id=by.workspace_id, pk__in=[*titles, *added])
    }
    closed = {UUID(one["id"]) for one in ended}
    for pk, title in titles.items():
        goal = _seen(rows[pk], known_as=title, by=by)
        if pk in closed:
            if goal.state == State.OPEN or goal.ended_at != moment:
                raise Conflict.one("proposal.undo-moved", title=goal.title)
            way.reopen.append(goal)
        back = _moved(goal, by=by, at=moment)
        if back is not None and goal.state != State.OPEN and pk not in closed:
            raise Conflict.one("proposal.undo-moved", title=goal.title)
        if back is not None:
            way.change.append(back)
    for pk in added:
        _take_away(rows[pk], way, by=by, at=moment)
    way.left = [one for one in plan["prune"] if one["outcome"] == "removed"]
    return way


def _take_away(goal: Goal, way: _Way, *, by: Member, at: datetime) -> None:
    """One that is gone or dropped already is as it should be. Raises `Conflict` where somebody wrote in it,
    or hung something under it, since."""
    if goal.removed_at is not None or goal.state == State.DROPPED:
        return
    scope.goal(by, goal.pk)
    below = Edge.objects.current().filter(workspace_id=by.workspace_id, parent=goal, known_from__gt=at)
    changed = _draft(goal, by=by, at=at) != _draft(goal, by=by, at=None)
    if goal.state != State.OPEN or changed or below.exists():
        raise Conflict.one("proposal.undo-moved", title=goal.title)
    spoken = Checkin.objects.filter(workspace_id=by.workspace_id, goal=goal).exists()
    (way.drop if spoken else way.remove).append(goal)


def _seen(goal: Goal, *, known_as: str, by: Member) -> Goal:
    """Raises `NotFound` for one that is hidden by now, `Conflict` for one that is gone, by its title then."""
    if goal.removed_at is not None:
        raise Conflict.one("proposal.undo-moved", title=known_as)
    return scope.goal(by, goal.pk)


def _moved(goal: Goal, *, by: Member, at: datetime) -> _Back | None:
    """What the plan changed; None for nothing. Raises `Conflict` where somebody wrote the same since."""
    before, after, now = (_draft(goal, by=by, at=moment) for moment in (at - _JUST, at, None))
    if before is None or after is None or now is None:
        return None
    names = [name for name in after if before[name] != after[name] and name != "milestone_items"]
    if any(now[name] != after[name] for name in names):
        raise Conflict.one("proposal.undo-moved", title=goal.title)
    return _Back(goal, {name: (now[name], before[name]) for name in names}, before) if names else None


def _draft(goal: Goal, *, by: Member, at: datetime | None) -> Draft | None:
    """The fields of the goal's draft as known at that moment, None for now; None before it was written.
    Parents are those that the person sees."""
    here = {"workspace_id": by.workspace_id, "goal": goal}
    version = GoalVersion.objects.as_of(at).filter(**here).order_by("-number").first()
    if version is None:
        return None
    people = GoalPerson.objects.as_of(at).filter(**here).order_by("position", "pk")
    roles = list(people.values_list("role", "person_id"))

    def of(role: GoalPersonRole) -> tuple[UUID, ...]:
        return tuple(person for one, person in roles if one == role)

    def listed(model: Any, *names: str) -> tuple[Any, ...]:
        rows = model.objects.as_of(at).filter(**here).order_by("position", "pk")
        return tuple(rows.values_list(*names, flat=True) if len(names) == 1 else rows.values_list(*names))

    edges = Edge.objects.as_of(at).filter(workspace_id=by.workspace_id, child=goal)
    seen = edges.filter(parent__in=scope.goals(by).values("pk"))
    return {
        "title": version.title,
        "description": version.description,
        "level": Level(version.level),
        "period": version.period_id,
        "start_date": version.start_date,
        "end_date": version.end_date,
        "ambition": Ambition(version.ambition) if version.ambition else None,
        "owners": of(GoalPersonRole.OWNER),
        "delegates": of(GoalPersonRole.DELEGATE),
        "viewers": of(GoalPersonRole.VIEWER),
        "teams": listed(GoalTeam, "team_id"),
        "tags": listed(GoalTag, "name"),
        "checkin_owner": version.checkin_owner_id,
        "metric": measures.metric(version),
        "milestones": listed(Milestone, "title", "share"),
        "milestone_items": listed(Milestone, "item"),
        "progress_mode": ProgressMode(version.progress_mode),
        "status_mode": StatusMode(version.status_mode),
        "visibility": Visibility(version.visibility),
        "parents": tuple(sorted(seen.values_list("parent_id", "share"))),
    }


def _between(now: Iterable[Any], before: Iterable[Any]) -> tuple[tuple[UUID, float | None], ...]:
    """The parents that stay, each with the lesser share: in between others take the place that is let go."""
    was = dict(before)
    kept = ((one, share, was[one]) for one, share in now if one in was)
    return tuple((one, share if (share or 0) <= (old or 0) else old) for one, share, old in kept)


def _told(way: _Way, *, by: Member) -> Told:
    fields = [value for one in way.change for value in one.fields.items()]
    names = Names(by, [_blank(name, value) for name, pair in fields for value in pair])
    return {
        "remove": [_ref(goal) for goal in way.remove],
        "drop": [_ref(goal) for goal in way.drop],
        "reopen": [_ref(goal) for goal in way.reopen],
        "change": [
            {
                **_ref(one.goal),
                "field": name,
                "old": names.value(name, now),
                "new": names.value(name, before),
            }
            for one in way.change
            for name, (now, before) in one.fields.items()
        ],
        "left": [{name: gone[name] for name in ("id", "kind", "title")} for gone in way.left],
    }


def _blank(name: str, value: Any) -> Draft:
    empty: Draft = {"owners": (), "delegates": (), "viewers": (), "teams": (), "parents": ()}
    return {**empty, "period": None, "checkin_owner": None, name: value}


def _ref(goal: Goal) -> Told:
    return {"id": goal.pk, "kind": goal.kind, "title": goal.title}
