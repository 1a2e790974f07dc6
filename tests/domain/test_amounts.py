"""Amounts are read without guessing, and what is written is read back."""

from datetime import date
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pejl.domain import amounts
from pejl.domain.amounts import Ambiguous, Amount, Language
from pejl.domain.values import Refused

MILLION = Decimal(1_000_000)
EITHER_OR_NONE: tuple[Language | None, ...] = ("da", "en", None)
LANGUAGES = st.sampled_from(["da", "en"])
UNITS = st.sampled_from(
    ["", "%", "pp", "USD", "DKK", "SEK", "hours", "timer", "m", "kr.", "m²", "kg CO2", "k"]
)
VALUES = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=4)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("30.000", 30000, None),
        ("12 mio. kr.", 12 * MILLION, "DKK"),
        ("12 mio.kr.", 12 * MILLION, "DKK"),
        ("12 mio. USD", 12 * MILLION, "USD"),
        ("1,2 mia.", 1200 * MILLION, None),
        ("1,5 billion", Decimal("1.5") * MILLION * MILLION, None),
        ("500 t.kr.", 500_000, "DKK"),
        ("kr. 500", 500, "DKK"),
        ("99,5 procent", "99.5", "%"),
        ("99,5 pct.", "99.5", "%"),
        ("99,5 %", "99.5", "%"),
        ("99,5\u00a0%", "99.5", "%"),
        ("2,4 procentpoint", "2.4", "pp"),
        ("18 000", 18000, None),
        ("18\u00a0000", 18000, None),
        ("18\u2009000", 18000, None),
        ("3.478", 3478, None),
        ("-3", -3, None),
        ("\u22123", -3, None),
        ("ni", 9, None),
        ("nine", 9, None),
        ("tolv", 12, None),
        ("tre timer", 3, "timer"),
        ("4,5 timer", "4.5", "timer"),
        ("120 henvendelser om måneden", 120, "henvendelser om måneden"),
        ("250.000", 250_000, None),
        ("1.000.000,50 kr.", "1000000.5", "DKK"),
    ],
)
def test_danish_amounts_are_read(text: str, value: object, unit: str | None) -> None:
    assert amounts.parse(text, language="da") == Amount(Decimal(str(value)), unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("30,000", 30000, None),
        ("USD 12M", 12 * MILLION, "USD"),
        ("USD 24M", 24 * MILLION, "USD"),
        ("USD 12m", 12 * MILLION, "USD"),
        ("12m USD", 12 * MILLION, "USD"),
        ("$1.2bn", 1200 * MILLION, "USD"),
        ("1.2 billion", 1200 * MILLION, None),
        ("USD 30,000", 30000, "USD"),
        ("-$5", -5, "USD"),
        ("USD \u22125", -5, "USD"),
        ("99.5%", "99.5", "%"),
        ("80 %", 80, "%"),
        ("2.4 percentage points", "2.4", "pp"),
        ("nine", 9, None),
        ("ni", 9, None),
        ("six", 6, None),
        ("3.5 hours", "3.5", "hours"),
        ("three hours", 3, "hours"),
        ("120 requests", 120, "requests"),
        ("1,000", 1000, None),
        ("350,000", 350_000, None),
        ("USD 10M", 10 * MILLION, "USD"),
        ("18 000", 18000, None),
    ],
)
def test_english_amounts_are_read(text: str, value: object, unit: str | None) -> None:
    assert amounts.parse(text, language="en") == Amount(Decimal(str(value)), unit)


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("1.2", "da", "amount.separator"),
        ("0.500", "da", "amount.separator"),
        ("12,3", "en", "amount.separator"),
        ("1,0000", "en", "amount.separator"),
        ("", "en", "amount.empty"),
        (" \u00a0", "da", "amount.empty"),
        ("mange", "da", "amount.unreadable"),
        ("12 to 24", "en", "amount.unreadable"),
        ("12-24", "en", "amount.unreadable"),
        ("--3", "en", "amount.unreadable"),
        ("-$-3", "en", "amount.unreadable"),
        ("18 0000", "da", "amount.unreadable"),
        ("1e9", "en", "amount.unreadable"),
        ("nan", "en", "amount.unreadable"),
        ("Infinity", "en", "amount.unreadable"),
        ("0x1F", "en", "amount.unreadable"),
        ("1_000", "en", "amount.unreadable"),
        ("1\u00bd", "en", "amount.unreadable"),
        ("5\u00b2", "en", "amount.unreadable"),
        ("\u0663", "en", "amount.unreadable"),
        ("12\u0663", "en", "amount.unreadable"),
        ("\uff11\uff12", "en", "amount.unreadable"),
        ("USD 12 DKK", "en", "amount.unreadable"),
        ("1" * 65, "en", "amount.unreadable"),
        ("2:37", "en", "amount.unreadable"),
        ("1.2", None, None),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    text: str, language: Language | None, code: str | None
) -> None:
    if code is None:
        assert amounts.parse(text, language=language) == Amount(Decimal("1.2"), None)
        return
    with pytest.raises(Refused) as no:
        amounts.parse(text, language=language)
    assert (no.value.code, no.value.field) == (code, "value")


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("3.478", ("3478", "3.478")),
        ("1,234", ("1.234", "1234")),
        ("1.234 mio", ("1234000000", "1234000")),
        ("30.000 kr.", ("30000", "30")),
        ("1 billion", ("1000000000000", "1000000000")),
    ],
)
def test_without_a_language_two_readings_are_both_given(text: str, readings: tuple[str, ...]) -> None:
    assert amounts.parse(text, language=None) == Ambiguous(tuple(Decimal(r) for r in readings))


