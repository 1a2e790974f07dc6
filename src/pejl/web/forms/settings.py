"""What people type in the settings, read as the services take it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from pejl.domain.values import Role
from pejl.services.errors import Rejected
from pejl.services.people import NewPerson
from pejl.web import pages
from pejl.web.forms import goals as forms
from pejl.web.forms.goals import Reader

WORDS = ("name", "language", "timezone", "scheme")
SWITCHES = ("capped", "initiatives_contribute", "organisation_goals_by_anyone")
POINTS = ("at_risk_points", "off_track_points")
BANDS = ("red_to", "amber_to")
_MOST_DIGITS = 4


def workspace(request: HttpRequest) -> dict[str, Any]:
    """All settings of the workspace. Raises `Rejected` with everything that cannot be read."""
    read = forms.reader(request)
    found: dict[str, Any] = {name: read.typed.get(name, "") for name in WORDS}
    found |= {name: name in read.typed for name in SWITCHES}
    for name in (*POINTS, *BANDS):
        found[name] = read.read(name, _number)
    found["fiscal_year_start"] = whole(read, "fiscal_year_start")
    found["checkin_weekday"] = whole(read, "checkin_weekday")
    found["checkin_every_weeks"] = whole(read, "checkin_every_weeks")
    found["checkin_at"] = read.read("checkin_at", _clock)
    read.finish()
    return found


def shown(row: Any) -> dict[str, Any]:
    """The settings as they would be typed."""
    found: dict[str, Any] = {name: getattr(row, name) for name in (*WORDS, *SWITCHES)}
    for name in (*POINTS, *BANDS):
        found[name] = _plain(getattr(row, name))
    found["fiscal_year_start"] = str(row.fiscal_year_start)
    found["checkin_at"] = row.checkin_at.strftime("%H:%M")
    return found | shown_rhythm(row)


def team(request: HttpRequest) -> dict[str, Any]:
    """How a team works; what is left empty follows the workspace. The time of day is the workspace's."""
    read = forms.reader(request)
    found = {
        "goals_by_members": "goals_by_members" in read.typed,
        "checkin_weekday": whole(read, "checkin_weekday"),
        "checkin_every_weeks": whole(read, "checkin_every_weeks"),
    }
    read.finish()
    return found


def shown_rhythm(row: Any) -> dict[str, str]:
    """Day and number of weeks, "" where a team follows the workspace."""
    return {
        "checkin_weekday": _said(row.checkin_weekday),
        "checkin_every_weeks": _said(row.checkin_every_weeks),
    }


def period(request: HttpRequest) -> dict[str, Any]:
    """Name and dates. Both dates are asked for."""
    read = forms.reader(request)
    found = {"name": read.typed.get("name", ""), "start": _day(read, "start"), "end": _day(read, "end")}
    read.finish()
    return found


def person(typed: Mapping[str, str]) -> NewPerson:
    """Somebody to take in. An empty password is none: they cannot sign in until one is set."""
    return NewPerson(
        email=typed.get("email", ""),
        name=typed.get("name", ""),
        role=role(typed.get("role", "")),
        password=typed.get("password") or None,
    )


def role(text: str) -> Role:
    if text not in set(Role):
        raise Rejected.one("person.role", field="role")
    return Role(text)


def one(request: HttpRequest, name: str) -> Any:
    """The id chosen in that field, or None."""
    return next(iter(pages.ids([request.POST.get(name, "")])), None)


def chosen(request: HttpRequest, name: str) -> Any:
    """The id of the person chosen in that field. Raises `Rejected` where none is."""
    found = one(request, name)
    if found is None:
        raise Rejected.one("team.person", field=name)
    return found


def whole(read: Reader, name: str) -> int | None:
    """A whole number, None where the field is empty, -1 (which nothing accepts) where it is no number."""
    text = read.typed.get(name, "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1


def _number(text: str) -> Decimal:
    return forms.amount(text, unit="")


def _clock(text: str) -> time:
    hour, _, minute = text.replace(".", ":").partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise Rejected.one("rhythm.time", field="checkin_at") from None


def _day(read: Reader, name: str) -> date | None:
    found = read.read(name, forms.day)
    if found is None and not read.typed.get(name, "").strip():
        read.reasons += Rejected.one("date.unreadable", field=name).reasons
    return found


def _plain(value: float | Decimal) -> str:
    return forms.typed_amount(Decimal(str(value)).normalize() + Decimal(0), "")


def _said(value: int | None) -> str:
    return "" if value is None else str(value)
