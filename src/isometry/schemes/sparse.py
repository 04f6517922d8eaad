"""Few weights that are not zero."""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.parameters import Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.scheme import Moments, Scheme

Line = Literal["input", "output"]
"""Whose weights are counted: all that leave one input, or all that enter one output."""

LINES: tuple[str, ...] = get_args(Line)


@dataclass(frozen=True, slots=True)
class Sparse(Scheme):
    """In every line ``ceil(sparsity · length)`` entries are 0, the others normal.

    Lines are those of one input unit in torch (a column of ``(outputs, inputs)``) and those of one
    output unit in MLX (a row).

    Attributes:
        sparsity: Share of zeros, from 0 to 1.
        std: Standard deviation of the entries that are not 0.
        per: Whose weights are counted.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (10, 8), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> round(Sparse(sparsity=0.75, std=1.0).moments(weight).std ** 2, 12)
    0.2
    """

    name: ClassVar[str] = "sparse"
    references: ClassVar[tuple[str, ...]] = ("martens2010",)

    sparsity: float
    std: float = 0.01
    per: Line = "input"

    def __post_init__(self) -> None:
        checks.not_negative("std", self.std)
        checks.one_of("per", self.per, LINES)
        if not 0 <= self.sparsity <= 1:
            raise errors.InputError(
                f"sparsity is {self.sparsity}",
                needed="a share of zeros from 0 to 1",
                do="pass sparsity=0.9 for one weight in ten",
            )

    def draw(self, parameter: Parameter) -> Draw:
        """Normal entries at random places."""
        return matrices.drawn(matrices.matrices(parameter, self.name), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of normal entries among zeros: ``std · sqrt(share)``, kurtosis ``3 / share``."""
        found = matrices.matrices(parameter, self.name)
        return matrices.stated(found, parameter, self._entries)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        kept = self._kept(rows, columns)
        return scattered(key, (rows, columns), kept=kept, per=self.per, std=self.std)

    def _entries(self, rows: int, columns: int) -> Moments:
        return scattered_moments((rows, columns), self._kept(rows, columns), self.per, self.std)

    def _kept(self, rows: int, columns: int) -> int:
        length = rows if self.per == "input" else columns
        return length - ceil(self.sparsity * length)


@dataclass(frozen=True, slots=True)
class SparseConnections(Scheme):
    """Every output unit has ``count`` incoming weights that are not 0, and they are normal.

    The count does not grow with the layer, so neither does the input of a unit: its variance is
    ``count · std²`` at any width. Martens used 15 and tanh biases of 0.5.

    Attributes:
        count: Incoming weights of each unit that are not 0; all of them where there are fewer.
        std: Their standard deviation.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (10, 100), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> round(SparseConnections().moments(weight).std ** 2 * 100, 12)
    15.0
    """

    name: ClassVar[str] = "sparse_connections"
    references: ClassVar[tuple[str, ...]] = ("martens2010",)

    count: int = 15
    std: float = 1.0

    def __post_init__(self) -> None:
        checks.positive("count", self.count)
        checks.not_negative("std", self.std)

    def draw(self, parameter: Parameter) -> Draw:
        """Normal entries at random places."""
        return matrices.drawn(matrices.matrices(parameter, self.name), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the normal entries among zeros."""
        found = matrices.matrices(parameter, self.name)
        return matrices.stated(found, parameter, self._entries)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        kept = min(self.count, columns)
        return scattered(key, (rows, columns), kept=kept, per="output", std=self.std)

    def _entries(self, rows: int, columns: int) -> Moments:
        return scattered_moments((rows, columns), min(self.count, columns), "output", self.std)


def scattered(
    key: rng.Key, shape: tuple[int, int], *, kept: int, per: Line, std: float
) -> NDArray[float64]:
    """Normal entries, of which every line keeps ``kept`` at places of its own."""
    values = std * matrices.gaussian_matrix(key, *shape)
    words = rng.words(matrices.child(key, 1), 0, shape[0] * shape[1]).reshape(shape)
    axis = 0 if per == "input" else 1
    order = np.argsort(words, axis=axis, kind="stable")
    dropped = order[kept:] if axis == 0 else order[:, kept:]
    np.put_along_axis(values, dropped, 0.0, axis=axis)
    return values


def scattered_moments(shape: tuple[int, int], kept: int, per: Line, std: float) -> Moments:
    """Moments of normal entries of which a share is kept: variance ``share · std²``."""
    length = shape[0] if per == "input" else shape[1]
    share = kept / length if length else 0.0
    return Moments(0.0, std * sqrt(share), 3.0 / share if share else 1.0)
