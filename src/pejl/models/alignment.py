from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.models.base import Spanned


class Edge(Spanned):
    """`child` is aligned to `parent`; `share` None is a default share, 0 means "does not contribute".

    The first parent stands here like any other: one place for parents keeps ancestor queries fast.
    """

    child = models.ForeignKey("pejl.Goal", on_delete=models.CASCADE, db_index=False, related_name="+")
    parent = models.ForeignKey("pejl.Goal", on_delete=models.CASCADE, db_index=False, related_name="+")
    share = models.FloatField(null=True)
    position = models.FloatField(default=0.0)
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "child", "parent"], name="edge_once", condition=models.Q(known_to=None)
            ),
            models.CheckConstraint(condition=~models.Q(child=models.F("parent")), name="edge_not_to_itself"),
            models.CheckConstraint(
                condition=models.Q(share=None) | models.Q(share__gte=0, share__lte=1),
                name="edge_share_is_a_fraction",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "child", "known_to"], name="edge_by_child"),
            models.Index(fields=["workspace", "parent", "known_to"], name="edge_by_parent"),
        ]
