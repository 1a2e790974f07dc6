"""Which goals contribute to which. A goal may have several parents, each with a share of its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pejl.domain import alignment as rules
from pejl.domain.access import Right
from pejl.domain.values import State, Visibility
from pejl.models import Edge, Goal
from pejl.queries import measures, scope
from pejl.queries.scope import Member, NotFound
from pejl.services import commands, events, figures, links, privacy
from pejl.services.commands import command
from pejl.services.errors import Rejected

HIDDEN = "…"
SAME = 1e-9


@command
def align(child_id: UUID, *, parent: UUID, by: Member, at: datetime, share: float | None = None) -> None:
    """Hangs a goal one may edit under a goal one may align to; `share` None is an equal one, 0 is none.

    Raises `Rejected`: `alignment.cycle` with the titles and the ids along the way that closes (of a hidden
    goal neither), `alignment.already`, `share.range`, `share.over-one`, `goal.not-open` for a parent that has
    ended. Under a private goal the child becomes private.
    """
    child = scope.goal(by, child_id, right=Right.EDIT)
    above = scope.goal(by, parent, right=Right.ALIGN)
    join(child, above, share=share, by=by, at=at)
    events.record("goal.aligned", by=by, at=at, goal=child.pk, subject=above.pk, share=share)
    figures.refresh(commands.workspace(by), [child.pk, above.pk], at=at, today=by.today(at))


@command
def unalign(child_id: UUID, *, parent: UUID, by: Member, at: datetime) -> None:
    """Takes a goal from under a parent that one sees."""
    child = scope.goal(by, child_id, right=Right.EDIT)
    above = scope.goal(by, parent)
    leave(child, above.pk, at=at)
    events.record("goal.unaligned", by=by, at=at, goal=child.pk, subject=above.pk)
    figures.refresh(commands.workspace(by), [child.pk, above.pk], at=at, today=by.today(at))


@command
def reshare(child_id: UUID, *, parent: UUID, share: float | None, by: Member, at: datetime) -> None:
    """Gives a child another share of its parent; whoever may edit either of the two."""
    child, above = scope.goal(by, child_id), scope.goal(by, parent)
    if not scope.may(by, above, Right.EDIT):
        scope.goal(by, child_id, right=Right.EDIT)
    edge = _edge(child, above.pk)
    if edge.share == share:
        return
    _check_share(above, share, besides=child.pk)
    leave(child, above.pk, at=at)
    links.add_edge(child, above.pk, share=share, by=by, at=at, position=edge.position)
    events.record(
        "goal.reshared", by=by, at=at, goal=child.pk, subject=above.pk, before=edge.share, share=share
    )
    figures.refresh(commands.workspace(by), [above.pk], at=at, today=by.today(at))


@command
def hang(child_id: UUID, *, parent: UUID, share: float | None, by: Member, at: datetime) -> None:
    """Says that a goal hangs under another with that share, whether it does so already (`reshare`) or not
    (`align`)."""
    child, above = scope.goal(by, child_id), scope.goal(by, parent)
    edges = Edge.objects.current().filter(workspace_id=by.workspace_id, child=child, parent=above)
    write = reshare if edges.exists() else align
    write(child_id, parent=parent, share=share, by=by, at=at)


def join(
    child: Goal, parent: Goal, *, share: float | None, by: Member, at: datetime, position: float = 0.0
) -> None:
    """The row of an edge, where every rule lets it be, and what privacy asks; figures are the caller's."""
    if parent.state != State.OPEN:
        raise Rejected.one("goal.not-open", field="parent", state=parent.state)
    if Edge.objects.current().filter(workspace_id=by.workspace_id, child=child, parent=parent).exists():
        raise Rejected.one("alignment.already", field="parent")
    _check_cycle(child, parent, by=by)
    _check_share(parent, share, besides=child.pk)
    links.add_edge(child, parent.pk, share=share, by=by, at=at, position=position)
    if parent.visibility == Visibility.CHOSEN:
        privacy.spread(parent, by=by, at=at)
        child.refresh_from_db(fields=["visibility", "version", "updated_at"])


def leave(child: Goal, parent: UUID, *, at: datetime) -> None:
    """Ends the edge; `NotFound` where there is none."""
    links.end(Edge.objects.filter(pk=_edge(child, parent).pk), at=at)


def _edge(child: Goal, parent: UUID) -> Edge:
    edge = (
        Edge.objects.current().filter(workspace_id=child.workspace_id, child=child, parent_id=parent).first()
    )
    if edge is None:
        raise NotFound
    return edge  # type: ignore[no-any-return]


def _check_share(parent: Goal, share: float | None, *, besides: UUID) -> None:
    """Fixed shares of all children, ended ones too: a child that is opened again keeps what it had."""
    if share is None:
        return
    if not 0 <= share <= 1:
        raise Rejected.one("share.range", field="share")
    others = Edge.objects.current().filter(
        workspace_id=parent.workspace_id, parent=parent, share__isnull=False
    )
    total = share + sum(others.exclude(child_id=besides).values_list("share", flat=True))
    if total > 1 + SAME:
        raise Rejected.one("share.over-one", field="share", total=total)


def _check_cycle(child: Goal, parent: Goal, *, by: Member) -> None:
    above = figures.ancestors(by.workspace_id, [parent.pk]) | {parent.pk}
    if child.pk not in above:
        return
    parents: dict[UUID, list[UUID]] = {}
    for ids in measures.batches(above):
        rows = Edge.objects.current().filter(workspace_id=by.workspace_id, child_id__in=ids)
        for one, over in rows.values_list("child_id", "parent_id"):
            parents.setdefault(one, []).append(over)
    path = rules.cycle(child=child.pk, parent=parent.pk, parents=parents) or [child.pk, child.pk]
    titles = dict(scope.goals(by).filter(pk__in=path).values_list("pk", "title"))
    raise Rejected.one(
        "alignment.cycle",
        field="parent",
        path=[titles.get(one, HIDDEN) for one in path],
        ids=[one if one in titles else None for one in path],
    )
