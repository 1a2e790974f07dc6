"""A goal as somebody means it: what is left out is filled in, what is wrong is told at its field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pejl.domain import access, tags
from pejl.domain.access import OrganisationPolicy, Right, TeamPolicy
from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    Metric,
    MetricKind,
    Milestone,
    ProgressMode,
    StatusMode,
    Visibility,
)
from pejl.models import Period, Person, Team, Workspace
from pejl.queries import measures
from pejl.queries.scope import Forbidden, Member
from pejl.services import records, texts
from pejl.services.errors import Reason, Rejected

MOST_OF_A_TITLE = 500
MOST_OF_A_STEP = 300
MOST_OF_A_TAG = 100
MOST_TAGS = 100


@dataclass(frozen=True, slots=True)
class GoalDraft:
    """None stands for what is usual: the period's dates, the first owner checks in, and progress by the
    metric (from its children where that sums their values), else (an objective) from its children, else by
    hand. `milestones` are titles with shares, `milestone_items` says which of them is which that was there
    before, by its place (None: the one of that title, if any), `parents` goals with the share this one has on
    them; a share of None is an equal one."""

    kind: Kind
    title: str
    description: str = ""
    level: Level = Level.ORGANISATION
    period: UUID | None = None
    start_date: date | None = None
    end_date: date | None = None
    ambition: Ambition | None = None
    owners: tuple[UUID, ...] = ()
    delegates: tuple[UUID, ...] = ()
    viewers: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    checkin_owner: UUID | None = None
    metric: Metric | None = None
    milestones: tuple[tuple[str, Decimal | None], ...] = ()
    milestone_items: tuple[UUID | None, ...] = ()
    progress_mode: ProgressMode | None = None
    status_mode: StatusMode = StatusMode.PACE
    visibility: Visibility = Visibility.EVERYONE
    parents: tuple[tuple[UUID, float | None], ...] = ()
    tasks: tuple[str, ...] = ()


def checked(draft: GoalDraft, *, by: Member) -> GoalDraft:
    """The draft, tidied and filled in. Raises `Rejected` with everything that is wrong with it."""
    reasons: list[Reason] = []
    draft = _tidied(draft, reasons)
    period = _period(draft, by=by, reasons=reasons)
    draft = _filled(draft, period=period)
    reasons += [*_dates(draft), *_metric(draft), *_belonging(draft), *_known(draft, by=by)]
    if reasons:
        raise Rejected(reasons)
    return draft


def columns(draft: GoalDraft) -> dict[str, Any]:
    """What of a checked draft stands on the goal's own row."""
    return {
        "kind": draft.kind,
        "title": draft.title,
        "description": draft.description,
        "level": draft.level,
        "period_id": draft.period,
        "start_date": draft.start_date,
        "end_date": draft.end_date,
        "ambition": draft.ambition or "",
        "checkin_owner_id": draft.checkin_owner,
        "progress_mode": draft.progress_mode,
        "status_mode": draft.status_mode,
        "visibility": draft.visibility,
        **measures.columns(draft.metric),
    }


def permit(
    by: Member, *, level: Level, teams: Iterable[UUID], owners: Iterable[UUID], workspace: Workspace
) -> None:
    """Raises `Forbidden` where the person may not write a goal at that level, for each of those teams."""
    if by.person_id is None:
        return
    teams = set(teams)
    rows = Team.objects.filter(workspace_id=by.workspace_id, pk__in=teams)
    open_to_members = set(rows.filter(goals_by_members=True).values_list("pk", flat=True))
    everyone = workspace.organisation_goals_by_anyone
    common: dict[str, Any] = {
        "role": by.role,
        "level": level,
        "org_policy": OrganisationPolicy.ANYONE if everyone else OrganisationPolicy.ADMINS,
        "is_self": set(owners) == {by.person_id},
    }
    each = [
        access.may_create(
            **common,
            leads_team=team in by.leads,
            member_of_team=team in by.teams,
            team_policy=TeamPolicy.MEMBERS if team in open_to_members else TeamPolicy.LEADS,
        )
        for team in (teams if level is Level.TEAM else set())
    ]
    if not each:
        each = [access.may_create(**common, leads_team=bool(teams & by.leads))]
    if not all(each):
        raise Forbidden(Right.CREATE)


def _tidied(draft: GoalDraft, reasons: list[Reason]) -> GoalDraft:
    def line(text: str, field: str, most: int) -> str:
        try:
            return texts.line(text, field=field, most=most)
        except Rejected as rejected:
            reasons.extend(rejected.reasons)
            return text

    title = line(draft.title, "title", MOST_OF_A_TITLE)
    steps = tuple(
        (line(step, f"milestones.{place}", MOST_OF_A_STEP), share)
        for place, (step, share) in enumerate(draft.milestones)
    )
    tasks = tuple(line(task, f"tasks.{place}", MOST_OF_A_STEP) for place, task in enumerate(draft.tasks))
    description = draft.description
    try:
        description = texts.note(draft.description, field="description")
    except Rejected as rejected:
        reasons.extend(rejected.reasons)
    return dataclasses.replace(
        draft,
        title=title,
        description=description,
        milestones=steps,
        tasks=tasks,
        tags=_tags(draft, reasons),
    )


