from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.models.base import Spanned
from pejl.models.fields import ExactDecimal


class Kpi(Spanned):
    """A health figure with its healthy range, bounds included. `item` stays through its versions."""

    item = models.UUIDField()
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=40, blank=True, default="")
    lower = ExactDecimal(null=True)
    upper = ExactDecimal(null=True)
    owner = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    team = models.ForeignKey(
        "pejl.Team", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "item"], name="kpi_one_open", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "item", "known_from"], name="kpi_by_item")
        ]


class Reading(Spanned):
    kpi = models.UUIDField()
    on = models.DateField()
    value = ExactDecimal()
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "kpi", "on"], name="reading_by_kpi")
        ]


class Guardrail(Spanned):
    """While the KPI is outside its range, the goal is not shown green."""

    kpi = models.UUIDField()
    goal = models.ForeignKey("pejl.Goal", on_delete=models.CASCADE, db_index=False, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "goal", "kpi"], name="guardrail_once", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "kpi", "known_to"], name="guardrail_by_kpi")
        ]
