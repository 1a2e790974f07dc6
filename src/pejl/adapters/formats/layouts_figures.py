"""The figures of a row of a table of goals: the metric, the value in it, and the progress that was shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pejl.adapters.formats import cells, words
from pejl.adapters.formats.layouts_facts import Asked, Facts
from pejl.adapters.formats.viva_explorer_goals import (
    NO_MEASURE,
    NO_START,
    NO_TARGET,
    OWN_METRIC,
    SCORE,
    WORKED_OUT,
)
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)

_LEAST: Final = ("least", "above", ">=", "gte", "min")
_MOVES: Final = frozenset({"increase", "decrease", "reach", "increase to", "decrease to"})
_MOST: Final = ("most", "below", "<=", "lte", "max")


@dataclass(frozen=True, slots=True)
class Figures:
    """`theirs` is the progress in per cent that the other tool showed, `mode` what makes it here."""

    theirs: Decimal | None
    metric: Metric | None
    value: Decimal | None
    mode: ProgressMode


def figures(asked: Asked, kind: Kind, *, facts: Facts) -> Figures:
    """The figures of a row, and what is to be said of them. An objective with others under it goes by them
    where its own figures say no more than per cent, or where the tool works so."""
    done = asked.number("progress")
    theirs = words.percent(done, asked.raw("progress"), scale=facts.scale)
    metric, value = _measure(asked)
    fed = kind is Kind.OBJECTIVE and facts.is_fed(asked)
    if fed and (metric is None or asked.rules.rolls_up or _is_percent(metric)):
        if theirs is None and value is not None:
            theirs = value if metric is None else _reached(metric, value)
        return Figures(theirs, None, None, ProgressMode.CHILDREN)
    if metric is not None:
        if fed:
            asked.problem("to", OWN_METRIC)
        if value is None and theirs is not None:
            value = _worked_out(asked, metric, theirs)
        return Figures(theirs, metric, value, ProgressMode.METRIC)
    own = theirs if theirs is not None else value
    if own is None and kind is Kind.OBJECTIVE:
        return Figures(None, None, None, ProgressMode.CHILDREN)
    return Figures(theirs, None, own, ProgressMode.MANUAL)


def score(asked: Asked) -> Decimal | None:
    found = asked.number("score")
    if found is not None and not _ZERO <= found <= _ONE:
        asked.problem("score", SCORE)
        return None
    return found


def _measure(asked: Asked) -> tuple[Metric | None, Decimal | None]:
    """The metric, None for plain per cent, and the value in it."""
    word = asked.text("unit")
    unit = words.unit(asked.text("currency") or word)
    start, target, value = asked.number("from"), asked.number("to"), asked.number("value")
    if word.casefold() in asked.rules.fractions:
        start, target, value = (None if one is None else one * _HUNDRED for one in (start, target, value))
    if target is None:
        if start is not None:
            asked.problem("to", NO_TARGET)
        if value is not None and (start is not None or unit not in ("", "%")):
            asked.problem("value", NO_MEASURE)
            value = None
        return None, value
    control = _control(asked, start, target)
    if control is not None:
        return Metric(control, unit, target=target), value
    if start is None:
        asked.problem("from", NO_START, "0")
        start = _ZERO
    if start == target:
        asked.problem("to", cells.START_IS_TARGET)
        return None, None
    if not start and target > start:
        return Metric(MetricKind.REACH, unit, _ZERO, target), value
    kind = MetricKind.INCREASE if target > start else MetricKind.DECREASE
    return Metric(kind, unit, start, target), value


def _control(asked: Asked, start: Decimal | None, target: Decimal) -> MetricKind | None:
    """The bound that a value is to stay on the good side of: where the file says so, or where it begins on
    that side, so that there is no way to go."""
    word = asked.text("operator").casefold()
    least, most = (any(part in word for part in parts) for parts in (_LEAST, _MOST))
    if word and not least and not most and word not in _MOVES:
        asked.lost("operator")
    if least and (start is None or "stay" in word or start >= target):
        return MetricKind.AT_LEAST
    if most and (start is None or "stay" in word or start <= target):
        return MetricKind.AT_MOST
    return None


def _is_percent(metric: Metric) -> bool:
    return metric.unit in ("", "%") and metric.start == _ZERO and metric.target == _HUNDRED


def _reached(metric: Metric, value: Decimal) -> Decimal:
    assert metric.start is not None
    assert metric.target is not None
    return (value - metric.start) / (metric.target - metric.start) * _HUNDRED


def _worked_out(asked: Asked, metric: Metric, theirs: Decimal) -> Decimal:
    assert metric.start is not None
    assert metric.target is not None
    value = metric.start + (metric.target - metric.start) * theirs / _HUNDRED
    asked.problem("value", WORKED_OUT, f"{value.normalize():f}")
    return value
