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
_ROWS: Final = 512  # at a time: the tables of one chunk stay in the processor's cache
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


def distributions(rows: Rows, *, calibrated: bool = True) -> tuple[Array, Array]:
    """Nodes (rows, NODES) of the value at the end and the chance of at most each, both rising.

    Nodes are in units of the gap from the first point. ``calibrated=False`` leaves out the widths.
    """
    parts = [_chunk(_part(rows, at), calibrated=calibrated) for at in range(0, len(rows.ends), _ROWS)]
    return np.concatenate([nodes for nodes, _ in parts]), np.concatenate([below for _, below in parts])


def student_below(value: Array, *, freedom: int) -> Array:
    """The chance that Student's t with a whole number (2 or more) of degrees of freedom is at most this.

    Closed form: Abramowitz and Stegun 26.7.3 and 26.7.4.

    >>> [round(float(p), 4) for p in student_below(np.array([0.0, 2.776, -2.571]), freedom=4)]
    [0.5, 0.975, 0.031]
    """
    ratio = value / math.sqrt(freedom)
    cosine = 1.0 / (1.0 + ratio * ratio)
    root = np.sqrt(cosine)
    odd = freedom % 2
    terms = (freedom - 1) // 2 if odd else freedom // 2
    total = np.ones_like(value)
    for k in range(terms - 1, 0, -1):
        total *= cosine
        total *= 2 * k / (2 * k + 1) if odd else (2 * k - 1) / (2 * k)
        total += 1.0
    if odd:
        below: Array = 0.5 + (np.arctan(ratio) + ratio * cosine * total) / math.pi
    else:
        below = 0.5 + 0.5 * ratio * root * total
    return below


def _part(rows: Rows, at: int) -> Rows:
    cut = slice(at, at + _ROWS)
    return Rows(rows.times[cut], rows.values[cut], rows.ends[cut], rows.signs[cut])


def _chunk(rows: Rows, *, calibrated: bool) -> tuple[Array, Array]:
    weights, places, scales = _components(rows)
    nodes = _grid(weights, places, scales)
    freedom = int(2 * parameters().shape) + rows.times.shape[1]
    standard = (nodes[:, None, :] - places[:, :, None]) / scales[:, :, None]
    below = np.matmul(weights[:, None, :], student_below(standard, freedom=freedom))[:, 0, :]
    below = np.maximum.accumulate(below, axis=1)
    if calibrated:
        nodes = _widened(nodes, below, widths(rows.values))
    return nodes, below


def _components(rows: Rows) -> tuple[Array, Array, Array]:
    """Weight, place and scale of the heaviest components; each (rows, KEPT), weights summing to 1."""
    fitted = parameters()
    count, n = rows.times.shape
    weighed, determinants, variances, residuals = _gaussians(rows)
    signed = fitted.drifts[None, :] * rows.signs[:, None]  # (rows, drifts)
    moved = weighed[:, :, 0, None] + signed[:, None, :] * (rows.ends[:, None] - weighed[:, :, 1])[:, :, None]
    squares = residuals[:, :, 0, None] - 2 * signed[:, None, :] * residuals[:, :, 1, None]
    squares = np.maximum(squares + signed[:, None, :] ** 2 * residuals[:, :, 2, None], 0.0)
    prior = fitted.shape * fitted.scales
    spread = prior + squares[..., None] / 2  # (rows, kernels, drifts, scales)
    likely = fitted.shape * np.log(prior) - (fitted.shape + n / 2) * np.log(spread)
    likely = likely - determinants[:, :, None, None] / 2
    logs = fitted.log_weights + likely.reshape(count, -1) / (1 + fitted.tempering * n)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    sizes = np.sqrt(variances[:, :, None, None] * spread / (fitted.shape + n / 2)).reshape(count, -1)
    places = np.broadcast_to(moved[..., None], spread.shape).reshape(count, -1)
    best = np.argpartition(-weights, KEPT, axis=1)[:, :KEPT]
    kept = np.take_along_axis(weights, best, axis=1)
    kept /= kept.sum(axis=1, keepdims=True)
    return kept, np.take_along_axis(places, best, axis=1), np.take_along_axis(sizes, best, axis=1)


