"""What a file of OKRs means, what is to be said about it, and how it differs from what stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import plans, plans_lint, plans_measures
from pejl.domain.plans import Aim, Parents, Plan, Severity, Standing, Support, Wish
from pejl.domain.plans_measures import Measure, Measured
from pejl.domain.values import Ambition, Kind, Level, Metric, MetricKind, Refused, State, Visibility


def objective(key: str = "o", **said: Any) -> Aim:
    return Aim(key=key, kind=Kind.OBJECTIVE, title=key, said={"ambition": Ambition.COMMITTED, **said})


def result(key: str = "k", parent: str | None = "o", **said: Any) -> Aim:
    usual = {"owners": ("Alma",), "due": date(2026, 9, 1), "metric": moving(1, 2)}
    return Aim(key=key, kind=Kind.KEY_RESULT, title=key, parent=parent, said=usual | said)


def moving(start: Any = None, target: Any = None, unit: str | None = None) -> Measure:
    figures = {"start": start, "target": target}
    said = {
        name: Decimal(one) if isinstance(one, int) else one
        for name, one in figures.items()
        if one is not None
    }
    return Measure(unit=unit, figures=said)


def rules(*aims: Aim, severity: Severity = Severity.MUST, **top: Any) -> list[str]:
    return [one.rule for one in plans_lint.check(Plan(aims=aims, **top)) if one.severity is severity]


def advice(*aims: Aim, **top: Any) -> set[str]:
    return {one.rule for one in plans_lint.check(Plan(aims=aims, **top)) if one.severity is not Severity.MUST}


# ------------------------------------------------------------------------------ what is taken from above


def test_an_entry_takes_its_place_from_its_objective_and_the_objective_from_the_top() -> None:
    file = Plan(period="2026-Q4", team="Design", aims=(objective(visibility=Visibility.TEAM), result()))
    above, below = plans.settled(file)
    assert (above.said["period"], above.said["teams"], above.said["level"]) == (
        "2026-Q4",
        ("Design",),
        Level.TEAM,
    )
    assert (below.said["teams"], below.said["visibility"]) == (("Design",), Visibility.TEAM)
    assert below.said["owners"] == ("Alma",)


def test_what_an_entry_says_itself_holds() -> None:
    file = Plan(period="2026-Q4", aims=(objective(teams=("Design",)), result(teams=(), period=None)))
    below = plans.settled(file)[1].said
    assert (below["teams"], below["period"], below["level"]) == ((), None, Level.ORGANISATION)


def test_what_nobody_says_is_not_said() -> None:
    assert "teams" not in plans.settled(Plan(aims=(objective(),)))[0].said


# --------------------------------------------------------------------------------------- the metric


@pytest.mark.parametrize(
    ("written", "now", "found"),
    [
        (moving(9, 6), None, Metric(MetricKind.DECREASE, start=Decimal(9), target=Decimal(6))),
        (
            moving("2:37", "3:45", "m:ss"),
            None,
            Metric(MetricKind.INCREASE, "m:ss", Decimal(157), Decimal(225)),
        ),
        (moving(start=9), None, Metric(MetricKind.BASELINE, start=Decimal(9))),
        (moving(target=6), None, Metric(MetricKind.REACH, target=Decimal(6))),
        (
            moving("USD 12M", "USD 24M"),
            None,
            Metric(MetricKind.INCREASE, "USD", Decimal(12_000_000), Decimal(24_000_000)),
        ),
        (
            moving(target=4),
            Metric(MetricKind.INCREASE, "steps", start=Decimal(1), target=Decimal(9)),
            Metric(MetricKind.INCREASE, "steps", start=Decimal(1), target=Decimal(4)),
        ),
        (
            Measure(figures={"target": None}),
            Metric(MetricKind.INCREASE, "steps", start=Decimal(1), target=Decimal(9)),
            Metric(MetricKind.BASELINE, "steps", start=Decimal(1)),
        ),
        (
            Measure(MetricKind.AT_MOST, figures={"target": Decimal(4)}),
            Metric(MetricKind.INCREASE, "steps", start=Decimal(1), target=Decimal(9)),
            Metric(MetricKind.AT_MOST, target=Decimal(4)),
        ),
    ],
)  # fmt: skip
def test_a_metric_is_what_is_written_over_what_is_there(
    written: Measure, now: Metric | None, found: Metric
) -> None:
    assert plans_measures.metric(written, now=now, language="en") == Measured(found)


@pytest.mark.parametrize(
    ("written", "code", "field"),
    [
        (moving(5, 5), "metric.start-is-target", "target"),
        (moving("1,5", 5), "amount.separator", "start"),
        (moving("nothing much", 5), "amount.unreadable", "start"),
        (moving("12 kg", 5, "m"), "amount.unit", "start"),
        (Measure(MetricKind.BETWEEN, figures={"lower": Decimal(1)}), "metric.bounds", "upper"),
        (Measure(MetricKind.MILESTONES, steps=(("A", Decimal("0.4")),)), "metric.shares", "milestones"),
    ],
)
def test_a_metric_that_measures_nothing_is_refused_at_its_field(
    written: Measure, code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        plans_measures.metric(written, language="en")
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_figure_with_two_readings_gives_both() -> None:
    with pytest.raises(Refused) as refused:
        plans_measures.metric(moving("3.478", 5), language=None)
    assert refused.value.params["readings"] == (Decimal(3478), Decimal("3.478"))


# ---------------------------------------------------------------------------------------- the lint


@pytest.mark.parametrize(
    ("aims", "found"),
    [
        ((objective("a"), objective("a")), ["key.twice"]),
        ((objective(supports=(Support("o"),)),), ["reference.self"]),
        ((objective(), result(supports=(Support("o"),))), ["reference.twice"]),
        (
            (objective("a", supports=(Support("b"),)), objective("b", supports=(Support("a"),))),
            ["alignment.cycle"],
        ),
        ((objective(), result("a", share=0.7), result("b", share=0.7)), ["share.over-one"]),
        ((objective(), result(metric=moving(5, 5))), ["metric.start-is-target"]),
        ((objective(), result(metric=moving("a lot", 5))), ["amount.unreadable"]),
        ((objective(), result(start=date(2026, 9, 1), due=date(2026, 8, 1))), ["goal.ends-before-start"]),
        ((objective(period="2026-Q5"),), ["period.form"]),
        ((objective(period="Q4 2026"),), ["period.form"]),
        ((objective(period="2026-13"),), ["period.form"]),
        ((objective(period="Summer 2026"), objective("b", period="2026-T3")), []),
        ((objective(), result("a", share=0.5), result("b", share=0.5)), []),
    ],
)
def test_what_must_be_mended(aims: tuple[Aim, ...], found: list[str]) -> None:
    assert rules(*aims) == found


def test_a_key_result_without_target_is_a_draft_and_that_is_advice() -> None:
    assert "kr.no-target" in advice(objective(), result(metric=None))
    assert "kr.no-target" in advice(objective(), result(metric=moving(start=4)))
    assert "kr.no-target" not in advice(objective(), result(metric=Measure(MetricKind.DONE)))
    assert not rules(objective(), result(metric=moving(start=4)))


@pytest.mark.parametrize(
    ("aims", "rule"),
    [
        ((result(parent=None, metric=moving(target=4)),), "kr.no-start"),
        ((result(parent=None, owners=()),), "kr.no-owner"),
        ((result(parent=None, due=None),), "kr.no-deadline"),
        ((objective(ambition=None),), "okr.no-ambition"),
        ((objective(teams=("Design",)),), "okr.unaligned"),
        ((objective(), result("a"), result("b")), "okr.few-key-results"),
        ((objective(), *(result(str(n)) for n in range(6))), "okr.many-key-results"),
        ((objective(),), "okr.few-initiatives"),
        (tuple(objective(str(n), teams=("Design",), period="2026") for n in range(6)), "set.many-objectives"),
        ((objective(supports=(Support("grow"),)),), "reference.elsewhere"),
        ((result(parent=None, metric=Measure(figures={"target": Decimal("30.000")})),), "figure.grouped"),
        ((result(parent=None, metric=moving("1,234", 5)),), "amount.ambiguous"),
    ],
)
def test_what_the_coach_says_without_reading_words(aims: tuple[Aim, ...], rule: str) -> None:
    assert rule in advice(*aims)
    assert not rules(*aims)


def test_a_whole_okr_gets_no_advice() -> None:
    tasks = [Aim(key=f"i{n}", kind=Kind.INITIATIVE, title="I", parent="o") for n in range(3)]
    assert advice(objective(), result("a"), result("b"), result("c"), *tasks, period="2026-Q4") == set()


def test_what_is_closed_gets_no_advice() -> None:
    assert advice(objective(ambition=None, teams=("Design",), state=State.CLOSED)) == set()


# ---------------------------------------------------------------------------------------- the diff


def standing(parents: Parents | None = None, state: State = State.OPEN, **fields: Any) -> Standing:
    return Standing("1", "1", Kind.KEY_RESULT, "1", state, parents or Parents(), fields)


def compared(wish: Wish, now: Standing, **more: Any) -> plans.Diff:
    return plans.compare([wish], {now.ref: now}, prune=False, **more)


def test_only_what_is_said_is_compared() -> None:
    diff = compared(Wish(result(), "1", {"title": "B"}), standing(title="A", description="x"))
    assert [(one.field, one.old, one.new) for one in diff.change] == [("title", "A", "B")]


def test_a_figure_is_told_apart_where_from_and_to_say_it_all() -> None:
    old = Measured(Metric(MetricKind.INCREASE, start=Decimal(1), target=Decimal(5)))
    new = Measured(Metric(MetricKind.INCREASE, start=Decimal(1), target=Decimal(6)))
    whole = Measured(Metric(MetricKind.AT_LEAST, target=Decimal(6)))
    for wanted, fields in ((new, ["to"]), (whole, ["metric"]), (old, [])):
        diff = compared(Wish(result(), "1", {"metric": wanted}), standing(metric=old))
        assert [one.field for one in diff.change] == fields


def test_where_a_goal_hangs_is_told_by_what_moved() -> None:
    now = standing(parents=Parents("a", 0.2, {"b": None}))
    moved = compared(Wish(result(), "1", home="c"), now)
    assert [(one.field, one.old, one.new) for one in moved.change] == [
        ("objective", "a", "c"),
        ("share", 0.2, None),
    ]
    swapped = compared(Wish(result(), "1", home="b", others={"a": 0.2}), now)
    assert swapped.empty


def test_what_ended_is_left_alone_and_what_is_to_end_is_closed() -> None:
    ended = compared(Wish(result(), "1", {"title": "B"}), standing(state=State.POSTPONED, title="A"))
    assert ended.empty
    assert [state for _, state in ended.ended] == [State.POSTPONED]
    closed = compared(Wish(result(), "1", {"state": State.CLOSED}), standing())
    assert [state for _, state in closed.close] == [State.CLOSED]
    assert compared(Wish(result(), "1", {"state": State.CLOSED}), standing(state=State.CLOSED)).ended == ()


def test_only_prune_ends_what_is_left_out() -> None:
    now = {"1": standing()}
    kept, pruned = (plans.compare([], now, left_out=["1"], prune=prune) for prune in (False, True))
    assert (len(kept.prune), len(kept.left_out)) == (0, 1)
    assert (len(pruned.prune), len(pruned.left_out)) == (1, 0)


SHARES = st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0])
HANGS = st.dictionaries(st.sampled_from("abcd"), SHARES)


@given(HANGS, HANGS)
def test_letting_go_first_takes_no_share_and_no_parent_that_was_not_there(
    before: dict[str, float | None], after: dict[str, float | None]
) -> None:
    middle, last = plans.moves(Wish(result(), "1", others=after), Parents(others=before))
    assert last == after
    if middle is None:
        middle = before
    assert set(middle) == set(before) & set(after)
    assert all((middle[one] or 0) <= (before[one] or 0) for one in middle)
