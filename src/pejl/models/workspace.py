from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from pejl.domain.values import PeriodKind
from pejl.models.fields import Id, Word


class Workspace(models.Model):
    """An organisation's own, closed room. Workspaces know nothing of one another."""

    id = Id()
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=5, default="en")
    timezone = models.CharField(max_length=60, default="Europe/Copenhagen")
    fiscal_year_start = models.PositiveSmallIntegerField(default=1)
    scheme = Word(PeriodKind, default=PeriodKind.QUARTER)
    at_risk_points = models.FloatField(default=0.0)
    off_track_points = models.FloatField(default=25.0)
    capped = models.BooleanField(default=True)
    initiatives_contribute = models.BooleanField(default=False)
    organisation_goals_by_anyone = models.BooleanField(default=False)
    red_to = models.DecimalField(max_digits=3, decimal_places=2, default="0.3")
    amber_to = models.DecimalField(max_digits=3, decimal_places=2, default="0.6")
    checkin_weekday = models.PositiveSmallIntegerField(default=0)
    checkin_at = models.TimeField(default=time(9))
    checkin_every_weeks = models.PositiveSmallIntegerField(default=1)
    # Keys here are those of the imported file with their lowest 32 bits turned by this; see services.dumps.
    id_mask = models.BigIntegerField(default=0)
    # Another number with every write in the workspace: what was read at one is true while it lasts.
    revision = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A sign-in. What a person may do stands on their `Person` in each workspace."""

    id = Id()
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=5, default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Any] = AccountManager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(Lower("email"), name="account_email_once")
        ]
