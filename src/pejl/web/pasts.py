"""Looking back: the day a reader has chosen, kept until they come back to today.

`?as_of=2026-10-03` on any page chooses a day, and `?as_of=` comes back. In between every page that can
be read shows what was known at the end of that day; a page that writes says so instead.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.http import HttpRequest

from pejl.domain import periods
from pejl.queries.scope import Member

F = TypeVar("F", bound=Callable[..., object])
KEPT = "as_of"


def of_any_day(view: F) -> F:
    """Marks a view that only reads, so that it can be read as of a past day."""
    view.of_any_day = True  # type: ignore[attr-defined]
    return view


def moment(request: HttpRequest, by: Member, *, now: datetime) -> datetime | None:
    """The moment this reader looks back at; None is now. Remembers the day that the address asks for.

    A day stands for its end in the reader's own zone; an exact moment (RFC 3339) is taken as it is. Today,
    a day to come and what cannot be read all come back to now.
    """
    if KEPT in request.GET:
        asked = _read(request.GET[KEPT], by)
        if asked is not None and asked < now:
            request.session[KEPT] = request.GET[KEPT]
        else:
            request.session.pop(KEPT, None)
    kept = _read(str(request.session.get(KEPT, "")), by)
    return kept if kept is not None and kept < now else None


def _read(text: str, by: Member) -> datetime | None:
    try:
        return periods.moment(text, zone=by.zone)
    except ValueError:
        return None
