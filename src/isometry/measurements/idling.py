"""Dead units and saturated values of an activation that is known by its name."""

import math
from functools import cache

import numpy as np

from isometry import theory
from isometry.measurements.activations import DEAD, FAR, SATURATED, Function, slopes_of, steepest
from isometry.measurements.observed import Array

FINE = 1e-3
"""Distance of the points that the slope is looked at, near zero; it grows with the distance."""
HALVINGS = 60


def dead(name: str, low: Array, high: Array) -> int:
    """How many units have hardly any slope between the least and greatest value they met.

    >>> dead("relu", np.array([-3.0, -2.0]), np.array([-1.0, 2.0]))
    1
    """
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return 0
    starts, ends = lively(name)
    alive = (starts[:, None] <= high) & (ends[:, None] >= low)
    return int((~alive.any(0)).sum())


def saturated(name: str, values: Array) -> float:
    """Share of values on the flat ends; 0 for an activation that is unbounded on a side.

    >>> saturated("tanh", np.array([0.0, 0.1, 5.0, -9.0])), saturated("relu", np.array([-9.0]))
    (0.5, 0.0)
    """
    if not bounded(name):
        return 0.0
    slopes = slopes_of(name, theory.activation(name).function)
    return float((slopes(values) < SATURATED * steepest(slopes)).mean())


@cache
def bounded(name: str) -> bool:
    """Whether an activation's values stay bounded on both sides."""
    ends = np.abs(theory.activation(name).function(np.array([-FAR, FAR])))
    return bool((ends < math.sqrt(FAR)).all())


@cache
def lively(name: str) -> tuple[Array, Array]:
    """Where an activation has a slope: starts and ends of intervals, infinite at the outside.

    >>> [ends.round(9).tolist() for ends in lively("hardtanh")]
    [[-1.0], [1.0]]
    >>> [ends.round(4).tolist() for ends in lively("elu")]
    [[-6.9078], [inf]]
    """
    slopes = slopes_of(name, theory.activation(name).function)
    least = DEAD * steepest(slopes)
    half = np.sinh(np.arange(FINE, math.asinh(FAR), FINE))
    points = np.concatenate([[-math.inf], -half[::-1], [0.0], half, [math.inf]])
    up = np.concatenate([[False], slopes(points[1:-1]) > least, [False]])
    first = np.flatnonzero(up[1:] & ~up[:-1])
    last = np.flatnonzero(up[:-1] & ~up[1:])
    starts = _edges(slopes, least, points[first], points[first + 1])
    return starts, _edges(slopes, least, points[last + 1], points[last])


def _edges(slopes: Function, least: float, flat: Array, steep: Array) -> Array:
    """Between a flat and a steep point each, where the slope passes ``least``; by halving."""
    found = steep.copy()
    inner = np.isfinite(flat)
    flat, steep = flat[inner], steep[inner]
    for _ in range(HALVINGS):
        middle = (flat + steep) / 2
        up = slopes(middle) > least
        flat, steep = np.where(up, flat, middle), np.where(up, middle, steep)
    found[inner] = steep
    found[~inner] *= math.inf
    return found
