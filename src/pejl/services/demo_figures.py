"""Plausible figures for the demo: on their way, with the unevenness of real weeks."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from pejl.domain.values import Metric, MetricKind
from pejl.services import demo_parts as parts


def value_at(metric: Metric, result: parts.Result, elapsed: float, wobble: float) -> Decimal:
    """A plausible figure: on the way from start to target, or around what is to be kept. `elapsed` is the
    part of the period that is over, `wobble` how far the week strays."""
    if metric.kind is MetricKind.DONE:
        return Decimal(0)
    if metric.kind is MetricKind.BASELINE:
        return rounded(Decimal(result.pace) * Decimal(1 + wobble), Decimal(10))
    if metric.kind is MetricKind.BETWEEN and metric.lower is not None and metric.upper is not None:
        return rounded((metric.lower + metric.upper) / 2 * Decimal(result.pace + wobble), metric.upper)
    target = metric.target or Decimal(0)
    if metric.kind in {MetricKind.AT_LEAST, MetricKind.AT_MOST}:
        return rounded(target * Decimal(result.pace + wobble), target)
    start = metric.start or Decimal(0)
    part = max(0.0, elapsed * result.pace + wobble * elapsed)
    return rounded(start + (target - start) * Decimal(part), target - start)


def rounded(value: Decimal, scale: Decimal) -> Decimal:
    """To about a hundredth of the way, as people report: 38,400 and not 38,417.24."""
    size = abs(scale)
    step = Decimal(1)
    while step * 100 <= size / 2:
        step *= 10
    while step > size / 20 and step > Decimal("0.01"):
        step /= 10
    if size >= 20:  # noqa: PLR2004 - whole numbers where people count
        step = max(step, Decimal(1))
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step + Decimal(0)
