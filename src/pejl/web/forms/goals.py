"""What people type on the goal's own page and on the pages that end or move it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest

from pejl.domain import amounts
from pejl.domain.amounts import Ambiguous
from pejl.domain.values import ProgressMode, Refused, State, Status
from pejl.queries.goals import GoalRow
from pejl.queries.timelines import CheckinRow
from pejl.services.errors import Reason, Rejected
from pejl.web import format as told_as

T = TypeVar("T")
HUNDRED = 100


@dataclass(slots=True)
class Reader:
    """Reads fields one by one and gathers what is wrong with them; `finish` refuses all of it at once."""

    typed: Mapping[str, str]
    reasons: list[Reason] = field(default_factory=list)

    def read(self, name: str, how: Callable[[str], T]) -> T | None:
        """None where nothing was typed, or where it could not be read."""
        text = self.typed.get(name, "").strip()
        if not text:
            return None
        try:
            return how(text)
        except Refused as refused:
            self.reasons += Rejected.by_rule(refused, field=name).reasons
        except Rejected as rejected:
            self.reasons += [Reason(one.code, name, one.params) for one in rejected.reasons]
        return None

    def finish(self) -> None:
        if self.reasons:
            raise Rejected(self.reasons)


def reader(request: HttpRequest) -> Reader:
    return Reader({name: str(request.POST.get(name, "")) for name in request.POST})


def unit_of(goal: GoalRow) -> str:
    """The unit values of the goal are written in: per cent where it is kept by hand."""
    return "%" if goal.progress_mode is ProgressMode.MANUAL or goal.metric is None else goal.metric.unit


def amount(text: str, *, unit: str) -> Decimal:
    """A measured number in the reader's language. Raises `Refused`, or `Rejected` naming both readings."""
    found = amounts.parse(text, language=told_as.language(), unit=unit)
    if isinstance(found, Ambiguous):
        raise Rejected.one("amount.ambiguous", field="value", text=text, readings=found.readings)
    return found.value


def fraction(text: str) -> float:
    """ "40", "40 %" or "37,5": a share in per cent, as a fraction."""
    return float(amount(text, unit="%") / HUNDRED)


def day(text: str) -> date:
    return amounts.parse_date(text, language=told_as.language())


def identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Rejected.one("choice.unknown", field="choice") from None


def whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 3:  # noqa: PLR2004
        raise Rejected.one("checkin.confidence", field="confidence")
    return int(text)


def percent_text(share: float | None) -> str:
    """A share as one would type it, in per cent; "" for an equal one."""
    if share is None:
        return ""
    exact = (Decimal(str(share)) * HUNDRED).quantize(Decimal("0.01")).normalize() + Decimal(0)
    return amounts.format(exact, language=told_as.language())


def before(row: CheckinRow, *, goal: GoalRow) -> dict[str, str]:
    """A check-in as it would be typed."""
    return {
        "value": "" if row.value is None else typed_amount(row.value, unit_of(goal)),
        "confidence": "" if row.confidence is None else str(row.confidence),
        "status": row.status_given or "",
        "note": row.note,
        "on": row.on.isoformat(),
    }


def typed_amount(value: Decimal, unit: str) -> str:
    """Durations with their colon, anything else without its unit, which stands beside the field."""
    return amounts.format(value, unit=unit if unit in amounts.DURATIONS else "", language=told_as.language())


def checkin(request: HttpRequest, *, goal: GoalRow) -> dict[str, Any]:
    """The fields of a correction."""
    read = reader(request)
    given = read.typed.get("status", "")
    found = {
        "value": read.read("value", lambda text: amount(text, unit=unit_of(goal))),
        "confidence": read.read("confidence", whole),
        "status": Status(given) if given in set(Status) else None,
        "note": read.typed.get("note", ""),
        "on": read.read("on", day),
    }
    read.finish()
    return found


def closing(request: HttpRequest, *, goal: GoalRow) -> dict[str, Any]:
    """The fields of a close. `expected_version` guards against closing what has changed since it was read."""
    read = reader(request)
    found = {
        "outcome": State.DROPPED if read.typed.get("outcome") == State.DROPPED else State.CLOSED,
        "value": read.read("value", lambda text: amount(text, unit=unit_of(goal))),
        "grade": read.read("grade", lambda text: amount(text, unit="")),
        "grade_reason": read.typed.get("grade_reason", ""),
        "learned": read.typed.get("learned", ""),
        "reason": read.typed.get("reason", ""),
        "expected_version": version(read),
    }
    read.finish()
    return found


def version(read: Reader) -> int | None:
    text = read.typed.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def task(request: HttpRequest) -> dict[str, Any]:
    read = reader(request)
    found = {
        "title": read.typed.get("title", ""),
        "owner": read.read("owner", identity),
        "due": read.read("due", day),
    }
    read.finish()
    return found
