"""Numbers, dates and ages as both languages write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from pejl.web import format as told_as

DAY = date(2026, 8, 18)
NOW = datetime(2026, 8, 18, 12, 0, tzinfo=UTC)
HARD = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def said(language: str, verb: Callable[..., str], *given: Any) -> str:
    with translation.override(language):
        return verb(*given)


@pytest.mark.parametrize(
    ("value", "unit", "english", "danish"),
    [
        (Decimal(250000), "", "250,000", "250.000"),
        (Decimal("99.72"), "%", "99.72%", f"99,72{HARD}%"),
        (Decimal(18300000), "USD", "USD 18.3M", "18,3 mio. USD"),
        (Decimal(157), "m:ss", "2:37", "2:37"),
        (Decimal("-3.5"), "", f"{MINUS}3.5", f"{MINUS}3,5"),
        (None, "USD", "–", "–"),
    ],
)
def test_an_amount_keeps_its_unit_and_the_reader_s_marks(
    value: Decimal | None, unit: str, english: str, danish: str
) -> None:
    assert said("en", told_as.amount, value, unit) == english
    assert said("da", told_as.amount, value, unit) == danish


@pytest.mark.parametrize(
    ("fraction", "english", "danish"),
    [(0.5, "50%", f"50{HARD}%"), (1.26, "126%", f"126{HARD}%"), (0.0, "0%", f"0{HARD}%"), (None, "–", "–")],
)
def test_a_fraction_is_told_in_whole_per_cent_and_none_is_not_nought(
    fraction: float | None, english: str, danish: str
) -> None:
    assert said("en", told_as.percent, fraction) == english
    assert said("da", told_as.percent, fraction) == danish


@pytest.mark.parametrize(
    ("value", "english", "danish"),
    [
        (Decimal("0.7"), "0.70", "0,70"),
        (Decimal("0.35"), "0.35", "0,35"),
        (Decimal(1), "1.00", "1,00"),
        (None, "–", "–"),
    ],
)
def test_a_grade_has_two_decimals(value: Decimal | None, english: str, danish: str) -> None:
    assert said("en", told_as.grade, value) == english
    assert said("da", told_as.grade, value) == danish


def test_numbers_of_a_column_have_as_many_decimals_as_the_longest() -> None:
    column = [Decimal("4.51"), Decimal("4.6"), Decimal(3), Decimal(100), None]
    fewest = told_as.places(column)
    assert [told_as.amount(one, "", fewest) for one in column] == ["4.51", "4.60", "3.00", "100.00", "–"]
    assert told_as.places([Decimal(30), None]) == told_as.places([]) == 0


@pytest.mark.parametrize(
    ("verb", "english", "danish"),
    [
        (told_as.day, "18 Aug", "18. aug."),
        (told_as.day_year, "18 Aug 2026", "18. aug. 2026"),
        (told_as.day_long, "Tuesday 18 August 2026", "Tirsdag 18. august 2026"),
    ],
)
def test_a_date_is_written_the_reader_s_way(verb: Callable[..., str], english: str, danish: str) -> None:
    assert said("en", verb, DAY) == english
    assert said("da", verb, DAY) == danish


def test_a_date_field_is_filled_the_same_in_every_language() -> None:
    assert said("en", told_as.day_input, DAY) == said("da", told_as.day_input, DAY) == "2026-08-18"
    assert told_as.day_input(None) == ""


def test_the_clock_is_read_in_the_zone_of_the_reader() -> None:
    copenhagen = ZoneInfo("Europe/Copenhagen")
    moment = datetime(2026, 8, 18, 7, 12, tzinfo=UTC)
    assert said("en", told_as.clock, moment, copenhagen) == "09:12"
    assert said("da", told_as.clock, moment, copenhagen) == "09.12"


@pytest.mark.parametrize(
    ("day", "number"), [(date(2026, 11, 16), 47), (date(2026, 1, 1), 1), (date(2027, 1, 1), 53)]
)
def test_a_week_has_its_iso_number(day: date, number: int) -> None:
    assert said("en", told_as.week, day) == f"week {number}"
    assert said("da", told_as.week, day).endswith(f" {number}")


@pytest.mark.parametrize(
    ("passed", "english"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=40), "40 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=7), "11 Aug"),
        (timedelta(days=365), "18 Aug 2025"),
    ],
)
def test_an_age_is_told_in_the_largest_fitting_unit(passed: timedelta, english: str) -> None:
    assert said("en", told_as.ago, NOW - passed, NOW) == english


def test_an_old_date_in_danish_is_written_in_danish() -> None:
    assert said("da", told_as.ago, NOW - timedelta(days=7), NOW) == "11. aug."


@pytest.mark.parametrize(("active", "language"), [("da", "da"), ("en", "en"), ("en-gb", "en"), ("fr", "en")])
def test_a_language_pejl_does_not_speak_is_answered_in_english(active: str, language: str) -> None:
    assert said(active, told_as.language) == language


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Holm", "AH"), ("Anna", "An"), ("Åse-Marie af Rosenborg", "ÅR"), ("", "?"), ("- -", "?")],
)
def test_a_person_is_two_letters(name: str, letters: str) -> None:
    assert told_as.initials(name) == letters


@pytest.mark.parametrize(("name", "letters"), [("Customer Success", "CS"), ("Produkt", "PR"), ("", "")])
def test_a_team_is_two_capitals(name: str, letters: str) -> None:
    assert told_as.short(name) == letters
