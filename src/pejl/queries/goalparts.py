"""What stands around goals, each read at once for all of them."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from pejl.domain import rollup
from pejl.domain.values import Kind, MetricKind, ProgressMode, State
from pejl.models import Edge, Goal, GoalPerson, GoalTeam, Guardrail, Kpi, Milestone, Task
from pejl.queries import measures
from pejl.queries.goalrows import MilestoneRow, ParentRef, PersonRef, TeamRef
from pejl.queries.scope import Member


class Link(NamedTuple):
    child: UUID
    parent: UUID
    title: str
    share: float | None
    period: UUID | None
    visibility: str


def people(by: Member, ids: list[UUID]) -> dict[UUID, dict[str, tuple[PersonRef, ...]]]:
    found: dict[UUID, dict[str, tuple[PersonRef, ...]]] = {}
    links = GoalPerson.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, role, person, name in links.order_by("position", "pk").values_list(
        "goal_id", "role", "person_id", "person__name"
    ):
        roles = found.setdefault(goal, {})
        roles[role] = (*roles.get(role, ()), PersonRef(person, name))
    return found


def teams(by: Member, ids: list[UUID]) -> dict[UUID, tuple[TeamRef, ...]]:
    found: dict[UUID, tuple[TeamRef, ...]] = {}
    links = GoalTeam.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, team, name in links.order_by("position", "pk").values_list("goal_id", "team_id", "team__name"):
        found[goal] = (*found.get(goal, ()), TeamRef(team, name))
    return found


def above(by: Member, ids: list[UUID]) -> list[Link]:
    """The links to the parents, hidden ones included. One query."""
    edges = Edge.objects.current().filter(
        workspace_id=by.workspace_id, child_id__in=ids, parent__removed_at=None
    )
    names = ("child_id", "parent_id", "parent__title", "share", "parent__period_id", "parent__visibility")
    return [Link(*row) for row in edges.order_by("known_from", "pk").values_list(*names)]


def parents(
    by: Member, links: list[Link], *, initiatives: bool
) -> dict[UUID, tuple[tuple[ParentRef, UUID | None], ...]]:
    """Each goal's parents with the parent's period. One query where there are any."""
    if not links:
        return {}
    edges = Edge.objects.current().filter(
        workspace_id=by.workspace_id, parent_id__in={link.parent for link in links}
    )
    effective = _effective(edges, initiatives=initiatives)
    found: dict[UUID, tuple[tuple[ParentRef, UUID | None], ...]] = {}
    for link in links:
        ref = ParentRef(link.parent, link.title, link.share, effective.get((link.parent, link.child)))
        found[link.child] = (*found.get(link.child, ()), (ref, link.period))
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


def below(by: Member, ids: list[UUID]) -> dict[UUID, tuple[Goal, ...]]:
    """The children, hidden ones included: they count, though they are not shown. One query."""
    found: dict[UUID, tuple[Goal, ...]] = {}
    edges = Edge.objects.current().filter(
        workspace_id=by.workspace_id, parent_id__in=ids, child__removed_at=None
    )
    for edge in edges.select_related("child").order_by("position", "pk"):
        found[edge.parent_id] = (*found.get(edge.parent_id, ()), edge.child)
    return found


def milestones(by: Member, ids: list[UUID]) -> dict[UUID, tuple[MilestoneRow, ...]]:
    found: dict[UUID, tuple[MilestoneRow, ...]] = {}
    if not ids:
        return found
    steps = Milestone.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, item, title, share, reached in steps.order_by("position", "pk").values_list(
        "goal_id", "item", "title", "share", "reached_on"
    ):
        found[goal] = (*found.get(goal, ()), MilestoneRow(item, title, share, reached))
    return found


def tasks(by: Member, ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    found: dict[UUID, tuple[int, int]] = {}
    if not ids:
        return found
    tasks = Task.objects.current().filter(workspace_id=by.workspace_id, goal_id__in=ids)
    for goal, done in tasks.values_list("goal_id", "done"):
        before = found.get(goal, (0, 0))
        found[goal] = (before[0] + int(done), before[1] + 1)
    return found


def broken_guards(by: Member, ids: list[UUID]) -> dict[UUID, tuple[str, ...]]:
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
