"""Every page can be asked for as it was known at a moment, and is then what it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from okrs import key_result, named, okr
from pejl.domain.access import Right
from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Checkin, Edge, Figure, Goal, GoalVersion
from pejl.queries import (
    changes,
    courses,
    dossiers,
    histories,
    homes,
    kpis,
    past,
    scope,
    tags,
    timelines,
    trees,
)
from pejl.queries import goals as goals_read
from pejl.queries.scope import Member
from pejl.services import alignment, checkins, closing, comments, goals, tasks
from pejl.services import kpis as kpi_services
from pejl.services.errors import Conflict, Rejected
from pejl.services.goals import GoalDraft
from world import World, build

__all__ = ["okr"]
SEES = frozenset({Right.SEE})


def plain(row: Any) -> Any:
    """A row without what the reader may do: nothing can be done in the past."""
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        pairs = ((one.name, plain(getattr(row, one.name))) for one in dataclasses.fields(row))
        return type(row).__name__, {name: value for name, value in pairs if not name.startswith("may_")} | (
            {"rights": SEES} if hasattr(row, "rights") else {}
        )
    if isinstance(row, dict):
        return {key: plain(value) for key, value in row.items()}
    if isinstance(row, tuple | list):
        return tuple(plain(one) for one in row)
    return row


def views(by: Member, *, now: datetime) -> dict[str, Any]:
    """All that the pages of this member are made of."""
    seen = list(scope.goals(by).order_by("pk"))
    found: dict[str, Any] = {
        "goals": goals_read.rows(by, scope.goals(by).order_by("pk"), now=now),
        "home": homes.home(by, since=now - timedelta(days=9), now=now),
        "organisation": trees.organisation(by, periods=None, now=now),
        "kpis": kpis.rows(by),
        "moved": changes.between(by, since=now - timedelta(days=9), until=now),
        "tags": tags.in_use(by),
    }
    for goal in seen:
        found[f"page of {goal.title}"] = dossiers.one(by, goal.pk, now=now)
        found[f"timeline of {goal.title}"] = timelines.timeline(by, goal.pk)
        found[f"changes of {goal.title}"] = histories.changes(by, goal.pk, titles={goal.pk: goal.title})
        row = goals_read.one(by, goal.pk, now=now)
        found[f"course of {goal.title}"] = courses.of(by, goal.pk, mode=row.progress_mode)
    if by.person_id:
        found["person"] = trees.of_person(by, by.person_id, periods=None, now=now)
    return {name: plain(value) for name, value in found.items()}


def owners(by: Member) -> tuple[UUID, ...]:
    assert by.person_id is not None
    return (by.person_id,)


def back(by: Member, at: datetime) -> dict[str, Any]:
    with past.known(by, at=at) as reader:
        return views(reader, now=at)


def test_a_page_of_the_past_shows_what_was_known_then(world: World, okr: UUID) -> None:
    by, result = world.sub_lead, named("Support requests a month")
    before = views(by, now=world.at)
    goals.edit(okr, changes={"title": "Launch version 3"}, by=by, at=world.later(hours=1))
    checkins.post(result, value=Decimal(60), by=by, at=world.later(hours=2))
    assert views(by, now=world.later(hours=3)) != before
    assert back(by, world.at) == before
    with past.known(by, at=world.later(hours=1)) as reader:
        row = goals_read.one(reader, okr, now=world.later(hours=1))
        assert (row.title, row.rights) == ("Launch version 3", SEES)
    assert goals_read.one(by, okr, now=world.later(hours=3)).title == "Launch version 3"


def test_a_goal_removed_later_is_still_there_then(world: World, okr: UUID) -> None:
    by = world.sub_lead
    mine = goals.create(
        GoalDraft(Kind.OBJECTIVE, "Short", level=Level.PERSON, owners=owners(by)), by=by, at=world.at
    )
    goals.remove(mine, by=by, at=world.later(hours=1))
    assert not scope.goals(by).filter(pk=mine).exists()
    with past.known(by, at=world.later(minutes=30)) as reader:
        assert scope.goals(reader).filter(pk=mine).exists()
    with past.known(by, at=world.later(hours=1)) as reader:
        assert not scope.goals(reader).filter(pk=mine).exists()
        assert scope.goals(reader).filter(pk=okr).exists()


def test_nobody_sees_more_of_the_past_than_of_today(world: World, okr: UUID) -> None:
    by = world.sub_lead
    goals.edit(okr, changes={"visibility": Visibility.CHOSEN}, by=by, at=world.later(hours=1))
    for reader, sees in ((world.sub_lead, True), (world.stranger, False), (world.outsider, False)):
        with past.known(reader, at=world.at) as then:
            assert scope.goals(then).filter(pk=okr).exists() is sees
            assert scope.goals(then).filter(title="Support requests a month").exists() is sees


def test_what_was_closed_then_stays_closed_though_it_is_open_now(world: World, okr: UUID) -> None:
    by = world.sub_lead
    goals.edit(okr, changes={"visibility": Visibility.CHOSEN}, by=by, at=world.later(hours=1))
    goals.edit(okr, changes={"visibility": Visibility.EVERYONE}, by=by, at=world.later(hours=2))
    with past.known(world.stranger, at=world.later(hours=1)) as then:
        assert not scope.goals(then).filter(pk=okr).exists()
    with past.known(world.stranger, at=world.later(hours=2)) as then:
        assert scope.goals(then).filter(pk=okr).exists()


@pytest.mark.parametrize("model", [Goal, GoalVersion, Figure, Edge, Checkin])
def test_nothing_can_be_written_into_the_past(world: World, okr: UUID, model: Any) -> None:
    counted = model.objects.count()
    with past.known(world.sub_lead, at=world.at), pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(workspace=None)
    assert model.objects.count() == counted


def test_trouble_while_looking_back_leaves_the_present_as_it_is(world: World, okr: UUID) -> None:
    counted = []

    def stumble() -> None:
        with past.known(world.sub_lead, at=world.later(days=-200)):
            counted.append(Goal.objects.count())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert counted == [0]
    assert Goal.objects.filter(pk=okr).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pejl_goal")
        assert cursor.fetchone()[0] == Goal.objects.count()


Write = Callable[[World, UUID, datetime, int], None]


def _checkin(world: World, top: UUID, at: datetime, n: int) -> None:
    day = world.sub_lead.today(at) - timedelta(days=n % 5)
    checkins.post(_result(n), value=Decimal(30 + n), confidence=n % 11, on=day, by=world.sub_lead, at=at)


def _correct(world: World, top: UUID, at: datetime, n: int) -> None:
    for found in Checkin.objects.current().order_by("-pk")[:1]:
        checkins.correct(found.pk, value=Decimal(40 + n), by=world.sub_lead, at=at)


def _withdraw(world: World, top: UUID, at: datetime, n: int) -> None:
    for found in Checkin.objects.current().order_by("-pk")[:1]:
        checkins.withdraw(found.pk, by=world.sub_lead, at=at)


def _retarget(world: World, top: UUID, at: datetime, n: int) -> None:
    row = goals_read.one(world.sub_lead, _result(n), now=at)
    assert row.metric is not None
    metric = dataclasses.replace(row.metric, target=Decimal(10 + n % 15))
    goals.edit(row.id, changes={"metric": metric}, by=world.sub_lead, at=at)


def _rename(world: World, top: UUID, at: datetime, n: int) -> None:
    goals.edit(top, changes={"title": f"Launch version {n}"}, by=world.sub_lead, at=at)


def _add(world: World, top: UUID, at: datetime, n: int) -> None:
    draft = dataclasses.replace(
        key_result(f"Requests {at:%d %H}", owners=owners(world.mate)), parents=((top, None),)
    )
    goals.create(draft, by=world.sub_lead, at=at)


def _remove(world: World, top: UUID, at: datetime, n: int) -> None:
    for found in Goal.objects.filter(title__startswith="Requests", removed_at=None)[:1]:
        goals.remove(found.pk, by=world.sub_lead, at=at)


def _tag(world: World, top: UUID, at: datetime, n: int) -> None:
    names = ("Growth", "growth", "Nordic", "Calls")[n % 4 :][: n % 3]
    goals.edit(top, changes={"tags": names}, by=world.sub_lead, at=at)


def _share(world: World, top: UUID, at: datetime, n: int) -> None:
    alignment.reshare(
        named("Support requests a month"), parent=top, share=n % 11 / 10, by=world.sub_lead, at=at
    )


def _comment(world: World, top: UUID, at: datetime, n: int) -> None:
    comments.post(top, text=f"How is it going, @Bo Lind? {n}", by=world.lead, at=at)


def _kpi(world: World, top: UUID, at: datetime, n: int) -> None:
    made = kpi_services.create(name=f"Uptime {at:%d %H}", unit="%", lower=Decimal(99), by=world.owner, at=at)
    kpi_services.read(made, value=Decimal(98 + n % 3), on=world.today, by=world.owner, at=at)
    kpi_services.link(made, goal=top, by=world.owner, at=at)


def _close(world: World, top: UUID, at: datetime, n: int) -> None:
    closing.close(_result(n), by=world.sub_lead, at=at)


def _reopen(world: World, top: UUID, at: datetime, n: int) -> None:
    closing.reopen(_result(n), by=world.sub_lead, at=at)


def _task(world: World, top: UUID, at: datetime, n: int) -> None:
    tasks.add(named("Click study"), title=f"Step {n}", by=world.sub_lead, at=at)


def _result(n: int) -> UUID:
    found = sorted(Goal.objects.filter(kind=Kind.KEY_RESULT).values_list("pk", flat=True))
    return found[n % len(found)]


WRITES: tuple[Write, ...] = (
    _checkin, _correct, _withdraw, _retarget, _rename, _add, _share, _comment, _kpi, _close, _reopen, _task,
    _remove, _tag,
)  # fmt: skip


@settings(
    max_examples=2,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.sampled_from(WRITES), st.integers(0, 40)), min_size=3, max_size=6))
def test_each_view_of_each_past_moment_equals_the_copy_taken_then(
    db: None, steps: list[tuple[Write, int]]
) -> None:
    with transaction.atomic():
        world = build()
        top = okr.__wrapped__(world) if hasattr(okr, "__wrapped__") else okr.__pytest_wrapped__.obj(world)
        copies: list[tuple[Member, datetime, dict[str, Any]]] = []
        for number, (write, n) in enumerate(steps):
            at = world.later(hours=9 * number)
            try:
                write(world, top, at, n)
            except (Rejected, Conflict, scope.Forbidden):  # a rule said no; then nothing was written
                continue
            copies += [(by, at, views(by, now=at)) for by in (world.sub_lead, world.mate, world.observer)]
        for by, at, copy in copies:
            then = back(by, at)
            for name in copy.keys() | then.keys():
                assert then.get(name) == copy.get(name), name
        transaction.set_rollback(True)
