"""Several at once: writers wait for one another, nothing is lost, and nobody does a thing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from pejl.domain.values import Kind, Level, Metric, MetricKind, Role, State
from pejl.models import Account, Checkin, Event, Figure, Goal, GoalVersion, Once, Person, Workspace
from pejl.queries import workspaces as workspace_queries
from pejl.queries.scope import Member
from pejl.services import checkins, closing, doctors, goals, workspaces
from pejl.services.errors import Conflict
from pejl.services.goals import GoalDraft
from pejl.services.people import NewPerson
from world import AT, PASSWORD, World

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
EACH = 4
LONGEST = 120


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of these gives, or raises, when all start at the same moment, each on its own connection."""
    answers: list[Any] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int) -> None:
        try:
            gate.wait(LONGEST)
            answers[place] = works[place]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    assert not any(thread.is_alive() for thread in threads), "a writer waits for ever"
    return answers


def objective(world: World, title: str, parent: UUID | None = None) -> UUID:
    draft = GoalDraft(
        Kind.OBJECTIVE,
        title,
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        parents=((parent, None),) if parent else (),
    )
    return goals.create(draft, by=world.system, at=world.at)


def key_result(world: World, *parents: UUID) -> UUID:
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "Requests a month",
        level=Level.TEAM,
        teams=(world.design,),
        period=world.q3,
        metric=Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(20)),
        parents=tuple((parent, None) for parent in dict.fromkeys(parents)),
    )
    return goals.create(draft, by=world.system, at=world.at)


def faults(world: World) -> list[str]:
    return [fault.line() for fault in doctors.examine(world.slug, at=world.later(days=1)).faults]


def test_eight_writers_under_the_same_ancestors_lose_nothing(world: World) -> None:
    top = objective(world, "Above all")
    middle = [objective(world, f"Team {place}", top) for place in range(2)]
    results = [key_result(world, middle[place % 2], middle[0]) for place in range(WRITERS)]
    shared = key_result(world, *middle)

    def writer(place: int) -> Callable[[], None]:
        def work() -> None:
            for turn in range(EACH):
                when = world.later(minutes=turn, seconds=place)
                checkins.post(results[place], value=Decimal(100 - turn), by=world.sub_lead, at=when)
                checkins.post(shared, value=Decimal(90 - place), by=world.sub_lead, at=when)

        return work

    answers = at_once([writer(place) for place in range(WRITERS)])

    assert answers == [None] * WRITERS
    assert Checkin.objects.count() == 2 * WRITERS * EACH
    assert Event.objects.filter(verb="checkin.posted").count() == 2 * WRITERS * EACH
    assert Goal.objects.get(pk=shared).checkin_count == WRITERS * EACH
    own, last = (120 - (100 - EACH + 1)) / 100, (120 - (90 - WRITERS + 1)) / 100
    # Both teams hold the shared one; the first holds all eight, the second half of them.
    first = (WRITERS * own + last) / (WRITERS + 1)
    second = (WRITERS / 2 * own + last) / (WRITERS / 2 + 1)
    assert Goal.objects.get(pk=top).progress == pytest.approx((first + second) / 2, abs=1e-9)
    assert faults(world) == []


def test_of_two_who_close_the_same_goal_at_once_one_does_and_the_other_hears_who(world: World) -> None:
    result = key_result(world, objective(world, "To be closed"))
    people = [world.sub_lead, world.lead]

    def closer(who: Member) -> Callable[[], None]:
        return lambda: closing.close(result, by=who, at=world.later(hours=1))

    answers = at_once([closer(who) for who in people])
    lost = [answer for answer in answers if answer is not None]
    assert len(lost) == 1
    assert isinstance(lost[0], Conflict)
    (reason,) = lost[0].reasons
    won = people[answers.index(None)]
    assert (reason.code, dict(reason.params)) == ("goal.closed-already", {"by": won.name})
    assert Goal.objects.get(pk=result).state == State.CLOSED
    assert GoalVersion.objects.filter(goal_id=result).count() == 2
    assert Event.objects.filter(goal_id=result, verb="goal.closed").count() == 1
    assert faults(world) == []


def test_the_same_key_from_eight_at_once_is_one_effect_and_one_answer(world: World) -> None:
    result = key_result(world, objective(world, "Once"))

    def work() -> UUID:
        return checkins.post(
            result, value=Decimal(70), by=world.sub_lead, at=world.later(hours=1), key="sent-twice"
        )

    answers = at_once([work] * WRITERS)

    assert set(answers) == {Checkin.objects.get(goal_id=result).pk}
    assert Once.objects.count() == 1
    assert Event.objects.filter(verb="checkin.posted").count() == 1
    assert faults(world) == []


