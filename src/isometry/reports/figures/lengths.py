"""``χ`` over many variances at once, from one table of moments."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isometry import theory
from isometry.theory.quadrature import largest_q

Array = NDArray[np.float64]

SMALLEST, LARGEST, A_DECADE = -8, 8, 8
"""Lengths that the table covers, as powers of ten, and its points a decade."""
SMALL = 1e-9
"""What rounding may add to a logarithm."""
HALVINGS = 20
"""Of a step of the table, down to a millionth of it."""


class Lengths(NamedTuple):
    """Moments of one activation over lengths, as cubics between points.

    Attributes:
        logs: Logarithms of the lengths, ascending and even.
        m2: Mean square of the activation.
        d2: Mean square of its slope.
        at_zero: Square of its slope at 0.
    """

    logs: Array
    m2: Array
    d2: Array
    at_zero: float

    def between(self, values: Array, logs: Array) -> Array:
        """A column of the table at any lengths within it (Catmull & Rom 1974)."""
        step = self.logs[1] - self.logs[0]
        place = np.clip((logs - self.logs[0]) / step, 0.0, len(self.logs) - 1.0)
        k = np.minimum(place.astype(int), len(self.logs) - 2)
        t, slopes = place - k, np.gradient(values)
        start, end = values[k], values[k + 1]
        bend = (slopes[k] + slopes[k + 1] - 2.0 * (end - start)) * t
        found: Array = start + t * (
            slopes[k] + t * (3.0 * (end - start) - 2.0 * slopes[k] - slopes[k + 1] + bend)
        )
        return found


def point_chi(phi: theory.Activation, weight_var: float, bias_var: float) -> float:
    """``χ`` at the length that a signal settles at from 1, with its limits at 0 and at infinity.

    Args:
        phi: The activation.
        weight_var: Variance of a weight times its fan-in.
        bias_var: Variance of a bias.

    Returns:
        ``χ``.
    """
    q = theory.q_star(phi, weight_var=weight_var, bias_var=bias_var)
    if q == 0.0:
        return weight_var * phi.squared_slope_at_zero
    return theory.chi(phi, min(q, 10.0**LARGEST, largest_q(phi)), weight_var=weight_var)


def chi_over(table: Lengths, weights: Array, biases: Array) -> Array:
    """``χ`` over a grid of variances, from the table of moments.

    Args:
        table: The moments.
        weights: Variances of weights times fan-in, shape (columns,).
        biases: Variances of biases, shape (rows,).

    Returns:
        ``χ``, shape (rows, columns).
    """
    surplus = weights[:, None] * table.m2 + biases[:, None, None] - np.exp(table.logs)
    start = int(np.searchsorted(table.logs, -SMALL))
    up = start + _first(surplus[..., start:] <= 0.0)
    down = start + 1 - _first(surplus[..., start::-1] >= 0.0)
    above = np.where(surplus[..., start] > 0.0, up, down)
    last = len(table.logs) - 1
    logs = _settled(table, (weights, biases[:, None]), np.clip(above, 1, last))
    d2 = np.where(above > last, table.d2[-1], table.between(table.d2, logs))
    return np.asarray(weights * np.where(above <= 0, table.at_zero, d2))


def _first(mask: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Index of the first true one along the last axis; one more than all where there is none."""
    place: NDArray[np.int_] = np.where(mask.any(axis=-1), mask.argmax(axis=-1), mask.shape[-1] + 1)
    return place


def _settled(table: Lengths, variances: tuple[Array, Array], above: NDArray[np.int_]) -> Array:
    """Logarithm of the length at which each signal settles, just before a point of the table."""
    (weights, biases), low, high = variances, table.logs[above - 1], table.logs[above]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        over = weights * table.between(table.m2, middle) + biases > np.exp(middle)
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return (low + high) / 2


@lru_cache(maxsize=32)
def table_of(phi: theory.Activation) -> Lengths:
    """The moments of an activation over all lengths, worked out once."""
    decades = np.arange(SMALLEST * A_DECADE, LARGEST * A_DECADE + 1) / A_DECADE
    lengths = 10.0 ** decades[decades <= np.log10(largest_q(phi))]
    found = [theory.moments(phi, q) for q in lengths.tolist()]
    m2, d2 = (np.array([getattr(one, name) for one in found]) for name in ("m2", "d2"))
    known = np.isfinite(m2) & np.isfinite(d2)
    return Lengths(np.log(lengths[known]), m2[known], d2[known], phi.squared_slope_at_zero)
