"""Periods: the fiscal year and its parts, which come by themselves, and the weeks inside them.

    year  = the twelve months from the month the fiscal year starts in
    parts = 2 halves, 3 tertials, 4 quarters or 12 months of equal count of months

A year that starts in January carries its own number. Any other is named by the year it ends in: July 2026 to
June 2027 is FY2027 (in Danish both years: Regnskabsår 2026/27).

>>> year = fiscal_year(date(2026, 11, 20), starts=7)
>>> year.start.isoformat(), year.end.isoformat(), name(year, language="en"), name(year, language="da")
('2026-07-01', '2027-06-30', 'FY2027', 'Regnskabsår 2026/27')
>>> [name(span, language="en") for span in for_year(2026, starts=1, scheme=PeriodKind.QUARTER)]
['2026', 'Q1 2026', 'Q2 2026', 'Q3 2026', 'Q4 2026']
>>> iso_week(date(2026, 11, 20))
(2026, 47)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pejl.domain.values import PeriodKind, Refused

MONTHS_IN = {
    PeriodKind.YEAR: 12,
    PeriodKind.HALF: 6,
    PeriodKind.TERTIAL: 4,
    PeriodKind.QUARTER: 3,
    PeriodKind.MONTH: 1,
}
YEAR_MONTHS = 12
_LETTER = {PeriodKind.HALF: "H", PeriodKind.TERTIAL: "T", PeriodKind.QUARTER: "Q"}
_DANISH = {PeriodKind.HALF: "halvår", PeriodKind.TERTIAL: "tertial", PeriodKind.QUARTER: "kvt."}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "da": (
        "januar", "februar", "marts", "april", "maj", "juni",
        "juli", "august", "september", "oktober", "november", "december",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A period: both days included, the year it is named by, its number in that year (1 for the year)."""

    kind: PeriodKind
    start: date
    end: date
    year: int
    number: int


def fiscal_year(today: date, *, starts: int) -> Span:
    """The fiscal year that holds ``today``; ``starts`` is a month, 1 to 12, else refused."""
    begins = today.year if today.month >= _month(starts) else today.year - 1
    return _year(begins, starts=starts)


def parts(year: Span, *, scheme: PeriodKind) -> list[Span]:
    """The parts of a fiscal year in order; none for a scheme of whole years or of one's own."""
    if scheme in (PeriodKind.YEAR, PeriodKind.CUSTOM):
        return []
    length = MONTHS_IN[scheme]
    edges = [_plus(year.start, months=months) for months in range(0, YEAR_MONTHS + 1, length)]
    return [
        Span(scheme, start=edges[n - 1], end=edges[n] - timedelta(days=1), year=year.year, number=n)
        for n in range(1, len(edges))
    ]


def for_year(label_year: int, *, starts: int, scheme: PeriodKind) -> list[Span]:
    """The year known by ``label_year``, and its parts after it."""
    year = _year(label_year if _month(starts) == 1 else label_year - 1, starts=starts)
    return [year, *parts(year, scheme=scheme)]


def current(spans: Iterable[Span], today: date) -> Span | None:
    """The shortest of the spans that holds ``today`` (the quarter rather than its year)."""
    holding = [span for span in spans if span.start <= today <= span.end]
    return min(holding, key=lambda span: (span.end - span.start, span.start), default=None)


def due_to_create(today: date, *, starts: int, scheme: PeriodKind) -> list[Span]:
    """The coming year and its parts, from the first day of this year's last quarter on; before it, none.

    The last quarter counts whatever the scheme is. Asked again, it gives the same spans again.

    >>> due_to_create(date(2026, 9, 30), starts=1, scheme=PeriodKind.HALF)
    []
    >>> [name(s, language="da") for s in due_to_create(date(2026, 10, 1), starts=1, scheme=PeriodKind.HALF)]
    ['2027', '1. halvår 2027', '2. halvår 2027']
    """
    year = fiscal_year(today, starts=starts)
    if today < parts(year, scheme=PeriodKind.QUARTER)[-1].start:
        return []
    return for_year(year.year + 1, starts=starts, scheme=scheme)


def iso_week(day: date) -> tuple[int, int]:
    """(year, week) by ISO 8601; the first days of January may belong to the year before.

    >>> iso_week(date(2027, 1, 1))
    (2026, 53)
    """
    found = day.isocalendar()
    return found.year, found.week


