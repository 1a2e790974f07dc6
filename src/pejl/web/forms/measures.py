"""How a goal is measured, as people type it: kind, figures, unit, steps and targets on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pejl.domain import amounts
from pejl.domain.amounts import Amount
from pejl.domain.values import Metric, MetricKind, Phase, Refused
from pejl.queries.goals import GoalRow
from pejl.services.errors import Reason, Rejected
from pejl.web import format as told_as
from pejl.web.forms import goals as forms
from pejl.web.forms.goals import Reader

FROM_TO = "from_to"
FIGURES = {
    FROM_TO: ("start", "target"),
    MetricKind.REACH: ("target",),
    MetricKind.AT_LEAST: ("target", "warning"),
    MetricKind.AT_MOST: ("target", "warning"),
    MetricKind.BETWEEN: ("lower", "upper", "warning"),
    MetricKind.MILESTONES: (),
    MetricKind.DONE: (),
    MetricKind.BASELINE: (),
}
"""The figures that each kind asks for; whatever else is typed is left aside."""
FIELDS = ("start", "target", "lower", "upper", "warning", "unit", "milestones", "phases", "sum")
SUMMED = "summed"
"""What the field "sum" holds where the value is the sum of the values below it, else ""."""
UNITS = ("%", "pp", "m:ss", "h:mm", *amounts.CURRENCIES[:4])
MOST_OF_A_UNIT = 40
HUNDRED = 100
_CLOCKS = {"min:sec": "m:ss", "min:sek": "m:ss", "mm:ss": "m:ss", "hh:mm": "h:mm", "t:mm": "h:mm"}
_STEP = re.compile(r"(?P<title>.+?)\s*=\s*(?P<share>[0-9.,]+\s*%?)")
_PHASE = re.compile(r"(?P<on>[0-9]{4}-[0-9]{2}-[0-9]{2}|.+?\b[0-9]{4})\s*[:=]?\s+(?P<value>.+)")


def kinds(*, none: str = "") -> tuple[tuple[str, str], ...]:
    """The choices of a measure; `none` names having no measure, where that can be chosen."""
    told = (
        (FROM_TO, _("from → to")),
        (MetricKind.REACH.value, _("reach")),
        (MetricKind.AT_LEAST.value, _("at least")),
        (MetricKind.AT_MOST.value, _("at most")),
        (MetricKind.BETWEEN.value, _("between")),
        (MetricKind.MILESTONES.value, _("milestones")),
        (MetricKind.DONE.value, _("done or not")),
        (MetricKind.BASELINE.value, _("find the figure")),
    )
    return (("", none), *told) if none else told


def metric(read: Reader, *, prefix: str = "", kind: str = "kind") -> Metric | None:
    """The measure typed in the fields led by `prefix`. None without one: no kind, or from and to both empty.

    Whether it goes up or down is told by the two figures. Only a measure with figures can be a sum.
    """
    chosen = read.typed.get(f"{prefix}{kind}", "").strip()
    if not chosen:
        return None
    if chosen not in FIGURES:
        read.reasons.append(Reason("choice.unknown", f"{prefix}{kind}"))
        return None
    names = FIGURES[chosen]
    unit = _unit(read, prefix, names)
    figures: dict[str, Any] = {name: _figure(read, f"{prefix}{name}", unit) for name in names}
    summed = bool(names) and read.typed.get(f"{prefix}sum") == SUMMED
    empty = not any(read.typed.get(f"{prefix}{name}", "").strip() for name in names)
    if chosen == FROM_TO and empty and not summed:
        return None
    if chosen == MetricKind.MILESTONES and not lines(read, f"{prefix}milestones"):
        read.reasons.append(Reason("text.empty", f"{prefix}milestones"))
    phases = _phases(read, f"{prefix}phases", unit) if chosen in {FROM_TO, MetricKind.REACH} else ()
    return Metric(_kind(chosen, figures), unit=unit, sum=summed, phases=phases, **figures)


def _kind(chosen: str, figures: dict[str, Decimal | None]) -> MetricKind:
    if chosen != FROM_TO:
        return MetricKind(chosen)
    start, target = figures["start"], figures["target"]
    falls = start is not None and target is not None and target < start
    return MetricKind.DECREASE if falls else MetricKind.INCREASE


def steps(read: Reader, *, prefix: str = "", kind: str = "kind") -> tuple[tuple[str, Decimal | None], ...]:
    """Milestones, one to a line; "Contract signed = 40 %" gives one a share of its own."""
    if read.typed.get(f"{prefix}{kind}") != MetricKind.MILESTONES:
        return ()
    found: list[tuple[str, Decimal | None]] = []
    for line in lines(read, f"{prefix}milestones"):
        shared = _STEP.fullmatch(line)
        share = _figure(read, f"{prefix}milestones", "%", text=shared["share"]) if shared else None
        found.append((shared["title"] if shared else line, None if share is None else share / HUNDRED))
    return tuple(found)


def lines(read: Reader, name: str) -> list[str]:
    return [line.strip() for line in read.typed.get(name, "").splitlines() if line.strip()]


def named(unit: str) -> str:
    """A unit as it is kept: "$" is USD, "procent" is %, "min:sec" is m:ss; a word of one's own stays."""
    if unit.casefold() in _CLOCKS:
        return _CLOCKS[unit.casefold()]
    return _written(f"1 {unit}") or unit


