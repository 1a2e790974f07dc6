"""Writing goals: one at a time, or a whole OKR at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from pejl.domain.access import Right
from pejl.domain.values import Ambition, Kind, Level, Metric, ProgressMode, State, StatusMode, Visibility
from pejl.models import Checkin, Edge, Goal, GoalPersonRole, GoalVersion, Milestone, Workspace
from pejl.queries import measures, scope
from pejl.queries.scope import Forbidden, Member
from pejl.services import alignment, commands, drafts, events, figures, links, privacy, versions
from pejl.services.commands import command
from pejl.services.drafts import GoalDraft
from pejl.services.errors import Conflict, Reason, Rejected

__all__ = ["GoalDraft", "create", "edit", "remove", "write"]

PEOPLE = {
    "owners": GoalPersonRole.OWNER,
    "delegates": GoalPersonRole.DELEGATE,
    "viewers": GoalPersonRole.VIEWER,
}
PARTS = {"key_results": Kind.KEY_RESULT, "initiatives": Kind.INITIATIVE}
LEAVES = frozenset({ProgressMode.MANUAL, ProgressMode.METRIC})


@command
def create(draft: GoalDraft, *, by: Member, at: datetime) -> UUID:
    """A new goal, aligned to its parents. Raises `Rejected`, `Forbidden`, or `NotFound` for a hidden parent.

    A key result or an initiative under a goal that one may write below needs no other right; any other goal
    needs the right to write at its level. Under a private goal it becomes private.
    """
    workspace = commands.workspace(by)
    goal = add(draft, by=by, at=at, workspace=workspace)
    figures.refresh(workspace, [goal.pk], at=at, today=by.today(at))
    return _id(goal)


@command
def write(
    objective: GoalDraft,
    *,
    by: Member,
    at: datetime,
    key_results: tuple[GoalDraft, ...] = (),
    initiatives: tuple[GoalDraft, ...] = (),
    towards: Mapping[int, int] | None = None,
) -> UUID:
    """An objective with its key results and initiatives, all or nothing. Answers the objective's id.

    What is below stands at the objective's level, and in its period, teams and visibility where it names
    none. `towards` leads from an initiative to the key result it is for, both by their place here; that
    initiative is aligned to both, as `alignment.align` would. Every reason is told at once, its field led
    by its place: `key_results.0.target`.
    """
    workspace = commands.workspace(by)
    below = {"key_results": key_results, "initiatives": initiatives}
    _check_all(objective, below, towards=towards or {}, by=by)
    goal = add(dataclasses.replace(objective, kind=Kind.OBJECTIVE), by=by, at=at, workspace=workspace)
    made: dict[str, list[UUID]] = {name: [] for name in PARTS}
    position = 0
    for name, kind in PARTS.items():
        for place, draft in enumerate(below[name]):
            position += 1
            with _prefixed(f"{name}.{place}"):
                child = dataclasses.replace(
                    _below(draft, objective), kind=kind, parents=((goal.pk, None), *draft.parents)
                )
                row = add(child, by=by, at=at, workspace=workspace, position=float(position))
                made[name].append(_id(row))
    for place, result in (towards or {}).items():
        with _prefixed(f"initiatives.{place}"):
            _point(made["initiatives"][place], made["key_results"][result], by=by, at=at)
    ids = [goal.pk, *(one for some in made.values() for one in some)]
    figures.refresh(workspace, ids, at=at, today=by.today(at))
    return _id(goal)


def _point(initiative: UUID, key_result: UUID, *, by: Member, at: datetime) -> None:
    """What aligning it afterwards asks and records; figures are the caller's."""
    child = scope.goal(by, initiative, right=Right.EDIT)
    above = scope.goal(by, key_result, right=Right.ALIGN)
    alignment.join(child, above, share=None, by=by, at=at)
    events.record("goal.aligned", by=by, at=at, goal=child.pk, subject=above.pk, share=None)


