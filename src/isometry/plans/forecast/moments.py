"""Moments of elementwise functions of correlated Gaussians, by quadrature on a fixed grid."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

OUTER, INNER = 61, 129
"""Points for what two places share, and for what they do not; kinks cost 1e-4 relative."""

ALONE = 4001
"""Points for one place."""

LARGEST = 801
"""Points for the largest of several places."""


@lru_cache(maxsize=8)
def _rule(points: int) -> tuple[Array, Array]:
    """Midpoint rule on [-7, 7] with normal weights: dense, so that kinks cost little."""
    z = (np.arange(points) + 0.5) / points * 14.0 - 7.0
    w = np.exp(-z * z / 2)
    return z, w / w.sum()


def single(function: Function, mean: float, var: float) -> tuple[float, float, float]:
    """``E f``, ``E f²`` and ``E f⁴`` for a normal of that mean and variance."""
    z, w = _rule(ALONE)
    values = function(mean + np.sqrt(var) * z)
    return float(w @ values), float(w @ values**2), float(w @ values**4)


def slope(function: Function, mean: float, var: float) -> float:
    """``d log E f² / d log var``: how a wrong variance shows after the function; 1 for ReLU."""
    if var <= 0:
        return 0.0
    low, high = (single(function, mean, var * by)[1] for by in (0.9, 1.1))
    return float(np.log(high / low) / np.log(1.1 / 0.9)) if low > 0 and high > 0 else 0.0


def steepness(function: Function, mean: float, var: float) -> float:
    """``E f'²``, from differences over the grid, so that kinks need no care."""
    z, w = _rule(ALONE)
    if var <= 0:
        return 0.0
    half = (z[1] - z[0]) * np.sqrt(var) / 2
    x = mean + np.sqrt(var) * z
    return float(w @ ((function(x + half) - function(x - half)) / (2 * half)) ** 2)


def pair(function: Function, mean: float, var: float, covariance: float) -> float:
    """``E f(u) f(v)`` for two normals of that mean, variance and covariance."""
    if var <= 0:
        return float(function(np.array([mean]))[0] ** 2)
    rho = min(max(covariance / var, -1.0), 1.0)
    shared, w = _rule(OUTER)
    own, v = _rule(INNER)
    common = np.sqrt(abs(rho) * var) * shared[:, None]
    rest = np.sqrt((1 - abs(rho)) * var) * own[None, :]
    first = function(mean + common + rest) @ v
    second = first if rho >= 0 else function(mean - common + rest) @ v
    return float(w @ (first * second))


def largest(
    function: Function, mean: float, var: float, covariance: float, *, among: int
) -> tuple[float, float, float]:
    """Moments of ``f(max)`` for rising ``f``: the largest of equally correlated normals.

    Args:
        function: ``f``, from an array to one of the same shape.
        mean: Of each normal.
        var: Of each normal.
        covariance: Of each pair.
        among: How many normals.

    Returns:
        ``E f``, ``E f²``, and ``E f f'`` of two such maxima that share what all places share.
    """
    rho = min(max(covariance / var, 0.0), 1.0) if var > 0 else 1.0
    shared, w = _rule(OUTER)
    own, _ = _rule(LARGEST)
    weights = _largest_weights(among)
    common = np.sqrt(rho * var) * shared[:, None]
    values = function(mean + common + np.sqrt((1 - rho) * var) * own[None, :])
    given = values @ weights
    return float(w @ given), float(w @ (values**2 @ weights)), float(w @ given**2)


@lru_cache(maxsize=64)
def _largest_weights(among: int) -> Array:
    """Probabilities of the largest of ``among`` unit normals on the grid."""
    from scipy.special import ndtr  # noqa: PLC0415 - loaded by models that take maxima alone

    z, _ = _rule(LARGEST)
    edges = np.concatenate([[-np.inf], (z[1:] + z[:-1]) / 2, [np.inf]])
    return np.diff(ndtr(edges) ** among)
