"""Householder reflections, and their product applied by the reference engine."""

from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

PANEL = 32
"""Columns that are worked on together, so that they stay in a cache."""


@dataclass(frozen=True, slots=True)
class Reflections:
    """The reflections ``H_k`` and signs of one matrix; ``orthonormal`` gives the formulas.

    Attributes:
        vectors: ``u_0, u_1, ...`` one after the other.
        starts: Where each begins in ``vectors``, then the end of the last: ``(columns + 1,)``.
        factors: ``b_k``, ``(columns,)``.
        signs: ``-s_k``, ``(columns,)``.
    """

    vectors: NDArray[float64]
    starts: NDArray[int64]
    factors: NDArray[float64]
    signs: NDArray[float64]


def reflect(q: NDArray[float64], first: int, stop: int, reflections: Reflections) -> None:
    """Apply all reflections, last to first, then the signs, to columns ``first`` to ``stop``.

    Args:
        q: The first columns of the identity, ``(rows, columns)``; changed in place.
        first: First column.
        stop: Column after the last.
        reflections: As many as ``q`` has columns.
    """
    for low in range(first, stop, PANEL):
        high = min(low + PANEL, stop)
        # Two columns at least: NumPy adds up a single one in pairs, several in the order of rows.
        panel = np.zeros((len(q), max(2, high - low)), dtype=float64)
        panel[:, : high - low] = q[:, low:high]
        _reflect_panel(panel, high, reflections)
        q[:, low:high] = panel[:, : high - low] * reflections.signs[low:high]


def _reflect_panel(panel: NDArray[float64], count: int, reflections: Reflections) -> None:
    """Apply reflections ``count - 1 .. 0``; those further down leave these columns as they are."""
    for k in range(count - 1, -1, -1):
        start, stop = reflections.starts[k], reflections.starts[k + 1]
        u, below = reflections.vectors[start:stop, None], panel[k:]
        dots = np.add.reduce(u * below, axis=0)
        below -= u * (dots * reflections.factors[k])
