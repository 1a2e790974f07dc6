"""What is wrong with a file of OKRs by itself, and what the coach would say without reading its words.

    what must be mended: a key or an id twice, a circle, shares over 1, dates backwards, unusable figures
    what is advice:      a key result without target (a draft), start, owner; counts, alignment, ambition

>>> aim = Aim(key="a", kind=Kind.OBJECTIVE, title="A")
>>> [one.rule for one in check(Plan(aims=(aim, aim))) if one.severity is Severity.MUST]
['key.twice']
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import fsum
from typing import Any, Final
from uuid import UUID

from pejl.domain import alignment, plans, plans_measures
from pejl.domain.amounts import Language
from pejl.domain.plans import Aim, Finding, Place, Plan, Severity, Support
from pejl.domain.plans_measures import Measure
from pejl.domain.values import Kind, Level, Refused, State

FEW, MANY = 3, 5
_SLACK: Final = 1e-9
_STEP_SLACK: Final = Decimal("0.001")
# A calendar period written in another way than 2026, 2026-H1, 2026-T2, 2026-Q4, 2026-10.
_LIKE_A_PERIOD: Final = re.compile(r"(?i)[qht]\s*\d\b.*|\d{4}\s*[-/ ]?\s*[qht]\s*\d+|\d{4}-\d{1,2}")
_PERIOD: Final = re.compile(r"\d{4}(-(H[12]|T[1-3]|Q[1-4]|0[1-9]|1[0-2]))?")
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


def check(file: Plan, *, language: Language | None = None) -> list[Finding]:
    """Everything there is to say about the file, in the order of its lines.

    Without a language a figure that Danish and English read differently is only pointed at.
    """
    aims = plans.settled(file)
    seen = {aim.key: aim for aim in aims}
    rules: Sequence[Callable[[], Iterator[Finding]]] = (
        lambda: _twice(file),
        lambda: _periods(file),
        lambda: _references(aims, seen),
        lambda: _circles(aims, seen),
        lambda: _shares(aims, seen),
        lambda: (one for aim in aims for one in _figures(aim, language=language)),
        lambda: (one for aim in aims for one in _dates(aim)),
        lambda: (one for aim in aims for one in _advice(aim)),
        lambda: _counts(aims),
    )
    found = [one for rule in rules for one in rule()]
    return sorted(found, key=lambda one: (one.at.line, one.at.column, one.rule))


def refused(findings: Sequence[Finding]) -> list[Finding]:
    """Those that must be mended."""
    return [one for one in findings if one.severity is Severity.MUST]


def is_id(text: str) -> bool:
    return bool(_UUID.fullmatch(text))


def _twice(file: Plan) -> Iterator[Finding]:
    keys: dict[str, Place] = {}
    ids: dict[UUID, Place] = {}
    for aim in file.aims:
        if aim.key in keys:
            yield _must("key.twice", aim.spot("key"), key=aim.key, line=keys[aim.key].line)
        keys.setdefault(aim.key, aim.spot("key"))
        if aim.id is not None:
            if aim.id in ids:
                yield _must("id.twice", aim.spot("id"), key=aim.key, line=ids[aim.id].line)
            ids.setdefault(aim.id, aim.spot("id"))


def _periods(file: Plan) -> Iterator[Finding]:
    said = [(file.period, file.spots.get("period", Place(path="period")))]
    said += [(aim.said.get("period"), aim.spot("period")) for aim in file.aims]
    for text, at in said:
        if text and _LIKE_A_PERIOD.fullmatch(text) and not _PERIOD.fullmatch(text):
            yield _must("period.form", at, text=text)


def _references(aims: Sequence[Aim], seen: Mapping[str, Aim]) -> Iterator[Finding]:
    ids = {str(aim.id): aim.key for aim in aims if aim.id is not None}
    for aim in aims:
        taken: set[str] = set() if aim.parent is None else {aim.parent}
        for one in _supports(aim):
            name = ids.get(one.goal.lower(), one.goal)
            if name == aim.key:
                yield _must("reference.self", one.at)
            elif name in taken:
                yield _must("reference.twice", one.at, goal=one.goal)
            elif name not in seen:
                yield Finding("reference.elsewhere", one.at, Severity.CONSIDER, (("goal", one.goal),))
            taken.add(name)


def _circles(aims: Sequence[Aim], seen: Mapping[str, Aim]) -> Iterator[Finding]:
    ids = {str(aim.id): aim.key for aim in aims if aim.id is not None}
    parents: dict[str, list[str]] = {}
    for aim in aims:
        above = [(aim.parent, aim.at)] if aim.parent else []
        above += [(ids.get(one.goal.lower(), one.goal), one.at) for one in _supports(aim)]
        for name, at in above:
            if name == aim.key or name not in seen:
                continue
            path = alignment.cycle(child=aim.key, parent=name, parents=parents)
            if path:
                yield _must("alignment.cycle", at, path=[seen[one].title for one in path])
            else:
                parents.setdefault(aim.key, []).append(name)


def _shares(aims: Sequence[Aim], seen: Mapping[str, Aim]) -> Iterator[Finding]:
    fixed: dict[str, list[float]] = {}
    ids = {str(aim.id): aim.key for aim in aims if aim.id is not None}
    for aim in aims:
        shares = [(ids.get(one.goal.lower(), one.goal), one.share, one.at) for one in _supports(aim)]
        if aim.parent is not None:
            shares.append((aim.parent, aim.said.get("share"), aim.spot("share")))
        for name, share, at in shares:
            if share is None:
                continue
            if not 0 <= share <= 1:
                yield _must("share.range", at)
                continue
            fixed.setdefault(name, []).append(share)
            total = fsum(fixed[name])
            if name in seen and total > 1 + _SLACK >= total - share:
                yield _must("share.over-one", at, total=total)


def _figures(aim: Aim, *, language: Language | None) -> Iterator[Finding]:
    written: Measure | None = aim.said.get("metric")
    if written is None:
        return
    for name, value in written.figures.items():
        if isinstance(value, Decimal) and re.fullmatch(r"-?[1-9]\d{0,2}\.\d00", str(value)):
            yield Finding("figure.grouped", _at(aim, name), Severity.CONSIDER, (("text", str(value)),))
    total = sum((share for _, share in written.steps if share is not None), Decimal(0))
    if any(share is not None and share < 0 for _, share in written.steps) or total > 1 + _STEP_SLACK:
        yield _must("metric.shares", _at(aim, "milestones"), total=total)
        return
    try:
        plans_measures.metric(written, language=language)
    except Refused as refused:
        severity = Severity.MUST
        if refused.code == "amount.ambiguous" and language is None:
            severity = Severity.CONSIDER
        yield Finding(refused.code, _at(aim, refused.field), severity, tuple(refused.params.items()))


def _dates(aim: Aim) -> Iterator[Finding]:
    start, due = aim.said.get("start"), aim.said.get("due")
    if start is not None and due is not None and due < start:
        yield _must("goal.ends-before-start", aim.spot("due"))


def _advice(aim: Aim) -> Iterator[Finding]:
    if aim.said.get("state", State.OPEN) is not State.OPEN:
        return
    said = aim.said
    if aim.kind is Kind.KEY_RESULT:
        written: Measure | None = said.get("metric")
        short = written is None or written.kind is None
        figures = {} if written is None else written.figures
        if short and figures.get("target") is None:
            yield _should("kr.no-target", aim)
        elif short and figures.get("start") is None:
            yield _should("kr.no-start", aim)
        if not said.get("owners"):
            yield _should("kr.no-owner", aim)
        if not said.get("due") and not said.get("period"):
            yield _should("kr.no-deadline", aim)
    if aim.kind is Kind.OBJECTIVE:
        if said.get("ambition") is None:
            yield _should("okr.no-ambition", aim)
        if said.get("level") in {Level.TEAM, Level.PERSON} and not said.get("supports"):
            yield _should("okr.unaligned", aim)


def _counts(aims: Sequence[Aim]) -> Iterator[Finding]:
    going = [aim for aim in aims if aim.said.get("state", State.OPEN) is State.OPEN]
    counts = Counter((aim.parent, aim.kind) for aim in going)
    crowds: Counter[Any] = Counter()
    for aim in (one for one in going if one.kind is Kind.OBJECTIVE):
        results, initiatives = counts[aim.key, Kind.KEY_RESULT], counts[aim.key, Kind.INITIATIVE]
        if results < FEW:
            yield _should("okr.few-key-results", aim, count=results)
        if results > MANY:
            yield _should("okr.many-key-results", aim, count=results)
        if initiatives < FEW:
            yield Finding("okr.few-initiatives", aim.at, Severity.CONSIDER, (("count", initiatives),))
        if initiatives > MANY:
            yield Finding("okr.many-initiatives", aim.at, Severity.CONSIDER, (("count", initiatives),))
        for team in aim.said.get("teams", ()):
            crowd = (team.casefold(), aim.said.get("period"))
            crowds[crowd] += 1
            if crowds[crowd] == MANY + 1:
                yield _should("set.many-objectives", aim, team=team)


def _supports(aim: Aim) -> tuple[Support, ...]:
    found: tuple[Support, ...] = aim.said.get("supports", ())
    return found


def _at(aim: Aim, name: str) -> Place:
    """The spot of a field of the metric: `start` is `from` in the short form."""
    return aim.spots.get(f"metric.{name}") or aim.spot("metric")


def _must(rule: str, at: Place, **params: object) -> Finding:
    return Finding(rule, at, Severity.MUST, tuple(params.items()))


def _should(rule: str, aim: Aim, **params: object) -> Finding:
    return Finding(rule, aim.at, Severity.SHOULD, tuple(params.items()))
