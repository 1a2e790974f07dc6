"""Periods of a file, found here by their dates or made; one that is only named by what its name says."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from pejl.domain import periods
from pejl.domain.periods import Span
from pejl.domain.receipts import Receipt
from pejl.domain.transfers import Named, PeriodLine
from pejl.domain.values import PeriodKind
from pejl.models import Period
from pejl.services.transfers_rows import Originals, Rows

NO_DATES: Final = "a period needs a first and a last day"
_LONGEST: Final = 100
_PARTS: Final = {"q": PeriodKind.QUARTER, "h": PeriodKind.HALF, "t": PeriodKind.TERTIAL}
_PART: Final = re.compile(
    r"(?P<kind>[qht])(?P<number>[1-4])[ /-]*(?P<year>20\d\d)"
    r"|(?P<year2>20\d\d)[ /-]*(?P<kind2>[qht])(?P<number2>[1-4])"
)
_YEAR: Final = re.compile(r"(?:annual|year|fy|cy)? ?(?P<year>20\d\d)")
_KINDS: Final = (PeriodKind.HALF, PeriodKind.TERTIAL, PeriodKind.QUARTER, PeriodKind.MONTH)


class Periods:
    """`uncapped`: the product had no cap on progress, so its periods have none here either."""

    def __init__(
        self,
        workspace: UUID,
        rows: Rows,
        originals: Originals,
        receipt: Receipt,
        *,
        starts: int,
        uncapped: bool,
    ) -> None:
        self._rows, self._originals, self._receipt = rows, originals, receipt
        self._starts, self._uncapped = starts, uncapped
        self.spans: dict[str, tuple[date, date]] = {}
        self.freed: set[str] = set()
        self.rules: dict[str, bool | None] = {}
        self._dates: dict[tuple[date, date], dict[str, str]] = {}
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._claimed: dict[str, str] = {}
        for row in Period.objects.filter(workspace_id=workspace).order_by("start_date", "pk"):
            self._know(row.pk.hex, row.name, (row.start_date, row.end_date))
            self.rules[row.pk.hex] = row.capped

    def take(self, line: PeriodLine) -> str:
        """The outcome of the row."""
        known = self._originals.known("period", line.at.id)
        span = (
            None
            if line.start is None or line.end is None or line.end < line.start
            else (line.start, line.end)
        )
        span = span or (None if known else by_name(line.name))
        if known is None and span is None:
            self._receipt.problem(line.at, "dates", NO_DATES)
            return "failed"
        name = line.name[:_LONGEST]
        found = known.target if known else self._same(name, span)
        key = found or self._make(name, span)
        self._use(key, name)
        if line.at.id:
            self._ids[line.at.id] = key
        self._originals.keep("period", line.at.id, key, line.raw)
        return "merged" if found else "landed"

    def key(self, named: Named | None, *, start: date | None, end: date | None) -> str | None:
        """The period meant. One that the file only names is the one its name says, else one of its own with
        the goal's dates."""
        if named is None or not (named.id or named.name):
            return None
        known, name = self._originals.known("period", named.id), named.name[:_LONGEST]
        found = self._ids.get(named.id) or (known.target if known else self._names.get(name.casefold()))
        if found is None and name:
            span = by_name(name) or (None if start is None or end is None or end < start else (start, end))
            if span is None:
                return None
            found = self._same(name, span) or self._make(name, span)
        if found is not None:
            self._use(found, name)
        return found

    def write(self) -> None:
        if not self._rows.dry:
            Period.objects.filter(pk__in=[UUID(key) for key in self.freed]).update(capped=False)
        self._receipt.changed["periods"] += len(self.freed)

    def _same(self, name: str, span: tuple[date, date] | None) -> str | None:
        """By dates; of several with the same dates the one of that name, else the calendar's own, unless
        another name of the file stands for that already."""
        if span is None:
            return None
        here = self._dates.get(span, {})
        if name.casefold() in here:
            return here[name.casefold()]
        calendars = here.get("")
        if calendars is None or self._claimed.get(calendars, name.casefold()) != name.casefold():
            return None
        return calendars

    def _use(self, key: str, name: str) -> None:
        self._claimed.setdefault(key, name.casefold())
        self._names.setdefault(name.casefold(), key)
        if self._uncapped and self.rules[key] is None:
            self.rules[key] = False
            self.freed.add(key)

    def _make(self, name: str, span: tuple[date, date] | None) -> str:
        assert span is not None
        known = calendar(span, starts=self._starts)
        if known is not None and "" not in self._dates.get(span, {}):
            kind, year, number, own = known.kind, known.year, known.number, ""
        else:
            kind, year, number, own = PeriodKind.CUSTOM, span[0].year, 0, name or str(span[0])
        key = self._rows.add(
            Period, kind=kind, name=own, start_date=span[0], end_date=span[1], year=year, number=number,
            capped=False if self._uncapped else None,
        )  # fmt: skip
        self._know(key, own, span)
        self.rules[key] = False if self._uncapped else None
        return key

    def _know(self, key: str, name: str, span: tuple[date, date]) -> None:
        self.spans[key] = span
        self._dates.setdefault(span, {}).setdefault(name.casefold(), key)
        if name:
            self._names.setdefault(name.casefold(), key)


def calendar(span: tuple[date, date], *, starts: int) -> Span | None:
    """The year, or the part of one, that has just these days; None for any other stretch."""
    year = periods.fiscal_year(span[0], starts=starts)
    parts = (one for kind in _KINDS for one in periods.parts(year, scheme=kind))
    return next((one for one in (year, *parts) if (one.start, one.end) == span), None)


def by_name(name: str) -> tuple[date, date] | None:
    """The days that a name such as "Q1 2025", "H2 2025" or "Annual 2025" says, in calendar years.

    >>> [day.isoformat() for day in by_name("Q4 2024")], by_name("Sprint 7")
    (['2024-10-01', '2024-12-31'], None)
    """
    word = " ".join(name.casefold().split())
    if (found := _PART.fullmatch(word)) is not None:
        kind, number = _PARTS[found["kind"] or found["kind2"]], int(found["number"] or found["number2"])
        year = periods.for_year(int(found["year"] or found["year2"]), starts=1, scheme=kind)
        return next(((one.start, one.end) for one in year[1:] if one.number == number), None)
    if (found := _YEAR.fullmatch(word)) is not None:
        first = date(int(found["year"]), 1, 1)
        return first, date(first.year + 1, 1, 1) - timedelta(days=1)
    return None
