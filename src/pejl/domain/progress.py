"""How far a goal has come, by its metric.

    progress = (value - start) / (target - start)

Raw progress may pass 1 or fall under 0 and is kept as it is; where it is used (roll-up, grade) it is
floored at 0 and capped at 1. Support requests from 120 to 30 a month, 75 now:

>>> metric = Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(30))
>>> of(metric, Decimal(75))
Decimal('0.5')
>>> used(Decimal("-0.25")), used(1.2), used(1.2, cap=False)
(Decimal('0'), 1.0, 1.2)
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from pejl.domain.values import CONTROL_KINDS, MOVING_KINDS, Metric, MetricKind, Milestone, Refused

Fraction = TypeVar("Fraction", float, Decimal)

_ZERO, _ONE = Decimal(0), Decimal(1)
_SHARE_SLACK = Decimal("0.001")  # three times 0.333 is meant to be the whole


class Bounds(StrEnum):
    """Where the value of a control metric lies."""

    INSIDE = "inside"
    WARNING = "warning"
    OUTSIDE = "outside"


def check(metric: Metric) -> None:
    """Raise :class:`Refused` where the metric cannot be measured by as written.

    Codes: ``metric.needs-start``, ``metric.needs-target``, ``metric.start-is-target``,
    ``metric.direction``, ``metric.bounds``, ``metric.warning-side``, ``metric.shares``,
    ``metric.phases``, ``metric.sum``. The field is the metric's attribute.
    """
    if metric.kind in MOVING_KINDS:
        _check_moving(metric)
    elif metric.kind in CONTROL_KINDS:
        _check_control(metric)
    elif metric.kind is MetricKind.MILESTONES:
        _shares(metric.milestones)
    if metric.sum and (metric.unit in ("%", "pp") or metric.kind not in MOVING_KINDS | CONTROL_KINDS):
        raise Refused("metric.sum", field="sum", unit=metric.unit)
    _check_phases(metric)


def of(metric: Metric, value: Decimal | None) -> Decimal | None:
    """Raw progress, a fraction. None without a value, for a baseline, and for a metric that
    lacks what :func:`check` asks for. ``milestones`` ignores the value; ``reach`` starts at 0."""
    if metric.kind is MetricKind.MILESTONES:
        return _of_milestones(metric.milestones)
    if value is None or metric.kind is MetricKind.BASELINE:
        return None
    if metric.kind is MetricKind.DONE:
        return _ONE if value >= _ONE else _ZERO
    if metric.kind in CONTROL_KINDS:
        return _ONE if in_bounds(metric, value) is Bounds.INSIDE else _ZERO
    start, target = _start(metric), metric.target
    if start is None or target is None or start == target:
        return None
    return (value - start) / (target - start)


def of_tasks(*, done: int, total: int) -> Decimal | None:
    """The part of an initiative's tasks that is done; None where it has none."""
    return Decimal(done) / Decimal(total) if total else None


def used(progress: Fraction, *, cap: bool = True) -> Fraction:
    """Progress as it counts in roll-ups and grades: at least 0 and, with ``cap``, at most 1."""
    kind = type(progress)
    floored = max(progress, kind(0))
    return min(floored, kind(1)) if cap else floored


def in_bounds(metric: Metric, value: Decimal) -> Bounds:
    """Where ``value`` lies for a control metric; its bounds count as inside, the warning bound as
    warning. Raises ValueError for other kinds."""
    lower, upper = _limits(metric)
    if _within(value, lower=lower, upper=upper):
        return Bounds.INSIDE
    if metric.warning is None:
        return Bounds.OUTSIDE
    if metric.kind is MetricKind.BETWEEN:
        lower = None if lower is None else lower - metric.warning
        upper = None if upper is None else upper + metric.warning
    else:
        lower, upper = (None if limit is None else metric.warning for limit in (lower, upper))
    return Bounds.WARNING if _within(value, lower=lower, upper=upper) else Bounds.OUTSIDE


def _within(value: Decimal, *, lower: Decimal | None, upper: Decimal | None) -> bool:
    return (lower is None or value >= lower) and (upper is None or value <= upper)


def _limits(metric: Metric) -> tuple[Decimal | None, Decimal | None]:
    match metric.kind:
        case MetricKind.AT_LEAST:
            return metric.target, None
        case MetricKind.AT_MOST:
            return None, metric.target
        case MetricKind.BETWEEN:
            return metric.lower, metric.upper
        case _:
            raise ValueError(f"{metric.kind} has no bounds")


def _start(metric: Metric) -> Decimal | None:
    return _ZERO if metric.kind is MetricKind.REACH else metric.start


def _check_moving(metric: Metric) -> None:
    start, target = _start(metric), metric.target
    if start is None:
        raise Refused("metric.needs-start", field="start")
    if target is None:
        raise Refused("metric.needs-target", field="target")
    if start == target:
        raise Refused("metric.start-is-target", field="target", value=target)
    wrong = {MetricKind.INCREASE: target < start, MetricKind.DECREASE: target > start}
    if wrong.get(metric.kind, False):
        raise Refused("metric.direction", field="target", kind=metric.kind, start=start, target=target)


def _check_control(metric: Metric) -> None:
    if metric.kind is MetricKind.BETWEEN:
        if metric.lower is None or metric.upper is None or metric.lower > metric.upper:
            field = "lower" if metric.lower is None else "upper"
            raise Refused("metric.bounds", field=field, lower=metric.lower, upper=metric.upper)
        wrong = metric.warning is not None and metric.warning < 0
    elif metric.target is None:
        raise Refused("metric.needs-target", field="target")
    elif metric.kind is MetricKind.AT_LEAST:
        wrong = metric.warning is not None and metric.warning >= metric.target
    else:
        wrong = metric.warning is not None and metric.warning <= metric.target
    if wrong:
        raise Refused("metric.warning-side", field="warning", warning=metric.warning, target=metric.target)


def _check_phases(metric: Metric) -> None:
    if not metric.phases:
        return
    start, target = _start(metric), metric.target
    if metric.kind not in MOVING_KINDS or start is None or target is None:
        raise Refused("metric.phases", field="phases")
    days = [phase.on for phase in metric.phases]
    values = [start, *(phase.value for phase in metric.phases), target]
    sign = 1 if target > start else -1
    if any(a >= b for a, b in pairwise(days)) or any((b - a) * sign < 0 for a, b in pairwise(values)):
        raise Refused("metric.phases", field="phases")


def _of_milestones(milestones: tuple[Milestone, ...]) -> Decimal | None:
    if not milestones:
        return None
    if all(step.share is None for step in milestones):
        return of_tasks(done=sum(step.reached for step in milestones), total=len(milestones))
    shares = _shares(milestones)
    reached = _total(share for share, step in zip(shares, milestones, strict=True) if step.reached)
    # Divided by their own sum, so that every milestone reached is 1 to the last digit.
    return reached / _total(shares)


def _shares(milestones: tuple[Milestone, ...]) -> list[Decimal]:
    """Each milestone's share; those without one part equally what the others leave."""
    given = [step.share for step in milestones if step.share is not None]
    total, open_ = _total(given), len(milestones) - len(given)
    complete = open_ > 0 or not milestones or total >= _ONE - _SHARE_SLACK
    if any(share < 0 for share in given) or total > _ONE + _SHARE_SLACK or not complete:
        raise Refused("metric.shares", field="milestones", total=total)
    rest = max(_ONE - total, _ZERO) / open_ if open_ else _ZERO
    return [rest if step.share is None else step.share for step in milestones]


def _total(shares: Iterable[Decimal]) -> Decimal:
    return sum(shares, _ZERO)
