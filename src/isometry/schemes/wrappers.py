"""Schemes made from other schemes: scaled, centred, permuted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any, ClassVar, assert_never

import numpy as np
from numpy import float32, float64
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.parameters import Parameter, box_shape
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Derived, Draw, Elementwise, Piece, Pieces, Whole
from isometry.schemes.scheme import Moments, Scheme

FIRST_PIECE = 2
"""Number of the first piece's key; smaller ones serve a scheme's own second streams."""

PERMUTATION = 2**32
"""Number of the key of a permutation along the first axis; other axes follow."""


@dataclass(frozen=True, slots=True)
class Scaled(Scheme):
    """``factor`` times a fill, as for the last layer of a residual branch.

    Attributes:
        fill: The scheme that is scaled.
        factor: A number above 0.

    >>> from isometry.schemes.distributions import Normal
    >>> Scaled(Normal(std=0.02), factor=0.5).moments(Parameter("c_proj.weight", (8, 8))).std
    0.01
    """

    name: ClassVar[str] = "scaled"

    fill: Scheme
    factor: float

    def __post_init__(self) -> None:
        checks.positive("factor", self.factor)

    def draw(self, parameter: Parameter) -> Draw:
        """The fill's drawing with every law scaled."""
        drawn = self.fill.draw(parameter)
        if isinstance(drawn, Pieces):
            pieces = tuple(
                Piece(piece.box, self._scaled(piece.draw), piece.name) for piece in drawn.pieces
            )
            return Pieces(self._scaled(drawn.base), pieces)
        return self._scaled(drawn)

    def moments(self, parameter: Parameter) -> Moments:
        """Mean and std scaled, kurtosis as it was."""
        own = self.fill.moments(parameter)
        return replace(own, mean=self.factor * own.mean, std=self.factor * own.std)

    def _scaled(self, draw: Elementwise | Whole | Derived) -> Elementwise | Whole | Derived:
        if isinstance(draw, Elementwise):
            return Elementwise(scaled_law(draw.law, self.factor))
        if isinstance(draw, Derived):
            return replace(draw, compute=partial(_product, self.factor, draw.compute))
        return Whole(partial(_times, self.factor, draw.compute))


@dataclass(frozen=True, slots=True)
class Centred(Scheme):
    """A fill minus its mean over the inputs of each output, at every tap of a kernel.

    Weights that sum to 0 do not see the mean of an activation, so what ``E φ`` adds to every
    pre-activation is gone, exactly and without data. Costs one degree of freedom: the variance
    falls by ``1 / inputs``.

    Attributes:
        fill: The scheme that is centred.

    >>> from isometry.parameters import Axes
    >>> from isometry.schemes.distributions import Normal
    >>> weight = Parameter("fc.weight", (8, 4), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> round(Centred(Normal()).moments(weight).std ** 2, 12)
    0.75
    """

    name: ClassVar[str] = "centred"
    references: ClassVar[tuple[str, ...]] = ("brock2021",)

    fill: Scheme

    def draw(self, parameter: Parameter) -> Draw:
        """All values together, then centred."""
        axes = checks.known_axes(parameter, self.name)
        drawn = self.fill.draw(parameter)
        return Whole(partial(_centred, parameter.shape, axes.inputs, drawn))

    def moments(self, parameter: Parameter) -> Moments:
        """Of independent entries of mean 0 within an output, with ``n`` inputs.

        ``var' = var (1 - 1/n)``; the fourth cumulant is that of ``(1 - 1/n) x`` and ``n - 1`` times
        ``x / n``.
        """
        axes = checks.known_axes(parameter, self.name)
        own = self.fill.moments(parameter)
        n = max(1, prod(parameter.shape[axis] for axis in axes.inputs))
        left = 1 - 1 / n
        if not left:
            return Moments(0.0, 0.0, 1.0)
        excess = (own.kurtosis - 3) * (left**4 + (n - 1) / n**4) / left**2
        return Moments(0.0, own.std * left**0.5, 3 + excess)


