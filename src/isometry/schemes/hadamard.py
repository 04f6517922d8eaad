"""Starts without randomness: Hadamard matrices and ZerO."""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import ClassVar

import numpy as np
from numpy import float64, int8
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.identities import diagonal_moments
from isometry.schemes.mixtures import Part, mixture
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class Hadamard(Scheme):
    """``W[i, j] = gain / sqrt(columns) · H[i, j]``, signs of Sylvester's Hadamard matrix.

    Rows or columns are exactly orthogonal where the longer side is a power of two; the second
    moment of a random input is kept on the way forward at every size. Nothing is random.

    Attributes:
        gain: Factor, as in variance scaling with ``fan_in``.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (8, 4), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> entries = Hadamard().moments(weight)
    >>> round(4 * (entries.mean**2 + entries.std**2), 12)
    1.0
    """

    name: ClassVar[str] = "hadamard"
    references: ClassVar[tuple[str, ...]] = ("sylvester1867",)

    gain: float = 1.0

    def __post_init__(self) -> None:
        checks.not_negative("gain", self.gain)

    def draw(self, parameter: Parameter) -> Draw:
        """The corner of a Hadamard matrix, for each weight."""
        return matrices.drawn(matrices.matrices(parameter, self.name), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Exact, from the number of positive signs."""
        found = matrices.matrices(parameter, self.name)
        return matrices.stated(found, parameter, self._entries)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:  # noqa: ARG002 - nothing is random
        return self.gain / sqrt(columns or 1) * hadamard_corner(rows, columns)

    def _entries(self, rows: int, columns: int) -> Moments:
        return corner_moments(self.gain / sqrt(columns or 1), rows, columns)


@dataclass(frozen=True, slots=True)
class ZerO(Scheme):
    """Identity where outputs do not outnumber inputs, else ``c · I* H_m I*``; nothing is random.

    ``m = ceil(log2(outputs))`` and ``c = 2^(-(m-1)/2)``. The Hadamard stage breaks the bound that
    partial identities would put on the rank of all later changes. ``|W x|² / |x|²`` is
    ``outputs · 2^(1-m)``: exactly 2 where outputs are a power of two. The last layer of a residual
    branch is 0 instead. Of a kernel only the central tap is filled.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (300, 100), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> entries = ZerO().moments(weight)
    >>> round(300 * (entries.mean**2 + entries.std**2), 6)
    1.171875
    """

    name: ClassVar[str] = "zero_init"
    references: ClassVar[tuple[str, ...]] = ("zhao2021",)

    def draw(self, parameter: Parameter) -> Draw:
        """The identity or a Hadamard corner, for each weight."""
        return matrices.drawn(self._taps(parameter), parameter, _zero_matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Exact."""
        return matrices.stated(self._taps(parameter), parameter, _zero_entries)

    def _taps(self, parameter: Parameter) -> tuple[matrices.Matrix, ...]:
        return matrices.matrices(parameter, self.name, tap=matrices.upper_centre)


def hadamard_corner(rows: int, columns: int) -> NDArray[float64]:
    """The corner of a Sylvester matrix: ``-1`` to the power of the number of ones in ``i & j``."""
    corner = np.ones((1, 1), dtype=int8)
    while len(corner) < max(rows, columns):
        corner = np.block([[corner, corner], [corner, -corner]])
    return corner[:rows, :columns].astype(float64)


def corner_moments(magnitude: float, rows: int, columns: int) -> Moments:
    """Moments of a Hadamard corner times a magnitude, from how many of its signs are positive."""
    side = 1 << (max(rows, columns, 1) - 1).bit_length()
    positive = (rows * columns + corner_sum(side, rows, columns)) // 2
    return mixture(
        [
            Part(positive, Moments(magnitude, 0.0, 1.0)),
            Part(rows * columns - positive, Moments(-magnitude, 0.0, 1.0)),
        ]
    )


@lru_cache(maxsize=4096)
def corner_sum(side: int, rows: int, columns: int) -> int:
    """Sum of the signs in a corner of the Sylvester matrix of ``side`` rows, by its four quarters.

    >>> corner_sum(8, 3, 5) == int(hadamard_corner(8, 8)[:3, :5].sum())
    True
    """
    if not rows or not columns or side == 1:
        return min(rows, columns, 1)
    half = side // 2
    up, left = min(rows, half), min(columns, half)
    down, right = rows - up, columns - left
    top = corner_sum(half, up, left) + corner_sum(half, up, right)
    return top + corner_sum(half, down, left) - corner_sum(half, down, right)


def _zero_matrix(key: rng.Key, rows: int, columns: int) -> NDArray[float64]:  # noqa: ARG001 - nothing is random
    if rows <= columns:
        return matrices.diagonal(rows, columns)
    return _zero_scale(rows) * hadamard_corner(rows, columns)


def _zero_entries(rows: int, columns: int) -> Moments:
    if rows <= columns:
        return diagonal_moments(1.0, rows, columns)
    return corner_moments(_zero_scale(rows), rows, columns)


def _zero_scale(rows: int) -> float:
    m = (rows - 1).bit_length()
    return sqrt(2.0 ** (1 - m))
