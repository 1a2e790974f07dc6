from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.models.base import Row
from pejl.models.fields import ExactDecimal


class GoalForecast(Row):
    """What was forecast of a goal in one week, as it was said then: never changed, so that it can be judged.

    `week` is its Monday. `quantiles` (by their level) stand in the metric's unit, those of an objective in
    fractions of the way; `start`, `target` and `end_date` are those of that day. `pace_reach` is the chance
    that the straight line gave, `base_rate` that of all closed key results, None where there was none.
    """

    goal = models.ForeignKey("pejl.Goal", on_delete=models.CASCADE, db_index=False, related_name="+")
    week = models.DateField()
    made_at = models.DateTimeField()
    observations = models.PositiveIntegerField()
    method = models.CharField(max_length=40)
    reach = models.FloatField()
    near = models.FloatField()
    quantiles = models.JSONField(default=dict)
    start = ExactDecimal(null=True)
    target = ExactDecimal(null=True)
    end_date = models.DateField()
    pace_reach = models.FloatField(null=True)
    base_rate = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["workspace", "goal", "week"], name="forecast_once"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["workspace", "week"], name="forecast_by_week"),
        ]


class ForecastLearning(Row):
    """What the forecasts learned from the workspace's own closed key results; the latest holds."""

    made_at = models.DateTimeField()
    key_results = models.PositiveIntegerField()
    parameters = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["workspace", "made_at"], name="learning_by_time"),
        ]
