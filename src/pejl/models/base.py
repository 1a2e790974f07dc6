"""What every row has: a time-ordered key and its workspace; and, where history is kept, a span."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from pejl.models.fields import Id


class Row(models.Model):
    """A row of one workspace. The workspace comes first in every index and unique key, so no foreign key has
    the index of its own that Django would make; at least one index of each table covers all of its rows."""

    id = Id()
    workspace = models.ForeignKey(
        "pejl.Workspace", on_delete=models.CASCADE, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class SpannedQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        return self.filter(known_to=None)

    def as_of(self, at: datetime | None) -> Self:
        """What was known at that moment; None is now."""
        if at is None:
            return self.current()
        return self.filter(Q(known_to=None) | Q(known_to__gt=at), known_from__lte=at)


class Spanned(Row):
    """A row that was known from a moment up to, not including, another. Nothing is overwritten:
    a change ends the span and adds a row."""

    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, default=None)

    objects = SpannedQuerySet.as_manager()

    class Meta:
        abstract = True
