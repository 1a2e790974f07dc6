"""How parents get their progress from their children.

    progress = Σ share · used(child progress),   the shares adding up to 1

Shares default, default and fixed 0.5 with progress 0.2, 0.6 and 1.0:

>>> shares([None, None, 0.5])
[0.25, 0.25, 0.5]
>>> combine([(None, 0.2), (None, 0.6), (0.5, 1.0)])
0.7
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import fsum
from typing import TypeVar

from pejl.domain import alignment, progress
from pejl.domain.values import Kind, Metric, ProgressMode, Refused, State

Id = TypeVar("Id", bound=Hashable)

_SLACK = 1e-9  # what binary fractions may lose: 0.7 + 0.2 + 0.1 is one
_LEFT_OUT = frozenset({State.POSTPONED, State.DROPPED})


@dataclass(frozen=True, slots=True)
class Node:
    """A goal as the roll-up sees it.

    ``progress`` and ``value`` are its stored figures; those of a goal that is being computed from its
    children are ignored. ``touched`` says whether it was ever checked in on; ``sums`` whether its
    value is the sum of its children's values in the same unit.
    """

    id: Hashable
    kind: Kind
    mode: ProgressMode
    state: State
    baseline: bool
    progress: float | None
    touched: bool
    sums: bool = False
    metric: Metric | None = None
    value: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """``progress`` is a raw fraction; ``value`` is set only where values are summed."""

    progress: float | None
    value: Decimal | None


def shares(given: Sequence[float | None]) -> list[float]:
    """The share each child really has: fixed as given, the defaults (None) part the rest equally.

    All fixed and under 1 in all: scaled up to 1. All fixed at 0: nobody contributes, all are 0.
    Raises :class:`Refused` ``share.over-one`` (with ``total``) and ``share.negative``.
    """
    fixed = [share for share in given if share is not None]
    if any(share < 0 for share in fixed):
        raise Refused("share.negative", field="share", share=min(fixed))
    total = fsum(fixed)
    if not total <= 1 + _SLACK:
        raise Refused("share.over-one", field="share", total=total)
    if len(fixed) < len(given):
        rest = max(0.0, 1 - total) / (len(given) - len(fixed))
        return [rest if share is None else share for share in given]
    return [share / total for share in fixed] if total else [0.0 for _ in fixed]


def combine(parts: Sequence[tuple[float | None, float | None]], *, cap: bool = True) -> float | None:
    """The progress of a parent from (share, progress) of its children; None where none contributes.

    A child without progress is left out and takes no share.
    """
    counted = [(share, done) for share, done in parts if done is not None]
    weights = shares([share for share, _ in counted])
    # fsum is exact before its one rounding: the order of children never shows. Divided by the
    # weights' own sum, so that children all at 1 make exactly 1.
    whole = fsum(weights)
    if not whole:
        return None
    each = (weight * progress.used(done, cap=cap) for weight, (_, done) in zip(weights, counted, strict=True))
    return fsum(each) / whole


def contributes(node: Node, *, initiatives: bool) -> bool:
    """Whether a child counts in its parents at all; ``initiatives`` says whether those do here."""
    if node.kind is Kind.INITIATIVE and not initiatives:
        return False
    return not node.baseline and node.state not in _LEFT_OUT


def compute(
    nodes: Mapping[Id, Node],
    edges: Mapping[Id, Sequence[tuple[Id, float | None]]],
    *,
    order: Iterable[Id] | None = None,
    cap: bool = True,
    capped: Mapping[Id, bool] | None = None,
    initiatives: bool = False,
) -> dict[Id, Figures]:
    """The figures of every goal among ``order`` (default: all) that is fed by its children.

    ``edges`` lead from a parent to its (child, share). ``order`` may come in any order and is worked
    children first; a child outside it, or fed otherwise, counts with its stored figures. A child that
    is not among ``nodes`` is left out. ``capped`` overrides ``cap`` for parents of their own; one that it
    says False of has the rules of a product without a cap, where nothing contributing is 0. Raises
    :class:`Refused` ``share.over-one``, ``alignment.cycle``.
    """
    wanted = [id_ for id_ in (nodes if order is None else order) if nodes[id_].mode is ProgressMode.CHILDREN]
    children = {id_: [child for child, _ in edges.get(id_, ())] for id_ in wanted}
    own = capped or {}
    figures: dict[Id, Figures] = {}
    for id_ in alignment.order(wanted, children=children):
        counted = [
            (share, nodes[child], figures.get(child))
            for child, share in edges.get(id_, ())
            if child in nodes and contributes(nodes[child], initiatives=initiatives)
        ]
        node = nodes[id_]
        if node.sums and node.metric is not None:
            figures[id_] = _summed(node.metric, counted)
        else:
            parts = [(share, _progress(child, found)) for share, child, found in counted]
            reached = combine(parts, cap=own.get(id_, cap))
            figures[id_] = Figures(0.0 if reached is None and own.get(id_) is False else reached, None)
    return figures


def _progress(child: Node, found: Figures | None) -> float | None:
    """What a child brings: a key result that was never checked in on counts as 0."""
    own = found.progress if found is not None else child.progress
    if child.kind is not Kind.KEY_RESULT:
        return own
    spoken_for = child.touched or child.mode is ProgressMode.CHILDREN
    return own if spoken_for and own is not None else 0.0


def _summed(metric: Metric, counted: Sequence[tuple[float | None, Node, Figures | None]]) -> Figures:
    values = [
        value
        for _, child, found in counted
        if (value := found.value if found is not None else child.value) is not None
        # By hand the value is a percentage, whatever the unit says.
        and child.mode is not ProgressMode.MANUAL
        and _unit(child) == metric.unit
    ]
    if not values:
        return Figures(None, None)
    total = sum(values, Decimal(0))
    reached = progress.of(metric, total)
    return Figures(None if reached is None else float(reached), total)


def _unit(node: Node) -> str:
    return node.metric.unit if node.metric is not None else node.unit
