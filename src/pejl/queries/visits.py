"""When somebody last looked at what happened."""

from __future__ import annotations

from datetime import datetime

from pejl.models import Person
from pejl.queries.scope import Member


def last(by: Member) -> datetime | None:
    """None before the first time. One query."""
    if by.person_id is None:
        return None
    rows = Person.objects.filter(workspace_id=by.workspace_id, pk=by.person_id)
    return rows.values_list("seen_at", flat=True).first()
