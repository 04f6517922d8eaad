"""Orthogonal convolutions: one tap holds an orthonormal matrix, the others are zero."""

from dataclasses import dataclass
from typing import ClassVar

from numpy import float64
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.orthogonal import orthonormal, orthonormal_moments, shape_factor
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class DeltaOrthogonal(Scheme):
    """``W[:, :, centre] = gain · sqrt(max(1, outputs / inputs)) · H`` and 0 at every other tap.

    ``H`` is a Haar matrix with orthonormal columns (rows where inputs outnumber outputs: then what
    the layer projects away is lost, as it must be). The convolution keeps norms for any padding and
    any depth, which no kernel of independent entries does. Of an even kernel the lower of the two
    central taps is used, as in JAX. Each group is a matrix of its own.

    Attributes:
        gain: Factor on every singular value.
        correction: Whether more outputs than inputs get the factor, which keeps the mean square per
            unit; without it the norm is kept.

    >>> from isometry.parameters import Axes
    >>> kernel = Parameter("conv.weight", (16, 16, 3, 3), axes=Axes((0,), (1,), window=(2, 3)))
    >>> round(DeltaOrthogonal().moments(kernel).std ** 2 * 16 * 9, 12)
    1.0
    """

    name: ClassVar[str] = "delta_orthogonal"
    references: ClassVar[tuple[str, ...]] = ("xiao2018",)

    gain: float = 1.0
    correction: bool = True

    def __post_init__(self) -> None:
        checks.not_negative("gain", self.gain)

    def draw(self, parameter: Parameter) -> Draw:
        """One Haar matrix for each group, at the central tap."""
        return matrices.drawn(self._taps(parameter), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the central tap's entries among zeros."""
        return matrices.stated(self._taps(parameter), parameter, self._entries)

    def _taps(self, parameter: Parameter) -> tuple[matrices.Matrix, ...]:
        return matrices.matrices(parameter, self.name, tap=matrices.lower_centre)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        return self._scale(rows, columns) * orthonormal(key, rows, columns)

    def _entries(self, rows: int, columns: int) -> Moments:
        return orthonormal_moments(self._scale(rows, columns), rows, columns)

    def _scale(self, rows: int, columns: int) -> float:
        return self.gain * (shape_factor(rows, columns) if self.correction else 1.0)
