"""Parameters of one's own for :mod:`pejl.domain.forecast`, from key results that have ended.

The shipped numbers come from public series. Once a hundred key results of an organisation are over, what they
did is worth listening to: how common each way of moving is (the weights of the mixture) and how far off the
forecasts were (the widths). Both start from the shipped numbers and leave them as far as the past can carry;
kernels, drifts and scales stay.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pejl.domain import forecast_mixtures as mixtures
from pejl.domain.forecast import Batch, Case, batches
from pejl.domain.forecast_mixtures import Array, Parameters, Rows

LEAST: Final = 100  # distinct key results; the shipped weights count as so many
_SHIPPED: Final = 100  # key results that the shipped width of a group counts as
_ROUNDS: Final = 10  # of expectation and maximisation; with the prior later ones hardly move
_OUTER: Final = (0.1, 0.5, 0.9)  # the 80 % range and the median in it
_COVERED: Final = 0.8
_POINT: Final = 1e-9  # of the unit; a range is never narrower
_NARROWEST, _WIDEST = 0.05, 20.0  # a width outside is an accident, not a finding
_NAMES: Final = tuple(name + size for name in mixtures.GROUPS for size in "012")
_SLACK: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Past:
    """A key result that has ended, as it stood at some moment before: ``case`` with only what was known then,
    and the value it really ended with. One key result may be given at several moments."""

    case: Case
    outcome: float
    key_result: Hashable


@dataclass(frozen=True, slots=True)
class _Part:
    """Pasts with the same number of increments, in an order of their own."""

    rows: Rows
    outcomes: Array  # in the units of the rows
    owners: NDArray[np.intp]  # the key result of each row, as a number
    shares: Array  # of its key result


def learn(past: Sequence[Past]) -> Parameters | None:
    """The parameters that a past teaches; None under :data:`LEAST` key results.

    Every key result weighs the same, at however many moments it is given; the order does not matter. What
    had its end known already, or ended with no finite number, does not count. ValueError when a cycle does
    not end after it starts.
    """
    parts = _parts([one for one in past if math.isfinite(one.outcome)])
    if len(set(chain.from_iterable(part.owners.tolist() for part in parts))) < LEAST:
        return None
    shipped = mixtures.parameters()
    taught = replace(shipped, log_weights=np.log(_weights(parts, shipped)))
    return replace(taught, widths=_widths(parts, taught))


def dumped(own: Parameters) -> dict[str, object]:
    """What differs from the shipped parameters, fit for JSON."""
    return {"weights": np.exp(own.log_weights).tolist(), "widths": dict(sorted(own.widths.items()))}


def loaded(stored: Mapping[str, object]) -> Parameters:
    """The parameters that :func:`dumped` gave. ValueError when these are not such."""
    weights, widths = stored.get("weights"), stored.get("widths")
    shipped = mixtures.parameters()
    if not isinstance(weights, list) or len(weights) != len(shipped.log_weights):
        raise ValueError(f"not {len(shipped.log_weights)} weights")
    if not isinstance(widths, Mapping) or set(widths) != set(_NAMES):
        raise ValueError("not a width for each group")
    if not all(_is_number(weight) and 0 < weight <= 1 for weight in weights):
        raise ValueError("a weight that is none")
    if abs(math.fsum(weights) - 1) > _SLACK:
        raise ValueError("weights that are not 1 together")
    if not all(_is_number(width) and _NARROWEST <= width <= _WIDEST for width in widths.values()):
        raise ValueError("a width that is none")
    found = np.array(weights, dtype=np.float64)
    return replace(
        shipped,
        log_weights=np.log(found / found.sum()),
        widths={name: float(widths[name]) for name in _NAMES},
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _parts(past: Sequence[Past]) -> list[_Part]:
    numbers: dict[Hashable, int] = {}
    owners = np.array([numbers.setdefault(one.key_result, len(numbers)) for one in past], dtype=np.intp)
    outcomes = np.array([one.outcome for one in past], dtype=np.float64)
    found = list(batches([one.case for one in past]))
    counting = owners[np.concatenate([batch.places for batch in found])] if found else owners
    shares = 1.0 / np.maximum(np.bincount(counting, minlength=len(numbers)), 1)[owners]
    return [_part(batch, outcomes, owners, shares) for batch in found]


def _part(batch: Batch, outcomes: Array, owners: NDArray[np.intp], shares: Array) -> _Part:
    """Sorted by what was seen, so that the sums come out the same to the last digit in whatever order."""
    ended = (outcomes[batch.places] - batch.origins) / batch.gaps
    rows, share = batch.rows, shares[batch.places]
    order = np.lexsort((*rows.times.T, *rows.values.T, rows.signs, share, ended))
    return _Part(
        rows=Rows(rows.times[order], rows.values[order], rows.ends[order], rows.signs[order]),
        outcomes=ended[order],
        owners=owners[batch.places][order],
        shares=share[order],
    )


def _weights(parts: Sequence[_Part], shipped: Parameters) -> Array:
    """Expectation and maximisation of the weights under a Dirichlet prior round the shipped ones.

    The likelihood is that of observations and end together, so it is not tempered. Dempster, Laird and Rubin
    (1977); the prior as in Bishop, Pattern Recognition and Machine Learning, 9.3.
    """
    likely = np.concatenate([mixtures.likelihoods(_with_end(part), fitted=shipped) for part in parts])
    shares = np.concatenate([part.shares for part in parts])
    likely = np.exp(likely - likely.max(axis=1, keepdims=True))
    prior = np.exp(shipped.log_weights)
    weights = prior
    for _ in range(_ROUNDS):
        held = likely * weights
        held *= (shares / held.sum(axis=1))[:, None]
        weights = (held.sum(axis=0) + LEAST * prior) / (shares.sum() + LEAST)
    total: Array = weights / weights.sum()
    return total


def _with_end(part: _Part) -> Rows:
    """The rows as they are once the end has been seen too."""
    rows = part.rows
    return Rows(
        times=np.concatenate([rows.times, rows.ends[:, None]], axis=1),
        values=np.concatenate([rows.values, part.outcomes[:, None]], axis=1),
        ends=rows.ends,
        signs=rows.signs,
    )


def _widths(parts: Sequence[_Part], taught: Parameters) -> dict[str, float]:
    """By group the factor that would have covered 80 % of the outcomes, drawn towards the shipped one."""
    owners = np.concatenate([part.owners for part in parts])
    misses = np.concatenate([_misses(part, taught) for part in parts])
    names = np.concatenate([mixtures.groups(part.rows.values) for part in parts])
    found = {name: taught.widths.get(name, 1.0) for name in _NAMES}
    for name in np.unique(names).tolist():
        inside = names == name
        _, each, moments = np.unique(owners[inside], return_inverse=True, return_counts=True)
        factor = _quantile(misses[inside], 1.0 / moments[each])
        drawn = (len(moments) * factor + _SHIPPED * found[name]) / (len(moments) + _SHIPPED)
        found[name] = min(max(drawn, _NARROWEST), _WIDEST)
    return found


def _misses(part: _Part, taught: Parameters) -> Array:
    """How far each outcome lay from the median, in halves of the 80 % range."""
    nodes, below = mixtures.distributions(part.rows, calibrated=False, fitted=taught)
    low, middle, high = (
        np.array([np.interp(level, under, at) for at, under in zip(nodes, below, strict=True)])
        for level in _OUTER
    )
    missed: Array = np.abs(part.outcomes - middle) / np.maximum((high - low) / 2, _POINT)
    return missed


def _quantile(misses: Array, weights: Array) -> float:
    """The least miss that, with those below it, holds 80 % of the weight."""
    order = np.lexsort((weights, misses))
    held = np.cumsum(weights[order])
    place = np.searchsorted(held, _COVERED * held[-1] * (1 - _POINT))
    return float(misses[order][min(int(place), len(misses) - 1)])