@dataclass(frozen=True, slots=True)
class Permuted(Scheme):
    """A fill whose slices along one axis are put in a random order, every order as likely.

    Permutations of one tensor along different axes are independent; along the same axis they are
    the same.

    Attributes:
        fill: The scheme whose values are shuffled.
        axis: The axis along which they are.

    >>> from isometry.schemes.values import Values
    >>> order = Permuted(Values.of(np.arange(5)))
    >>> order.moments(Parameter("order", (5,), kind="buffer")).mean
    2.0
    """

    name: ClassVar[str] = "permuted"

    fill: Scheme
    axis: int = 0

    def __post_init__(self) -> None:
        checks.not_negative("axis", self.axis)

    def draw(self, parameter: Parameter) -> Draw:
        """All values together, then reordered."""
        self._check(parameter)
        drawn = self.fill.draw(parameter)
        exact = isinstance(drawn, Whole) and drawn.exact
        return Whole(partial(_permuted, parameter.shape, self.axis, drawn), exact=exact)

    def moments(self, parameter: Parameter) -> Moments:
        """Those of the fill."""
        self._check(parameter)
        return self.fill.moments(parameter)

    def _check(self, parameter: Parameter) -> None:
        if self.axis >= len(parameter.shape):
            raise errors.ShapeError(
                f"{self.name} was asked to reorder axis {self.axis} of shape {parameter.shape}",
                needed="an axis of the tensor",
                do="count axes from 0",
                path=parameter.path,
            )


def scaled_law(law: rng.Law, factor: float) -> rng.Law:
    """The law of ``factor`` times a number of this law; the factor is above 0."""
    match law:
        case rng.Constant(value):
            return rng.Constant(factor * value)
        case rng.Sign(magnitude):
            return rng.Sign(factor * magnitude)
        case rng.Uniform(low, high):
            return rng.Uniform(factor * low, factor * high)
        case rng.Normal(mean, std):
            return rng.Normal(factor * mean, factor * std)
        case rng.TruncatedNormal(mean, std, low, high):
            return rng.TruncatedNormal(factor * mean, factor * std, factor * low, factor * high)
        case _:
            assert_never(law)


def realised(draw: Draw, shape: tuple[int, ...], key: rng.Key) -> NDArray[Any]:
    """The values of a drawing, for a scheme that needs them all.

    Pieces take keys that follow from their tensor's, not from a path.
    """
    if not isinstance(draw, Pieces):
        return _values(draw, shape, key)
    values = _values(draw.base, shape, key).astype(float64)
    names = [*dict.fromkeys(piece.name for piece in draw.pieces)]
    for piece in draw.pieces:
        place = tuple(slice(*span) for span in piece.box)
        if isinstance(piece.draw, Elementwise):
            values[place] = _values(piece.draw, shape, key)[place]
        else:
            own = matrices.child(key, FIRST_PIECE + names.index(piece.name))
            values[place] = _values(piece.draw, box_shape(piece.box), own)
    return values


def _values(
    draw: Elementwise | Whole | Derived, shape: tuple[int, ...], key: rng.Key
) -> NDArray[Any]:
    if isinstance(draw, Elementwise):
        return rng.draw(key, draw.law, 0, prod(shape)).reshape(shape)
    if isinstance(draw, Derived):
        raise errors.InputError(
            f"values that follow from {draw.path} were to be reordered or centred",
            needed="a scheme whose values come from its own tensor's random words",
            do="wrap the scheme of the weight instead",
        )
    return draw.compute(key)


def _product(
    factor: float, compute: Callable[[NDArray[float32]], NDArray[Any]], source: NDArray[float32]
) -> NDArray[Any]:
    return factor * compute(source)


def _times(factor: float, compute: Callable[[rng.Key], NDArray[Any]], key: rng.Key) -> NDArray[Any]:
    return factor * compute(key).astype(float64)


def _centred(
    shape: tuple[int, ...], inputs: tuple[int, ...], draw: Draw, key: rng.Key
) -> NDArray[float64]:
    values = realised(draw, shape, key).astype(float64)
    front = np.moveaxis(values, inputs, range(len(inputs)))
    count = prod(shape[axis] for axis in inputs)
    # Added row by row over the first axis, so the order of the sum is the same on every machine.
    rows = np.ascontiguousarray(front).reshape(count, -1)
    total = np.zeros(rows.shape[1])
    for row in rows:
        total += row
    mean = (total / max(count, 1)).reshape(front.shape[len(inputs) :])
    return np.moveaxis(front - mean, range(len(inputs)), inputs)


def _permuted(shape: tuple[int, ...], axis: int, draw: Draw, key: rng.Key) -> NDArray[Any]:
    order = rng.permutation(matrices.child(key, PERMUTATION + axis), shape[axis])
    return np.take(realised(draw, shape, key), order, axis=axis)
