"""A big synthetic workspace: nested teams, a year of goals, their check-ins and all that follows from them.

The rows are those that the commands would have written, inserted in bulk, with figures by the same roll-up:
`doctors.examine` finds nothing. A hundred thousand goals take a couple of minutes; what is kept in memory at
once is one quarter's goals.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from pejl.domain.values import Kind, PeriodKind, ProgressMode, Role, State
from pejl.models import (
    Checkin,
    Edge,
    Event,
    Figure,
    Goal,
    GoalPerson,
    GoalPersonRole,
    GoalTeam,
    GoalVersion,
    Period,
    Person,
    Team,
    TeamMember,
    Workspace,
)
from pejl.queries import measures
from pejl.queries import people as found
from pejl.services import commands, inserts, periods, seeding_plans, workspaces
from pejl.services.errors import Rejected
from pejl.services.inserts import Ids, Table
from pejl.services.seeding_courses import Course
from pejl.services.seeding_plans import Aim, Quarter

ZONE = ZoneInfo("Europe/Copenhagen")
QUARTERS, PERSONAL = 4, 2
ROUNDS = 10
CLOSING = timedelta(days=5)
LEARNED = "What we measured was the right thing."


@dataclass(frozen=True, slots=True)
class Filled:
    """`counts` by the words that people know: people, teams, goals, edges, check-ins."""

    slug: str
    counts: dict[str, int]


def fill(
    people: int, *, slug: str, seed: int, at: datetime, progress: Callable[[float], None] = lambda _: None
) -> Filled:
    """Makes the workspace `slug` with so many people and about ten goals for each, in one transaction.

    The same seed, slug and moment give the same people, goals and figures. `progress` is told the part that
    is done, 0 to 1. Nobody can sign in until `people.create` adds somebody. Raises `Rejected`
    (`workspace.slug-taken`).
    """
    with transaction.atomic():
        if Workspace.objects.filter(slug=slug).exists():
            raise Rejected.one("workspace.slug-taken", field="slug", slug=slug)
        founded = at - timedelta(days=366)
        workspaces.create(slug, name=f"Synthetic {people:,}", timezone=str(ZONE), at=founded)
        by = found.system(slug)
        commands.lock(by.workspace_id)
        periods.ensure(by=by, at=at)
        stage = _Stage(commands.workspace(by), people=people, seed=seed, at=at, founded=founded)
        stage.company()
        quarters = stage.quarters()
        for place, quarter in enumerate(quarters):
            personal = place >= len(quarters) - PERSONAL
            stage.play(quarter, personal=personal, told=_within(progress, place, of=len(quarters)))
        stage.end()
    _analyse()
    progress(1.0)
    return Filled(slug, stage.counts())


def fill_goals(
    goals: int, *, slug: str, seed: int, at: datetime, progress: Callable[[float], None] = lambda _: None
) -> Filled:
    """The same by the number of goals wanted, met to a few in a hundred."""
    shared = seeding_plans.COMPANY_GOALS * (1 + seeding_plans.KEY_RESULTS)
    people = max(1, round((goals - shared) / seeding_plans.GOALS_A_PERSON))
    return fill(people, slug=slug, seed=seed, at=at, progress=progress)


def _within(progress: Callable[[float], None], place: int, *, of: int) -> Callable[[float], None]:
    """What one part of several says of itself, as part of the whole."""
    return lambda done: progress((place + done) / of)


def _analyse() -> None:
    """The database counts its rows, so that it chooses the right index from the first question on."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("ANALYZE")


