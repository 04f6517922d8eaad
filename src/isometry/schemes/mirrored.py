"""Exact isometry through ReLU and its kin: weights that see each unit together with its mirror."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal, assert_never, get_args

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import errors, rng, theory
from isometry.parameters import Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Draw
from isometry.schemes.orthogonal import orthonormal, orthonormal_moments, shape_factor
from isometry.schemes.scheme import Moments, Scheme

Form = Literal["first", "hidden", "readout"]
"""Where the weight stands: before the first activation, between two, or after the last."""

FORMS: tuple[str, ...] = get_args(Form)


@dataclass(frozen=True, slots=True)
class Mirrored(Scheme):
    """``[A; -A]`` first, ``[[A, -A], [-A, A]]`` between, ``[A, -A]`` last, with Haar ``A``.

    Where ``φ(u) - φ(-u) = c u`` the nonlinearities cancel at the start: with ``A`` divided by ``c``
    after an activation, the network is the linear map ``∏ A``, and every singular value of its
    Jacobian is 1 at any depth. True of ReLU, leaky ReLU (``c = 1 + a``), GELU, SiLU, softplus and
    hardswish. Biases must be 0. The pairs part at the first step of training. Of a kernel only the
    central tap (the lower of two) is filled.

    Attributes:
        form: Where the weight stands.
        activation: Name of the activation in front of it; for the form ``first`` there is none.
        gain: Factor on every singular value.

    Raises:
        InputError: The activation is not of the class.

    >>> from isometry.parameters import Axes
    >>> weight = Parameter("fc.weight", (8, 8), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> Mirrored(activation="gelu").moments(weight).std
    0.5
    """

    name: ClassVar[str] = "mirrored"
    references: ClassVar[tuple[str, ...]] = ("balduzzi2017", "burkholz2019")

    form: Form = "hidden"
    activation: str = "relu"
    gain: float = 1.0

    def __post_init__(self) -> None:
        checks.one_of("form", self.form, FORMS)
        checks.not_negative("gain", self.gain)
        _ = odd_slope(self.activation)

    def draw(self, parameter: Parameter) -> Draw:
        """A Haar matrix of half the size and its mirror images."""
        return matrices.drawn(self._taps(parameter), parameter, self._matrix)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the Haar matrix, each entry of which appears twice or four times."""
        return matrices.stated(self._taps(parameter), parameter, self._entries)

    def _taps(self, parameter: Parameter) -> tuple[matrices.Matrix, ...]:
        found = matrices.matrices(parameter, self.name, tap=matrices.lower_centre)
        down, across = self._copies()
        for one in found:
            if one.rows % down or one.columns % across:
                checks.refuse_shape(
                    parameter,
                    f"{self.name}(form={self.form!r})",
                    found=f"a weight of {one.rows} outputs and {one.columns} inputs",
                    needed="an even number of units on each side that has an activation",
                    do="make the width even, or use orthogonal",
                )
        return found

    def _matrix(self, key: rng.Key, rows: int, columns: int) -> NDArray[float64]:
        half = self._half(rows, columns)
        a = self._scale(*half) * orthonormal(key, *half)
        match self.form:
            case "first":
                return np.concatenate([a, -a])
            case "hidden":
                return np.block([[a, -a], [-a, a]])
            case "readout":
                return np.concatenate([a, -a], axis=1)
            case _:
                assert_never(self.form)

    def _entries(self, rows: int, columns: int) -> Moments:
        half = self._half(rows, columns)
        return orthonormal_moments(self._scale(*half), *half)

    def _copies(self) -> tuple[int, int]:
        return 1 if self.form == "readout" else 2, 1 if self.form == "first" else 2

    def _half(self, rows: int, columns: int) -> tuple[int, int]:
        down, across = self._copies()
        return rows // down, columns // across

    def _scale(self, rows: int, columns: int) -> float:
        slope = 1.0 if self.form == "first" else odd_slope(self.activation)
        return self.gain * shape_factor(rows, columns) / slope


@lru_cache(maxsize=64)
def odd_slope(activation: str) -> float:
    """The number ``c`` with ``φ(u) - φ(-u) = c u`` for all ``u``.

    Args:
        activation: Name of the activation ``φ``.

    Returns:
        A number above 0.

    Raises:
        InputError: There is none above 0.

    >>> odd_slope("silu"), odd_slope("leaky_relu(a=0.25)")
    (1.0, 1.25)
    """
    slope = theory.mirror_slope(activation)
    if slope is None or not slope > 0:
        raise errors.InputError(
            f"no c makes φ(u) - φ(-u) = c u true of {activation}",
            needed="an activation whose mirrored units add up to a linear map: relu, leaky_relu, "
            "gelu, silu, softplus, hardswish",
            do="use orthogonal with the gain of this activation",
        )
    return slope
