"""What the demo's story has made so far, and what it will do when."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pejl.domain import amounts
from pejl.domain.values import Role
from pejl.models import Period
from pejl.queries import forecast_weeks
from pejl.queries import people as found
from pejl.queries.scope import Member
from pejl.services import demo_parts as parts
from pejl.services import forecasts

SLUG = "fjordlight"
ZONE = ZoneInfo("Europe/Copenhagen")


@dataclass
class Stage:
    """What the story has made so far, by its keys."""

    language: amounts.Language
    today: date
    at: datetime
    seed: int
    workspace_id: UUID | None = None
    people: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    goals: dict[str, UUID] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    acts: list[tuple[datetime, int, Callable[[datetime], object]]] = field(default_factory=list)

    def said(self, text: parts.Text) -> str:
        return text[1] if self.language == "da" else text[0]

    def later(self, when: datetime, act: Callable[[datetime], object]) -> None:
        """Done in the order of time, never after now."""
        self.acts.append((min(when, self.at), len(self.acts), act))

    def actor(self, key: str) -> Member:
        """Who acts, once everybody is there: nobody in the story changes roles or teams."""
        if key not in self.members:
            self.members[key] = found.member(SLUG, self.people[key])
        return self.members[key]

    def author(self, key: str) -> Member:
        """The same person with every right: the story does not wait for permissions."""
        return replace(self.actor(key), role=Role.OWNER)

    def forecasts(self, weeks: int) -> None:
        """Those of so many weeks, this one the last, each kept as of its Monday."""
        monday = forecast_weeks.of(self.today)
        for week in range(weeks):
            when = moment(monday - timedelta(weeks=week), time(6))
            self.later(when, lambda at: forecasts.record(by=found.system(SLUG), at=at))

    def chance(self, key: str) -> random.Random:
        return random.Random(f"{self.seed}:{self.today}:{key}")  # noqa: S311 - plausible, not secret


def moment(day: date, clock: time = time(9, 12)) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZONE)
