"""The spectral condition: a norm that lets every layer learn at any width."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from numpy import float64
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Axes, Parameter, matrix_shape
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.elementwise import ElementwiseScheme, normal
from isometry.schemes.orthogonal import orthonormal, orthonormal_moments
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class Spectral(ElementwiseScheme):
    """Normal with the spectral norm ``gain · sqrt(fan_out / fan_in)``.

    A normal matrix of std ``s`` has the norm ``s (sqrt(fan_in) + sqrt(fan_out))`` to leading order,
    so ``s = gain · sqrt(fan_out / fan_in) / (sqrt(fan_in) + sqrt(fan_out))``. Fans are the columns
    and rows of one weight as a matrix; an embedding's input is one row, so its fan_in is 1.

    Attributes:
        gain: Factor on the norm.

    >>> weight = Parameter("fc.weight", (400, 100), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> Spectral().moments(weight).std
    0.06666666666666667
    """

    name: ClassVar[str] = "spectral"
    references: ClassVar[tuple[str, ...]] = ("yang2023",)

    gain: float = 1.0

    def __post_init__(self) -> None:
        checks.not_negative("gain", self.gain)

    def law(self, parameter: Parameter) -> rng.Law:
        """The normal law."""
        fan_out, fan_in = _sides(parameter, checks.known_axes(parameter, self.name))
        if not fan_in or not fan_out:
            return rng.Constant(0.0)
        norm = self.gain * sqrt(fan_out / fan_in)
        return normal(0.0, norm / (sqrt(fan_in) + sqrt(fan_out)))


@dataclass(frozen=True, slots=True)
class SpectralOrthogonal(Scheme):
    """A Haar matrix times ``gain · sqrt(fan_out / fan_in)``: every singular value is exactly that.

    The start that belongs to optimizers which orthogonalise their updates.

    Attributes:
        gain: Factor on the singular values.

    >>> weight = Parameter("fc.weight", (400, 100), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> SpectralOrthogonal().moments(weight).std
    0.1
    """

    name: ClassVar[str] = "spectral_orthogonal"
    references: ClassVar[tuple[str, ...]] = ("yang2023",)

    gain: float = 1.0

    def __post_init__(self) -> None:
        checks.not_negative("gain", self.gain)

    def draw(self, parameter: Parameter) -> Draw:
        """One Haar matrix for each weight."""
        return matrices.drawn(self._matrices(parameter), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the Haar matrix's entries."""
        return matrices.stated(self._matrices(parameter), parameter, self._entries)

    def _matrices(self, parameter: Parameter) -> tuple[matrices.Matrix, ...]:
        if parameter.axes is not None and parameter.axes.lookup:
            checks.refuse_shape(
                parameter,
                self.name,
                found="a table that is looked up",
                needed="a weight that sums over its inputs",
                do="use spectral",
            )
        return matrices.matrices(parameter, self.name)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        return self._scale(rows, columns) * orthonormal(key, rows, columns)

    def _entries(self, rows: int, columns: int) -> Moments:
        return orthonormal_moments(self._scale(rows, columns), rows, columns)

    def _scale(self, rows: int, columns: int) -> float:
        return self.gain * sqrt(rows / (columns or 1))


def _sides(parameter: Parameter, axes: Axes) -> tuple[float, float]:
    """Rows and columns of one weight; of a group, one group's."""
    rows, columns = matrix_shape(parameter.shape, axes)
    if axes.groups_on == "outputs":
        return rows / axes.groups, 1 if axes.lookup else columns
    return rows, 1 if axes.lookup else columns / axes.groups
