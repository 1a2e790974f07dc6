from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.models.base import Row


class Webhook(Row):
    """An address that is told what happens. `verbs` are the kinds of events it asked for, such as `goal.*`.

    The secret signs what is sent, so it is kept as it is; `secret_before` is valid beside it for a day
    after a change. Ten days of nothing but failures switch it off (`stopped_at`).
    """

    url = models.URLField(max_length=500)
    verbs = models.JSONField(default=list)
    secret = models.CharField(max_length=100)
    secret_before = models.CharField(max_length=100, blank=True, default="")
    turned_at = models.DateTimeField(null=True)
    person = models.ForeignKey("pejl.Person", on_delete=models.CASCADE, db_index=False, related_name="+")
    created_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["workspace", "created_at"], name="webhook_by_time"),
        ]


class DeliveryState(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Delivery(Row):
    """One message to one webhook, kept until it arrived or was given up. `status` is the last HTTP answer."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, db_index=False, related_name="+")
    event = models.UUIDField()
    verb = models.CharField(max_length=60)
    body = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["workspace", "state", "due_at"], name="delivery_by_state"),
            models.Index(fields=["workspace", "webhook", "created_at"], name="delivery_by_webhook"),
        ]