def test_without_a_language_a_clear_figure_is_read() -> None:
    assert amounts.parse("12 mio. kr.", language=None) == Amount(12 * MILLION, "DKK")


def test_twelve_m_is_millions_beside_money_and_metres_where_the_metric_says_so() -> None:
    assert amounts.parse("12m", language="en") == Ambiguous((Decimal(12), 12 * MILLION))
    assert amounts.parse("12m", language="en", unit="USD") == Amount(12 * MILLION, None)
    assert amounts.parse("12m", language="en", unit="m") == Amount(Decimal(12), "m")
    assert amounts.parse("12M", language="en", unit="m") == Amount(12 * MILLION, None)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("12 kr.", "USD"), ("2.4 %", "pp"), ("2.4 pp", "%"), ("3 steps", "requests"), ("$3", "%")],
)
def test_another_unit_than_the_metrics_is_refused(text: str, unit: str) -> None:
    with pytest.raises(Refused) as no:
        amounts.parse(text, language="en", unit=unit)
    assert (no.value.code, no.value.params["unit"]) == ("amount.unit", unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("12 kr.", "SEK"), ("1 hour", "hours"), ("2 times", "time"), ("5 pct.", "%"), ("5 Requests", "requests"),
     ("$ 5", "USD"), ("5 m²", "m²"), ("5 kg CO2", "kg CO2")],
)  # fmt: skip
def test_the_metrics_unit_is_recognised_as_people_write_it(text: str, unit: str) -> None:
    answer = amounts.parse(text, language="en", unit=unit)
    assert isinstance(answer, Amount)
    assert answer.unit == unit


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [("2:37", "m:ss", 157), ("3:45", "m:ss", 225), ("4:05", "h:mm", 14700), ("-0:30", "m:ss", -30),
     ("90:00", "m:ss", 5400)],
)  # fmt: skip
def test_a_duration_is_read_in_seconds(text: str, unit: str, seconds: int) -> None:
    for language in EITHER_OR_NONE:
        answer = amounts.parse(text, language=language, unit=unit)
        assert answer == Amount(Decimal(seconds), unit)


@pytest.mark.parametrize("text", ["157", "2:60", "2:3", "2.37"])
def test_a_bare_figure_is_no_duration(text: str) -> None:
    with pytest.raises(Refused) as no:
        amounts.parse(text, language="en", unit="m:ss")
    assert (no.value.code, no.value.params["example"]) == ("amount.duration", "2:37")


@pytest.mark.parametrize(
    ("value", "unit", "english", "danish"),
    [
        ("12000000", "USD", "USD 12M", "12 mio. USD"),
        ("1200000000", "USD", "USD 1.2bn", "1,2 mia. USD"),
        ("12345678", "USD", "USD 12,345,678", "12.345.678 USD"),
        ("12345000", "USD", "USD 12.345M", "12,345 mio. USD"),
        ("30000", "USD", "USD 30,000", "30.000 USD"),
        ("99.50", "%", "99.5%", "99,5\u00a0%"),
        ("2.4", "pp", "2.4 pp", "2,4 procentpoint"),
        ("157", "m:ss", "2:37", "2:37"),
        ("157.5", "m:ss", "2:37.5", "2:37,5"),
        ("14700", "h:mm", "4:05", "4:05"),
        ("14730", "h:mm", "4:05:30", "4:05:30"),
        ("3.5", "hours", "3.5 hours", "3,5 hours"),
        ("-1234.5", "", "\u22121,234.5", "\u22121.234,5"),
        ("1E+3", "", "1,000", "1.000"),
        ("12000000", "visits", "12,000,000 visits", "12.000.000 visits"),
    ],
)
def test_amounts_are_written_in_the_readers_language(
    value: str, unit: str, english: str, danish: str
) -> None:
    assert amounts.format(Decimal(value), unit=unit, language="en") == english
    assert amounts.format(Decimal(value), unit=unit, language="da") == danish


def test_short_writes_words_in_millions_too() -> None:
    assert amounts.format(12 * MILLION, unit="visits", language="en", short=True) == "12M visits"
    assert amounts.format(12 * MILLION, language="da", short=True) == "12 mio."


