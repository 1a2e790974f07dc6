"""Fiscal years, their parts, and what they are called."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import periods
from pejl.domain.periods import Span
from pejl.domain.values import PeriodKind, Refused

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1))
MONTHS = st.integers(1, 12)
SCHEMES = st.sampled_from([PeriodKind.HALF, PeriodKind.TERTIAL, PeriodKind.QUARTER, PeriodKind.MONTH])


def bounds(spans: list[Span]) -> list[tuple[str, str]]:
    return [(span.start.isoformat(), span.end.isoformat()) for span in spans]


def test_a_calendar_year_carries_its_own_number() -> None:
    year = periods.fiscal_year(date(2026, 2, 28), starts=1)
    assert year == Span(PeriodKind.YEAR, start=date(2026, 1, 1), end=date(2026, 12, 31), year=2026, number=1)


@pytest.mark.parametrize(
    ("today", "start", "label"),
    [
        (date(2026, 6, 30), date(2025, 7, 1), 2026),
        (date(2026, 7, 1), date(2026, 7, 1), 2027),
        (date(2027, 1, 1), date(2026, 7, 1), 2027),
    ],
)
def test_a_broken_year_is_named_by_the_year_it_ends_in(today: date, start: date, label: int) -> None:
    year = periods.fiscal_year(today, starts=7)
    assert (year.start, year.year) == (start, label)


def test_the_quarters_of_a_year_from_april() -> None:
    assert bounds(periods.for_year(2027, starts=4, scheme=PeriodKind.QUARTER)) == [
        ("2026-04-01", "2027-03-31"),
        ("2026-04-01", "2026-06-30"),
        ("2026-07-01", "2026-09-30"),
        ("2026-10-01", "2026-12-31"),
        ("2027-01-01", "2027-03-31"),
    ]


def test_the_tertials_and_halves_of_a_leap_year() -> None:
    assert bounds(periods.for_year(2028, starts=1, scheme=PeriodKind.TERTIAL)[1:]) == [
        ("2028-01-01", "2028-04-30"), ("2028-05-01", "2028-08-31"), ("2028-09-01", "2028-12-31"),
    ]  # fmt: skip
    assert bounds(periods.for_year(2028, starts=9, scheme=PeriodKind.HALF)[1:]) == [
        ("2027-09-01", "2028-02-29"), ("2028-03-01", "2028-08-31"),
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", [PeriodKind.YEAR, PeriodKind.CUSTOM])
def test_a_scheme_without_parts_has_the_year_alone(scheme: PeriodKind) -> None:
    assert [span.kind for span in periods.for_year(2026, starts=1, scheme=scheme)] == [PeriodKind.YEAR]


@given(DAYS, MONTHS, SCHEMES)
def test_the_parts_fill_their_year_without_gap_or_overlap(
    today: date, starts: int, scheme: PeriodKind
) -> None:
    year = periods.fiscal_year(today, starts=starts)
    parts = periods.parts(year, scheme=scheme)
    assert (parts[0].start, parts[-1].end) == (year.start, year.end)
    assert [part.number for part in parts] == list(range(1, 12 // periods.MONTHS_IN[scheme] + 1))
    assert all(left.end + timedelta(days=1) == right.start for left, right in pairwise(parts))


@given(DAYS, MONTHS, SCHEMES)
def test_a_year_is_found_again_by_its_label_and_holds_its_day(
    today: date, starts: int, scheme: PeriodKind
) -> None:
    year = periods.fiscal_year(today, starts=starts)
    assert year.start <= today <= year.end
    assert year.start.month == starts
    assert periods.for_year(year.year, starts=starts, scheme=scheme)[0] == year


@given(DAYS, MONTHS, SCHEMES)
def test_every_span_of_a_year_has_a_name_of_its_own(today: date, starts: int, scheme: PeriodKind) -> None:
    label = periods.fiscal_year(today, starts=starts).year
    spans = [
        span for year in (label, label + 1) for span in periods.for_year(year, starts=starts, scheme=scheme)
    ]
    for language in ("en", "da"):
        assert len({periods.name(span, language=language) for span in spans}) == len(spans)


def test_the_current_period_is_the_shortest_that_holds_the_day() -> None:
    spans = periods.for_year(2026, starts=1, scheme=PeriodKind.QUARTER)
    current = periods.current(spans, date(2026, 9, 30))
    assert current is not None
    assert periods.name(current, language="en") == "Q3 2026"
    assert periods.current(spans[:1], date(2026, 9, 30)) == spans[0]
    assert periods.current(spans, date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("today", "starts", "first"),
    [
        (date(2026, 9, 30), 1, None),
        (date(2026, 10, 1), 1, date(2027, 1, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2027, 1, 1), 1, None),
        (date(2026, 3, 31), 7, None),
        (date(2026, 4, 1), 7, date(2026, 7, 1)),
    ],
)
@pytest.mark.parametrize("scheme", [PeriodKind.QUARTER, PeriodKind.TERTIAL, PeriodKind.HALF])
def test_the_coming_year_comes_on_the_first_day_of_the_last_quarter(
    today: date, starts: int, first: date | None, scheme: PeriodKind
) -> None:
    due = periods.due_to_create(today, starts=starts, scheme=scheme)
    assert (due[0].start if due else None) == first
    assert len(due) == (1 + 12 // periods.MONTHS_IN[scheme] if first else 0)


@pytest.mark.parametrize("starts", [0, 13, -1])
def test_a_month_that_no_year_has_is_refused(starts: int) -> None:
    for refused in (
        lambda: periods.fiscal_year(date(2026, 1, 1), starts=starts),
        lambda: periods.for_year(2026, starts=starts, scheme=PeriodKind.QUARTER),
    ):
        with pytest.raises(Refused) as refusal:
            refused()
        assert (refusal.value.code, refusal.value.field) == ("period.start-month", "fiscal_year_start")


@pytest.mark.parametrize(
    ("scheme", "place", "starts", "english", "danish"),
    [
        (PeriodKind.QUARTER, 0, 1, "2026", "2026"),
        (PeriodKind.QUARTER, 3, 1, "Q3 2026", "3. kvt. 2026"),
        (PeriodKind.HALF, 1, 1, "H1 2026", "1. halvår 2026"),
        (PeriodKind.TERTIAL, 1, 1, "T1 2026", "1. tertial 2026"),
        (PeriodKind.MONTH, 7, 1, "July 2026", "juli 2026"),
        (PeriodKind.QUARTER, 0, 7, "FY2026", "Regnskabsår 2025/26"),
        (PeriodKind.QUARTER, 3, 7, "Q3 FY2026", "3. kvt. 2025/26"),
        (PeriodKind.TERTIAL, 3, 5, "T3 FY2026", "3. tertial 2025/26"),
        (PeriodKind.HALF, 2, 7, "H2 FY2026", "2. halvår 2025/26"),
        (PeriodKind.MONTH, 1, 7, "July 2025", "juli 2025"),
        (PeriodKind.MONTH, 12, 7, "June 2026", "juni 2026"),
    ],
)
def test_a_period_has_a_name_in_both_languages(
    scheme: PeriodKind, place: int, starts: int, english: str, danish: str
) -> None:
    span = periods.for_year(2026, starts=starts, scheme=scheme)[place]
    assert periods.name(span, language="en") == english
    assert periods.name(span, language="da") == danish
    assert periods.name(span, language="da-dk") == danish
    assert periods.name(span, language="sv") == english


def test_a_turn_of_the_century_keeps_two_figures() -> None:
    assert (
        periods.name(periods.fiscal_year(date(1999, 8, 1), starts=7), language="da") == "Regnskabsår 1999/00"
    )


def test_a_period_of_one_s_own_is_named_by_its_days() -> None:
    sprint = Span(PeriodKind.CUSTOM, start=date(2026, 7, 1), end=date(2026, 8, 15), year=2026, number=1)
    winter = Span(PeriodKind.CUSTOM, start=date(2026, 12, 1), end=date(2027, 1, 31), year=2026, number=2)
    dash = "\N{EN DASH}"
    assert periods.name(sprint, language="en") == f"1 July {dash} 15 August 2026"
    assert periods.name(winter, language="da") == f"1. december 2026 {dash} 31. januar 2027"


def test_weeks_are_counted_by_iso() -> None:
    assert periods.iso_week(date(2026, 11, 20)) == (2026, 47)
    assert periods.iso_week(date(2024, 12, 30)) == (2025, 1)
    assert periods.iso_week(date(2027, 1, 3)) == (2026, 53)


@pytest.mark.parametrize(
    ("today", "week"),
    [
        (date(2026, 6, 30), 0),
        (date(2026, 7, 1), 1),
        (date(2026, 7, 7), 1),
        (date(2026, 7, 8), 2),
        (date(2026, 9, 30), 13),
        (date(2026, 12, 1), 13),
    ],
)
def test_a_quarter_has_thirteen_weeks(today: date, week: int) -> None:
    quarter = periods.for_year(2026, starts=1, scheme=PeriodKind.QUARTER)[3]
    assert periods.week_of(quarter, today) == (week, 13)


@given(DAYS, MONTHS, SCHEMES)
def test_the_week_is_one_of_the_weeks_there_are(today: date, starts: int, scheme: PeriodKind) -> None:
    parts = periods.parts(periods.fiscal_year(today, starts=starts), scheme=scheme)
    part = periods.current(parts, today)
    assert part is not None
    week, of = periods.week_of(part, today)
    assert 1 <= week <= of


def test_the_days_left_run_out_on_the_last_day() -> None:
    quarter = periods.for_year(2026, starts=1, scheme=PeriodKind.QUARTER)[3]
    left = [
        periods.days_left(quarter, day) for day in (date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 9))
    ]
    assert left == [29, 0, 0]
