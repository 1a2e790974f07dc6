"""Alignment: several parents, no circles, shares that add up, and whom it takes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pejl.domain.values import Kind, Level, Visibility
from pejl.models import Edge, Event, Goal
from pejl.queries import scope
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import alignment, closing, figures, goals
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from world import World


def made(world: World, title: str, **more: Any) -> UUID:
    base = {
        "level": Level.TEAM,
        "teams": (world.design,),
        "owners": (world.member.person_id,),
        "period": world.q3,
    }
    answer: UUID = goals.create(
        GoalDraft(Kind.OBJECTIVE, title, **{**base, **more}), by=world.member, at=world.at
    )
    return answer


def parents(goal: UUID) -> dict[UUID, float | None]:
    return dict(Edge.objects.current().filter(child_id=goal).values_list("parent_id", "share"))


def reason(rejected: pytest.ExceptionInfo[Rejected]) -> tuple[str, str, dict[str, object]]:
    (one,) = rejected.value.reasons
    return one.field, one.code, dict(one.params)


def test_a_goal_has_several_parents_each_with_a_share_of_its_own(world: World) -> None:
    child, one, other = made(world, "Child"), made(world, "One"), made(world, "Other")
    alignment.align(child, parent=one, share=0.4, by=world.member, at=world.at)
    alignment.align(child, parent=other, by=world.member, at=world.at)
    assert parents(child) == {one: 0.4, other: None}
    assert figures.ancestors(world.member.workspace_id, [child]) == {one, other}


def test_an_edge_that_closes_a_circle_is_refused_with_the_way_it_would_close(world: World) -> None:
    company, team, person = made(world, "Company"), made(world, "Team"), made(world, "Person")
    alignment.align(team, parent=company, by=world.member, at=world.at)
    alignment.align(person, parent=team, by=world.member, at=world.at)
    with pytest.raises(Rejected) as rejected:
        alignment.align(company, parent=person, by=world.member, at=world.at)
    path = ["Company", "Person", "Team", "Company"]
    ids = [company, person, team, company]
    assert reason(rejected) == ("parent", "alignment.cycle", {"path": path, "ids": ids})
    with pytest.raises(Rejected) as rejected:
        alignment.align(team, parent=team, by=world.member, at=world.at)
    assert reason(rejected) == ("parent", "alignment.cycle", {"path": ["Team", "Team"], "ids": [team, team]})
    assert parents(company) == {}


def test_a_circle_through_a_hidden_goal_does_not_tell_its_title(world: World) -> None:
    top, bottom = made(world, "Top"), made(world, "Bottom")
    middle = made(world, "Secret", parents=((top, None),))
    alignment.align(bottom, parent=middle, by=world.member, at=world.at)
    Goal.objects.filter(pk=middle).update(visibility=Visibility.CHOSEN)
    with pytest.raises(Rejected) as rejected:
        alignment.align(top, parent=bottom, by=world.admin, at=world.at)
    assert reason(rejected)[2] == {"path": ["Top", "Bottom", "…", "Top"], "ids": [top, bottom, None, top]}


def test_fixed_shares_never_pass_all_of_it(world: World) -> None:
    top, first, second = made(world, "Top"), made(world, "First"), made(world, "Second")
    alignment.align(first, parent=top, share=0.7, by=world.member, at=world.at)
    with pytest.raises(Rejected) as rejected:
        alignment.align(second, parent=top, share=0.4, by=world.member, at=world.at)
    field, code, params = reason(rejected)
    assert (field, code, params["total"]) == ("share", "share.over-one", pytest.approx(1.1))
    alignment.align(second, parent=top, share=0.3, by=world.member, at=world.at)
    with pytest.raises(Rejected) as rejected:
        alignment.reshare(first, parent=top, share=0.71, by=world.member, at=world.at)
    assert reason(rejected)[1] == "share.over-one"
    assert parents(first) == {top: 0.7}


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_is_a_fraction(world: World, share: float) -> None:
    with pytest.raises(Rejected) as rejected:
        alignment.align(
            made(world, "Child"), parent=made(world, "Top"), share=share, by=world.member, at=world.at
        )
    assert reason(rejected)[1] == "share.range"


def test_the_same_alignment_twice_is_refused(world: World) -> None:
    child, top = made(world, "Child"), made(world, "Top")
    alignment.align(child, parent=top, by=world.member, at=world.at)
    with pytest.raises(Rejected) as rejected:
        alignment.align(child, parent=top, by=world.member, at=world.at)
    assert reason(rejected)[1] == "alignment.already"


def test_the_same_key_aligns_once(world: World) -> None:
    child, top = made(world, "Child"), made(world, "Top")
    for _ in range(2):
        alignment.align(child, parent=top, by=world.member, at=world.at, key="k")
    assert Event.objects.filter(verb="goal.aligned").count() == 1


def test_what_was_aligned_is_still_known_for_the_time_that_it_was(world: World) -> None:
    child, top = made(world, "Child"), made(world, "Top")
    alignment.align(child, parent=top, share=0.2, by=world.member, at=world.later(days=1))
    alignment.reshare(child, parent=top, share=0.6, by=world.member, at=world.later(days=2))
    alignment.unalign(child, parent=top, by=world.member, at=world.later(days=3))
    rows = Edge.objects.filter(child_id=child)
    shares = [list(rows.as_of(world.later(days=day)).values_list("share", flat=True)) for day in range(4)]
    assert shares == [[], [0.2], [0.6], []]
    with pytest.raises(NotFound):
        alignment.unalign(child, parent=top, by=world.member, at=world.later(days=4))


def test_nothing_is_hung_under_a_goal_that_has_ended(world: World) -> None:
    child, top = made(world, "Child"), made(world, "Top")
    closing.close(top, by=world.member, at=world.at)
    with pytest.raises(Rejected) as rejected:
        alignment.align(child, parent=top, by=world.member, at=world.at)
    assert reason(rejected)[:2] == ("parent", "goal.not-open")


def test_a_goal_hung_under_a_private_one_becomes_private_for_the_same_people(world: World) -> None:
    child = made(world, "Child", owners=(world.mate.person_id,))
    top = made(world, "Top", visibility=Visibility.CHOSEN, viewers=(world.stranger.person_id,))
    assert scope.goals(world.admin).filter(pk=child).exists()
    alignment.align(child, parent=top, by=world.member, at=world.at)
    seen = {
        name: scope.goals(getattr(world, name)).filter(pk=child).exists()
        for name in ("mate", "member", "stranger", "admin", "lead")
    }
    assert seen == {"mate": True, "member": True, "stranger": True, "admin": False, "lead": False}


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("member", None),
        ("lead", None),
        ("admin", None),
        ("mate", Forbidden),
        ("stranger", Forbidden),
        ("observer", Forbidden),
        ("outsider", NotFound),
    ],
)
def test_it_takes_the_right_to_edit_the_child(
    world: World, who: str, refusal: type[Exception] | None
) -> None:
    child, top = made(world, "Child"), made(world, "Top")
    by = getattr(world, who)
    if refusal is None:
        alignment.align(child, parent=top, by=by, at=world.at)
        alignment.reshare(child, parent=top, share=0.5, by=by, at=world.at)
        alignment.unalign(child, parent=top, by=by, at=world.at)
    else:
        with pytest.raises(refusal):
            alignment.align(child, parent=top, by=by, at=world.at)
    assert parents(child) == {}


def test_one_aligns_to_what_one_sees_and_a_hidden_parent_is_not_there(world: World) -> None:
    mine = goals.create(
        GoalDraft(
            Kind.OBJECTIVE, "Mine", level=Level.PERSON, owners=(world.stranger.person_id,), period=world.q3
        ),
        by=world.stranger,
        at=world.at,
    )
    top = made(world, "Open to all")
    alignment.align(mine, parent=top, by=world.stranger, at=world.at)
    assert parents(mine) == {top: None}
    hidden = made(world, "Hidden", visibility=Visibility.CHOSEN)
    with pytest.raises(NotFound):
        alignment.align(mine, parent=hidden, by=world.stranger, at=world.at)


def test_the_parents_owner_may_share_out_what_others_hung_there(world: World) -> None:
    mine = goals.create(
        GoalDraft(
            Kind.OBJECTIVE, "Mine", level=Level.PERSON, owners=(world.stranger.person_id,), period=world.q3
        ),
        by=world.stranger,
        at=world.at,
    )
    top = made(world, "Top")
    alignment.align(mine, parent=top, by=world.stranger, at=world.at)
    alignment.reshare(mine, parent=top, share=0.1, by=world.member, at=world.at)
    assert parents(mine) == {top: 0.1}
    with pytest.raises(Forbidden):
        alignment.reshare(mine, parent=top, share=0.9, by=world.mate, at=world.at)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14))
def test_whatever_is_aligned_no_goal_comes_to_stand_above_itself(
    world: World, edges: list[tuple[int, int]]
) -> None:
    known = [made(world, str(place)) for place in range(6)]
    for child, parent in edges:
        try:
            alignment.align(known[child], parent=known[parent], by=world.member, at=world.at)
        except Rejected as rejected:
            path = dict(rejected.reasons[0].params).get("path")
            assert path is None or path[0] == path[-1]
    for goal in known:
        assert goal not in figures.ancestors(world.member.workspace_id, [goal])
