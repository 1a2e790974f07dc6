"""The arithmetic behind :mod:`pejl.domain.forecast`: a mixture of Student t over kernels, in numpy.

Rows are key results with the same number of increments, so that one call answers many. The fitted
numbers stand in ``forecast_parameters.json``; the formulas and their source in docs/forecast.md.
Time is a fraction of the cycle and the value a fraction of the way from start to target.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

NODES: Final = 81
KEPT: Final = 24  # of 84 components; what the rest weighs does not show in the scores
GROUPS: Final = ("flat", "sticky", "up", "down", "mixed")
_KNOTS: Final = 43  # where the chance is computed; the nodes between lie on a spline through them
_INNER: Final = 0.85  # of the grid has knots: beyond it are only tails under 0.0001
_ROWS: Final = 512  # at a time: the tables of one chunk stay in the processor's cache,
_BLOCK: Final = 32  # as do those of knots by components, which are 24 times as large
_TO_KNOTS: Final = np.linspace(0.0, _INNER, _KNOTS // 2 + 1)
_TO_NODES: Final = np.linspace(0.0, 1.0, NODES // 2 + 1)
_REACH: Final = 60.0  # how many scales the grid goes out beyond the farthest component
_TINY: Final = 1e-12
_HALF: Final = 0.5  # the median
_FEW, _SOME = 2, 5  # increments; above them "many"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was fitted: kernels (a, b, c), drift means, inverse-gamma scales, component weights, widths."""

    kernels: Array
    drifts: Array
    scales: Array
    shape: float
    tempering: float
    log_weights: Array
    widths: dict[str, float]


@dataclass(frozen=True, slots=True)
class Rows:
    """Key results with n increments each: times and values since the first point, and the time to the end."""

    times: Array  # (rows, n), rising, above 0
    values: Array  # (rows, n), in units of the gap
    ends: Array  # (rows,), above the last time
    signs: Array  # (rows,), the way the target lies: -1, 0 or 1


@cache
def parameters() -> Parameters:
    """The fitted numbers, read once."""
    text = resources.files("pejl.domain").joinpath("forecast_parameters.json").read_text(encoding="utf-8")
    raw = json.loads(text)
    weights = np.array(raw["pi"], dtype=np.float64)
    return Parameters(
        kernels=np.array(raw["kernels"], dtype=np.float64),
        drifts=np.array(raw["ms"], dtype=np.float64),
        scales=np.array(raw["s2"], dtype=np.float64),
        shape=float(raw["a"]),
        tempering=float(raw["gamma"]),
        log_weights=np.log(weights / weights.sum()),
        widths=dict(raw["cal"]),
    )


def distributions(
    rows: Rows, *, calibrated: bool = True, fitted: Parameters | None = None
) -> tuple[Array, Array]:
    """Nodes (rows, NODES) of the value at the end and the chance of at most each, both rising.

    Nodes are in units of the gap from the first point. ``calibrated=False`` leaves out the widths;
    without ``fitted`` the shipped parameters hold.
    """
    own = parameters() if fitted is None else fitted
    nodes, below = np.empty((len(rows.ends), NODES)), np.empty((len(rows.ends), NODES))
    for at in range(0, len(rows.ends), _ROWS):
        cut = slice(at, at + _ROWS)
        part = Rows(rows.times[cut], rows.values[cut], rows.ends[cut], rows.signs[cut])
        nodes[cut], below[cut] = _chunk(part, calibrated=calibrated, fitted=own)
    return nodes, below


def likelihoods(rows: Rows, *, fitted: Parameters | None = None) -> Array:
    """Log likelihood of what was seen under each component, (rows, components), up to a constant per row."""
    own = parameters() if fitted is None else fitted
    _, _, _, likely = _components(rows, fitted=own)
    return likely


