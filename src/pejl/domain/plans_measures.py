"""How a goal of a file is measured: what is written there, and the metric that it means.

>>> written = Measure(unit="requests", figures={"start": Decimal(120), "target": Decimal(30)})
>>> metric(written, language="en").metric.kind.value
'decrease'
>>> now = metric(written, language="en").metric
>>> metric(Measure(figures={"target": Decimal(20)}), now=now, language="en").metric.start
Decimal('120')
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pejl.domain import amounts, progress
from pejl.domain.amounts import Ambiguous, Language
from pejl.domain.values import Metric, MetricKind, Milestone, Phase, Refused

Figure = Decimal | str
MOVING: Final = frozenset({MetricKind.INCREASE, MetricKind.DECREASE})
SHORT: Final = MOVING | {MetricKind.BASELINE}


@dataclass(frozen=True, slots=True)
class Measure:
    """How a goal is measured, as written. `kind` None is the short form: `from`, `to` and `unit`.

    `figures` and `unit` hold only what is said; None takes a figure away. `phases` are days with figures,
    `steps` titles of milestones with shares, `items` their ids by place, None where the file names none.
    """

    kind: MetricKind | None = None
    unit: str | None = None
    figures: Mapping[str, Figure | None] = field(default_factory=dict)
    sum: bool = False
    phases: tuple[tuple[date, Figure], ...] = ()
    steps: tuple[tuple[str, Decimal | None], ...] = ()
    items: tuple[UUID | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric with the titles of its milestones; whether they are reached is no part of a plan. `items` say
    which milestones those are, and are nothing of what is aimed at."""

    metric: Metric
    steps: tuple[tuple[str, Decimal | None], ...] = ()
    items: tuple[UUID | None, ...] = field(default=(), compare=False)


def metric(
    written: Measure | None, *, now: Metric | None = None, language: Language | None
) -> Measured | None:
    """What is measured, given what is measured `now`: in the short form, what is left out stays.

    Without a target it is a draft, a baseline. Raises :class:`Refused` with the field of the file;
    `amount.ambiguous` has both `readings`.
    """
    if written is None:
        return None
    unit = written.unit
    if written.kind is None and unit is None and now is not None and now.kind in SHORT | {MetricKind.REACH}:
        unit = now.unit
    figures, found_unit = _figures(written, unit=unit or "", language=language)
    unit = unit or found_unit
    if written.kind is None:
        found = _short(figures, now=now, unit=unit)
    else:
        phases = tuple(
            Phase(on, _number(value, name="phases", unit=unit, language=language)[0])
            for on, value in written.phases
        )
        spelt: dict[str, Any] = {**figures, "unit": unit, "sum": written.sum, "phases": phases}
        found = Metric(kind=written.kind, **spelt)
    steps = tuple(Milestone(reached=False, share=share) for _, share in written.steps)
    progress.check(dataclasses.replace(found, milestones=steps))
    return Measured(found, written.steps, written.items)


def is_short(one: Measured | None) -> bool:
    """Whether `from`, `to` and `unit` say all of it."""
    if one is None:
        return True
    found = one.metric
    plain = dataclasses.replace(found, kind=MetricKind.INCREASE, unit="", start=None, target=None)
    draft = (
        found.kind is MetricKind.BASELINE and found.target is None and (found.start is not None or found.unit)
    )
    return (found.kind in MOVING or bool(draft)) and plain == Metric(MetricKind.INCREASE) and not one.steps


def _figures(
    written: Measure, *, unit: str, language: Language | None
) -> tuple[dict[str, Decimal | None], str]:
    """The figures as numbers, and the unit that they name where none is given."""
    found: dict[str, Decimal | None] = {}
    for name, value in written.figures.items():
        if value is None:
            found[name] = None
            continue
        found[name], named = _number(value, name=name, unit=unit, language=language)
        unit = unit or named
    return found, unit


def _number(value: Figure, *, name: str, unit: str, language: Language | None) -> tuple[Decimal, str]:
    if isinstance(value, Decimal):
        return value, ""
    try:
        read = amounts.parse(value, language=language, unit=unit)
    except Refused as refused:
        raise Refused(refused.code, field=name, **refused.params) from refused
    if isinstance(read, Ambiguous):
        raise Refused("amount.ambiguous", field=name, readings=read.readings, unit=unit)
    return read.value, read.unit or ""


def _short(figures: Mapping[str, Decimal | None], *, now: Metric | None, unit: str) -> Metric:
    kept = now if now is not None and now.kind in SHORT else None
    start = figures.get("start", kept.start if kept else None)
    target = figures.get("target", kept.target if kept else None)
    base = kept or Metric(MetricKind.BASELINE)
    if target is None:
        return Metric(MetricKind.BASELINE, unit=unit, start=start)
    if start is None:
        return Metric(MetricKind.REACH, unit=unit, target=target)
    kind = MetricKind.DECREASE if target < start else MetricKind.INCREASE
    return dataclasses.replace(base, kind=kind, unit=unit, start=start, target=target)
