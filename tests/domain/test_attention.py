"""What about a goal asks for a look, and what shines through from below."""

from dataclasses import replace
from datetime import date
from graphlib import CycleError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import attention
from pejl.domain.attention import Facts, Mark
from pejl.domain.status import Limits
from pejl.domain.values import Kind, Level, State

START, END = date(2026, 4, 1), date(2026, 6, 30)
MIDWAY = date(2026, 5, 16)
WELL = Facts(
    kind=Kind.OBJECTIVE,
    level=Level.TEAM,
    state=State.OPEN,
    has_owner=True,
    key_results=3,
    aligned=True,
    begun=True,
    start=START,
    end=END,
    progress=0.5,
    expected=0.5,
    period="q2",
    period_start=START,
    period_end=END,
)
WORST = replace(
    WELL, has_owner=False, key_results=0, aligned=False, begun=False, progress=None, expected=1.0,
    period_end=MIDWAY, stale=True, guard_broken=True,
)  # fmt: skip


def of(today: date = MIDWAY, **told: Any) -> list[Mark]:
    return list(attention.marks(replace(WELL, **told), today=today, limits=Limits()))


def test_a_goal_that_is_well_has_no_marks() -> None:
    assert of() == []


@pytest.mark.parametrize(
    ("told", "mark"),
    [
        ({"has_owner": False}, Mark.NO_OWNER),
        ({"key_results": 0}, Mark.NO_KEY_RESULT),
        ({"key_results": 6}, Mark.MANY_KEY_RESULTS),
        ({"aligned": False}, Mark.NOT_ALIGNED),
        ({"aligned": False, "level": Level.PERSON}, Mark.NOT_ALIGNED),
        ({"begun": False}, Mark.NOT_BEGUN),
        ({"end": date(2026, 5, 15)}, Mark.PAST_END),
        ({"start": date(2026, 3, 31)}, Mark.OUTSIDE_PERIOD),
        ({"end": date(2026, 7, 1)}, Mark.OUTSIDE_PERIOD),
        ({"kind": Kind.KEY_RESULT, "objective_periods": {"q1"}}, Mark.OTHER_PERIOD),
        ({"progress": 0.2499}, Mark.BEHIND),
        ({"progress": None}, Mark.BEHIND),
        ({"stale": True}, Mark.STALE),
        ({"guard_broken": True}, Mark.GUARD_RAIL),
    ],
)
def test_each_rule_gives_its_own_mark_alone(told: dict[str, Any], mark: Mark) -> None:
    assert of(**told) == [mark]


@pytest.mark.parametrize(
    "told",
    [
        {"key_results": 5},
        {"key_results": 1},
        {"kind": Kind.KEY_RESULT, "key_results": 0},
        {"kind": Kind.INITIATIVE, "key_results": 9},
        {"level": Level.ORGANISATION, "aligned": False},
        {"end": MIDWAY},
        {"kind": Kind.KEY_RESULT, "objective_periods": {"q1", "q2"}},
        {"kind": Kind.KEY_RESULT, "objective_periods": ()},
        {"kind": Kind.OBJECTIVE, "objective_periods": {"q1"}},
        {"progress": 0.25},
        {"progress": None, "expected": None},
        {"start": None, "end": None, "begun": False},
        {"period_start": None, "period_end": None, "start": date(2026, 1, 1)},
    ],
)
def test_what_is_within_the_rules_has_no_mark(told: dict[str, Any]) -> None:
    assert of(**told) == []


def test_a_goal_has_seven_days_to_begin() -> None:
    assert of(date(2026, 4, 7), begun=False) == []
    assert of(date(2026, 4, 8), begun=False) == [Mark.NOT_BEGUN]


def test_behind_follows_the_workspace_s_limit() -> None:
    loose = Limits(at_risk=0, off_track=40)
    assert attention.marks(replace(WELL, progress=0.15), today=MIDWAY, limits=loose) == ()
    assert attention.marks(replace(WELL, progress=0.05), today=MIDWAY, limits=loose) == (Mark.BEHIND,)


def test_the_marks_come_in_one_order() -> None:
    found = attention.marks(WORST, today=date(2026, 7, 1), limits=Limits())
    assert list(found) == [
        Mark.NO_OWNER, Mark.NO_KEY_RESULT, Mark.NOT_ALIGNED, Mark.NOT_BEGUN, Mark.PAST_END,
        Mark.OUTSIDE_PERIOD, Mark.BEHIND, Mark.STALE, Mark.GUARD_RAIL,
    ]  # fmt: skip


@pytest.mark.parametrize("state", [State.CLOSED, State.POSTPONED, State.DROPPED])
def test_a_goal_that_has_ended_has_none(state: State) -> None:
    assert attention.marks(replace(WORST, state=state), today=date(2026, 7, 1), limits=Limits()) == ()


def test_marks_from_below_reach_every_ancestor_but_not_the_goal_itself() -> None:
    own = {"kr": [Mark.STALE], "team": [Mark.NO_OWNER], "top": [], "beside": []}
    below = attention.inherited(own, children={"top": ["team", "beside"], "team": ["kr"]})
    assert below == {
        "top": {Mark.STALE, Mark.NO_OWNER}, "team": {Mark.STALE}, "kr": frozenset(), "beside": frozenset(),
    }  # fmt: skip


def test_a_child_of_two_parents_shows_on_both() -> None:
    below = attention.inherited({"kr": [Mark.BEHIND]}, children={"a": ["kr"], "b": ["kr"]})
    assert below["a"] == below["b"] == {Mark.BEHIND}


def test_marks_pass_through_a_goal_without_any() -> None:
    chain = {n: [n + 1] for n in range(3000)}
    below = attention.inherited({3000: [Mark.STALE]}, children=chain)
    assert below[0] == {Mark.STALE}


def test_a_circle_is_an_error() -> None:
    with pytest.raises(CycleError):
        attention.inherited({}, children={"a": ["b"], "b": ["a"]})


@given(
    st.dictionaries(st.integers(0, 9), st.frozensets(st.sampled_from(Mark))),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda edge: edge[0] < edge[1])),
)
def test_a_parent_inherits_what_its_child_has_and_what_its_child_inherits(
    own: dict[int, frozenset[Mark]], edges: list[tuple[int, int]]
) -> None:
    children = {parent: [low for high, low in edges if high == parent] for parent, _ in edges}
    below = attention.inherited(own, children=children)
    for goal, found in below.items():
        under = children.get(goal, [])
        assert found == frozenset().union(*(own.get(c, frozenset()) | below[c] for c in under))
