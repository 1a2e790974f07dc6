"""Grades, colours and verdicts at the close."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import grading
from pejl.domain.grading import Bands, Remark
from pejl.domain.values import Ambition, Colour, Refused, Verdict

GRADES = st.integers(0, 100).map(lambda hundredths: Decimal(hundredths) / 100)
SHARES = st.floats(min_value=0.01, max_value=1)


@pytest.mark.parametrize(
    ("progress", "grade"),
    [
        (0.345, "0.35"), (0.344999, "0.34"), (0.005, "0.01"), (0.0049, "0.00"), (0.1 + 0.2, "0.30"),
        (1.2, "1.00"), (-0.25, "0.00"), (1.0, "1.00"), (Decimal("0.715"), "0.72"), (1 / 3, "0.33"),
    ],
)  # fmt: skip
def test_a_grade_is_the_used_progress_to_two_decimals_half_up(progress: float | Decimal, grade: str) -> None:
    assert str(grading.computed(progress)) == grade


@given(st.integers(0, 999))
def test_no_half_is_lost_on_its_way_through_a_float(thousandths: int) -> None:
    assert grading.computed(thousandths / 1000) == Decimal((thousandths + 5) // 10) / 100


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_more_progress_never_gives_a_lower_grade(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= grading.computed(low) <= grading.computed(high) <= 1


def test_an_objective_s_grade_is_the_mean_by_share() -> None:
    parts = [(0.25, Decimal("0.20")), (0.25, Decimal("0.60")), (0.5, Decimal("1.00"))]
    assert grading.objective(parts) == Decimal("0.70")


def test_a_mean_that_ends_in_a_half_goes_up() -> None:
    assert grading.objective([(0.5, Decimal("0.69")), (0.5, Decimal("0.70"))]) == Decimal("0.70")
    sixths = [(1 / 6, Decimal("0.69")), (1 / 6, Decimal("0.70"))]
    assert grading.objective(sixths) == Decimal("0.70")


def test_without_anything_that_weighs_there_is_no_grade() -> None:
    assert grading.objective([]) is None
    assert grading.objective([(0.0, Decimal("0.50"))]) is None


@given(st.lists(st.tuples(SHARES, GRADES), min_size=1, max_size=8))
def test_the_mean_lies_between_the_lowest_and_the_highest(parts: list[tuple[float, Decimal]]) -> None:
    mean = grading.objective(parts)
    assert mean is not None
    assert min(grade for _, grade in parts) <= mean <= max(grade for _, grade in parts)


@pytest.mark.parametrize(
    ("grade", "colour"),
    [
        ("0.00", Colour.RED), ("0.30", Colour.RED), ("0.34", Colour.RED), ("0.35", Colour.AMBER),
        ("0.64", Colour.AMBER), ("0.65", Colour.GREEN), ("0.70", Colour.GREEN), ("1.00", Colour.GREEN),
    ],
)  # fmt: skip
def test_the_colour_goes_by_the_grade_rounded_to_tenths(grade: str, colour: Colour) -> None:
    assert grading.colour(Decimal(grade)) is colour


def test_a_workspace_may_have_its_own_bands() -> None:
    strict = Bands(red_to=Decimal("0.5"), amber_to=Decimal("0.8"))
    assert grading.colour(Decimal("0.54"), bands=strict) is Colour.RED
    assert grading.colour(Decimal("0.55"), bands=strict) is Colour.AMBER
    assert grading.colour(Decimal("0.85"), bands=strict) is Colour.GREEN


@pytest.mark.parametrize(
    ("ambition", "grade", "verdict", "remark"),
    [
        (Ambition.COMMITTED, "0.99", Verdict.MISSED, None),
        (Ambition.COMMITTED, "1.00", Verdict.ACHIEVED, None),
        (Ambition.ASPIRATIONAL, "0.69", Verdict.MISSED, None),
        (Ambition.ASPIRATIONAL, "0.70", Verdict.ACHIEVED, None),
        (Ambition.ASPIRATIONAL, "0.99", Verdict.ACHIEVED, None),
        (Ambition.ASPIRATIONAL, "1.00", Verdict.ACHIEVED, Remark.BOLDER),
        (None, "1.00", None, None),
    ],
)
def test_the_verdict_asks_what_the_ambition_asked(
    ambition: Ambition | None, grade: str, verdict: Verdict | None, remark: Remark | None
) -> None:
    assert grading.verdict(ambition, Decimal(grade)) is verdict
    assert grading.remark(ambition, Decimal(grade)) is remark


def test_without_a_grade_nothing_is_said() -> None:
    assert grading.verdict(Ambition.COMMITTED, None) is None
    assert grading.remark(Ambition.ASPIRATIONAL, None) is None


@pytest.mark.parametrize("grade", ["-0.01", "1.01", "1.001", "NaN", "Infinity"])
def test_a_grade_outside_nought_to_one_is_refused(grade: str) -> None:
    with pytest.raises(Refused) as refusal:
        grading.check(Decimal(grade))
    assert (refusal.value.code, refusal.value.field) == ("grade.range", "grade")


def test_a_grade_set_by_a_person_is_kept_to_two_decimals() -> None:
    assert [str(grading.check(Decimal(grade))) for grade in ("0", "0.7", "0.705", "1")] == [
        "0.00", "0.70", "0.71", "1.00",
    ]  # fmt: skip
