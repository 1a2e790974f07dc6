"""What people type at a check-in: a line for each goal, empty lines left as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, QueryDict

from pejl.domain import amounts
from pejl.domain.values import MetricKind, Refused, Status
from pejl.queries.goals import GoalRow
from pejl.services import checkins
from pejl.services.checkins import Entry
from pejl.services.errors import Reason, Rejected
from pejl.web import format as told_as
from pejl.web import pages
from pejl.web.forms import goals as forms

MOST = 10


def entries(request: HttpRequest, rows: Mapping[str, GoalRow]) -> tuple[Entry, ...]:
    """The lines in which something was said. Raises `Rejected` with every reason, each at its line."""
    reasons: list[Reason] = []
    on = day(request.POST, reasons)
    found = [
        entry
        for key, row in rows.items()
        if (entry := _entry(request.POST, key, row, on=on, reasons=reasons)) is not None
    ]
    if reasons:
        raise Rejected(reasons)
    return tuple(found)


def values(
    post: QueryDict, rows: Mapping[str, GoalRow], *, reasons: list[Reason]
) -> dict[str, Decimal | None]:
    """The values typed, by goal: None for nothing, and for what cannot be read: that is added to
    `reasons`."""
    return {key: _value(post, key, row, reasons) for key, row in rows.items()}


def said(post: QueryDict, key: str) -> bool:
    """Whether something was typed in a goal's line, be it readable or not."""
    if f"{key}.was" in post:
        told = done_of(post, key) is not None
    else:
        told = bool(post.get(f"{key}.value", "").strip())
    told = told or bool(post.get(f"{key}.note", "").strip()) or bool(post.getlist(f"{key}.reached"))
    return told or status_of(post.get(f"{key}.status", "")) is not None or _is_new(post, key)


def lines(post: QueryDict) -> dict[str, bool]:
    """The lines of the page a form came from, by goal: whether each holds a word that could be read when it
    was last looked at."""
    keys = [name.removesuffix(".sure") for name in post if name.endswith(".sure")]
    return {key: said(post, key) and not post.get(f"{key}.wrong") for key in keys}


def value_of(post: QueryDict, key: str, row: GoalRow) -> Decimal | None:
    """The value typed for a goal, in its unit; None for nothing. Raises `Refused` or `Rejected`."""
    if row.metric is not None and row.metric.kind is MetricKind.DONE:
        return done_of(post, key)
    text = post.get(f"{key}.value", "").strip()
    return forms.amount(text, unit=forms.unit_of(row)) if text else None


def _entry(
    post: QueryDict, key: str, row: GoalRow, *, on: date | None, reasons: list[Reason]
) -> Entry | None:
    """What was said in one line, by the form alone: the same form sent again is the same entry.

    A confidence that stands as it was shown is no word by itself, but goes along with one.
    """
    value = _value(post, key, row, reasons)
    confidence = confidence_of(post, key)
    status = status_of(post.get(f"{key}.status", ""))
    note = post.get(f"{key}.note", "").strip()
    items = {step.item for step in row.milestones}
    reached = tuple(one for one in pages.ids(post.getlist(f"{key}.reached")) if one in items)
    if value is None and not _is_new(post, key) and status is None and not note and not reached:
        return None
    return Entry(row.id, value, confidence, status, note, on, reached)


def _value(post: QueryDict, key: str, row: GoalRow, reasons: list[Reason]) -> Decimal | None:
    try:
        return value_of(post, key, row)
    except Refused as refused:
        reasons.extend(Rejected.by_rule(refused, field=f"{key}.value").reasons)
    except Rejected as rejected:
        reasons.extend(Reason(one.code, f"{key}.value", one.params) for one in rejected.reasons)
    return None


def done_of(post: Mapping[str, str], key: str) -> Decimal | None:
    """A box that is ticked or not: its new value where it differs from how it was shown ("was", 0 or 1)."""
    was, done = post.get(f"{key}.was", ""), "1" if post.get(f"{key}.value") == "1" else "0"
    return Decimal(done) if was in {"0", "1"} and done != was else None


def day(post: QueryDict, reasons: list[Reason]) -> date | None:
    """The day the check-in is about; None for none, and for one that cannot be read (added to `reasons`)."""
    text = post.get("on", "").strip()
    if not text:
        return None
    try:
        return amounts.parse_date(text, language=told_as.language())
    except Refused as refused:
        reasons.extend(Rejected.by_rule(refused, field="on").reasons)
        return None


def confidence_of(post: Mapping[str, str], key: str) -> int | None:
    """From 0 to 10; None for no answer."""
    text = post.get(f"{key}.confidence", "")
    whole = text.isascii() and text.isdigit() and len(text) <= len(str(MOST))
    return int(text) if whole and int(text) <= MOST else None


def _is_new(post: Mapping[str, str], key: str) -> bool:
    """Whether the confidence is another than the one that was shown ("sure")."""
    given = confidence_of(post, key)
    return given is not None and str(given) != post.get(f"{key}.sure", "")


def status_of(text: str) -> Status | None:
    return Status(text) if text in checkins.GIVEN else None
