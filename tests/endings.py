"""Goals to be ended, and what is left of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from pejl.domain.values import Kind, Level, Metric, MetricKind
from pejl.models import (
    Edge,
    Goal,
    Workspace,
)
from pejl.services import checkins, figures, goals
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World

REQUESTS = Metric(MetricKind.DECREASE, "requests", start=Decimal(120), target=Decimal(30))
PERCENT = Metric(MetricKind.INCREASE, "%", start=Decimal(0), target=Decimal(100))


def made(world: World, kind: Kind = Kind.OBJECTIVE, title: str = "Goal", **more: Any) -> UUID:
    base = {
        "level": Level.TEAM,
        "teams": (world.design,),
        "owners": (world.member.person_id,),
        "period": world.q3,
    }
    answer: UUID = goals.create(GoalDraft(kind, title, **{**base, **more}), by=world.member, at=world.at)
    return answer


def measured(world: World, value: str | None, **more: Any) -> UUID:
    goal = made(world, Kind.KEY_RESULT, **{"metric": REQUESTS, **more})
    if value is not None:
        checkins.post(goal, value=Decimal(value), by=world.member, at=world.at)
    return goal


def row(goal: UUID) -> Goal:
    return Goal.objects.get(pk=goal)


def below(goal: UUID) -> list[Goal]:
    edges = Edge.objects.current().filter(parent_id=goal).order_by("position", "pk")
    return [row(edge.child_id) for edge in edges]


def reason(rejected: pytest.ExceptionInfo[Rejected]) -> tuple[str, str, dict[str, object]]:
    (one,) = rejected.value.reasons
    return one.field, one.code, dict(one.params)


def clean(world: World) -> bool:
    return figures.verify(Workspace.objects.get(slug=world.slug), today=world.today) == []
