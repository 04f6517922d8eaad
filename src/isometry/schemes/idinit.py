"""Padded identities for layers of any shape."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.mixtures import Part, mixture
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class IDInit(Scheme):
    """``W[i, j] = tau`` where ``i ≡ j (mod min(rows, columns))``: a tiled identity.

    A kernel is read as a matrix ``(outputs, inputs · taps)``, so the ones wander through the patch
    from unit to unit. ``tau = sqrt(2)`` serves ReLU. With ``tau = 1e-6`` and alternating tiles it
    is the last layer of a residual branch: almost 0, and no unit dead. The identity start is
    symmetric: a little noise loosens it, and momentum leaves it.

    Attributes:
        tau: Size of the entries that are not 0.
        alternating: Whether every second tile is negative.
        noise: Standard deviation of normal noise on all entries.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (8, 4), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> IDInit().moments(weight).mean * weight.size
    8.0
    """

    name: ClassVar[str] = "idinit"
    references: ClassVar[tuple[str, ...]] = ("pan2025",)

    tau: float = 1.0
    alternating: bool = False
    noise: float = 0.0

    def __post_init__(self) -> None:
        checks.finite("tau", self.tau)
        checks.not_negative("noise", self.noise)

    def draw(self, parameter: Parameter) -> Draw:
        """The tiled identity of each weight."""
        return matrices.drawn(matrices.matrices(parameter, self.name), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Exact, of the entries on the tiles."""
        found = matrices.matrices(parameter, self.name)
        return matrices.stated(found, parameter, self._entries)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        short, long = min(rows, columns), max(rows, columns)
        tiles = self.tau * matrices.diagonal(rows, columns, period=short)
        if self.alternating:
            signs = np.where(np.arange(long) // short % 2, -1.0, 1.0)
            tiles *= signs[:, None] if rows > columns else signs
        if self.noise:
            tiles += self.noise * matrices.gaussian_matrix(key, rows, columns)
        return tiles

    def _entries(self, rows: int, columns: int) -> Moments:
        short, long = min(rows, columns), max(rows, columns)
        negative = 0
        if self.alternating and short:
            tiles, rest = divmod(long, 2 * short)
            negative = tiles * short + max(0, rest - short)
        return mixture(
            [
                Part(long - negative, Moments(self.tau, self.noise)),
                Part(negative, Moments(-self.tau, self.noise)),
                Part(rows * columns - long, Moments(0.0, self.noise)),
            ]
        )


ZERO_BRANCH = IDInit(tau=1e-6, alternating=True)
"""The last layer of a residual branch: almost 0, and no unit dead."""
