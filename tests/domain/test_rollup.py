"""Roll-up: stories by example, laws over graphs of any shape."""

from dataclasses import replace
from decimal import Decimal
from math import isclose, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import alignment, rollup
from pejl.domain.rollup import Figures, Node
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode, Refused, State

Edges = dict[int, list[tuple[int, float | None]]]
Graph = tuple[dict[int, Node], Edges]

PROGRESS = st.floats(-0.5, 1.5)
SHARES = st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=8).map(
    lambda given_: [share if share is None else share / len(given_) for share in given_]
)


def goal(
    id_: int,
    progress: float | None = None,
    *,
    kind: Kind = Kind.KEY_RESULT,
    mode: ProgressMode = ProgressMode.METRIC,
) -> Node:
    return Node(
        id=id_,
        kind=kind,
        mode=mode,
        state=State.OPEN,
        baseline=False,
        progress=progress,
        touched=progress is not None,
    )


def objective(id_: int) -> Node:
    return goal(id_, kind=Kind.OBJECTIVE, mode=ProgressMode.CHILDREN)


def rolled(*children: tuple[Node, float | None], cap: bool = True, initiatives: bool = False) -> float | None:
    nodes = {0: objective(0)} | {place: child for place, (child, _) in enumerate(children, start=1)}
    edges: Edges = {0: [(place, share) for place, (_, share) in enumerate(children, start=1)]}
    return rollup.compute(nodes, edges, cap=cap, initiatives=initiatives)[0].progress


def test_defaults_share_what_the_fixed_ones_leave() -> None:
    found = rolled((goal(1, 0.2), None), (goal(2, 0.6), None), (goal(3, 1.0), 0.5))
    assert found == pytest.approx(0.7, abs=1e-12)


def test_fixed_shares_under_one_are_scaled_up() -> None:
    assert rollup.shares([0.2, 0.6]) == pytest.approx([0.25, 0.75])


def test_nothing_left_is_a_share_of_nought() -> None:
    assert rollup.shares([1.0, None, None]) == [1.0, 0.0, 0.0]
    assert rollup.shares([0.7, 0.2, 0.1, None])[3] == pytest.approx(0, abs=1e-12)


def test_fixed_shares_over_one_are_refused() -> None:
    with pytest.raises(Refused) as no:
        rollup.shares([0.7, 0.5, None])
    assert no.value.code == "share.over-one"
    assert no.value.params["total"] == pytest.approx(1.2)


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(Refused, match=r"share\.negative"):
        rollup.shares([-0.1, None])


def test_a_share_of_nought_does_not_contribute() -> None:
    assert rolled((goal(1, 0.2), 0.0), (goal(2, 0.6), None)) == pytest.approx(0.6)
    assert rolled((goal(1, 0.2), 0.0)) is None


def test_no_contributing_child_is_no_progress() -> None:
    assert rolled() is None
    assert rolled((goal(1, kind=Kind.OBJECTIVE), None)) is None


def test_a_key_result_never_checked_in_on_counts_as_nought() -> None:
    assert rolled((goal(1), None), (goal(2, 0.6), None)) == pytest.approx(0.3)
    untouched = replace(goal(1, 0.8), touched=False)
    assert rolled((untouched, None), (goal(2, 0.6), None)) == pytest.approx(0.3)


def test_an_objective_without_progress_takes_no_share() -> None:
    assert rolled((goal(1, kind=Kind.OBJECTIVE), 0.5), (goal(2, 0.6), None)) == pytest.approx(0.6)


@pytest.mark.parametrize("state", [State.POSTPONED, State.DROPPED])
def test_postponed_and_dropped_goals_are_left_out(state: State) -> None:
    assert rolled((replace(goal(1, 0.2), state=state), 0.9), (goal(2, 0.6), None)) == pytest.approx(0.6)


def test_closed_goals_count_and_baselines_do_not() -> None:
    closed, baseline = replace(goal(1, 0.2), state=State.CLOSED), replace(goal(2, 1.0), baseline=True)
    assert rolled((closed, None), (baseline, None), (goal(3, 0.6), None)) == pytest.approx(0.4)


def test_initiatives_count_only_where_switched_on() -> None:
    children = ((goal(1, 1.0, kind=Kind.INITIATIVE), None), (goal(2, 0.6), None))
    assert rolled(*children) == pytest.approx(0.6)
    assert rolled(*children, initiatives=True) == pytest.approx(0.8)