def _gaussians(rows: Rows) -> tuple[Array, Array, Array, Array]:
    """By kernel: what the end takes of (values, times); ln|A|; its variance; (z'Pz, z'Px, x'Px)."""
    n = rows.times.shape[1]
    if n == 0:
        kernels = parameters().kernels
        ends = rows.ends[:, None]
        alone = kernels[:, 0] * ends + kernels[:, 1] * ends**2 + kernels[:, 2]
        shape = alone.shape
        return np.zeros((*shape, 2)), np.zeros(shape), alone, np.zeros((*shape, 3))
    # Key results checked in on the same days share their matrices.
    days = np.concatenate([rows.times, rows.ends[:, None]], axis=1)
    patterns, of_row = np.unique(days, axis=0, return_inverse=True)
    inverses, determinants, crosses, variances = _matrices(patterns[:, :-1], patterns[:, -1])
    of_row = of_row.reshape(-1)
    both = np.stack([rows.values, rows.times], axis=2)  # (rows, n, 2)
    solved = np.matmul(inverses[of_row], both[:, None])  # (rows, kernels, n, 2)
    weighed = np.matmul(crosses[of_row][:, :, None, :], solved)[:, :, 0, :]
    table = np.matmul(both.transpose(0, 2, 1)[:, None], solved)
    residuals = np.stack([table[..., 0, 0], table[..., 0, 1], table[..., 1, 1]], axis=2)
    return weighed, determinants[of_row], variances[of_row], residuals


def _matrices(times: Array, ends: Array) -> tuple[Array, Array, Array, Array]:
    """Inverse, ln determinant, cross-covariance with the end, variance left; by pattern and kernel."""
    a, b, c = (column[None, :, None] for column in parameters().kernels.T)
    x, e = times[:, None, :], ends[:, None, None]
    least = np.minimum(times[:, :, None], times[:, None, :])[:, None]
    product = (times[:, :, None] * times[:, None, :])[:, None]
    noise = 0.5 * (1.0 + np.eye(times.shape[1]))
    matrix = a[..., None] * least + b[..., None] * product + c[..., None] * noise
    cross = a * x + b * x * e + 0.5 * c
    inverse = np.linalg.inv(matrix)
    _, determinant = np.linalg.slogdet(matrix)
    total = (a * e + b * e**2 + c)[..., 0]
    left = total - np.matmul(np.matmul(cross[:, :, None, :], inverse), cross[..., None])[..., 0, 0]
    return inverse, determinant, cross, np.maximum(left, _TINY * total)


def _grid(weights: Array, places: Array, scales: Array) -> Array:
    """Nodes that lie closest where the mixture is densest and reach far beyond its components."""
    dense = weights / scales
    unit = 1.0 / dense.sum(axis=1)
    centre = (dense * places).sum(axis=1) * unit
    far = (np.abs(places - centre[:, None]) + _REACH * scales).max(axis=1)
    steps = np.linspace(-1.0, 1.0, NODES)
    nodes: Array = centre[:, None] + unit[:, None] * np.sinh(np.arcsinh(far / unit)[:, None] * steps)
    return nodes


def _widened(nodes: Array, below: Array, factors: Array) -> Array:
    """The spread about each median times its factor."""
    row = np.arange(len(nodes))
    after = np.clip((below < _HALF).sum(axis=1), 1, nodes.shape[1] - 1)
    low, high = below[row, after - 1], below[row, after]
    share = (_HALF - low) / np.maximum(high - low, _TINY)
    median = nodes[row, after - 1] + share * (nodes[row, after] - nodes[row, after - 1])
    wide: Array = median[:, None] + factors[:, None] * (nodes - median[:, None])
    return wide


def widths(values: Array) -> Array:
    """The fitted factor of each row, by how it has moved and how often it was measured."""
    fitted = parameters().widths
    return np.array([fitted.get(name, 1.0) for name in groups(values)], dtype=np.float64)


def groups(values: Array) -> list[str]:
    """The group of each row: flat, sticky (a third of the weeks or more without a move), up, down or mixed,
    with 0, 1 or 2 for few, some or many increments. ``values`` are (rows, n); up is up, whatever the target.

    >>> groups(np.array([[0.0, 0.0, 0.0], [0.1, 0.3, 0.4], [0.1, 0.1, 0.2], [0.1, 0.0, 0.3]]))
    ['flat1', 'up1', 'sticky1', 'mixed1']
    """
    count, n = values.shape
    size = 0 if n <= _FEW else 1 if n <= _SOME else 2
    steps = np.diff(values, axis=1, prepend=np.zeros((count, 1)))
    still = (steps == 0).sum(axis=1)
    rows = [still == n, still * 3 >= max(n, 1), (steps >= 0).all(axis=1), (steps <= 0).all(axis=1)]
    names = np.select(rows, [0, 1, 2, 3], default=4)
    return [("flat", "sticky", "up", "down", "mixed")[k] + str(size) for k in names]
