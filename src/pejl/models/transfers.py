from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Lower

from pejl.models.base import Row


class ImportState(models.TextChoices):
    PREVIEWED = "previewed"
    APPLIED = "applied"


class Import(Row):
    """A file that was looked through and perhaps applied, with the receipt of what became of each row.

    The file itself lies in the data folder under this id until it is given up.
    """

    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.PREVIEWED)
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=40)
    profile = models.JSONField(default=dict)
    receipt = models.JSONField(default=dict)
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "at"], name="import_by_time")
        ]


class Record(Row):
    """A row of a file as it stood there, and the row of ours that it became (`target`)."""

    load = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="+")
    system = models.CharField(max_length=40)
    format = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    source_id = models.CharField(max_length=200)
    target = models.UUIDField()
    raw = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["workspace", "system", "kind", "source_id"], name="record_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "target"], name="record_by_target")
        ]


class Profile(Row):
    """How the columns of a table are read, kept under a name: {heading: field}, "" for a column left out."""

    name = models.CharField(max_length=100)
    columns = models.JSONField(default=dict)
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint("workspace", Lower("name"), name="profile_once"),
        ]
