"""The one field of a check-in that waits on the first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pejl.services.errors import Rejected
from pejl.web.forms.goals import amount, reader


def new_value(request: HttpRequest, *, unit: str) -> dict[str, Any]:
    """A value in the goal's unit, as people write it. Raises `Rejected` at "value", also for an empty one."""
    read = reader(request)
    found = read.read("value", lambda text: amount(text, unit=unit))
    read.finish()
    if found is None:
        raise Rejected.one("amount.empty", field="value")
    return {"value": found}
