"""Orthonormal rows or columns, uniform over all such matrices."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from numpy import float64
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.parameters import CONVENTIONS, Axes, Convention, Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class Orthogonal(Scheme):
    """Each weight is ``gain · sqrt(max(1, rows / columns)) · Q`` with orthonormal rows or columns.

    ``Q`` is Haar distributed: every orthonormal matrix is as likely. Rows are outputs, columns are
    inputs times taps; each expert, packed block and group is a matrix of its own. The factor for
    tall matrices keeps the mean square of the signal: without it ``rows > columns`` shrinks it by
    ``columns / rows``. Flattening a kernel does not make an isometric convolution; see
    `DeltaOrthogonal`.

    Other conventions repeat a framework: one matrix for the whole tensor, no factor, and the axis
    that this framework takes for rows (torch its first, Keras and Flax their last).

    Attributes:
        gain: Factor on every singular value.
        correction: Whether tall matrices get the factor; only with the convention ``semantic``.
        convention: Whose flattening.

    >>> weight = Parameter("fc.weight", (64, 16), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> Orthogonal().moments(weight).std ** 2 * 16
    1.0
    >>> Orthogonal(correction=False).moments(weight).std ** 2 * 16
    0.25
    """

    name: ClassVar[str] = "orthogonal"
    references: ClassVar[tuple[str, ...]] = ("saxe2014", "martens2021")

    gain: float = 1.0
    correction: bool = True
    convention: Convention = "semantic"

    def __post_init__(self) -> None:
        checks.not_negative("gain", self.gain)
        checks.one_of("convention", self.convention, CONVENTIONS)

    def draw(self, parameter: Parameter) -> Draw:
        """One Haar matrix for each weight."""
        view = self._view(parameter)
        return matrices.drawn(matrices.matrices(view, self.name), view, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """``std = scale / sqrt(max(rows, columns))``: exactly the entries' root mean square."""
        view = self._view(parameter)
        return matrices.stated(matrices.matrices(view, self.name), view, self._entries)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        return self._scale(rows, columns) * orthonormal(key, rows, columns)

    def _entries(self, rows: int, columns: int) -> Moments:
        return orthonormal_moments(self._scale(rows, columns), rows, columns)

    def _scale(self, rows: int, columns: int) -> float:
        if self.correction and self.convention == "semantic":
            return self.gain * shape_factor(rows, columns)
        return self.gain

    def _view(self, parameter: Parameter) -> Parameter:
        if self.convention == "semantic":
            return parameter
        if len(parameter.shape) < 2:
            raise errors.ShapeError(
                f"{self.name} was asked to fill shape {parameter.shape}",
                needed="at least two axes",
                do="choose a scheme for vectors",
                path=parameter.path,
            )
        unit = _unit_axis(parameter, self.convention)
        rest = tuple(axis for axis in range(len(parameter.shape)) if axis != unit)
        return matrices.same(parameter, Axes(outputs=(unit,), inputs=rest))


def orthonormal(key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
    """A Haar matrix with orthonormal columns, or rows where it is wide."""
    if rows >= columns:
        return rng.stiefel(key, rows, columns)
    return rng.stiefel(key, columns, rows).T


def orthonormal_moments(scale: float, rows: int, columns: int) -> Moments:
    """Moments of the entries of ``scale · Q``.

    A long side of length ``n`` is a unit vector, uniform on the sphere, whose entries have
    ``E x² = 1 / n`` and ``E x⁴ = 3 / (n (n + 2))``: the kurtosis is ``3 n / (n + 2)``.

    >>> orthonormal_moments(1.0, 4, 4)
    Moments(mean=0.0, std=0.5, kurtosis=2.0, skewness=0.0)
    """
    n = max(rows, columns, 1)
    return Moments(0.0, scale / sqrt(n), 3 * n / (n + 2))


def shape_factor(rows: float, columns: float) -> float:
    """``sqrt(max(1, rows / columns))``: what keeps the mean square where outputs outnumber inputs.

    Martens et al. 2021, "scale-corrected uniform orthogonal".
    """
    return sqrt(max(1.0, rows / columns)) if columns else 1.0


def _unit_axis(parameter: Parameter, convention: Convention) -> int:
    """The one axis that a framework takes for rows, in its own layout of this layer."""
    axes = parameter.axes
    if axes is None:
        return 0 if convention == "torch" else len(parameter.shape) - 1
    if convention == "torch":
        return _first(axes)
    return _last(axes, swapped=convention == "keras" and axes.transposed)


def _first(axes: Axes) -> int:
    inputs_first = axes.transposed or axes.lookup
    sides = (axes.inputs, axes.outputs) if inputs_first else (axes.outputs, axes.inputs)
    return (*axes.stacked, *sides[0], *sides[1], *axes.window)[0]


def _last(axes: Axes, *, swapped: bool) -> int:
    sides = (axes.outputs, axes.inputs) if swapped else (axes.inputs, axes.outputs)
    return (*axes.stacked, *axes.window, *sides[0], *sides[1])[-1]
