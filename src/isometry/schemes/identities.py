"""Weights that hand their input on unchanged."""

from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import ClassVar

from numpy import float64
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.mixtures import Part, mixture, two_valued
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class Identity(Scheme):
    """``W[i, j] = gain`` where ``i = j``, else 0: a part of the identity where it is not square.

    Each expert and packed block is an identity. A kernel wants `Dirac`.

    Attributes:
        gain: Value on the diagonal.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("rnn.weight_hh", (4, 4), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> Identity().moments(weight).mean
    0.25
    """

    name: ClassVar[str] = "identity"
    references: ClassVar[tuple[str, ...]] = ("le2015",)

    gain: float = 1.0

    def __post_init__(self) -> None:
        checks.finite("gain", self.gain)

    def draw(self, parameter: Parameter) -> Draw:
        """The diagonal of each weight; nothing is random."""
        return matrices.drawn(self._matrices(parameter), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Exact, of the few entries that are not 0."""
        entries = partial(diagonal_moments, self.gain)
        return matrices.stated(self._matrices(parameter), parameter, entries)

    def _matrices(self, parameter: Parameter) -> tuple[matrices.Matrix, ...]:
        if parameter.axes is not None and parameter.axes.window:
            checks.refuse_shape(
                parameter,
                self.name,
                found=f"shape {parameter.shape}, which has kernel axes {parameter.axes.window}",
                needed="a weight without a kernel",
                do="use dirac, the identity of a convolution",
            )
        return matrices.matrices(parameter, self.name)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:  # noqa: ARG002 - nothing is random
        return self.gain * matrices.diagonal(rows, columns)


@dataclass(frozen=True, slots=True)
class Dirac(Scheme):
    """``W[i, i, centre] = gain`` and 0 elsewhere: a convolution that hands its channels on.

    In a grouped convolution each group does so with its own channels. Of an even kernel the upper
    of the two central taps is used, as in torch.

    Attributes:
        gain: Value of the entries that are not 0.

    >>> from isometry.parameters import Axes
    >>> kernel = Parameter("conv.weight", (8, 8, 3, 3), axes=Axes((0,), (1,), window=(2, 3)))
    >>> Dirac().moments(kernel).mean * kernel.size
    8.0
    """

    name: ClassVar[str] = "dirac"

    gain: float = 1.0

    def __post_init__(self) -> None:
        checks.finite("gain", self.gain)

    def draw(self, parameter: Parameter) -> Draw:
        """The diagonal of each group at the central tap; nothing is random."""
        return matrices.drawn(self._taps(parameter), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Exact, of the few entries that are not 0."""
        entries = partial(diagonal_moments, self.gain)
        return matrices.stated(self._taps(parameter), parameter, entries)

    def _taps(self, parameter: Parameter) -> tuple[matrices.Matrix, ...]:
        return matrices.matrices(parameter, self.name, tap=matrices.upper_centre)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:  # noqa: ARG002 - nothing is random
        return self.gain * matrices.diagonal(rows, columns)


@dataclass(frozen=True, slots=True)
class TanhIdentity(Scheme):
    """``W = D + Z`` with ``D[i, j] = 1`` where ``i ≡ j (mod inputs)``, ``Z ~ N(0, std² / inputs)``.

    A tanh unit with a slope of about 1 has fixed points away from 0, so a signal survives thousands
    of narrow layers in which Glorot's vanishes.

    Attributes:
        std: Deviation of the random part, times ``sqrt(inputs)``.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (64, 64), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> TanhIdentity().moments(weight).mean * 64
    1.0
    """

    name: ClassVar[str] = "tanh_identity"
    references: ClassVar[tuple[str, ...]] = ("lee2025",)

    std: float = 0.085

    def __post_init__(self) -> None:
        checks.not_negative("std", self.std)

    def draw(self, parameter: Parameter) -> Draw:
        """Identity and noise, for each weight."""
        return matrices.drawn(matrices.matrices(parameter, self.name), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of noise on two levels."""
        found = matrices.matrices(parameter, self.name)
        return matrices.stated(found, parameter, self._entries)

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        noise = self.std / sqrt(columns) * matrices.gaussian_matrix(key, rows, columns)
        period = columns if rows > columns else 0
        return matrices.diagonal(rows, columns, period=period) + noise

    def _entries(self, rows: int, columns: int) -> Moments:
        ones = rows if rows > columns else min(rows, columns)
        return noisy(ones, rows * columns, 1.0, self.std / sqrt(columns or 1))


def diagonal_moments(value: float, rows: int, columns: int) -> Moments:
    """Moments of a matrix with ``value`` on its diagonal and 0 elsewhere."""
    return two_valued(min(rows, columns), rows * columns, value)


def noisy(nonzeros: int, count: int, value: float, std: float) -> Moments:
    """Moments of ``value`` in some entries and 0 in the others, plus normal noise on all."""
    return mixture(
        [
            Part(nonzeros, Moments(value, std)),
            Part(count - nonzeros, Moments(0.0, std)),
        ]
    )
