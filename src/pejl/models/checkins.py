from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.domain.values import Status
from pejl.models.base import Spanned
from pejl.models.fields import ExactDecimal, Word


class Checkin(Spanned):
    """A dated word on a goal. `on` is the business date; `known_from` is when it was recorded.

    A correction ends this row's span and adds a row that `corrects` it; a withdrawal only ends it.
    """

    goal = models.ForeignKey("pejl.Goal", on_delete=models.CASCADE, db_index=False, related_name="+")
    on = models.DateField()
    value = ExactDecimal(null=True)
    progress = models.FloatField(null=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    status = Word(Status)
    status_given = Word(Status, blank=True, default="")
    note = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    ended_by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(confidence=None) | models.Q(confidence__lte=10), name="confidence_to_ten"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "goal", "on", "known_from"], name="checkin_by_goal"),
            models.Index(fields=["workspace", "known_from"], name="checkin_by_time"),
            models.Index(
                fields=["workspace", "corrects"],
                name="checkin_by_corrected",
                condition=models.Q(corrects__isnull=False),
            ),
        ]


class Comment(Spanned):
    """Talk on a goal or on one of its check-ins."""

    goal = models.ForeignKey("pejl.Goal", on_delete=models.CASCADE, db_index=False, related_name="+")
    checkin = models.ForeignKey(
        Checkin, null=True, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    item = models.UUIDField()
    text = models.TextField()
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    posted_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "goal", "posted_at"], name="comment_by_goal"),
            models.Index(fields=["workspace", "item", "known_from"], name="comment_by_item"),
            models.Index(
                fields=["workspace", "checkin"],
                name="comment_by_checkin",
                condition=models.Q(checkin__isnull=False),
            ),
        ]


class Mention(Spanned):
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey("pejl.Person", on_delete=models.CASCADE, db_index=False, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "person", "known_from"], name="mention_by_person"),
            models.Index(fields=["workspace", "comment"], name="mention_by_comment"),
        ]