def test_progress_counts_from_nought_to_one_unless_the_cap_is_off() -> None:
    children = ((goal(1, 1.4), None), (goal(2, -0.5), None))
    assert rolled(*children) == pytest.approx(0.5)
    assert rolled(*children, cap=False) == pytest.approx(0.7)


def test_all_children_reached_is_exactly_one() -> None:
    children = [(goal(n, 1.0), None) for n in range(7)]
    assert rolled(*children) == 1.0
    assert rolled((goal(1, 1.0), 0.7), (goal(2, 1.0), 0.2), (goal(3, 1.0), 0.1)) == 1.0


def test_a_child_of_two_parents_has_its_own_share_on_each() -> None:
    nodes = {0: objective(0), 1: objective(1), 2: goal(2, 1.0), 3: goal(3, 0.0)}
    found = rollup.compute(nodes, {0: [(2, 0.25), (3, None)], 1: [(2, 0.5), (3, None)]})
    assert [found[n].progress for n in (0, 1)] == pytest.approx([0.25, 0.5])


def test_a_goal_fed_otherwise_keeps_its_own_figures() -> None:
    nodes = {0: objective(0), 1: goal(1, 0.4, kind=Kind.OBJECTIVE), 2: goal(2, 1.0)}
    found = rollup.compute(nodes, {0: [(1, None)], 1: [(2, None)]})
    assert found == {0: Figures(0.4, None)}


def sale(id_: int, value: int | None, *, unit: str = "USD") -> Node:
    amount = None if value is None else Decimal(value)
    return replace(goal(id_, 0.5), value=amount, unit=unit)


def test_a_number_may_be_the_sum_of_its_childrens_values() -> None:
    metric = Metric(MetricKind.REACH, unit="USD", target=Decimal(1_000_000), sum=True)
    parent = replace(objective(0), sums=True, metric=metric, unit="USD")
    by_hand = replace(goal(5, 0.5), mode=ProgressMode.MANUAL, value=Decimal(50), unit="USD")
    dropped = replace(sale(6, 100), state=State.DROPPED)
    children = [sale(1, 200_000), sale(2, 50_000), sale(3, 7, unit="EUR"), sale(4, None), by_hand, dropped]
    nodes = {0: parent} | {n: child for n, child in enumerate(children, start=1)}  # noqa: C416
    edges: Edges = {0: [(n, None) for n in range(1, 7)]}
    assert rollup.compute(nodes, edges) == {0: Figures(0.25, Decimal(250_000))}


def test_sums_add_up_through_the_levels_and_nothing_to_sum_is_no_value() -> None:
    metric = Metric(MetricKind.REACH, unit="USD", target=Decimal(100), sum=True)
    parent = replace(objective(0), sums=True, metric=metric)
    nodes = {0: parent, 1: parent, 2: sale(2, 150), 3: parent}
    found = rollup.compute(nodes, {0: [(1, None)], 1: [(2, None)]})
    assert found[0] == Figures(1.5, Decimal(150))
    assert found[3] == Figures(None, None)


