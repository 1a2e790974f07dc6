from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pejl.models.base import Row


class ProposalKind(models.TextChoices):
    CHECKIN = "checkin"
    PLAN = "plan"
    WITHDRAWAL = "withdrawal"
    REVERSAL = "reversal"


class Proposal(Row):
    """A write that somebody's assistant has asked for and nobody has agreed to yet.

    `body` is what is to be done, `told` what was shown of it, `basis` how the goals stood that it is about.
    Once applied it has its moment and its `result`. One that `undoes` another takes that one back.
    """

    person = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=ProposalKind.choices)
    body = models.JSONField(default=dict)
    basis = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    undoes = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["workspace", "made_at"], name="proposal_by_time"),
            models.Index(fields=["workspace", "undoes"], name="proposal_by_undone"),
        ]