def test_writers_of_different_kinds_wait_for_one_another(world: World) -> None:
    """A check-in, a new key result, a close and a removal under one objective: whatever the order, and
    though the new one was asked for an hour before the others, it adds up."""
    parent = objective(world, "Busy")
    results = [key_result(world, parent) for _ in range(3)]
    works: list[Callable[[], Any]] = [
        lambda: checkins.post(results[0], value=Decimal(70), by=world.sub_lead, at=world.later(hours=1)),
        lambda: key_result(world, parent),
        lambda: closing.close(results[1], value=Decimal(20), by=world.sub_lead, at=world.later(hours=1)),
        lambda: goals.remove(results[2], by=world.sub_lead, at=world.later(hours=1)),
    ]
    answers = at_once(works)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    # 0.5, 1.0 and one that nobody has checked in on; the removed one is gone.
    assert Goal.objects.get(pk=parent).progress == pytest.approx(0.5, abs=1e-9)
    assert faults(world) == []


def test_a_write_that_waited_keeps_figures_that_are_the_last_ones(world: World) -> None:
    """It bears the moment it was asked at, and comes after one that was asked later."""
    parent = objective(world, "Late")
    early, late = key_result(world, parent), key_result(world, parent)
    checkins.post(late, value=Decimal(20), by=world.sub_lead, at=world.later(hours=2))
    checkins.post(early, value=Decimal(20), by=world.sub_lead, at=world.later(hours=1))
    assert Goal.objects.get(pk=parent).progress == 1
    last = Figure.objects.filter(goal_id=parent).latest("known_from", "pk")
    assert (last.progress, last.known_from) == (1, world.later(hours=2))
    assert faults(world) == []


@pytest.mark.parametrize("who", ["sub_lead", "system"])
def test_the_database_keeps_a_key_once_also_where_nobody_signed_in(world: World, who: str) -> None:
    by: Member = getattr(world, who)

    def keep(workspace: UUID, key: str) -> None:
        with transaction.atomic():
            Once.objects.create(
                workspace_id=workspace, person=by.person_id, key=key, command="x", digest="y", at=world.at
            )

    keep(by.workspace_id, "sent-twice")
    with pytest.raises(IntegrityError):
        keep(by.workspace_id, "sent-twice")
    keep(by.workspace_id, "another")
    keep(world.outsider.workspace_id, "sent-twice")
    assert Once.objects.count() == 3


def test_a_key_of_one_person_is_free_for_others_and_for_the_workspace_itself(world: World) -> None:
    for by in (world.sub_lead, world.lead, world.system):
        Once.objects.create(
            workspace_id=by.workspace_id,
            person=by.person_id,
            key="same",
            command="x",
            digest="y",
            at=world.at,
        )
    assert Once.objects.count() == 3


def test_of_eight_who_make_the_first_workspace_at_once_one_does() -> None:
    def founder(place: int) -> Callable[[], bool]:
        return lambda: workspaces.create_first(
            f"place-{place}",
            name=f"Place {place}",
            language="en",
            timezone="Europe/Copenhagen",
            fiscal_year_start=1,
            at=AT,
            owner=NewPerson(f"owner@place-{place}.example", "Ida Holm", Role.OWNER, PASSWORD),
        )

    answers = at_once([founder(place) for place in range(WRITERS)])

    assert sorted(answers) == [False] * (WRITERS - 1) + [True]
    assert Workspace.objects.get().slug == f"place-{answers.index(True)}"
    assert Person.objects.get().email == Account.objects.get().email


def test_two_first_runs_at_the_same_instant_make_one_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw an empty server; the slower one is led on as somebody who comes afterwards is."""
    looked = threading.Barrier(2)

    def any_exist() -> bool:
        found = Workspace.objects.exists()
        looked.wait(LONGEST)
        return found

    def poster(name: str) -> Callable[[], Any]:
        client = Client()
        form = {
            "name": name,
            "language": "en",
            "timezone": "Europe/Copenhagen",
            "fiscal_year_start": "1",
            "owner": "Ida Holm",
            "email": f"ida@{name.lower()}.example",
            "password": PASSWORD,
        }
        return lambda: (client.post("/start", form), client)

    with monkeypatch.context() as patched:
        patched.setattr(workspace_queries, "any_exist", any_exist)
        answers = at_once([poster("Fjordlight"), poster("Harbour")])
    assert [(answer.status_code, answer["Location"]) for answer, _ in answers] == [(302, "/")] * 2
    workspace, account = Workspace.objects.get(), Account.objects.get()
    assert account.email == f"ida@{workspace.slug}.example"
    signed_in = [client.session.get("_auth_user_id") for _, client in answers]
    assert sorted(one or "" for one in signed_in) == ["", str(account.pk)]
    late = next(client for _, client in answers if "_auth_user_id" not in client.session)
    assert late.get("/").headers["Location"].startswith("/signin")
    again = Client().post("/start", {"name": "Third"})
    assert (again.status_code, again.headers["Location"]) == (302, "/")