def student_below(value: Array, *, freedom: int) -> Array:
    """The chance that Student's t with a whole number (2 or more) of degrees of freedom is at most this.

    Closed form: Abramowitz and Stegun 26.7.3 and 26.7.4.

    >>> [round(float(p), 4) for p in student_below(np.array([0.0, 2.776, -2.571]), freedom=4)]
    [0.5, 0.975, 0.031]
    """
    return _root_below(value / math.sqrt(freedom), freedom=freedom)


def _root_below(ratio: Array, *, freedom: int) -> Array:
    """:func:`student_below` of ratio x the root of freedom; in place, as this is most of all the work."""
    odd = freedom % 2
    cosine = ratio * ratio
    cosine += 1.0
    np.reciprocal(cosine, out=cosine)
    *lower, highest = _series(freedom)
    total = cosine * highest if lower else np.full_like(cosine, highest)
    for factor in lower[:0:-1]:
        total += factor
        total *= cosine
    if lower:
        total += lower[0]
    total *= ratio
    if odd:
        total *= cosine
        total += np.arctan(ratio)
        total *= 1 / math.pi
    else:
        total *= np.sqrt(cosine, out=cosine)
        total *= _HALF
    total += _HALF
    return total


@cache
def _series(freedom: int) -> tuple[float, ...]:
    """What the powers of the squared cosine are multiplied by, the lowest first."""
    odd = freedom % 2
    factors = [1.0]
    for k in range(1, (freedom - 1) // 2 if odd else freedom // 2):
        factors.append(factors[-1] * (2 * k / (2 * k + 1) if odd else (2 * k - 1) / (2 * k)))
    return tuple(factors)


def _chunk(rows: Rows, *, calibrated: bool, fitted: Parameters) -> tuple[Array, Array]:
    weights, places, sizes = _heaviest(rows, fitted=fitted)
    knots, nodes = _grid(weights, places, sizes)
    freedom = int(2 * fitted.shape) + rows.times.shape[1]
    read, beyond = _spline()
    below = np.matmul(_chances(knots, weights, places, sizes, freedom=freedom), read) + beyond
    np.clip(below, 0.0, 1.0, out=below)
    np.maximum.accumulate(below, axis=1, out=below)
    if calibrated:
        nodes = _widened(nodes, below, widths(rows.values, fitted=fitted))
    return nodes, below


def _chances(knots: Array, weights: Array, places: Array, sizes: Array, *, freedom: int) -> Array:
    """The chance that the mixture is at most each knot; (rows, knots)."""
    chances = np.empty_like(knots)
    per = 1.0 / (math.sqrt(freedom) * sizes)
    shift = places * per
    for at in range(0, len(knots), _BLOCK):
        cut = slice(at, at + _BLOCK)
        ratio = knots[cut, None, :] * per[cut, :, None]
        ratio -= shift[cut, :, None]
        chances[cut] = np.matmul(weights[cut, None, :], _root_below(ratio, freedom=freedom))[:, 0, :]
    return chances


def _heaviest(rows: Rows, *, fitted: Parameters) -> tuple[Array, Array, Array]:
    """Weight, place and scale of the heaviest components; each (rows, KEPT), weights summing to 1."""
    count, n = rows.times.shape
    places, variances, spread, likely = _components(rows, fitted=fitted)
    logs = likely
    logs *= 1 / (1 + fitted.tempering * n)
    logs += fitted.log_weights
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    best = np.argpartition(weights, -KEPT, axis=1)[:, -KEPT:]
    row = np.arange(count)[:, None]
    kept = weights[row, best]
    kept /= kept.sum(axis=1, keepdims=True)
    place = best // len(fitted.scales)
    sizes = spread.reshape(count, -1)[row, best]
    sizes *= variances[row, place // len(fitted.drifts)]
    sizes /= fitted.shape + n / 2
    return kept, places.reshape(count, -1)[row, place], np.sqrt(sizes)


def _components(rows: Rows, *, fitted: Parameters) -> tuple[Array, Array, Array, Array]:
    """Place by kernel and drift; variance left by kernel; what sigma squared is by kernel, drift and scale
    (times shape + n / 2); and the log likelihood of every component, (rows, components)."""
    count, n = rows.times.shape
    weighed, variances, determinants, residuals = _filtered(rows, fitted=fitted)
    signed = fitted.drifts * rows.signs[:, None]  # (rows, drifts)
    left = rows.ends[:, None] - weighed[1]
    places = weighed[0][:, :, None] + signed[:, None, :] * left[:, :, None]
    squares = residuals[0][:, :, None] - 2 * signed[:, None, :] * residuals[1][:, :, None]
    squares += signed[:, None, :] ** 2 * residuals[2][:, :, None]
    np.maximum(squares, 0.0, out=squares)
    prior = fitted.shape * fitted.scales
    spread = prior + squares[..., None] / 2  # (rows, kernels, drifts, scales)
    likely = np.log(spread)
    likely *= -(fitted.shape + n / 2)
    likely += fitted.shape * np.log(prior)
    likely -= determinants[:, :, None, None] / 2
    return places, variances, spread, likely.reshape(count, -1)


def _filtered(rows: Rows, *, fitted: Parameters) -> tuple[Array, Array, Array, Array]:
    """By row and kernel: what the end takes of (values, times); the variance it has left; ln|K|; and
    (z'Pz, z'Px, x'Px) with P the inverse of K, each in front.

    K = a min(u, v) + b u v + c/2 + c/2 [u = v] is a random walk (a) on a slope (b) seen through noise (c)
    and counted from a first point with the same noise, so a Kalman filter of level and slope gives all of
    it in time that grows with n (Durbin and Koopman, Time Series Analysis by State Space Methods, 2.2, 7.2).
    """
    a, b, c = (column[:, None] for column in fitted.kernels.T)
    shape = (len(a), len(rows.ends))
    noise = c / 2
    p00, p01, p11 = np.broadcast_to(noise, shape), np.zeros(shape), np.broadcast_to(b, shape)
    level, slope = np.zeros((2, *shape)), np.zeros((2, *shape))  # of values, and of times
    residuals, determinants = np.zeros((3, *shape)), np.zeros(shape)
    seen = np.stack([rows.values.T, rows.times.T])[:, :, None, :]  # (2, n, 1, rows)
    before = np.zeros(shape[1])
    for k in range(rows.times.shape[1]):
        passed = rows.times[:, k] - before
        before = rows.times[:, k]
        p00, p01, level = _moved(p00, p01, p11, level, slope, a=a, by=passed)
        total = p00 + noise
        error = seen[:, k] - level
        scaled = error / total
        residuals[:2] += error[0] * scaled
        residuals[2] += error[1] * scaled[1]
        determinants += np.log(total)
        level += p00 * scaled
        slope += p01 * scaled
        p11 = p11 - p01 * p01 / total
        share = noise / total
        p00, p01 = p00 * share, p01 * share
    p00, _, level = _moved(p00, p01, p11, level, slope, a=a, by=rows.ends - before)
    most = a * rows.ends + b * rows.ends**2 + c
    variances = np.maximum(p00 + noise, _TINY * most)
    return _turned(level), _turned(variances), _turned(determinants), _turned(residuals)


def _moved(
    p00: Array, p01: Array, p11: Array, level: Array, slope: Array, *, a: Array, by: Array
) -> tuple[Array, Array, Array]:
    """Level variance, its covariance with the slope, and the level, a time later."""
    turned = p11 * by
    later = p01 + turned
    return p00 + (p01 + later + a) * by, later, level + slope * by


def _turned(found: Array) -> Array:
    return np.ascontiguousarray(np.swapaxes(found, -1, -2))


def _grid(weights: Array, places: Array, sizes: Array) -> tuple[Array, Array]:
    """Knots and nodes that lie closest where the mixture is densest; the nodes reach far beyond it."""
    dense = weights / sizes
    unit = 1.0 / dense.sum(axis=1)
    centre = (dense * places).sum(axis=1) * unit
    far = (np.abs(places - centre[:, None]) + _REACH * sizes).max(axis=1)
    size = np.arcsinh(far / unit)[:, None]
    return _mirrored(size * _TO_KNOTS, centre, unit), _mirrored(size * _TO_NODES, centre, unit)


def _mirrored(steps: Array, centre: Array, unit: Array) -> Array:
    right = unit[:, None] * np.sinh(steps)
    both: Array = np.concatenate([-right[:, :0:-1], right], axis=1)
    both += centre[:, None]
    return both


@cache
def _spline() -> tuple[Array, Array]:
    """Chances at the knots @ the first + the second = chances at the nodes: the cubic spline with level ends,
    and from the outermost knots straight to 0 and 1."""
    slopes: Array = np.eye(_KNOTS)
    steps = np.zeros((_KNOTS, _KNOTS))
    for k in range(1, _KNOTS - 1):
        slopes[k, k - 1 : k + 2] = 1.0, 4.0, 1.0
        steps[k, k - 1], steps[k, k + 1] = -3.0, 3.0
    slopes = np.asarray(np.linalg.solve(slopes, steps), dtype=np.float64)
    place = np.linspace(-1.0, 1.0, NODES)
    at = np.clip((place / _INNER + 1.0) / 2, 0.0, 1.0) * (_KNOTS - 1)
    left = np.minimum(at.astype(np.intp), _KNOTS - 2)
    t, values = (at - left)[:, None], np.eye(_KNOTS)
    read = (1 + 2 * t) * (1 - t) ** 2 * values[left] + t**2 * (3 - 2 * t) * values[left + 1]
    read += t * (1 - t) ** 2 * slopes[left] - t**2 * (1 - t) * slopes[left + 1]
    out = np.clip((np.abs(place) - _INNER) / (1 - _INNER), 0.0, 1.0)
    return np.ascontiguousarray((read * (1 - out)[:, None]).T), out * (place > 0)


def _widened(nodes: Array, below: Array, factors: Array) -> Array:
    """The spread about each median times its factor."""
    row = np.arange(len(nodes))
    after = np.minimum(np.maximum((below < _HALF).sum(axis=1), 1), nodes.shape[1] - 1)
    low, high = below[row, after - 1], below[row, after]
    share = (_HALF - low) / np.maximum(high - low, _TINY)
    median = nodes[row, after - 1] + share * (nodes[row, after] - nodes[row, after - 1])
    wide: Array = median[:, None] + factors[:, None] * (nodes - median[:, None])
    return wide


def widths(values: Array, *, fitted: Parameters | None = None) -> Array:
    """The fitted factor of each row, by how it has moved and how often it was measured."""
    known = (parameters() if fitted is None else fitted).widths
    size = _size(values)
    factors = np.array([known.get(name + size, 1.0) for name in GROUPS], dtype=np.float64)
    return factors[_moves(values)]


def groups(values: Array) -> list[str]:
    """The group of each row: flat, sticky (a third of the weeks or more without a move), up, down or mixed,
    with 0, 1 or 2 for few, some or many increments. ``values`` are (rows, n); up is up, whatever the target.

    >>> groups(np.array([[0.0, 0.0, 0.0], [0.1, 0.3, 0.4], [0.1, 0.1, 0.2], [0.1, 0.0, 0.3]]))
    ['flat1', 'up1', 'sticky1', 'mixed1']
    """
    size = _size(values)
    return [GROUPS[move] + size for move in _moves(values)]


def _size(values: Array) -> str:
    n = values.shape[1]
    return "0" if n <= _FEW else "1" if n <= _SOME else "2"


def _moves(values: Array) -> NDArray[np.intp]:
    """The place in :data:`GROUPS` of each row."""
    n = values.shape[1]
    steps = values.copy()
    steps[:, 1:] -= values[:, :-1]
    still = (steps == 0).sum(axis=1)
    towards = np.where((steps >= 0).all(axis=1), 2, np.where((steps <= 0).all(axis=1), 3, 4))
    return np.where(still == n, 0, np.where(still * 3 >= max(n, 1), 1, towards))