@given(value=VALUES, unit=UNITS, language=LANGUAGES, short=st.booleans())
def test_what_is_written_is_read_back(*, value: Decimal, unit: str, language: Language, short: bool) -> None:
    text = amounts.format(value, unit=unit, language=language, short=short)
    answer = amounts.parse(text, language=language, unit=unit)
    assert isinstance(answer, Amount)
    assert answer.value == value


@given(value=VALUES, unit=st.sampled_from(["m:ss", "h:mm"]), language=LANGUAGES)
def test_a_duration_written_is_read_back(*, value: Decimal, unit: str, language: Language) -> None:
    text = amounts.format(value, unit=unit, language=language)
    assert amounts.parse(text, language=language, unit=unit) == Amount(value, unit)


@given(text=st.text(max_size=80), language=st.sampled_from(["da", "en", None]), unit=UNITS)
def test_any_text_is_read_or_refused(*, text: str, language: Language | None, unit: str) -> None:
    try:
        answer = amounts.parse(text, language=language, unit=unit)
    except Refused as no:
        assert no.code.startswith("amount.")  # noqa: PT017 - any other error fails the test
    else:
        assert isinstance(answer, (Amount, Ambiguous))


@given(figure=st.from_regex(r"[0-9]{1,4}([.,][0-9]{1,4}){0,2}", fullmatch=True))
def test_a_reading_without_a_language_is_one_of_the_languages_readings(figure: str) -> None:
    readings = set()
    for language in ("da", "en"):
        try:
            answer = amounts.parse(figure, language=language)
        except Refused:
            continue
        assert isinstance(answer, Amount)
        readings.add(answer.value)
    if not readings:
        with pytest.raises(Refused):
            amounts.parse(figure, language=None)
        return
    found = amounts.parse(figure, language=None)
    assert readings == (set(found.readings) if isinstance(found, Ambiguous) else {found.value})


@pytest.mark.parametrize(
    ("fraction", "english"),
    [(0.5, "50%"), (0.145, "15%"), (Decimal("0.335"), "34%"), (1.26, "126%"), (-0.25, "\u221225%"),
     (-0.001, "0%"),
     (0.14499999999999, "15%"), (Decimal("0.1449"), "14%")],
)  # fmt: skip
def test_progress_is_shown_as_whole_percent(fraction: float | Decimal, english: str) -> None:
    assert amounts.format_percent(fraction, language="en") == english
    assert amounts.format_percent(fraction, language="da") == english.replace("%", "\u00a0%")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2026-08-18", "da"), ("2026-08-18", "en"), ("2026-08-18", None),
        ("18.08.2026", "da"), ("18.8.2026", "da"), ("18/8/2026", "da"), ("18-08-2026", "da"),
        ("18/08/2026", "en"), ("08/18/2026", "en"), ("18.08.2026", "en"),
        ("18. august 2026", "da"), ("18 Aug 2026", "en"), ("Aug 18, 2026", "en"), ("August 18th 2026", "en"),
        ("18 aug. 2026", None),
    ],
)  # fmt: skip
def test_dates_are_read(text: str, language: Language | None) -> None:
    assert amounts.parse_date(text, language=language) == date(2026, 8, 18)


@pytest.mark.parametrize(
    ("text", "language"), [("05/06/2026", "en"), ("05/06/2026", None), ("05-06-2026", "en")]
)
def test_a_date_with_two_readings_is_refused_with_both(text: str, language: Language | None) -> None:
    with pytest.raises(Refused) as no:
        amounts.parse_date(text, language=language)
    assert no.value.code == "date.ambiguous"
    assert set(cast("tuple[date, ...]", no.value.params["readings"])) == {date(2026, 6, 5), date(2026, 5, 6)}


@pytest.mark.parametrize(
    ("text", "language"), [("05/06/2026", "da"), ("05.06.2026", "da"), ("05.06.2026", "en")]
)
def test_danish_days_and_days_with_points_come_first(text: str, language: Language) -> None:
    assert amounts.parse_date(text, language=language) == date(2026, 6, 5)


def test_the_same_day_and_month_is_no_question() -> None:
    assert amounts.parse_date("05/05/2026", language="en") == date(2026, 5, 5)


@pytest.mark.parametrize(
    "text", ["", "31.02.2026", "2026-13-01", "18 blomst 2026", "18.08.26", "tomorrow", "18.08/2026", "1" * 70]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Refused) as no:
        amounts.parse_date(text, language="da")
    assert (no.value.code, no.value.field) == ("date.unreadable", "date")


@given(day=st.dates(min_value=date(1000, 1, 1)))
def test_a_danish_date_is_read_back(day: date) -> None:
    assert amounts.parse_date(f"{day.day}.{day.month}.{day.year}", language="da") == day