def test_a_chain_deeper_than_the_stack_is_computed() -> None:
    size = 20_000
    nodes = {n: objective(n) for n in range(size)} | {size: goal(size, 0.5)}
    found = rollup.compute(nodes, {n: [(n + 1, None)] for n in range(size)})
    assert found[0].progress == 0.5


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any acyclic graph of goals: children always have the greater number."""
    size = draw(st.integers(2, 14))
    nodes: dict[int, Node] = {}
    edges: Edges = {}
    for n in range(size):
        nodes[n] = Node(
            id=n,
            kind=draw(st.sampled_from(Kind)),
            mode=draw(st.sampled_from([ProgressMode.CHILDREN, ProgressMode.CHILDREN, ProgressMode.METRIC])),
            state=draw(
                st.sampled_from([State.OPEN, State.OPEN, State.CLOSED, State.POSTPONED, State.DROPPED])
            ),
            baseline=draw(st.integers(0, 9)) == 0,
            progress=draw(st.none() | PROGRESS),
            touched=draw(st.booleans()),
        )
        below = sorted(draw(st.sets(st.integers(n + 1, size - 1), max_size=4))) if n < size - 1 else []
        edges[n] = [(child, draw(st.none() | st.floats(0, 0.25))) for child in below]
    return nodes, edges


def stored(nodes: dict[int, Node], figures: dict[int, Figures]) -> dict[int, Node]:
    return {
        n: replace(node, progress=figures[n].progress) if n in figures else node for n, node in nodes.items()
    }


@given(given_=SHARES)
def test_effective_shares_add_up_to_one(given_: list[float | None]) -> None:
    found = rollup.shares(given_)
    assert all(0 <= share <= 1 for share in found)
    nobody = all(share == 0 for share in given_)
    assert isclose(sum(found), 0 if nobody else 1, abs_tol=1e-9)


@given(given_=SHARES)
def test_children_all_reached_make_exactly_one_whatever_their_shares(given_: list[float | None]) -> None:
    found = rollup.combine([(share, 1.0) for share in given_])
    assert found == (None if all(share == 0 for share in given_) else 1.0)


@given(graph=graphs(), initiatives=st.booleans())
def test_progress_lies_between_nought_and_one_under_the_cap(*, graph: Graph, initiatives: bool) -> None:
    for figures in rollup.compute(*graph, initiatives=initiatives).values():
        assert figures.progress is None or 0 <= figures.progress <= 1


@given(graph=graphs(), data=st.data(), cap=st.booleans())
def test_the_order_of_goals_and_children_never_shows(*, graph: Graph, data: st.DataObject, cap: bool) -> None:
    nodes, edges = graph
    shuffled = {n: data.draw(st.permutations(below)) for n, below in edges.items()}
    order = data.draw(st.permutations(sorted(nodes)))
    assert rollup.compute(nodes, shuffled, order=order, cap=cap) == rollup.compute(nodes, edges, cap=cap)


@given(graph=graphs(), data=st.data(), cap=st.booleans(), progress=PROGRESS)
def test_recomputing_the_ancestors_of_a_change_equals_a_full_recomputation(
    *, graph: Graph, data: st.DataObject, cap: bool, progress: float
) -> None:
    nodes, edges = graph
    before = stored(nodes, rollup.compute(nodes, edges, cap=cap))
    one = data.draw(st.sampled_from(sorted(nodes)))
    changed = {
        **before,
        one: replace(
            before[one], mode=ProgressMode.METRIC, progress=progress, touched=True, state=State.OPEN
        ),
    }
    parents = {n: [up for up, below in edges.items() if n in dict(below)] for n in nodes}
    above = alignment.ancestors([one], parents=parents)
    incremental = stored(changed, rollup.compute(changed, edges, order=above, cap=cap))
    assert incremental == stored(changed, rollup.compute(changed, edges, cap=cap))


@given(graph=graphs(), data=st.data(), step=st.floats(0, 1), cap=st.booleans())
def test_a_step_forward_never_lowers_anything_above(
    *, graph: Graph, data: st.DataObject, step: float, cap: bool
) -> None:
    nodes, edges = graph
    one = data.draw(st.sampled_from(sorted(nodes)))
    if nodes[one].progress is None:
        nodes[one] = replace(nodes[one], progress=0.0)
    further = {**nodes, one: replace(nodes[one], progress=(nodes[one].progress or 0.0) + step)}
    before, after = rollup.compute(nodes, edges, cap=cap), rollup.compute(further, edges, cap=cap)
    for n, was in before.items():
        now = after[n].progress
        assert (now is None) == (was.progress is None)
        if now is not None and was.progress is not None:
            assert nextafter(now, 9) >= was.progress


@given(graph=graphs())
def test_a_parent_is_never_outside_its_children(graph: Graph) -> None:
    nodes, edges = graph
    figures = rollup.compute(nodes, edges)
    after = stored(nodes, figures)
    for n, found in figures.items():
        below = [after[child].progress or 0.0 for child, _ in edges[n]]
        if found.progress is not None:
            assert min([0.0, *below]) - 1e-12 <= found.progress <= max([0.0, *below]) + 1e-12


def test_a_parent_with_rules_of_its_own_is_not_capped_and_stands_at_0_where_nothing_contributes() -> None:
    nodes = {one.id: one for one in (goal(1, 2.0), goal(2, 0.5))}
    for top in (10, 11, 12):
        nodes[top] = goal(top, kind=Kind.OBJECTIVE, mode=ProgressMode.CHILDREN)
    edges: Edges = {10: [(1, None), (2, None)], 11: [], 12: [(11, None), (2, None)]}
    usual = rollup.compute(nodes, edges)
    assert [usual[top].progress for top in (10, 11, 12)] == [0.75, None, 0.5]
    own = rollup.compute(nodes, edges, capped={10: False, 11: False, 12: False})
    assert [own[top].progress for top in (10, 11, 12)] == [1.25, 0.0, 0.25]
    assert rollup.compute(nodes, edges, cap=False, capped={10: True})[10].progress == 0.75