def add(
    draft: GoalDraft,
    *,
    by: Member,
    at: datetime,
    workspace: Workspace,
    origin: UUID | None = None,
    position: float = 0.0,
) -> Goal:
    """The rows of a new goal, inside a command that refreshes figures afterwards."""
    draft = drafts.checked(draft, by=by)
    parents = [scope.goal(by, parent, right=Right.ALIGN) for parent, _ in draft.parents]
    own = draft.kind is not Kind.OBJECTIVE and any(scope.may(by, parent, Right.CREATE) for parent in parents)
    if not own:
        drafts.permit(by, level=draft.level, teams=draft.teams, owners=draft.owners, workspace=workspace)
    goal = Goal.objects.create(
        workspace=workspace,
        origin_id=origin,
        created_by_id=by.person_id,
        created_at=at,
        updated_at=at,
        position=position,
        **drafts.columns(draft),
    )
    versions.begin(goal, by=by, at=at)
    for field, role in PEOPLE.items():
        links.set_people(goal, role, getattr(draft, field), at=at)
    links.set_teams(goal, draft.teams, at=at)
    links.set_tags(goal, draft.tags, at=at)
    links.set_milestones(goal, draft.milestones, items=draft.milestone_items, at=at)
    for place, task in enumerate(draft.tasks):
        links.add_task(goal, task, at=at, position=place)
    for parent, (_, share) in zip(parents, draft.parents, strict=True):
        alignment.join(goal, parent, share=share, by=by, at=at, position=position)
    events.record("goal.created", by=by, at=at, goal=goal.pk, title=goal.title, kind=goal.kind)
    return goal


@command
def edit(
    goal_id: UUID,
    *,
    changes: Mapping[str, Any],
    by: Member,
    at: datetime,
    expected_version: int | None = None,
) -> UUID:
    """Changes what a goal is: fields of `GoalDraft` by name, but `kind` and `tasks`. Open goals only.

    Raises `Conflict` (`goal.changed`) where the goal is no longer at `expected_version`. Parents that the
    person does not see stay. Moving the measure under check-ins keeps their values, and counts them anew.
    """
    workspace = commands.workspace(by)
    goal = scope.goal(by, goal_id, right=Right.EDIT)
    if expected_version is not None and goal.version != expected_version:
        raise Conflict.one("goal.changed")
    opened(goal)
    before = _draft_of(goal, by=by)
    draft = drafts.checked(_changed(before, changes), by=by)
    _check_move(goal, before, draft, by=by, workspace=workspace)
    told = versions.change(goal, by=by, at=at, **drafts.columns(draft))
    gone = set(before.viewers) - set(draft.viewers)
    linked = [
        field for field, role in PEOPLE.items() if links.set_people(goal, role, getattr(draft, field), at=at)
    ]
    linked += ["teams"] if links.set_teams(goal, draft.teams, at=at) else []
    linked += ["tags"] if links.set_tags(goal, draft.tags, at=at) else []
    steps, items = draft.milestones, draft.milestone_items
    linked += ["milestones"] if links.set_milestones(goal, steps, items=items, at=at) else []
    former = _set_parents(goal, before, draft, by=by, at=at)
    privacy.spread(goal, by=by, at=at, left_out=gone)
    if not told and not linked and former is None:
        return _id(goal)
    events.record("goal.edited", by=by, at=at, goal=goal.pk, changed=_told(told), linked=linked)
    figures.refresh(workspace, [goal.pk, *(former or ())], at=at, today=by.today(at))
    return _id(goal)


