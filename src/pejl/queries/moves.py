"""What moved at a moment: goals whose figures a write changed, with what they were before it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Subquery

from pejl.domain.values import Kind
from pejl.models import Figure
from pejl.queries import scope
from pejl.queries.scope import Member

SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Move:
    """A goal's value (in its unit) and progress (a fraction), then and now. `metric_kind` is "" for a goal
    without a metric."""

    id: UUID
    title: str
    kind: Kind
    unit: str
    metric_kind: str
    value_before: Decimal | None
    value: Decimal | None
    progress_before: float | None
    progress: float | None


def at(by: Member, goals: Collection[UUID], *, moment: datetime) -> tuple[Move, ...]:
    """Those of these goals that the person sees and that moved at exactly that moment: key results first,
    then what is above them, by title. One query."""
    earlier = Figure.objects.filter(
        workspace_id=by.workspace_id, goal=OuterRef("goal"), known_from__lt=moment
    ).order_by("-known_from", "-pk")
    rows = (
        Figure.objects.filter(
            scope.seen(by, "goal_id"), workspace_id=by.workspace_id, goal_id__in=goals, known_from=moment
        )
        .annotate(
            value_before=Subquery(earlier.values("value")[:1]),
            progress_before=Subquery(earlier.values("progress")[:1]),
        )
        .values_list(
            "goal_id", "goal__title", "goal__kind", "goal__unit", "goal__metric_kind",
            "value_before", "value", "progress_before", "progress",
        )
    )  # fmt: skip
    found = {row[0]: Move(row[0], row[1], Kind(row[2]), *row[3:]) for row in rows.order_by("pk")}
    moved = (one for one in found.values() if _moved(one))
    return tuple(sorted(moved, key=lambda one: (one.kind is Kind.OBJECTIVE, one.title, one.id)))


def _moved(one: Move) -> bool:
    if one.value != one.value_before:
        return True
    if one.progress is None or one.progress_before is None:
        return one.progress is not one.progress_before
    return abs(one.progress - one.progress_before) > SAME
