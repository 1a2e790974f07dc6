from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Lower

from pejl.domain.values import Role
from pejl.models.base import Row, Spanned
from pejl.models.fields import PersonName, Word


class Person(Row):
    """Somebody in one workspace; without an account a named placeholder, after `erased_at` nobody's name.
    A `service` is a program that acts under a name of its own. `forecasts`: whether pages show them any."""

    account = models.ForeignKey(
        "pejl.Account", null=True, on_delete=models.SET_NULL, db_index=False, related_name="people"
    )
    name = PersonName(max_length=200)
    email = models.EmailField(max_length=254, blank=True, default="")
    role = Word(Role, default=Role.MEMBER)
    manager = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    timezone = models.CharField(max_length=60, blank=True, default="")
    active = models.BooleanField(default=True)
    service = models.BooleanField(default=False)
    forecasts = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                "workspace", Lower("email"), name="person_email_once", condition=~models.Q(email="")
            ),
            models.UniqueConstraint(
                fields=["workspace", "account"],
                name="person_account_once",
                condition=models.Q(account__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "name"], name="person_by_name")
        ]


class Team(Row):
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    goals_by_members = models.BooleanField(default=True)
    checkin_weekday = models.PositiveSmallIntegerField(null=True)
    checkin_at = models.TimeField(null=True)
    checkin_every_weeks = models.PositiveSmallIntegerField(null=True)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "name"], name="team_by_name"),
            models.Index(fields=["workspace", "parent"], name="team_by_parent"),
        ]


class TeamMember(Spanned):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, related_name="+")
    lead = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["workspace", "team", "person"], name="member_once", condition=models.Q(known_to=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "person", "known_to"], name="member_by_person")
        ]