def shown(goal: GoalRow) -> dict[str, str]:
    """The measure of a goal as it would be typed; the kind is under "metric"."""
    found = dict.fromkeys(("metric", *FIELDS), "")
    metric = goal.metric
    if metric is None:
        return found
    moves = metric.kind in {MetricKind.INCREASE, MetricKind.DECREASE}
    found |= {"metric": FROM_TO if moves else metric.kind.value, "unit": metric.unit}
    for name in ("start", "target", "lower", "upper", "warning"):
        value = getattr(metric, name)
        found[name] = "" if value is None else forms.typed_amount(value, metric.unit)
    found["sum"] = SUMMED if metric.sum else ""
    found["milestones"] = "\n".join(_step(one.title, one.share) for one in goal.milestones)
    found["phases"] = "\n".join(
        f"{one.on.isoformat()} {forms.typed_amount(one.value, metric.unit)}" for one in metric.phases
    )
    return found


def _step(title: str, share: Decimal | None) -> str:
    return title if share is None else f"{title} = {_exact(share * HUNDRED)} %"


def _exact(value: Decimal) -> str:
    return amounts.format(value.normalize() + Decimal(0), language=told_as.language())


def _unit(read: Reader, prefix: str, names: Sequence[str]) -> str:
    """From its own field, else from the first figure that names one."""
    typed = read.typed.get(f"{prefix}unit", "").strip()
    if len(typed) > MOST_OF_A_UNIT:
        read.reasons.append(Reason("text.long", f"{prefix}unit", (("most", MOST_OF_A_UNIT),)))
        return ""
    if typed:
        return named(typed)
    written = (_written(read.typed.get(f"{prefix}{name}", "")) for name in names)
    return next((unit for unit in written if unit and len(unit) <= MOST_OF_A_UNIT), "")


def _written(text: str) -> str:
    """The unit named in an amount; "" where there is none or it cannot be read."""
    try:
        found = amounts.parse(text, language=told_as.language())
    except Refused:
        return ""
    return found.unit or "" if isinstance(found, Amount) else ""


def _figure(read: Reader, name: str, unit: str, *, text: str | None = None) -> Decimal | None:
    def how(typed: str) -> Decimal:
        return forms.amount(typed, unit=unit)

    if text is None:
        return read.read(name, how)
    part = Reader({name: text})
    found = part.read(name, how)
    read.reasons += part.reasons
    return found


def _phases(read: Reader, name: str, unit: str) -> tuple[Phase, ...]:
    found = []
    for line in lines(read, name):
        parts = _PHASE.fullmatch(line)
        if parts is None:
            read.reasons.append(Reason("date.unreadable", name))
            continue
        part = Reader({name: parts["on"]})
        on = part.read(name, forms.day)
        read.reasons += part.reasons
        value = _figure(read, name, unit, text=parts["value"])
        if on is not None and value is not None:
            found.append(Phase(on, value))
    return tuple(found)


def at_fields(rejected: Rejected, *, alias: dict[str, str] | None = None) -> Rejected:
    """The same refusal with each reason at the field it was typed in: a milestone's at their list."""
    also: dict[str, Any] = alias or {}

    def place(field: str) -> str:
        lead, name = field.rsplit(".", 1) if "." in field else ("", field)
        if name.isdigit() and lead.split(".")[-1] == "milestones":
            return lead
        return f"{lead}.{also.get(name, name)}".lstrip(".")

    return type(rejected)(Reason(one.code, place(one.field), one.params) for one in rejected.reasons)
