"""Goals as the roll-up takes them, and the edges between them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from pejl.domain import rollup
from pejl.domain.values import Kind, MetricKind, ProgressMode, State
from pejl.models import Edge
from pejl.queries import measures

Edges = dict[UUID, list[tuple[UUID, float | None]]]


def of(row: Any, *, computed: bool) -> rollup.Node:
    """A row as the roll-up takes it; its metric is of use only where its own figures are computed."""
    sums = computed and row.sums
    return rollup.Node(
        id=row.pk,
        kind=Kind(row.kind),
        mode=ProgressMode(row.progress_mode),
        state=State(row.state),
        baseline=row.metric_kind == MetricKind.BASELINE,
        progress=row.progress,
        touched=row.checkin_count > 0 or row.progress is not None,
        sums=sums,
        metric=measures.metric(row) if sums else None,
        value=row.value,
        unit=row.unit,
    )


def edges(workspace_id: UUID, parents: Collection[UUID]) -> Edges:
    """Parent → (child, share), in order; of these parents. One query for each 10,000."""
    found: Edges = {}
    for ids in measures.batches(parents):
        rows = Edge.objects.current().filter(workspace_id=workspace_id, parent_id__in=ids)
        for parent, child, share in rows.order_by("position", "pk").values_list(
            "parent_id", "child_id", "share"
        ):
            found.setdefault(parent, []).append((child, share))
    return found