@command
def remove(goal_id: UUID, *, by: Member, at: datetime) -> None:
    """Takes away a goal that was never checked in on (a withdrawn check-in counts); what was is kept.

    Raises `Rejected` (`goal.has-checkins`): such a goal is dropped instead.
    """
    goal = scope.goal(by, goal_id, right=Right.EDIT)
    if Checkin.objects.filter(workspace_id=by.workspace_id, goal=goal).exists():
        raise Rejected.one("goal.has-checkins")
    parents = [edge.parent_id for edge in links.parents_of(goal)]
    for end in ("parent", "child"):
        links.end(Edge.objects.current().filter(workspace_id=by.workspace_id, **{end: goal}), at=at)
    versions.end(goal, at=at)
    goal.removed_at = goal.updated_at = at
    goal.save(update_fields=["removed_at", "updated_at"])
    events.record("goal.removed", by=by, at=at, goal=goal.pk, title=goal.title)
    figures.refresh(commands.workspace(by), parents, at=at, today=by.today(at))


def opened(goal: Goal) -> None:
    """Raises `Rejected` (`goal.not-open`) for a goal that has ended."""
    if goal.state != State.OPEN:
        raise Rejected.one("goal.not-open", state=goal.state)


def _check_all(
    objective: GoalDraft,
    below: Mapping[str, tuple[GoalDraft, ...]],
    *,
    towards: Mapping[int, int],
    by: Member,
) -> None:
    """Raises `Rejected` with the reasons of every part, so that a person mends them in one go."""
    reasons: list[Reason] = []

    def collect(work: Callable[[], Any]) -> None:
        try:
            work()
        except Rejected as rejected:
            reasons.extend(rejected.reasons)

    collect(lambda: drafts.checked(dataclasses.replace(objective, kind=Kind.OBJECTIVE), by=by))
    for name, parts in below.items():
        for place, draft in enumerate(parts):
            part = dataclasses.replace(_below(draft, objective), kind=PARTS[name])

            def check(part: GoalDraft = part, prefix: str = f"{name}.{place}") -> None:
                with _prefixed(prefix):
                    drafts.checked(part, by=by)

            collect(check)
    for place, result in towards.items():
        if place not in range(len(below["initiatives"])) or result not in range(len(below["key_results"])):
            reasons.append(Reason("choice.unknown", f"initiatives.{place}.towards"))
    if reasons:
        raise Rejected(reasons)


@contextmanager
def _prefixed(prefix: str) -> Iterator[None]:
    try:
        yield
    except Rejected as rejected:
        raise type(rejected)(
            Reason(one.code, f"{prefix}.{one.field}".rstrip("."), one.params) for one in rejected.reasons
        ) from rejected


def _below(draft: GoalDraft, objective: GoalDraft) -> GoalDraft:
    """A part of an OKR, with the objective's frame where it has none of its own."""
    framed = draft.period is not None or draft.start_date is not None or draft.end_date is not None
    return dataclasses.replace(
        draft,
        level=objective.level,
        period=draft.period if framed else objective.period,
        start_date=draft.start_date if framed else objective.start_date,
        end_date=draft.end_date if framed else objective.end_date,
        owners=draft.owners or (objective.owners if objective.level is Level.PERSON else ()),
        teams=draft.teams or objective.teams,
        visibility=objective.visibility if draft.visibility is Visibility.EVERYONE else draft.visibility,
    )


def _draft_of(goal: Goal, *, by: Member) -> GoalDraft:
    """The goal as a draft; its parents are those the person sees."""
    edges = links.parents_of(goal)
    seen = set(scope.goals(by).filter(pk__in=[edge.parent_id for edge in edges]).values_list("pk", flat=True))
    steps = (
        Milestone.objects.current()
        .filter(workspace_id=goal.workspace_id, goal=goal)
        .order_by("position", "pk")
    )
    return GoalDraft(
        kind=Kind(goal.kind),
        title=goal.title,
        description=goal.description,
        level=Level(goal.level),
        period=goal.period_id,
        start_date=goal.start_date,
        end_date=goal.end_date,
        ambition=Ambition(goal.ambition) if goal.ambition else None,
        owners=tuple(links.people_of(goal, GoalPersonRole.OWNER)),
        delegates=tuple(links.people_of(goal, GoalPersonRole.DELEGATE)),
        viewers=tuple(links.people_of(goal, GoalPersonRole.VIEWER)),
        teams=tuple(links.teams_of(goal)),
        tags=tuple(links.tags_of(goal)),
        checkin_owner=goal.checkin_owner_id,
        metric=measures.metric(goal),
        milestones=tuple((step.title, step.share) for step in steps),
        progress_mode=ProgressMode(goal.progress_mode),
        status_mode=StatusMode(goal.status_mode),
        visibility=Visibility(goal.visibility),
        parents=tuple((edge.parent_id, edge.share) for edge in edges if edge.parent_id in seen),
    )