def moment(text: str, *, zone: ZoneInfo) -> datetime:
    """What "as known on" means: a day is its end in `zone`, an RFC 3339 moment is itself.

    Raises `ValueError` for anything else.

    >>> moment("2026-10-03", zone=ZoneInfo("Europe/Copenhagen")).isoformat()
    '2026-10-03T23:59:59.999999+02:00'
    """
    try:
        day = date.fromisoformat(text)
        following = datetime.combine(day + timedelta(days=1), time(), zone)
    except (ValueError, OverflowError):
        return _instant(text)
    return following - timedelta(microseconds=1)


def _instant(text: str) -> datetime:
    """A moment with its zone, and such a one that every zone has a date for it. Raises `ValueError`."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not date.min < found.date() < date.max:
        raise ValueError(text)
    return found


def week_of(span: Span, today: date) -> tuple[int, int]:
    """(week, of): which week of the span today is in, counted in sevens from its first day.

    The number of weeks is rounded, as people say it (a quarter has 13, a month 4); the days left over
    belong to the last week. 0 before the span, the last week after it.

    >>> week_of(for_year(2026, starts=1, scheme=PeriodKind.QUARTER)[3], today=date(2026, 8, 5))
    (6, 13)
    """
    weeks = max(1, round(_days(span) / 7))
    if today < span.start:
        return 0, weeks
    return min((today - span.start).days // 7 + 1, weeks), weeks


def days_left(span: Span, today: date) -> int:
    """Days from today to the last day of the span; 0 on it and after it."""
    return max(0, (span.end - today).days)


def name(span: Span, *, language: str) -> str:
    """What the span is called in English or Danish (any other language gets English).

    >>> [name(s, language="da") for s in for_year(2026, starts=1, scheme=PeriodKind.TERTIAL)[1:]]
    ['1. tertial 2026', '2. tertial 2026', '3. tertial 2026']
    >>> july = for_year(2026, starts=1, scheme=PeriodKind.MONTH)[7]
    >>> name(july, language="en"), name(july, language="da")
    ('July 2026', 'juli 2026')
    """
    danish = language.partition("-")[0] == "da"
    if span.kind is PeriodKind.CUSTOM:
        return _range_name(span, danish=danish)
    if span.kind is PeriodKind.MONTH:
        return f"{_month_name(span.start, danish=danish)} {span.start.year}"
    if span.kind is PeriodKind.YEAR:
        return _year_name(span, danish=danish, alone=True)
    year = _year_name(span, danish=danish, alone=False)
    place = f"{span.number}. {_DANISH[span.kind]}" if danish else f"{_LETTER[span.kind]}{span.number}"
    return f"{place} {year}"


def _month(starts: int) -> int:
    if not 1 <= starts <= YEAR_MONTHS:
        raise Refused("period.start-month", field="fiscal_year_start", month=starts)
    return starts


def _year(begins: int, *, starts: int) -> Span:
    start = date(begins, starts, 1)
    end = _plus(start, months=YEAR_MONTHS) - timedelta(days=1)
    return Span(PeriodKind.YEAR, start=start, end=end, year=end.year, number=1)


def _plus(first: date, *, months: int) -> date:
    years, month = divmod(first.month - 1 + months, YEAR_MONTHS)
    return date(first.year + years, month + 1, 1)


def _days(span: Span) -> int:
    return (span.end - span.start).days + 1


def _year_name(span: Span, *, danish: bool, alone: bool) -> str:
    """The year of a span; whether it starts in January follows from the span's place in its year."""
    passed = MONTHS_IN[span.kind] * (span.number - 1)
    if (span.start.month - 1 - passed) % YEAR_MONTHS == 0:
        return str(span.year)
    if not danish:
        return f"FY{span.year}"
    both = f"{span.year - 1}/{span.year % 100:02}"
    return f"Regnskabsår {both}" if alone else both


def _range_name(span: Span, *, danish: bool) -> str:
    dot = "." if danish else ""
    first, last = (f"{day.day}{dot} {_month_name(day, danish=danish)}" for day in (span.start, span.end))
    since = f" {span.start.year}" if span.start.year != span.end.year else ""
    return f"{first}{since} – {last} {span.end.year}"


def _month_name(day: date, *, danish: bool) -> str:
    return _MONTHS["da" if danish else "en"][day.month - 1]
