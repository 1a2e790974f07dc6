"""The progress of imported goals beside what the other product showed, and why it differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from pejl.domain.receipts import Compared, Receipt
from pejl.domain.transfers import GoalLine
from pejl.domain.values import Kind, ProgressMode
from pejl.models import Edge, Goal, Workspace
from pejl.queries import measures

ON_BOUND = "the value sits exactly on its bound: counted as reached here"
BELOW = "a goal under it differs"
UNROUNDED = "nothing is rounded on the way up here, and fixed shares alone are scaled to 100 %"
TASKS = "it goes by its tasks here"
OWN = "the value gives another figure than the file shows"
NONE = "nothing contributes to it here"


def compare(
    receipt: Receipt,
    theirs: Sequence[tuple[str, UUID, str, Decimal, bool]],
    new: Mapping[UUID, GoalLine],
    *,
    workspace: Workspace,
) -> None:
    """Fills `same` and `different`. A goal that no check-in ever spoke of stands at 0."""
    ours = _ours(workspace.pk, [goal for _, goal, *_ in theirs])
    apart = {goal for _, goal, _, said, bound in theirs if bound or _whole(said) != ours.get(goal)}
    children = _children(workspace.pk, list(new))
    for source, goal, title, said, bound in theirs:
        if goal not in apart:
            receipt.same += 1
            continue
        own = ours.get(goal)
        why = _why(new[goal], own, bound=bound, below=bool(apart & children[goal]))
        receipt.different.append(Compared(source, title, _whole(said), own, why))


def _why(line: GoalLine, own: int | None, *, bound: bool, below: bool) -> str:
    if bound:
        return ON_BOUND
    if own is None:
        return NONE
    if line.kind is Kind.INITIATIVE and line.tasks:
        return TASKS
    if line.progress_mode is ProgressMode.CHILDREN:
        return BELOW if below else UNROUNDED
    return OWN


def _ours(workspace_id: UUID, goals: list[UUID]) -> dict[UUID, int | None]:
    found: dict[UUID, int | None] = {}
    for ids in measures.batches(goals):
        rows = Goal.objects.filter(workspace_id=workspace_id, pk__in=ids)
        for goal, reached, mode in rows.values_list("pk", "progress", "progress_mode"):
            silent = None if mode == ProgressMode.CHILDREN else 0
            found[goal] = silent if reached is None else _whole(Decimal(repr(reached)) * 100)
    return found


def _children(workspace_id: UUID, goals: list[UUID]) -> defaultdict[UUID, set[UUID]]:
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for ids in measures.batches(goals):
        rows = Edge.objects.current().filter(workspace_id=workspace_id, parent_id__in=ids)
        for parent, child in rows.values_list("parent_id", "child_id"):
            found[parent].add(child)
    return found


def _whole(percent: Decimal) -> int:
    """Half up, as the other product rounds.

    >>> _whole(Decimal("12.5")), _whole(Decimal("-12.5"))
    (13, -12)
    """
    return int((percent + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))
