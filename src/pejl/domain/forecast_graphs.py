"""Where objectives land, by simulation over the forecasts of what hangs under them.

    400 times: draw where each key result ends, roll the draws up by the rules of the roll-up

Each key result is drawn from its own forecast. They do not fall independently: what helps or harms one in
an organisation tends to do so to the next, so that all of them share one common factor (a Gaussian copula
with the correlation :data:`RHO` between any two; Nelsen, *An Introduction to Copulas*, 2006, chapter 2).
The draws are fixed by the goals' keys: the same input gives the same answer, in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from statistics import NormalDist
from typing import Final, TypeVar

import numpy as np

from pejl.domain import alignment, rollup
from pejl.domain.forecast import Forecast, Refusal
from pejl.domain.forecast_mixtures import Array
from pejl.domain.rollup import Node
from pejl.domain.values import Kind, Metric, MetricKind, ProgressMode, State

Id = TypeVar("Id", bound=Hashable)

SIMULATED: Final = "simulation"
DRAWS: Final = 400
RHO: Final = 0.3  # assumed, not measured: how far the key results of one organisation go together
ENOUGH: Final = 0.5  # of the weight under an objective has to be known or forecast
_SLACK: Final = 1e-9  # what binary fractions may lose: 0.7 + 0.2 + 0.1 is one


@dataclass(frozen=True, slots=True)
class _Ends:
    """The draws of one goal's progress (None where it does not count), the part of its weight that is
    closed or forecast, and the key results that were forecast."""

    draws: Array | None
    known: float
    forecast: frozenset[Hashable]


def objectives(
    nodes: Mapping[Id, Node],
    edges: Mapping[Id, Sequence[tuple[Id, float | None]]],
    *,
    of: Iterable[Id],
    landings: Mapping[Id, Forecast],
    metrics: Mapping[Id, Metric],
    cap: bool = True,
    capped: Mapping[Id, bool] | None = None,
    initiatives: bool = False,
) -> dict[Id, Forecast | Refusal]:
    """The landing of each goal of ``of`` that is fed by its children, in fractions of the way (1 is all).

    ``nodes``, ``edges``, ``cap``, ``capped`` and ``initiatives`` are as in :func:`rollup.compute`, all that
    hangs below included. ``landings`` holds the forecasts there are, in the unit of the metric in
    ``metrics``; a goal with one is drawn from it, whatever hangs under it. What is closed stays where it
    is; what is open and has no forecast is drawn evenly from where it stands to its target. The answer's
    ``observations`` counts the key results with a forecast. Refuses with ``THIN`` where less than half of
    the weight is forecast or closed, or nothing is forecast. Raises :class:`Refused` ``alignment.cycle``.
    """
    asked = dict.fromkeys(of)
    children = {one: [child for child, _ in edges.get(one, ())] for one in nodes}
    own = capped or {}
    ends: dict[Id, _Ends] = {}
    found: dict[Id, Forecast | Refusal] = {}
    below = _below(list(asked), children, landings)
    waiting = Counter(child for one in below for child in children.get(one, ()))
    for one in alignment.order(below, children=children):
        node = nodes.get(one)
        if node is None:
            continue
        if one in landings and node.state is State.OPEN:
            drawn = _fractions(landings[one], metrics[one], levels=_levels(one))
            ends[one] = _Ends(drawn, 1.0, frozenset([one]))
        elif node.mode is ProgressMode.CHILDREN and node.state is State.OPEN and not node.sums:
            parts = [
                (share, ends[child])
                for child, share in edges.get(one, ())
                if child in ends and rollup.contributes(nodes[child], initiatives=initiatives)
            ]
            ends[one] = _together(node, parts, cap=own.get(one, cap), uncapped=own.get(one) is False)
        else:
            ends[one] = _standing(one, node)
        if one in asked:
            found[one] = _answer(ends[one], capped=own.get(one, cap))
        # What every parent has taken up is let go: a whole workspace is more than fits.
        for child in children.get(one, ()):
            waiting[child] -= 1
            if not waiting[child]:
                ends.pop(child, None)
    return {one: found[one] for one in asked if one in found}


def _below(asked: list[Id], children: Mapping[Id, list[Id]], landings: Mapping[Id, Forecast]) -> list[Id]:
    """The goals asked about and all that their landing is drawn from, each once."""
    found = dict.fromkeys(asked)
    waiting = list(found)
    while waiting:
        one = waiting.pop()
        for child in children.get(one, ()) if one not in landings else ():
            if child not in found:
                found[child] = None
                waiting.append(child)
    return list(found)


def _together(node: Node, parts: Sequence[tuple[float | None, _Ends]], *, cap: bool, uncapped: bool) -> _Ends:
    """What :func:`rollup.combine` does, for all draws at once."""
    counted = [(share, end) for share, end in parts if end.draws is not None]
    weights = rollup.shares([share for share, _ in counted])
    whole = sum(weights)
    nothing = node.kind is Kind.KEY_RESULT or uncapped
    if not whole:
        return _Ends(np.zeros(DRAWS) if nothing else None, 0.0, frozenset())
    draws = np.zeros(DRAWS)
    known, names = 0.0, set[Hashable]()
    # In an order of their own, so that the order of the children never shows in the last digit.
    for weight, (_, end) in sorted(zip(weights, counted, strict=True), key=_rank):
        if end.draws is not None:
            draws += weight * np.clip(end.draws, 0.0, 1.0 if cap else None)
        known += weight * end.known
        names |= end.forecast
    return _Ends(draws / whole, known / whole, frozenset(names))


def _rank(part: tuple[float, tuple[float | None, _Ends]]) -> tuple[float, float, float]:
    weight, (_, end) = part
    first = 0.0 if end.draws is None else float(end.draws[0])
    return weight, first, end.known


def _standing(one: Hashable, node: Node) -> _Ends:
    """A goal without a forecast: where it is, or anywhere from there to its target."""
    reached = node.progress
    if node.kind is Kind.KEY_RESULT and (reached is None or not node.touched):
        reached = 0.0
    if reached is None:
        return _Ends(None, 0.0, frozenset())
    if node.state is not State.OPEN:
        return _Ends(np.full(DRAWS, reached), 1.0, frozenset())
    return _Ends(reached + max(0.0, 1.0 - reached) * _levels(one), 0.0, frozenset())


def _fractions(found: Forecast, metric: Metric, *, levels: Array) -> Array:
    """Draws of the value as fractions of the way; a falling metric is far along where its value is low."""
    start = 0.0 if metric.kind is MetricKind.REACH else float(metric.start or 0)
    target = float(metric.target or 0)
    values = found.quantiles(levels if target > start else 1.0 - levels)
    return (values - start) / (target - start)


def _answer(end: _Ends, *, capped: bool) -> Forecast | Refusal:
    if end.draws is None or not end.forecast or end.known < ENOUGH - _SLACK:
        return Refusal.THIN
    draws = np.sort(end.draws)
    draws[np.abs(draws - 1.0) < _SLACK] = 1.0
    # Several draws on one spot, as on the cap: the least step apart, so that the table rises.
    nodes = draws + np.arange(DRAWS) * _SLACK
    return Forecast(len(end.forecast), SIMULATED, 0.0, 1.0 if capped else None, nodes, _ranks())


@cache
def _ranks() -> Array:
    """The middles of as many equal parts of 0..1 as there are draws."""
    return (np.arange(DRAWS) + 0.5) / DRAWS


@cache
def _normals() -> Array:
    normal = NormalDist()
    return np.array([normal.inv_cdf(float(p)) for p in _ranks()])


def _levels(one: Hashable) -> Array:
    """How well it goes for this goal in each draw, 0..1: one part common to all, one its own.

    The levels are ranks, so that each goal by itself is drawn evenly from its whole forecast.
    """
    seed = int.from_bytes(blake2b(repr(one).encode(), digest_size=8).digest(), "big")
    alone = np.random.Generator(np.random.PCG64(seed)).permutation(_normals())
    mixed = RHO**0.5 * _normals() + (1.0 - RHO) ** 0.5 * alone
    levels = np.empty(DRAWS)
    levels[np.argsort(mixed, kind="stable")] = _ranks()
    return levels
