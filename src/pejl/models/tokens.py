from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.models.base import Row


class Token(Row):
    """What a program shows instead of a password. Only its digest is kept; it acts as `person`.
    One of a `feed` opens that person's calendars and feeds by their address, and nothing else."""

    person = models.ForeignKey("pejl.Person", on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    writes = models.BooleanField(default=False)
    feed = models.BooleanField(default=False)
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["workspace", "person"], name="token_by_person"),
        ]
