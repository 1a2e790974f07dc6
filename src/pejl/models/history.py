from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.models.base import Row


class Event(Row):
    """Something a person did, written in the same transaction as what they did. Append-only."""

    at = models.DateTimeField()
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    verb = models.CharField(max_length=40)
    goal = models.ForeignKey(
        "pejl.Goal", null=True, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    subject = models.UUIDField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "at"], name="event_by_time"),
            models.Index(fields=["workspace", "goal", "at"], name="event_by_goal"),
        ]


class Once(Row):
    """The answer to a write that carried an idempotency key, so that it is done once.

    A write by the workspace itself has no person; nulls differ from one another, so it has a rule of its own.
    """

    person = models.UUIDField(null=True)
    key = models.CharField(max_length=200)
    command = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["workspace", "person", "key"], name="once_per_key"),
            models.UniqueConstraint(
                fields=["workspace", "key"],
                name="once_per_key_of_nobody",
                condition=models.Q(person__isnull=True),
            ),
        ]
