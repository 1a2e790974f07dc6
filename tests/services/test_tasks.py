"""Tasks: the part that is done is how far the initiative is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from pejl.domain.values import Kind, Level
from pejl.models import Event, Goal, Task
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import closing, goals, tasks
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World


def made(world: World, kind: Kind = Kind.INITIATIVE, **more: Any) -> UUID:
    base = {
        "level": Level.TEAM,
        "teams": (world.design,),
        "owners": (world.member.person_id,),
        "period": world.q3,
    }
    answer: UUID = goals.create(GoalDraft(kind, "Receipts", **{**base, **more}), by=world.member, at=world.at)
    return answer


def added(world: World, goal: UUID, title: str, **more: Any) -> UUID:
    answer: UUID = tasks.add(goal, title=title, by=world.member, at=world.at, **more)
    return answer


def progress(goal: UUID) -> float | None:
    return Goal.objects.get(pk=goal).progress


def test_an_initiative_is_as_far_as_its_tasks_are_done(world: World) -> None:
    goal = made(world)
    assert progress(goal) is None
    first, second, third = (added(world, goal, title) for title in ("One", "Two", "Three"))
    assert progress(goal) == 0.0
    tasks.change(first, done=True, by=world.member, at=world.at)
    assert progress(goal) == pytest.approx(1 / 3)
    tasks.remove(third, by=world.member, at=world.at)
    assert progress(goal) == pytest.approx(1 / 2)
    tasks.change(first, done=False, by=world.member, at=world.at)
    assert progress(goal) == 0.0
    tasks.remove(first, by=world.member, at=world.at)
    tasks.remove(second, by=world.member, at=world.at)
    assert progress(goal) is None


def test_a_changed_task_keeps_what_was_not_named_and_how_it_was(world: World) -> None:
    goal = made(world)
    item = added(world, goal, "Draft", owner=world.mate.person_id, due=world.today)
    added(world, goal, "Print")
    tasks.change(item, title="  Draft  it ", by=world.member, at=world.later(days=1))
    tasks.change(item, due=None, by=world.member, at=world.later(days=2))
    now = Task.objects.current().get(item=item)
    assert (now.title, now.owner_id, now.due, now.position) == ("Draft it", world.mate.person_id, None, 0)
    versions = Task.objects.filter(item=item).order_by("known_from")
    assert [(one.title, one.due) for one in versions] == [
        ("Draft", world.today),
        ("Draft it", world.today),
        ("Draft it", None),
    ]
    assert Task.objects.as_of(world.later(days=1)).get(item=item).title == "Draft it"


def test_a_change_that_changes_nothing_leaves_no_trace(world: World) -> None:
    item = added(world, made(world), "Draft")
    tasks.change(item, title="Draft", done=False, by=world.member, at=world.later(days=1))
    assert Task.objects.filter(item=item).count() == 1
    assert not Event.objects.filter(verb="task.changed").exists()


def test_only_an_open_initiative_has_tasks_with_words_and_people_of_the_workspace(world: World) -> None:
    goal = made(world)
    item = added(world, goal, "Draft")
    ended = made(world)
    closing.close(ended, by=world.member, at=world.at)
    for subject, more, code in (
        (goal, {"title": " "}, "text.empty"),
        (goal, {"title": "x", "owner": world.outsider.person_id}, "person.unknown"),
        (made(world, Kind.OBJECTIVE), {"title": "x"}, "task.only-initiatives"),
        (ended, {"title": "x"}, "goal.not-open"),
    ):
        with pytest.raises(Rejected) as rejected:
            tasks.add(subject, by=world.member, at=world.at, **more)
        assert rejected.value.reasons[0].code == code
    with pytest.raises(Rejected):
        tasks.change(item, owner=world.outsider.person_id, by=world.member, at=world.at)
    with pytest.raises(TypeError):
        tasks.change(item, goal=ended, by=world.member, at=world.at)


def test_the_same_key_adds_one_task(world: World) -> None:
    goal = made(world)
    items = {tasks.add(goal, title="Once", by=world.member, at=world.at, key="k") for _ in range(2)}
    assert len(items) == Task.objects.filter(goal_id=goal).count() == 1


@pytest.mark.parametrize(
    ("who", "ticks", "edits"),
    [
        ("member", None, None),
        ("lead", None, None),
        ("admin", None, None),
        ("mate", None, Forbidden),  # checks in on it
        ("stranger", Forbidden, Forbidden),
        ("observer", Forbidden, Forbidden),
        ("outsider", NotFound, NotFound),
    ],
)
def test_whoever_checks_in_ticks_off_and_whoever_edits_does_the_rest(
    world: World, who: str, ticks: type[Exception] | None, edits: type[Exception] | None
) -> None:
    goal = made(world, checkin_owner=world.mate.person_id)
    item = added(world, goal, "Draft")
    by = getattr(world, who)
    for refusal, deed in (
        (ticks, lambda: tasks.change(item, done=True, by=by, at=world.at)),
        (edits, lambda: tasks.change(item, title="Other", by=by, at=world.at)),
        (edits, lambda: tasks.add(goal, title="More", by=by, at=world.at)),
        (edits, lambda: tasks.remove(item, by=by, at=world.at)),
    ):
        if refusal is None:
            deed()
        else:
            with pytest.raises(refusal):
                deed()
    assert Task.objects.current().filter(item=item).exists() == (edits is not None)