def _tags(draft: GoalDraft, reasons: list[Reason]) -> tuple[str, ...]:
    found = tags.several(draft.tags)
    if any(len(tag) > MOST_OF_A_TAG for tag in found):
        reasons.append(Reason("text.long", "tags", (("most", MOST_OF_A_TAG),)))
    if len(found) > MOST_TAGS:
        reasons.append(Reason("tag.many", "tags", (("most", MOST_TAGS),)))
    return found


def _period(draft: GoalDraft, *, by: Member, reasons: list[Reason]) -> Period | None:
    if draft.period is None:
        return None
    found = Period.objects.filter(workspace_id=by.workspace_id, pk=draft.period).first()
    if found is None:
        reasons.append(Reason("period.unknown", "period"))
    return found


def _filled(draft: GoalDraft, *, period: Period | None) -> GoalDraft:
    metric = draft.metric
    if metric is not None and metric.kind is MetricKind.MILESTONES:
        steps = tuple(Milestone(reached=False, share=share) for _, share in draft.milestones)
        metric = dataclasses.replace(metric, milestones=steps)
    return dataclasses.replace(
        draft,
        metric=metric,
        start_date=draft.start_date or (period.start_date if period else None),
        end_date=draft.end_date or (period.end_date if period else None),
        checkin_owner=draft.checkin_owner or next(iter(draft.owners), None),
        progress_mode=draft.progress_mode or _usual_mode(draft.kind, metric),
        owners=tuple(dict.fromkeys(draft.owners)),
        delegates=tuple(dict.fromkeys(draft.delegates)),
        viewers=tuple(dict.fromkeys(draft.viewers)),
        teams=tuple(dict.fromkeys(draft.teams)),
    )


def _usual_mode(kind: Kind, metric: Metric | None) -> ProgressMode:
    if metric is not None:
        return ProgressMode.CHILDREN if metric.sum else ProgressMode.METRIC
    return ProgressMode.CHILDREN if kind is Kind.OBJECTIVE else ProgressMode.MANUAL


def _dates(draft: GoalDraft) -> Iterable[Reason]:
    start, end = draft.start_date, draft.end_date
    if start is not None and end is not None and end < start:
        yield Reason("goal.ends-before-start", "end_date")


def _metric(draft: GoalDraft) -> Iterable[Reason]:
    if draft.metric is None:
        if draft.progress_mode in {ProgressMode.METRIC, ProgressMode.SOURCE}:
            yield Reason("goal.needs-metric", "metric")
        return
    metric = draft.metric
    if metric.sum and draft.progress_mode is not ProgressMode.CHILDREN:
        yield Reason("goal.sum-from-children", "progress_mode")
    numbers = {
        "start": metric.start,
        "target": metric.target,
        "lower": metric.lower,
        "upper": metric.upper,
        "warning": metric.warning,
    }
    unusable = [
        field for field, number in numbers.items() if number is not None and not records.exact(number)
    ]
    if unusable:
        yield from (Reason("metric.number", field) for field in unusable)
        return
    refused = measures.checked_metric(metric)
    if refused is not None:
        yield Reason(refused.code, refused.field or "metric", tuple(refused.params.items()))


def _belonging(draft: GoalDraft) -> Iterable[Reason]:
    if draft.level is Level.TEAM and not draft.teams:
        yield Reason("goal.needs-team", "teams")
    if draft.level is Level.PERSON and not draft.owners:
        yield Reason("goal.needs-owner", "owners")
    if draft.tasks and draft.kind is not Kind.INITIATIVE:
        yield Reason("task.only-initiatives", "tasks")
    for _, share in draft.parents:
        if share is not None and not 0 <= share <= 1:
            yield Reason("share.range", "parents")


def _known(draft: GoalDraft, *, by: Member) -> Iterable[Reason]:
    named = {
        "owners": draft.owners,
        "delegates": draft.delegates,
        "viewers": draft.viewers,
        "checkin_owner": (draft.checkin_owner,) if draft.checkin_owner else (),
    }
    asked = {person for people in named.values() for person in people}
    known = set(
        Person.objects.filter(workspace_id=by.workspace_id, pk__in=asked).values_list("pk", flat=True)
    )
    for field, people in named.items():
        if not set(people) <= known:
            yield Reason("person.unknown", field)
    teams = Team.objects.filter(workspace_id=by.workspace_id, pk__in=draft.teams)
    if teams.count() != len(set(draft.teams)):
        yield Reason("team.unknown", "teams")
