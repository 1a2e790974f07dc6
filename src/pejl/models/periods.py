from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.domain.values import PeriodKind
from pejl.models.base import Row
from pejl.models.fields import Word


class Period(Row):
    """A stretch of time that goals belong to; `name` is empty where the calendar names it."""

    kind = Word(PeriodKind)
    name = models.CharField(max_length=100, blank=True, default="")
    start_date = models.DateField()
    end_date = models.DateField()
    year = models.IntegerField(default=0)
    number = models.PositiveSmallIntegerField(default=0)
    # None is the workspace's own rule. False where an import brought the figures of a product without a cap,
    # where an objective under which nothing contributes stands at 0.
    capped = models.BooleanField(null=True, default=None)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(end_date__gte=models.F("start_date")), name="period_forward"
            ),
            models.UniqueConstraint(
                fields=["workspace", "kind", "start_date", "end_date", "name"], name="period_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "start_date"], name="period_by_date")
        ]
