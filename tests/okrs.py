"""One OKR of the cast, and a browser for each of them: what the tests of the goal's pages share."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from pejl.domain.values import Ambition, Kind, Level, Metric, MetricKind
from pejl.models import Goal, Person
from pejl.queries.scope import Member
from pejl.services import checkins, goals
from pejl.services.goals import GoalDraft
from world import World, laid_out

In = Callable[[Member], Client]


@pytest.fixture
def enter(world: World, monkeypatch: pytest.MonkeyPatch) -> In:
    """A browser in which that person is signed in, at the world's own moment."""
    monkeypatch.setattr("pejl.web.middleware.timezone", SimpleNamespace(now=lambda: world.at))

    def open_door(member: Member) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(Person.objects.get(pk=member.person_id).account)
        return client

    return open_door


def key_result(title: str = "Support requests a month", **more: Any) -> GoalDraft:
    metric = Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(30))
    return GoalDraft(Kind.KEY_RESULT, title, level=Level.TEAM, metric=metric, **more)


@pytest.fixture
def okr(world: World) -> UUID:
    return launch(world)


@laid_out
def launch(world: World) -> UUID:
    """Launch version 2.0: one key result at 75 of 120 → 30, one initiative with two tasks."""
    by, at = world.sub_lead, world.later(days=-20)
    objective = GoalDraft(
        Kind.OBJECTIVE,
        "Launch version 2.0",
        description="Half of those who leave wrote to support first.",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        ambition=Ambition.COMMITTED,
        owners=(by.person_id,),  # type: ignore[arg-type]
    )
    initiative = GoalDraft(
        Kind.INITIATIVE, "Click study", level=Level.TEAM, tasks=("Find people", "Write the script")
    )
    made: UUID = goals.write(
        objective, key_results=(key_result(owners=objective.owners),), initiatives=(initiative,), by=by, at=at
    )
    checkins.post(
        named("Support requests a month"), value=Decimal(75), confidence=6, note="Half way", by=by, at=at
    )
    return made


def named(title: str) -> UUID:
    found: UUID = Goal.objects.get(title=title, removed_at=None).pk
    return found


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
