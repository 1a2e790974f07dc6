"""What people type at a check-in: a line for each goal, empty lines left as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, QueryDict

from pejl.domain import amounts
from pejl.domain.values import MetricKind, Refused, Status
from pejl.queries.goals import GoalRow
from pejl.services.checkins import Entry
from pejl.services.errors import Reason, Rejected
from pejl.web import format as told_as
from pejl.web import pages
from pejl.web.forms import goals as forms

LEAST, MOST = 0, 10


def entries(request: HttpRequest, rows: Mapping[str, GoalRow], *, today: date) -> tuple[Entry, ...]:
    """The lines in which something was said. Raises `Rejected` with every reason, each at its line."""
    reasons: list[Reason] = []
    on = _day(request.POST, reasons, today=today)
    found = [
        entry
        for key, row in rows.items()
        if (entry := _entry(request.POST, key, row, on=on, reasons=reasons)) is not None
    ]
    if reasons:
        raise Rejected(reasons)
    return tuple(found)


def value_of(text: str, row: GoalRow) -> Decimal | None:
    """The value typed for a goal, in its unit; None for nothing. Raises `Refused` or `Rejected`."""
    return forms.amount(text, unit=forms.unit_of(row)) if text.strip() else None


def _entry(
    post: QueryDict, key: str, row: GoalRow, *, on: date | None, reasons: list[Reason]
) -> Entry | None:
    value = _value(post, key, row, reasons)
    confidence = _confidence(post.get(f"{key}.confidence", ""))
    if confidence == row.confidence:
        confidence = None
    status = _status(post.get(f"{key}.status", ""))
    note = post.get(f"{key}.note", "").strip()
    items = {str(step.item) for step in row.milestones if step.reached_on is None}
    reached = tuple(one for one in pages.ids(post.getlist(f"{key}.reached")) if str(one) in items)
    if value is None and confidence is None and status is None and not note and not reached:
        return None
    # A word without a new confidence repeats the last one, so that the goal does not lose it.
    return Entry(
        row.id, value, confidence if confidence is not None else row.confidence, status, note, on, reached
    )


def _value(post: QueryDict, key: str, row: GoalRow, reasons: list[Reason]) -> Decimal | None:
    if row.metric is not None and row.metric.kind is MetricKind.DONE:
        if f"{key}.asked" not in post:
            return None
        done = Decimal(post.get(f"{key}.value") == "1")
        return None if done == (row.value or Decimal(0)) else done
    try:
        return value_of(post.get(f"{key}.value", ""), row)
    except Refused as refused:
        reasons.extend(Rejected.by_rule(refused, field=f"{key}.value").reasons)
    except Rejected as rejected:
        reasons.extend(Reason(one.code, f"{key}.value", one.params) for one in rejected.reasons)
    return None


def _day(post: QueryDict, reasons: list[Reason], *, today: date) -> date | None:
    text = post.get("on", "").strip()
    if not text:
        return None
    try:
        day = amounts.parse_date(text, language=told_as.language())
    except Refused as refused:
        reasons.extend(Rejected.by_rule(refused, field="on").reasons)
        return None
    return None if day == today else day


def _confidence(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and LEAST <= int(text) <= MOST else None


def _status(text: str) -> Status | None:
    chosen = {Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK, Status.NOT_STARTED}
    return Status(text) if text in chosen else None