def _changed(before: GoalDraft, changes: Mapping[str, Any]) -> GoalDraft:
    """With the changes, and what follows from them: a new period brings its dates, a metric its mode, and
    so does turning its sum on or off."""
    wrong = set(changes) & {"kind", "tasks"}
    if wrong:
        raise TypeError(f"not changed here: {', '.join(sorted(wrong))}")
    follow: dict[str, Any] = {}
    if "period" in changes and changes["period"] not in (None, before.period):
        follow |= {"start_date": None, "end_date": None}
    if "metric" in changes and _way(changes["metric"]) != _way(before.metric):
        follow |= {"progress_mode": None}
    if "owners" in changes and before.checkin_owner in set(before.owners) - set(changes["owners"]):
        follow |= {"checkin_owner": None}
    return dataclasses.replace(before, **{**follow, **changes})


def _way(metric: Metric | None) -> bool | None:
    """Whether the value is a sum; None where nothing is measured."""
    return None if metric is None else metric.sum


def _check_move(goal: Goal, before: GoalDraft, draft: GoalDraft, *, by: Member, workspace: Workspace) -> None:
    """What only a goal that exists can do wrong: move to where one may not write, or lose its measure."""
    teams = set(draft.teams) - set(before.teams)
    if draft.level is not before.level or teams:
        try:
            drafts.permit(
                by, level=draft.level, teams=teams or draft.teams, owners=draft.owners, workspace=workspace
            )
        except Forbidden:
            field = "level" if draft.level is not before.level else "teams"
            raise Rejected.one("goal.not-yours-to-move", field=field) from None
    left = {one for one, _ in before.parents} - {one for one, _ in draft.parents}
    kept = {edge.parent_id for edge in links.parents_of(goal)} - left
    opens = before.visibility is Visibility.CHOSEN and draft.visibility is not Visibility.CHOSEN
    if opens and privacy.parent_is_private(by.workspace_id, kept):
        raise Rejected.one("visibility.parent-private", field="visibility")
    modes = LEAVES - {draft.progress_mode}
    if draft.progress_mode in LEAVES and draft.progress_mode is not before.progress_mode:
        measured = Checkin.objects.current().filter(
            workspace_id=by.workspace_id, goal=goal, value__isnull=False
        )
        was = GoalVersion.objects.filter(workspace_id=by.workspace_id, goal=goal, progress_mode__in=modes)
        if measured.exists() and was.exists():
            raise Rejected.one("goal.measured-otherwise", field="progress_mode")


def _set_parents(
    goal: Goal, before: GoalDraft, draft: GoalDraft, *, by: Member, at: datetime
) -> list[UUID] | None:
    """The parents it left, to be refreshed; None where nothing changed."""
    if dict(before.parents) == dict(draft.parents):
        return None
    wanted = dict(draft.parents)
    gone = [parent for parent, _ in before.parents if parent not in wanted]
    for parent in gone:
        alignment.leave(goal, parent, at=at)
    had = dict(before.parents)
    for parent_id, share in wanted.items():
        if parent_id in had and had[parent_id] == share:
            continue
        above = scope.goal(by, parent_id, right=Right.ALIGN)
        if parent_id in had:
            alignment.leave(goal, parent_id, at=at)
        alignment.join(goal, above, share=share, by=by, at=at)
    return gone


def _told(changed: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {column: [old, new] for column, (old, new) in changed.items()}


def _id(goal: Goal) -> UUID:
    answer: UUID = goal.pk
    return answer
