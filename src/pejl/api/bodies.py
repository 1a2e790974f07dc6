"""What programs send about goals, and what it means to the services: drafts, changes and metrics. Amounts
may be JSON numbers, or text in the language of the caller."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from pejl.api import measured
from pejl.api.answers import Strict
from pejl.api.measured import Figure
from pejl.domain.values import (
    Ambition,
    Kind,
    Level,
    Metric,
    MetricKind,
    Phase,
    ProgressMode,
    StatusMode,
    Visibility,
)
from pejl.queries.goals import GoalRow, MilestoneRow
from pejl.services import texts
from pejl.services.drafts import GoalDraft
from pejl.services.errors import Reason, Rejected

MOST: Final = 200
MOST_OF_A_UNIT: Final = 40
FEWEST_DIGITS: Final = -30
FIGURES: Final = ("start", "target", "lower", "upper", "warning")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Where a reason of the services stands in the body.
_PLACES: Final = {
    **{name: f"metric.{name}" for name in (*FIGURES, "unit", "sum", "phases", "milestones")},
    "viewers": "people",
    "parent": "parents",
    "share": "parents",
}


def _day(given: Any) -> Any:
    if given is not None and not (isinstance(given, str) and _DAY.fullmatch(given)):
        raise PydanticCustomError("date_type", "a date")
    return given


def _share(given: Any) -> Any:
    """A number; what is too fine to be kept is no share."""
    plain = isinstance(given, int | Decimal) and not isinstance(given, bool)
    if given is not None and not plain:
        raise PydanticCustomError("decimal_type", "a number")
    if isinstance(given, Decimal) and int(given.as_tuple().exponent) < FEWEST_DIGITS:
        raise PydanticCustomError("decimal_max_places", "too many decimals")
    return given


Day = Annotated[date, BeforeValidator(_day)]
Share = Annotated[
    Decimal,
    Field(ge=0, le=1),
    BeforeValidator(_share),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1, "description": "A fraction"}),
]


class PhaseIn(Strict):
    date: Day
    value: Figure


class MilestoneIn(Strict):
    """One that is there already may be named by its `id` alone; what is left out of it stays as it is."""

    id: UUID | None = None
    title: str = ""
    share: Share | None = None
    reached_on: Day | None = None


class MetricIn(Strict):
    """Always the whole of it: what is left out is not there. A `unit` that is left out is the one that the
    figures name. `phases` and `milestones` are in order."""

    kind: MetricKind
    unit: str = Field("", max_length=MOST_OF_A_UNIT)
    start: Figure | None = None
    target: Figure | None = None
    lower: Figure | None = None
    upper: Figure | None = None
    warning: Figure | None = None
    sum: bool = Field(False, strict=True)
    phases: list[PhaseIn] = Field([], max_length=MOST)
    milestones: list[MilestoneIn] = Field([], max_length=MOST)


class ParentIn(Strict):
    """A share of null is an equal part of what the others leave."""

    id: UUID
    share: Share | None = None


class GoalIn(Strict):
    """Without level, teams and time a key result or an initiative takes those of its first parent. Without
    dates it has its period's, without `checkin_owner` its first owner checks in, without `progress_mode` it
    goes by its metric, else an objective by what is under it. `people` are who may see one that is chosen."""

    kind: Kind
    title: str
    description: str = ""
    level: Level | None = None
    owners: list[UUID] = Field([], max_length=MOST)
    teams: list[UUID] = Field([], max_length=MOST)
    checkin_owner: UUID | None = None
    period: UUID | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    ambition: Ambition | None = None
    metric: MetricIn | None = None
    progress_mode: ProgressMode | None = None
    status_mode: StatusMode = StatusMode.PACE
    visibility: Visibility = Visibility.EVERYONE
    people: list[UUID] = Field([], max_length=MOST)
    tags: list[str] = Field([], max_length=MOST)
    parents: list[ParentIn] = Field([], max_length=MOST)


class GoalPatch(Strict):
    """What is left out stays as it is. A metric, and a list, is replaced as a whole; milestones are ticked by
    their `reached_on`. Parents that the token does not see stay."""

    title: str = ""
    description: str = ""
    level: Level = Level.ORGANISATION
    owners: list[UUID] = Field([], max_length=MOST)
    teams: list[UUID] = Field([], max_length=MOST)
    checkin_owner: UUID | None = None
    period: UUID | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    ambition: Ambition | None = None
    metric: MetricIn | None = None
    progress_mode: ProgressMode = ProgressMode.MANUAL
    status_mode: StatusMode = StatusMode.PACE
    visibility: Visibility = Visibility.EVERYONE
    people: list[UUID] = Field([], max_length=MOST)
    tags: list[str] = Field([], max_length=MOST)
    parents: list[ParentIn] = Field([], max_length=MOST)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A metric with the titles and shares of its milestones, which of those there it means, and the days of
    those that are ticked, by their places."""

    metric: Metric | None = None
    steps: tuple[tuple[str, Decimal | None], ...] = ()
    items: tuple[UUID | None, ...] = ()
    reached: tuple[tuple[int, date | None], ...] = ()


def draft(request: HttpRequest, body: GoalIn) -> tuple[GoalDraft, dict[str, Any]]:
    """The new goal, and how it is made besides: what was left out, which milestones are reached."""
    wanted = Wanted() if body.metric is None else _wanted(request, body.metric, ())
    said = body.dict(exclude_unset=True, exclude={"metric", "parents", "people"})
    left_out = sorted(set(GoalIn.model_fields) - {name for name, value in said.items() if value is not None})
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
    }
    if plain.get("level") is None:
        plain.pop("level", None)
    made = GoalDraft(
        **plain,
        metric=wanted.metric,
        milestones=wanted.steps,
        viewers=tuple(body.people),
        parents=_parents(body.parents),
    )
    reached = tuple((place, on) for place, on in wanted.reached if on is not None)
    return made, {"left_out": tuple(left_out), "reached": reached}


