"""Figures for the demo: those of the story as they are read, and plausible ones on their way, with the
unevenness of real weeks."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from pejl.domain import amounts
from pejl.domain.values import Metric, MetricKind, Refused
from pejl.services import demo_parts as parts
from pejl.services.demo_stage import Stage


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


def amount(stage: Stage, text: str, unit: str) -> tuple[Decimal, str]:
    """A figure of the story, read as people write it: its value and its unit."""
    read = amounts.parse(text, language=stage.language, unit=unit)
    if isinstance(read, amounts.Ambiguous):
        raise Refused("amount.ambiguous", field=text)
    return read.value, unit or read.unit or ""


def metric(stage: Stage, result: parts.Result, *, first: bool = False) -> Metric:
    """How the key result is measured today; `first` as it was written."""
    unit = stage.said(result.unit)
    figures: dict[str, Decimal | None] = {}
    for name in ("start", "target", "lower", "upper", "warning"):
        text: parts.Text | None = getattr(result, name)
        if name == "target" and first and result.first_target is not None:
            text = result.first_target
        figures[name] = None
        if text is not None:
            figures[name], unit = amount(stage, stage.said(text), unit)
    return Metric(
        result.kind,
        unit=unit,
        start=Decimal(0) if result.kind is MetricKind.REACH else figures["start"],
        target=figures["target"],
        lower=figures["lower"],
        upper=figures["upper"],
        warning=figures["warning"],
    )


def total(stage: Stage, aim: parts.Aim) -> Metric | None:
    """The sum that the objective is measured by; None where it has none."""
    if aim.sums is None:
        return None
    target, unit = (stage.said(text) for text in aim.sums)
    value, _ = amount(stage, target, unit)
    return Metric(MetricKind.REACH, unit=unit, start=Decimal(0), target=value, sum=True)
