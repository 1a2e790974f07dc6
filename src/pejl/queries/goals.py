"""Goals as pages and programs read them, in a number of queries that does not depend on how many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from pejl.domain import attention, rollup, status
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
from pejl.models import Edge, Goal, GoalPerson, GoalPersonRole, GoalTeam, Guardrail, Kpi, Task, Workspace
from pejl.models import Milestone as MilestoneModel
from pejl.queries import dues, measures, scope
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
        self.people = _people(by, ids)
        self.teams = _teams(by, ids)
        self.tags = tags_read.of(by, ids) if tagged else {}
        rhythms = dues.of_goals(by, ids, among=workspace, teams=bool(self.teams))
        self.weeks = {key: one.every_weeks for key, one in rhythms.items()}
        self.parents = _parents(by, ids, initiatives=self.initiatives)
        self.below = _below(by, ids)
        self.steps = _milestones(by, [one.pk for one in found if one.metric_kind == MetricKind.MILESTONES])
        self.tasks = _tasks(by, [one.pk for one in found if one.kind == Kind.INITIATIVE])
        self.guards = _broken_guards(by, ids)
        both = [*found, *(child for some in self.below.values() for child in some)]
        self.words = measures.words(by.workspace_id, {goal.pk for goal in both})

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


def _people(by: Member, ids: list[UUID]) -> dict[UUID, dict[str, tuple[PersonRef, ...]]]:
    found: dict[UUID, dict[str, tuple[PersonRef, ...]]] = {}
    links = GoalPerson.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, role, person, name in links.order_by("position", "pk").values_list(
        "goal_id", "role", "person_id", "person__name"
    ):
        roles = found.setdefault(goal, {})
        roles[role] = (*roles.get(role, ()), PersonRef(person, name))
    return found


def _teams(by: Member, ids: list[UUID]) -> dict[UUID, tuple[TeamRef, ...]]:
    found: dict[UUID, tuple[TeamRef, ...]] = {}
    links = GoalTeam.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, team, name in links.order_by("position", "pk").values_list("goal_id", "team_id", "team__name"):
        found[goal] = (*found.get(goal, ()), TeamRef(team, name))
    return found


def _parents(
    by: Member, ids: list[UUID], *, initiatives: bool
) -> dict[UUID, tuple[tuple[ParentRef, UUID | None], ...]]:
    """The parents the person sees, with the parent's period. Two queries."""
    edges = Edge.objects.current().filter(workspace_id=by.workspace_id)
    seen = edges.filter(scope.seen(by, "parent_id"), child_id__in=ids)
    links = list(
        seen.order_by("known_from", "pk").values_list(
            "child_id", "parent_id", "parent__title", "share", "parent__period_id"
        )
    )
    above = {link[1] for link in links}
    effective = _effective(edges.filter(parent_id__in=above), initiatives=initiatives) if above else {}
    found: dict[UUID, tuple[tuple[ParentRef, UUID | None], ...]] = {}
    for child, parent, title, share, period in links:
        ref = ParentRef(parent, title, share, effective.get((parent, child)))
        found[child] = (*found.get(child, ()), (ref, period))
    return found


def _effective(edges: Any, *, initiatives: bool) -> dict[tuple[UUID, UUID], float]:
    """What each share comes to among the children that contribute now."""
    by_parent: dict[UUID, list[tuple[UUID, float | None]]] = {}
    names = (
        "parent_id",
        "child_id",
        "share",
        "child__kind",
        "child__progress_mode",
        "child__state",
        "child__metric_kind",
        "child__progress",
        "child__checkin_count",
        "parent__progress_mode",
    )
    for parent, child, share, kind, mode, state, metric, progress, count, above in edges.values_list(*names):
        node = rollup.Node(
            id=child,
            kind=Kind(kind),
            mode=ProgressMode(mode),
            state=State(state),
            baseline=metric == MetricKind.BASELINE,
            progress=progress,
            touched=count > 0 or progress is not None,
        )
        if above == ProgressMode.CHILDREN and rollup.contributes(node, initiatives=initiatives):
            by_parent.setdefault(parent, []).append((child, share))
    return {
        (parent, child): part
        for parent, some in by_parent.items()
        for (child, _), part in zip(some, rollup.shares([share for _, share in some]), strict=True)
    }


def _below(by: Member, ids: list[UUID]) -> dict[UUID, tuple[Goal, ...]]:
    """The children, hidden ones included: they count, though they are not shown. One query."""
    found: dict[UUID, tuple[Goal, ...]] = {}
    edges = Edge.objects.current().filter(
        workspace_id=by.workspace_id, parent_id__in=ids, child__removed_at=None
    )
    for edge in edges.select_related("child").order_by("position", "pk"):
        found[edge.parent_id] = (*found.get(edge.parent_id, ()), edge.child)
    return found


def _milestones(by: Member, ids: list[UUID]) -> dict[UUID, tuple[MilestoneRow, ...]]:
    found: dict[UUID, tuple[MilestoneRow, ...]] = {}
    if not ids:
        return found
    steps = MilestoneModel.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, item, title, share, reached in steps.order_by("position", "pk").values_list(
        "goal_id", "item", "title", "share", "reached_on"
    ):
        found[goal] = (*found.get(goal, ()), MilestoneRow(item, title, share, reached))
    return found


def _tasks(by: Member, ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    found: dict[UUID, tuple[int, int]] = {}
    if not ids:
        return found
    tasks = Task.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, done in tasks.values_list("goal_id", "done"):
        before = found.get(goal, (0, 0))
        found[goal] = (before[0] + int(done), before[1] + 1)
    return found


def _broken_guards(by: Member, ids: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Goal → the KPIs outside their range. One query, three more where there is a guard."""
    links = list(
        Guardrail.objects.current()
        .filter(workspace_id=by.workspace_id, goal_id__in=ids)
        .values_list("goal_id", "kpi")
    )
    if not links:
        return {}
    broken = measures.broken_kpis(by.workspace_id, {kpi for _, kpi in links})
    names = dict(
        Kpi.objects.current()
        .filter(workspace_id=by.workspace_id, item__in=broken)
        .values_list("item", "name")
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for goal, kpi in links:
        if kpi in names:
            found[goal] = (*found.get(goal, ()), names[kpi])
    return found
