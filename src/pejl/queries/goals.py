"""Goals as pages and programs read them, in a number of queries that does not depend on how many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from pejl.domain import attention, status
from pejl.domain.access import Right
from pejl.domain.attention import Facts, Mark
from pejl.domain.status import Limits
from pejl.domain.values import (
    CONTROL_KINDS,
    Ambition,
    Kind,
    Level,
    Metric,
    MetricKind,
    Milestone,
    ProgressMode,
    State,
    Status,
    StatusMode,
    Visibility,
)
from pejl.models import Edge, Goal, GoalPersonRole, Workspace
from pejl.queries import dues, measures, scope
from pejl.queries import goalparts as parts
from pejl.queries import tags as tags_read
from pejl.queries.frames import FramePeriod
from pejl.queries.goalrows import GoalRow, MilestoneRow, ParentRef, PersonRef, TeamRef
from pejl.queries.measures import Word
from pejl.queries.scope import Member, NotFound

__all__ = ["GoalRow", "MilestoneRow", "ParentRef", "PersonRef", "TeamRef", "children", "one", "rows"]


def one(by: Member, goal_id: UUID, *, now: datetime) -> GoalRow:
    """With its tags. Raises `NotFound`."""
    found = rows(by, scope.goals(by).filter(pk=goal_id), now=now, tagged=True)
    if not found:
        raise NotFound
    return found[0]


def children(by: Member, goal_id: UUID, *, now: datetime) -> list[GoalRow]:
    """What hangs directly under a goal and the person sees, in its order. Raises `NotFound`."""
    scope.goal(by, goal_id)
    edges = Edge.objects.current().filter(workspace_id=by.workspace_id, parent_id=goal_id)
    order = {
        child: place
        for place, child in enumerate(
            edges.order_by("position", "known_from", "pk").values_list("child_id", flat=True)
        )
    }
    found = rows(by, scope.goals(by).filter(pk__in=list(order)), now=now)
    return sorted(found, key=lambda row: order[row.id])


def rows(by: Member, goals: QuerySet[Goal], *, now: datetime, tagged: bool = False) -> list[GoalRow]:
    """These goals (a query made by `scope`), in the query's order; with their tags where `tagged`, which is
    one query more."""
    found = list(goals.select_related("period", "checkin_owner"))
    context = _Context(by, found, now=now, tagged=tagged)
    return [context.row(goal) for goal in found]


class _Context:
    """What stands around a set of goals, fetched once for all of them."""

    def __init__(self, by: Member, found: Sequence[Goal], *, now: datetime, tagged: bool) -> None:
        self.by, self.today = by, by.today(now)
        ids = [goal.pk for goal in found]
        workspace = Workspace.objects.get(pk=by.workspace_id)
        self.limits = Limits(at_risk=workspace.at_risk_points, off_track=workspace.off_track_points)
        self.initiatives = workspace.initiatives_contribute
        self.people = parts.people(by, ids)
        self.teams = parts.teams(by, ids)
        self.tags = tags_read.of(by, ids) if tagged else {}
        rhythms = dues.of_goals(by, ids, among=workspace, teams=bool(self.teams))
        self.weeks = {key: one.every_weeks for key, one in rhythms.items()}
        above, self.below = parts.above(by, ids), parts.below(by, ids)
        children = [child for some in self.below.values() for child in some]
        around = [(link.parent, link.visibility) for link in above]
        around += [(child.pk, child.visibility) for child in children]
        self.seen = scope.among(by, around)
        above = [link for link in above if link.parent in self.seen]
        self.parents = parts.parents(by, above, initiatives=self.initiatives)
        self.steps = parts.milestones(
            by, [one.pk for one in found if one.metric_kind == MetricKind.MILESTONES]
        )
        self.tasks = parts.tasks(by, [one.pk for one in found if one.kind == Kind.INITIATIVE])
        self.guards = parts.broken_guards(by, ids)
        self.words = measures.spoken(by.workspace_id, {goal.pk for goal in (*found, *children)})

    def row(self, goal: Goal) -> GoalRow:
        steps = self.steps.get(goal.pk, ())
        metric = measures.metric(goal, milestones=_as_metric(steps))
        shown = self.status(goal, metric)
        expected = _expected(goal, metric, today=self.today)
        stale = self.stale_days(goal)
        named = self.people.get(goal.pk, {})
        done, total = self.tasks.get(goal.pk, (0, 0))
        return GoalRow(
            id=goal.pk,
            kind=Kind(goal.kind),
            title=goal.title,
            description=goal.description,
            level=Level(goal.level),
            period_id=goal.period_id,
            period=_period(goal.period),
            start_date=goal.start_date,
            end_date=goal.end_date,
            ambition=Ambition(goal.ambition) if goal.ambition else None,
            progress_mode=ProgressMode(goal.progress_mode),
            status_mode=StatusMode(goal.status_mode),
            status_pinned=goal.status_pinned,
            metric=metric,
            unit=goal.unit,
            value=goal.value,
            progress=goal.progress,
            expected=expected,
            status=shown,
            stale_days=stale,
            confidence=goal.confidence,
            last_checkin_on=goal.last_checkin_on,
            checkin_count=goal.checkin_count,
            state=State(goal.state),
            grade_computed=goal.grade_computed,
            grade_given=goal.grade_given,
            grade_reason=goal.grade_reason,
            learned=goal.learned,
            end_reason=goal.end_reason,
            ended_at=goal.ended_at,
            owners=named.get(GoalPersonRole.OWNER, ()),
            delegates=named.get(GoalPersonRole.DELEGATE, ()),
            viewers=named.get(GoalPersonRole.VIEWER, ()),
            teams=self.teams.get(goal.pk, ()),
            tags=self.tags.get(goal.pk, ()),
            checkin_owner=PersonRef(goal.checkin_owner.pk, goal.checkin_owner.name)
            if goal.checkin_owner
            else None,
            visibility=Visibility(goal.visibility),
            parents=tuple(ref for ref, _ in self.parents.get(goal.pk, ())),
            children_count=sum(one.pk in self.seen for one in self.below.get(goal.pk, ())),
            version=goal.version,
            marks=self.marks(goal, expected=expected, stale=stale is not None),
            guards=self.guards.get(goal.pk, ()),
            tasks_done=done,
            tasks_total=total,
            milestones=steps,
            rights=self.rights(goal),
            origin_id=goal.origin_id,
            created_at=goal.created_at,
            updated_at=goal.updated_at,
        )

    def rights(self, goal: Goal) -> frozenset[Right]:
        named = self.people.get(goal.pk, {})
        roles = {role for role, some in named.items() if any(one.id == self.by.person_id for one in some)}
        teams = {one.id for one in self.teams.get(goal.pk, ())}
        return scope.allowed(self.by, goal, roles=roles, teams=teams)

    def status(self, goal: Goal, metric: Metric | None, *, deep: bool = True) -> Status:
        """As it is on the reader's day. A child that takes the worst of its children is taken as stored."""
        word = self.words.get(goal.pk)
        mode = StatusMode(goal.status_mode)
        if mode is StatusMode.WORST and not deep:
            return Status(goal.status)
        given = _given(goal, word)
        key_results = [one for one in self.below.get(goal.pk, ()) if one.kind == Kind.KEY_RESULT]
        return status.current(
            state=State(goal.state),
            mode=StatusMode.MANUAL if given else mode,
            stored=given,
            progress=goal.progress,
            touched=goal.checkin_count > 0 or bool(goal.progress),
            start=goal.start_date,
            end=goal.end_date,
            today=self.today,
            metric=metric,
            value=goal.value,
            limits=self.limits,
            children=[self.status(one, measures.metric(one), deep=False) for one in key_results]
            if deep
            else (),
            guard_broken=goal.pk in self.guards,
        )

    def stale_days(self, goal: Goal) -> int | None:
        """The age of the last word where silence has lasted; a goal fed by its children speaks by them."""
        if goal.progress_mode == ProgressMode.SOURCE or goal.state != State.OPEN:
            return None
        last = goal.last_checkin_on
        if goal.progress_mode == ProgressMode.CHILDREN:
            asked = [
                one
                for one in self.below.get(goal.pk, ())
                if one.state == State.OPEN and one.kind != Kind.INITIATIVE
            ]
            words = [one.last_checkin_on for one in asked if one.last_checkin_on is not None]
            leaves = [one for one in asked if one.progress_mode in dues.ASKED]
            if len(leaves) < len(asked) or not asked:
                return None
            last = max([*words, *([last] if last else [])], default=None)
        if goal.kind == Kind.INITIATIVE and last is None:
            return None
        since = goal.start_date or self.by.today(goal.created_at)
        weeks = self.weeks[goal.pk]
        if not status.is_stale(
            state=State(goal.state), last_word=last, since=since, every_weeks=weeks, today=self.today
        ):
            return None
        return status.age_days(last, since=since, today=self.today)

    def marks(self, goal: Goal, *, expected: float | None, stale: bool) -> tuple[Mark, ...]:
        above = self.parents.get(goal.pk, ())
        period = goal.period
        facts = Facts(
            kind=Kind(goal.kind),
            level=Level(goal.level),
            state=State(goal.state),
            has_owner=bool(self.people.get(goal.pk, {}).get(GoalPersonRole.OWNER)),
            key_results=sum(
                one.kind == Kind.KEY_RESULT and one.state == State.OPEN for one in self.below.get(goal.pk, ())
            ),
            aligned=bool(above),
            begun=goal.checkin_count > 0 or bool(goal.progress),
            start=goal.start_date,
            end=goal.end_date,
            progress=goal.progress,
            expected=expected,
            period=goal.period_id,
            period_start=period.start_date if period else None,
            period_end=period.end_date if period else None,
            objective_periods=[period_id for _, period_id in above if period_id],
            stale=stale,
            guard_broken=goal.pk in self.guards,
        )
        return attention.marks(facts, today=self.today, limits=self.limits)


def _given(goal: Goal, word: Word | None) -> Status | None:
    """A status given at the latest check-in holds until the next; pinned, or by hand, the last one."""
    if word is None:
        return None
    lasting = goal.status_pinned or goal.status_mode == StatusMode.MANUAL
    text = word.last_given if lasting else word.given
    return Status(text) if text else None


def _expected(goal: Goal, metric: Metric | None, *, today: date) -> float | None:
    """None for a goal without a pace: no dates, a control metric, a baseline, or one that has ended."""
    if goal.start_date is None or goal.end_date is None or goal.state != State.OPEN:
        return None
    if metric is not None and (metric.kind in CONTROL_KINDS or metric.kind is MetricKind.BASELINE):
        return None
    return status.expected(start=goal.start_date, end=goal.end_date, today=today, metric=metric)


def _period(row: Any) -> FramePeriod | None:
    return None if row is None else FramePeriod.of(row)


def _as_metric(steps: Iterable[MilestoneRow]) -> tuple[Milestone, ...]:
    return tuple(Milestone(reached=step.reached_on is not None, share=step.share) for step in steps)