def changes(request: HttpRequest, body: GoalPatch, present: GoalRow) -> dict[str, Any]:
    """The `changes` of the draft, and the milestones `reached`. A metric that is what it was is no change; a
    goal kept by hand goes by the one it is given."""
    said = body.dict(exclude_unset=True, exclude={"metric", "parents", "people"})
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    if "people" in body.model_fields_set:
        found["viewers"] = tuple(body.people)
    if "parents" in body.model_fields_set:
        found["parents"] = _parents(body.parents)
    reached: tuple[tuple[int, date | None], ...] = ()
    if "metric" in body.model_fields_set:
        by_hand = present.progress_mode is ProgressMode.MANUAL
        wanted = Wanted() if body.metric is None else _wanted(request, body.metric, present.milestones)
        reached = wanted.reached
        if by_hand or not _same(wanted, present):
            found |= {"metric": wanted.metric, "milestones": wanted.steps, "milestone_items": wanted.items}
        if by_hand and wanted.metric is not None:
            found.setdefault("progress_mode", None)
    return {"changes": found, "reached": reached}


def _parents(given: Sequence[ParentIn]) -> tuple[tuple[UUID, float | None], ...]:
    return tuple((one.id, None if one.share is None else float(one.share)) for one in given)


def _same(wanted: Wanted, present: GoalRow) -> bool:
    now = present.metric and dataclasses.replace(present.metric, milestones=())
    steps = tuple((one.title, one.share) for one in present.milestones)
    if (wanted.metric, wanted.steps) != (now, steps):
        return False
    pairs = zip(wanted.items, present.milestones, strict=True)
    return all(item in {None, one.item} for item, one in pairs)


def _wanted(request: HttpRequest, body: MetricIn, present: Sequence[MilestoneRow]) -> Wanted:
    """Raises `Rejected` with everything in it that cannot be read."""
    reading = _Reading(request, unit(request, body.unit))
    figures: dict[str, Any] = {
        name: reading.figure(given, f"metric.{name}")
        for name in FIGURES
        if (given := getattr(body, name)) is not None
    }
    phases = [
        Phase(one.date, value)
        for place, one in enumerate(body.phases)
        if (value := reading.figure(one.value, f"metric.phases.{place}.value")) is not None
    ]
    if body.milestones and body.kind is not MetricKind.MILESTONES:
        reading.reasons.append(Reason("metric.not-milestones", "metric.milestones"))
    steps, reached = _steps(body.milestones, present, reading.reasons)
    items = tuple(one.id for one in body.milestones)
    if reading.reasons:
        raise Rejected(reading.reasons)
    metric = Metric(body.kind, unit=reading.unit, sum=body.sum, phases=tuple(phases), **figures)
    return Wanted(metric, steps, items, reached)


class _Reading:
    """Figures of one metric; what cannot be read is in `reasons`. A unit that is not given is the first one
    that a figure names."""

    def __init__(self, request: HttpRequest, unit: str) -> None:
        self.request, self.unit = request, unit
        self.reasons: list[Reason] = []

    def figure(self, given: Decimal | str, field: str) -> Decimal | None:
        try:
            found = measured.amount(self.request, given, unit=self.unit, field=field)
        except Rejected as rejected:
            self.reasons += rejected.reasons
            return None
        self.unit = self.unit or (found.unit or "")[:MOST_OF_A_UNIT]
        return found.value


def unit(request: HttpRequest, given: str) -> str:
    """A unit as it is kept: "$" is USD, "procent" is %; a word of one's own stays."""
    if not given.strip():
        return ""
    word = texts.line(given, field="metric.unit", most=MOST_OF_A_UNIT)
    try:
        return measured.amount(request, f"1 {word}", unit="", field="unit").unit or word
    except Rejected:
        return word


def _steps(
    given: Sequence[MilestoneIn], present: Sequence[MilestoneRow], reasons: list[Reason]
) -> tuple[tuple[tuple[str, Decimal | None], ...], tuple[tuple[int, date | None], ...]]:
    by_id = {one.item: one for one in present}
    steps: list[tuple[str, Decimal | None]] = []
    reached: list[tuple[int, date | None]] = []
    for place, one in enumerate(given):
        former = by_id.pop(one.id, None) if one.id is not None else None  # one twice is one too many
        if one.id is not None and former is None:
            reasons.append(Reason("choice.unknown", f"metric.milestones.{place}.id"))
        title = one.title if "title" in one.model_fields_set or former is None else former.title
        if not title.strip():
            reasons.append(Reason("text.empty", f"metric.milestones.{place}.title"))
        kept = former is not None and "share" not in one.model_fields_set
        steps.append((title, former.share if former is not None and kept else one.share))
        if "reached_on" in one.model_fields_set:
            reached.append((place, one.reached_on))
        elif former is not None and former.reached_on is not None:
            reached.append((place, former.reached_on))
    return tuple(steps), tuple(reached)


@contextmanager
def placed() -> Iterator[None]:
    """A refusal inside names the fields of the body."""
    try:
        yield
    except Rejected as rejected:
        raise type(rejected)(replace(one, field=_place(one.field)) for one in rejected.reasons) from rejected


def _place(field: str) -> str:
    if re.fullmatch(r"milestones\.[0-9]+", field):
        return f"metric.{field}.title"
    return f"metric.{field}" if field.startswith("milestones.") else _PLACES.get(field, field)
