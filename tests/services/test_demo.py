"""The demo workspace: whole, lively, and the same for the same seed and day."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from pejl.domain.values import Ambition, Level, MetricKind, State
from pejl.models import Checkin, Comment, Edge, Goal
from pejl.queries import changes, people, tags
from pejl.services import demo, doctors, links
from world import laid_out

pytestmark = pytest.mark.xdist_group("demo")  # one process fills it, and lays it out for the others
AT = datetime(2026, 11, 18, 14, tzinfo=ZoneInfo("Europe/Copenhagen"))
EMAIL = "anna@fjordlight.example"


def fill(language: Any = "en", *, seed: int = 1) -> bool:
    return demo.ensure(language=language, seed=seed, at=AT, email=EMAIL, password="a quiet harbour at dawn")


@laid_out
def filled(language: Any = "en") -> bool:
    return fill(language)


def told() -> list[tuple[Any, ...]]:
    rows = Checkin.objects.order_by("on", "goal__title", "known_from")
    return list(rows.values_list("goal__title", "on", "value", "confidence", "note", "known_from"))


@pytest.mark.django_db
def test_it_holds_every_kind_of_goal_over_twelve_weeks_and_the_doctor_finds_it_sound() -> None:
    assert filled("en")
    kinds = set(Goal.objects.exclude(metric_kind="").values_list("metric_kind", flat=True))
    assert kinds == {kind.value for kind in MetricKind}
    assert set(Goal.objects.values_list("level", flat=True)) == {level.value for level in Level}
    assert set(Goal.objects.exclude(ambition="").values_list("ambition", flat=True)) == {
        one.value for one in Ambition
    }
    states = set(Goal.objects.values_list("state", flat=True))
    assert states == {State.OPEN.value, State.CLOSED.value, State.POSTPONED.value}
    shares = Edge.objects.current()
    assert shares.filter(share=None).exists()
    assert shares.filter(share__gt=0).exists()
    parents: dict[Any, int] = {}
    for child in shares.values_list("child_id", flat=True):
        parents[child] = parents.get(child, 0) + 1
    assert max(parents.values()) == 2
    days = list(Checkin.objects.order_by("on").values_list("on", flat=True))
    assert days[-1] <= AT.date()
    assert days[-1] - days[0] >= timedelta(weeks=11)
    assert Comment.objects.count() > 5
    assert doctors.examine("fjordlight", at=AT).faults == ()


@pytest.mark.django_db
def test_the_same_seed_and_day_tell_the_same_story_and_another_seed_another() -> None:
    stories = []
    for tell in (partial(filled, "en"), fill, partial(fill, seed=2)):
        with transaction.atomic():
            assert tell()
            stories.append(told())
            transaction.set_rollback(True)
    assert stories[0] == stories[1]
    assert stories[0] != stories[2]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "da"])
def test_a_target_moved_on_the_way_and_why_is_said_beside_it(language: str) -> None:
    assert filled(language)
    by = people.system("fjordlight")
    found = changes.between(by, since=AT - timedelta(weeks=12), until=AT)
    (moved,) = found.moved_targets
    assert (moved.field, moved.before, moved.after) == ("target_value", Decimal(5), Decimal(6))
    assert moved.by is not None
    assert moved.by.name == "Mads Krogh"
    goal = Goal.objects.get(pk=moved.goal.id)
    assert (goal.start_value, goal.target_value) == (Decimal(9), Decimal(6))
    said = Comment.objects.get(goal=goal, posted_at=moved.at)
    assert said.text


@pytest.mark.django_db
def test_some_goals_carry_tags_in_the_readers_language() -> None:
    assert filled("da")
    by = people.system("fjordlight")
    assert [tag.name for tag in tags.in_use(by)] == ["Kunder", "Mindre håndarbejde", "Version 2.0", "Vækst"]
    moved_on = Goal.objects.get(origin__state=State.POSTPONED, kind="objective")
    assert links.tags_of(moved_on) == ["Mindre håndarbejde"]


@pytest.mark.django_db
def test_it_is_filled_once_and_speaks_the_readers_language() -> None:
    assert filled("da")
    assert not fill("en")
    assert Goal.objects.filter(
        title="Fordobl den årlige omsætning, så vi er bæredygtige og rentable"
    ).exists()
