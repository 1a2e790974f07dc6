"""One table of goals; what is true of them now stands here, all they ever were in `GoalVersion`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Lower

from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    MetricKind,
    ProgressMode,
    State,
    Status,
    StatusMode,
    Visibility,
)
from pejl.models.base import Row, Spanned
from pejl.models.fields import ExactDecimal, Word


class GoalState(models.Model):
    """What a person decided about a goal: the part of it that has versions."""

    kind = Word(Kind)
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True, default="")
    level = Word(Level)
    period = models.ForeignKey(
        "pejl.Period", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    ambition = Word(Ambition, blank=True, default="")
    checkin_owner = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    progress_mode = Word(ProgressMode)
    status_mode = Word(StatusMode, default=StatusMode.PACE)
    status_pinned = models.BooleanField(default=False)
    visibility = Word(Visibility, default=Visibility.EVERYONE)

    metric_kind = Word(MetricKind, blank=True, default="")
    unit = models.CharField(max_length=40, blank=True, default="")
    start_value = ExactDecimal(null=True)
    target_value = ExactDecimal(null=True)
    lower = ExactDecimal(null=True)
    upper = ExactDecimal(null=True)
    warning = ExactDecimal(null=True)
    sums = models.BooleanField(default=False)
    phases = models.JSONField(default=list)

    state = Word(State, default=State.OPEN)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    end_reason = models.TextField(blank=True, default="")
    learned = models.TextField(blank=True, default="")
    grade_computed = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    grade_given = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    grade_reason = models.TextField(blank=True, default="")

    class Meta:
        abstract = True


class Goal(Row, GoalState):
    """An objective, a key result or an initiative, with its figures as last computed."""

    origin = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    created_by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    position = models.FloatField(default=0.0)

    value = ExactDecimal(null=True)
    progress = models.FloatField(null=True)
    status = Word(Status, default=Status.NOT_STARTED)
    confidence = models.PositiveSmallIntegerField(null=True)
    last_checkin_on = models.DateField(null=True)
    last_checkin_at = models.DateTimeField(null=True)
    checkin_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "period", "level"], name="goal_by_period"),
            models.Index(fields=["workspace", "state", "end_date"], name="goal_by_state"),
            models.Index(fields=["workspace", "checkin_owner", "state"], name="goal_by_checkin_owner"),
            models.Index(fields=["workspace", "origin"], name="goal_by_origin"),
        ]


class GoalVersion(Spanned, GoalState):
    """A goal as it was decided from one moment to another."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, db_index=False, related_name="+")
    by = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "goal"], name="version_one_open", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "goal", "known_from"], name="version_by_goal"),
            models.Index(fields=["workspace", "period"], name="version_by_period"),
        ]


class Figure(Row):
    """A goal's figures from a moment on. Append-only: the latest one known at D is the figure on D."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, db_index=False, related_name="+")
    known_from = models.DateTimeField()
    value = ExactDecimal(null=True)
    progress = models.FloatField(null=True)
    status = Word(Status)
    confidence = models.PositiveSmallIntegerField(null=True)
    last_checkin_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "goal", "-known_from"], name="figure_by_goal")
        ]


class GoalPersonRole(models.TextChoices):
    OWNER = "owner"
    DELEGATE = "delegate"
    VIEWER = "viewer"


class GoalPerson(Spanned):
    """Who a goal belongs to, who stands in, and who may see a private one."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey("pejl.Person", on_delete=models.CASCADE, db_index=False, related_name="+")
    role = models.CharField(max_length=10, choices=GoalPersonRole.choices)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "goal", "person", "role"],
                name="goal_person_once",
                condition=models.Q(known_to=None),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "person", "known_to"], name="goal_by_person")
        ]


class GoalTeam(Spanned):
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, db_index=False, related_name="+")
    team = models.ForeignKey("pejl.Team", on_delete=models.PROTECT, db_index=False, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "goal", "team"], name="goal_team_once", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "team", "known_to"], name="goal_by_team")
        ]


class GoalTag(Spanned):
    """A free word on a goal. Words that differ only in case are one tag."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                "workspace", "goal", Lower("name"), name="goal_tag_once", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "name", "known_to"], name="goal_by_tag")
        ]


class Milestone(Spanned):
    """One step of a milestone metric. `item` stays the same through its versions."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, db_index=False, related_name="+")
    item = models.UUIDField()
    title = models.CharField(max_length=300)
    share = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    reached_on = models.DateField(null=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "item"], name="milestone_one_open", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "goal", "known_to"], name="milestone_by_goal")
        ]


class Task(Spanned):
    """A step of an initiative. `item` stays the same through its versions."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, db_index=False, related_name="+")
    item = models.UUIDField()
    title = models.CharField(max_length=300)
    owner = models.ForeignKey(
        "pejl.Person", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    due = models.DateField(null=True)
    done = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "item"], name="task_one_open", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "goal", "known_to"], name="task_by_goal")
        ]
