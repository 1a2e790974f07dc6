"""Ancestors, order and cycles over graphs of any shape."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import alignment
from pejl.domain.values import Refused

Parents = dict[int, list[int]]


@st.composite
def graphs(draw: st.DrawFn) -> Parents:
    """Any acyclic graph: parents always have the smaller number."""
    size = draw(st.integers(1, 12))
    return {n: sorted(draw(st.sets(st.integers(0, n - 1), max_size=3))) if n else [] for n in range(size)}


def turned(parents: Parents) -> Parents:
    return {n: [child for child, above in parents.items() if n in above] for n in parents}


def test_an_edge_to_oneself_is_a_cycle() -> None:
    assert alignment.cycle(child="a", parent="a", parents={}) == ["a", "a"]


def test_the_path_that_closes_is_named_from_child_to_child() -> None:
    parents = {"c": ["b"], "b": ["a"]}
    assert alignment.cycle(child="a", parent="c", parents=parents) == ["a", "c", "b", "a"]
    assert alignment.cycle(child="a", parent="b", parents=parents) == ["a", "b", "a"]


def test_a_second_way_up_is_no_cycle() -> None:
    parents = {"d": ["b", "c"], "b": ["a"], "c": ["a"]}
    assert alignment.cycle(child="d", parent="a", parents=parents) is None


def test_many_ways_up_are_walked_once() -> None:
    # Two parents on each of 60 levels: 2^60 ways, 120 goals.
    parents = {(n, side): [(n + 1, 0), (n + 1, 1)] for n in range(60) for side in (0, 1)}
    path = alignment.cycle(child=(60, 1), parent=(0, 0), parents=parents)
    assert path is not None
    assert len(path) == 62
    assert alignment.cycle(child=(99, 0), parent=(0, 0), parents=parents) is None


def test_a_chain_longer_than_the_stack_is_ordered() -> None:
    size = 50_000
    children = {n: [n + 1] for n in range(size)}
    assert alignment.order(range(size), children=children) == list(reversed(range(size)))


def test_a_circle_is_refused_with_its_path() -> None:
    with pytest.raises(Refused) as no:
        alignment.order(["a", "b"], children={"a": ["b"], "b": ["a"]})
    assert (no.value.code, no.value.params["path"]) == ("alignment.cycle", ["a", "b", "a"])


def test_what_is_not_asked_for_is_not_in_the_order() -> None:
    assert alignment.order(["a", "c"], children={"a": ["b", "c"]}) == ["c", "a"]


@given(parents=graphs())
def test_children_come_before_their_parents_and_each_once(parents: Parents) -> None:
    found = alignment.order(parents, children=turned(parents))
    assert sorted(found) == sorted(parents)
    place = {n: i for i, n in enumerate(found)}
    assert all(place[child] < place[above] for child, them in parents.items() for above in them)


@given(parents=graphs(), data=st.data())
def test_ancestors_are_the_parents_and_their_ancestors(parents: Parents, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(sorted(parents)))
    expected = set(parents[one]).union(*(alignment.ancestors([up], parents=parents) for up in parents[one]))
    assert alignment.ancestors([one], parents=parents) == expected
    assert one not in expected


@given(parents=graphs(), data=st.data())
def test_an_edge_is_refused_exactly_where_the_child_is_above_the_parent(
    parents: Parents, data: st.DataObject
) -> None:
    child, parent = (data.draw(st.sampled_from(sorted(parents))) for _ in range(2))
    path = alignment.cycle(child=child, parent=parent, parents=parents)
    closes = child == parent or child in alignment.ancestors([parent], parents=parents)
    assert (path is not None) == closes
    if path is not None:
        assert path[0] == path[-1] == child
        assert path[1] == parent
        edges = {**parents, child: [*parents[child], parent]}
        assert all(above in edges[below] for below, above in pairwise(path))