class _Stage:
    """What is being made: its tables, its people and teams, and the year's company goals under way."""

    def __init__(
        self, workspace: Workspace, *, people: int, seed: int, at: datetime, founded: datetime
    ) -> None:
        self.workspace, self.at, self.founded = workspace, at, founded
        self.today = at.astimezone(ZONE).date()
        self.chance = random.Random(f"{seed}:{workspace.slug}")  # noqa: S311 - plausible, not secret
        self.ids = Ids(self.chance)
        own = {"workspace_id": workspace.pk.hex}
        first = (Table(Person, **own), Table(Team, **own))
        goals = Table(Goal, after=first, **own)
        self.tables: dict[Any, Table] = {Person: first[0], Team: first[1], Goal: goals}
        self.tables[TeamMember] = Table(TeamMember, after=first, **own)
        for model in (GoalVersion, GoalPerson, GoalTeam, Edge, Checkin, Figure, Event):
            self.tables[model] = Table(model, after=(goals,), **own)
        self.people = [self.ids.at(founded) for _ in range(people)]
        self.teams = seeding_plans.teams(people, chance=self.chance, ids=self.ids, at=founded)
        self.course = Course(workspace, self.tables, self.ids, self.chance, self.people)
        self.year: Quarter | None = None
        self.shared: list[Aim] = []

    def add(self, model: Any, moment: datetime, **values: Any) -> None:
        self.tables[model].add({"id": self.ids.at(moment), **values})

    def company(self) -> None:
        """People and teams; the first person of a team leads it."""
        for place, key in enumerate(self.people):
            name = f"{self.chance.choice(seeding_plans.FIRST)} {self.chance.choice(seeding_plans.LAST)}"
            role = (Role.OWNER, Role.ADMIN)[place] if place < 2 else Role.MEMBER  # noqa: PLR2004
            email = f"person-{place + 1}@{self.workspace.slug}.example"
            self.tables[Person].add(
                {"id": key, "name": name, "email": email, "role": role, "created_at": self.founded}
            )
        for team in self.teams:
            parent = None if team.parent is None else self.teams[team.parent].id
            self.tables[Team].add(
                {"id": team.id, "name": team.name, "parent_id": parent, "created_at": self.founded}
            )
        for team in self.teams:
            members = team.people if team.leaf else team.people[:1]
            for person in members:
                lead = person == team.people.start
                self.add(
                    TeamMember, self.founded, team_id=team.id, person_id=self.people[person], lead=lead,
                    known_from=self.founded,
                )  # fmt: skip
        self._flush()

    def quarters(self) -> list[Quarter]:
        """The present quarter and the three before it."""
        rows = Period.objects.filter(
            workspace=self.workspace, kind=PeriodKind.QUARTER, start_date__lte=self.today
        ).order_by("-start_date")[:QUARTERS]
        return [self._period(row, days=3) for row in reversed(rows)]

    def play(self, quarter: Quarter, *, personal: bool, told: Callable[[float], None]) -> None:
        """One quarter from its plans to its end: goals, check-ins week by week, grades."""
        if self.year is None or self.year.id != quarter.year:
            self._begin_year(quarter)
        tops = [aim.id for aim in self.shared if aim.kind is Kind.OBJECTIVE]
        aims = list(
            seeding_plans.quarterly(
                quarter, made=self.teams, tops=tops, people=len(self.people), personal=personal,
                chance=self.chance, ids=self.ids,
            )
        )  # fmt: skip
        for aim in aims:
            self._write(aim, closed_at=quarter.closed_at)
        self._flush()
        both = [*self.shared, *aims]
        self.course.begin(aims)
        self.course.rise(both, today=quarter.made_at.date(), at=quarter.made_at, begun=aims)
        told(0.2)
        for turn in range(1, ROUNDS + 1):
            day = quarter.start + timedelta(weeks=turn)
            if day < self.today:
                self._round(both, day, part=turn / ROUNDS)
            told(0.2 + 0.7 * turn / ROUNDS)
        self._finish(aims, closed_at=quarter.closed_at)
        told(1.0)

    def end(self) -> None:
        """The company's goals of the last year, as they stand."""
        if self.year is not None:
            self._finish(self.shared, closed_at=self.year.closed_at)

    def counts(self) -> dict[str, int]:
        words = {"people": Person, "teams": Team, "goals": Goal, "edges": Edge, "check-ins": Checkin}
        return {word: self.tables[model].count for word, model in words.items()}

    def _round(self, aims: Sequence[Aim], day: date, *, part: float) -> None:
        self.course.speak(aims, day, part=part)
        self.course.rise(aims, today=day, at=datetime.combine(day, time(17), tzinfo=ZONE))

    def _begin_year(self, quarter: Quarter) -> None:
        self.end()
        row = Period.objects.get(workspace=self.workspace, pk=quarter.year)
        self.year = self._period(row, days=10)
        self.shared = list(
            seeding_plans.company(self.year, people=len(self.people), chance=self.chance, ids=self.ids)
        )
        for aim in self.shared:
            self._write(aim, closed_at=self.year.closed_at)
        self._flush()
        self.course.begin(self.shared)
        made_at = self.year.made_at
        self.course.rise(self.shared, today=made_at.date(), at=made_at, begun=self.shared)

    def _period(self, row: Period, *, days: int) -> Quarter:
        year = Period.objects.get(
            workspace=self.workspace, kind=PeriodKind.YEAR, start_date__lte=row.start_date,
            end_date__gte=row.end_date,
        )  # fmt: skip
        made = datetime.combine(row.start_date - timedelta(days=days), time(10), tzinfo=ZONE)
        closed = datetime.combine(row.end_date + CLOSING, time(10), tzinfo=ZONE)
        return Quarter(
            id=row.pk.hex,
            year=year.pk.hex,
            start=row.start_date,
            end=row.end_date,
            made_at=max(made, self.founded),
            closed_at=closed if closed < self.at else None,
        )

    def _write(self, aim: Aim, *, closed_at: datetime | None) -> None:
        """A new goal with its first version, its owner, its team, its parents and the event."""
        at, person = aim.made_at, self.people[aim.person]
        state = _columns(aim, person)
        self.tables[Goal].add(
            {"id": aim.id, **state, "created_by_id": person, "created_at": at, "updated_at": at,
             "position": aim.position}
        )  # fmt: skip
        known = {"known_from": at, "known_to": closed_at}
        self.add(GoalVersion, at, **state, goal_id=aim.id, by_id=person, number=1, **known)
        owner = GoalPersonRole.OWNER.value
        self.add(GoalPerson, at, goal_id=aim.id, person_id=person, role=owner, known_from=at)
        if aim.team is not None:
            self.add(GoalTeam, at, goal_id=aim.id, team_id=self.teams[aim.team].id, known_from=at)
        for parent, share in aim.parents:
            self.add(
                Edge, at, child_id=aim.id, parent_id=parent, share=share, by_id=person,
                position=aim.position, known_from=at,
            )  # fmt: skip
        data = {"title": aim.title, "kind": aim.kind.value}
        self.add(Event, at, at=at, by_id=person, verb="goal.created", goal_id=aim.id, data=data)

    def _finish(self, aims: Sequence[Aim], *, closed_at: datetime | None) -> None:
        """Puts the figures on the goals' rows, and ends them where their period is over."""
        grades = self._close(aims, closed_at) if closed_at is not None else {}
        rows: list[tuple[str, dict[str, Any]]] = []
        for aim in aims:
            columns = self.course.columns(aim.id)
            if closed_at is not None:
                columns |= {**_ended(grades[aim.id], self.people[aim.person], closed_at), "version": 2}
                columns["updated_at"] = closed_at
            rows.append((aim.id, columns))
        inserts.update(Goal, rows)
        self._flush()
        self.course.forget(aims)

    def _close(self, aims: Sequence[Aim], at: datetime) -> dict[str, Decimal | None]:
        grades = self.course.grades(aims)
        self.course.close(aims, at=at)
        for aim in aims:
            person, grade = self.people[aim.person], grades[aim.id]
            state = _columns(aim, person) | _ended(grade, person, at)
            self.add(GoalVersion, at, **state, goal_id=aim.id, by_id=person, number=2, known_from=at)
            told = {"grade": None if grade is None else format(grade, "f")}
            self.add(Event, at, at=at, by_id=person, verb="goal.closed", goal_id=aim.id, data=told)
        return grades

    def _flush(self) -> None:
        for table in self.tables.values():
            table.flush()


def _columns(aim: Aim, person: str) -> dict[str, Any]:
    """What was decided about the goal."""
    mode = ProgressMode.CHILDREN if aim.metric is None else ProgressMode.METRIC
    return {
        "kind": aim.kind,
        "title": aim.title,
        "level": aim.level,
        "period_id": aim.period,
        "start_date": aim.start,
        "end_date": aim.end,
        "ambition": aim.ambition or "",
        "checkin_owner_id": person,
        "progress_mode": mode,
        **measures.columns(aim.metric),
    }


def _ended(grade: Decimal | None, person: str, at: datetime) -> dict[str, Any]:
    return {
        "state": State.CLOSED,
        "ended_at": at,
        "ended_by_id": person,
        "learned": LEARNED,
        "grade_computed": grade,
    }
