"""How a synthetic company's goals go: values week by week, and the figures that follow from them.

Figures come from the rules that every write uses: progress by the metric, the roll-up, the pace.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pejl.domain import grading, progress, rollup, status
from pejl.domain.status import Limits
from pejl.domain.values import ProgressMode, State, Status, StatusMode
from pejl.models import Checkin, Event, Figure, Workspace
from pejl.services.inserts import Ids, Table
from pejl.services.seeding_plans import Aim

ZONE = ZoneInfo("Europe/Copenhagen")
WORKDAY_MINUTES = 480
SILENT, TIRED = 0.05, 0.02
NOTES = (
    "Two releases behind us, and it shows",
    "Waiting for an answer from the supplier",
    "The new page is up; figures follow next week",
    "Slower than we hoped: two of us were away",
    "One more team uses it now",
    "We changed the order of the steps",
)


@dataclass(slots=True)
class Standing:
    """A goal's figures so far."""

    value: Decimal | None = None
    progress: float | None = None
    status: Status = Status.NOT_STARTED
    confidence: int | None = None
    on: date | None = None
    at: datetime | None = None
    count: int = 0
    silent: bool = False

    def told(self) -> tuple[Any, ...]:
        return (self.value, self.progress, self.status, self.confidence, self.on)


class Course:
    """The figures of the goals under way. Check-ins, figures and events go to the tables as they come."""

    def __init__(
        self,
        workspace: Workspace,
        tables: Mapping[Any, Table],
        ids: Ids,
        chance: random.Random,
        people: Sequence[str],
    ) -> None:
        self.workspace, self.tables, self.ids, self.chance = workspace, tables, ids, chance
        self.people = people
        self.limits = Limits(at_risk=workspace.at_risk_points, off_track=workspace.off_track_points)
        self.standings: dict[str, Standing] = {}
        self.nodes: dict[str, rollup.Node] = {}
        self.edges: dict[str, list[tuple[str, float | None]]] = {}

    def begin(self, aims: Iterable[Aim]) -> None:
        """Takes in new goals; one key result of twenty will never be checked in on."""
        for aim in aims:
            self.standings[aim.id] = Standing(silent=self.chance.random() < SILENT)
            self.nodes[aim.id] = _node(aim, self.standings[aim.id])
            self.edges[aim.id] = []
            for parent, share in aim.parents:
                self.edges[parent].append((aim.id, share))

    def speak(self, aims: Iterable[Aim], day: date, *, part: float) -> None:
        """A check-in on each key result that is not silent; `part` of its way lies behind it."""
        for aim in aims:
            standing = self.standings[aim.id]
            if aim.metric is None or standing.silent:
                continue
            standing.silent = self.chance.random() < TIRED
            before = (standing.value, standing.progress)
            at = _moment(day, minutes=self.chance.randrange(WORKDAY_MINUTES))
            standing.value = self._value(aim, part=part)
            reached = progress.of(aim.metric, standing.value)
            standing.progress = None if reached is None else float(reached)
            if self.chance.random() < 0.7:  # noqa: PLR2004 - most people say how sure they are
                standing.confidence = self.chance.randint(2, 9)
            standing.on, standing.at, standing.count = day, at, standing.count + 1
            standing.status = self._status(aim, standing, today=day)
            self.nodes[aim.id] = _node(aim, standing)
            self._tell(aim, standing, before, at=at)
            self._keep(aim.id, standing, at=at)

    def rise(self, aims: Sequence[Aim], *, today: date, at: datetime, begun: Collection[Aim] = ()) -> None:
        """Brings the objectives among these up to date; `begun` are told whatever they stand at."""
        objectives = [aim for aim in aims if aim.metric is None]
        computed = rollup.compute(
            self.nodes, self.edges, order=[aim.id for aim in objectives], cap=self.workspace.capped,
            initiatives=self.workspace.initiatives_contribute,
        )  # fmt: skip
        new = {aim.id for aim in begun}
        for aim in objectives:
            standing = self.standings[aim.id]
            before = standing.told()
            standing.progress = computed[aim.id].progress
            standing.status = self._status(aim, standing, today=today)
            self.nodes[aim.id] = _node(aim, standing)
            if aim.id in new or standing.told() != before:
                self._keep(aim.id, standing, at=at)
        for aim in begun:
            if aim.metric is not None:
                self._keep(aim.id, self.standings[aim.id], at=at)

    def close(self, aims: Iterable[Aim], *, at: datetime) -> None:
        for aim in aims:
            standing = self.standings[aim.id]
            standing.status = Status.CLOSED
            self._keep(aim.id, standing, at=at)

    def grades(self, aims: Sequence[Aim]) -> dict[str, Decimal | None]:
        """By the used progress; an objective by its key results and their shares."""
        results = {
            aim.id: grading.computed(progress.used(self.standings[aim.id].progress or 0.0))
            for aim in aims
            if aim.metric is not None
        }
        found: dict[str, Decimal | None] = dict(results)
        for aim in aims:
            if aim.metric is None:
                own = [(share, results[child]) for child, share in self.edges[aim.id] if child in results]
                shares = rollup.shares([share for share, _ in own])
                found[aim.id] = grading.objective(
                    [(share, grade) for share, (_, grade) in zip(shares, own, strict=True)]
                )
        return found

    def columns(self, goal: str) -> dict[str, Any]:
        """The figures as they stand on the goal's row."""
        standing = self.standings[goal]
        return {
            "value": standing.value,
            "progress": standing.progress,
            "status": standing.status,
            "confidence": standing.confidence,
            "last_checkin_on": standing.on,
            "last_checkin_at": standing.at,
            "checkin_count": standing.count,
        }

    def forget(self, aims: Iterable[Aim]) -> None:
        """Lets go of what nothing above is computed from any more."""
        for aim in aims:
            del self.standings[aim.id], self.edges[aim.id]
            if aim.metric is not None:
                del self.nodes[aim.id]

    def _value(self, aim: Aim, *, part: float) -> Decimal:
        metric = aim.metric
        assert metric is not None
        assert metric.target is not None
        start = metric.start or Decimal(0)
        way = aim.pace * part + self.chance.gauss(0, 0.03)
        return round(start + (metric.target - start) * Decimal(f"{way:.6f}"), aim.digits)

    def _status(self, aim: Aim, standing: Standing, *, today: date) -> Status:
        return status.current(
            state=State.OPEN,
            mode=StatusMode.PACE,
            stored=None,
            progress=standing.progress,
            touched=standing.count > 0 or bool(standing.progress),
            start=aim.start,
            end=aim.end,
            today=today,
            metric=aim.metric,
            value=standing.value,
            limits=self.limits,
        )

    def _tell(self, aim: Aim, standing: Standing, before: tuple[Any, Any], *, at: datetime) -> None:
        person, key = self.people[aim.person], self.ids.at(at)
        self.tables[Checkin].add(
            {
                "id": key, "goal_id": aim.id, "on": standing.on, "value": standing.value,
                "progress": standing.progress, "confidence": standing.confidence,
                "status": standing.status.value, "by_id": person, "known_from": at,
                "note": self.chance.choice(NOTES) if self.chance.random() < 0.3 else "",  # noqa: PLR2004
            }
        )  # fmt: skip
        unit = "" if aim.metric is None else aim.metric.unit
        data = {
            "on": f"{standing.on}", "unit": unit, "status": standing.status.value,
            "value": _text(standing.value), "before": _text(before[0]),
            "progress": standing.progress, "progress_before": before[1],
        }  # fmt: skip
        self.tables[Event].add(
            {
                "id": self.ids.at(at), "at": at, "by_id": person, "verb": "checkin.posted",
                "goal_id": aim.id, "subject": key, "data": data,
            }
        )  # fmt: skip

    def _keep(self, goal: str, standing: Standing, *, at: datetime) -> None:
        self.tables[Figure].add(
            {
                "id": self.ids.at(at), "goal_id": goal, "known_from": at, "value": standing.value,
                "progress": standing.progress, "status": standing.status.value,
                "confidence": standing.confidence, "last_checkin_on": standing.on,
            }
        )  # fmt: skip


def _node(aim: Aim, standing: Standing) -> rollup.Node:
    return rollup.Node(
        id=aim.id,
        kind=aim.kind,
        mode=ProgressMode.CHILDREN if aim.metric is None else ProgressMode.METRIC,
        state=State.OPEN,
        baseline=False,
        progress=standing.progress,
        touched=standing.count > 0,
        value=standing.value,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _moment(day: date, *, minutes: int) -> datetime:
    return datetime.combine(day, time(8), tzinfo=ZONE) + timedelta(minutes=minutes)
