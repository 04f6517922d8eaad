"""Biases that follow from their weight: what a mean in front of the weight asks of them."""

from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from typing import ClassVar

import numpy as np
from numpy import float32, float64
from numpy.typing import NDArray

from isometry import errors
from isometry.parameters import Parameter
from isometry.schemes import checks, matrices
from isometry.schemes.draws import Derived, Draw
from isometry.schemes.scheme import Moments, Scheme


@dataclass(frozen=True, slots=True)
class WeightSums(Scheme):
    """``b = shift + factor · W 1``: each output's bias from the sum of its incoming weights.

    A mean ``m`` of all inputs adds ``m · W 1`` to the preactivations. ``factor = -m`` takes it away
    again without data, and without touching ``W``, which may then stay orthogonal. The weight is
    drawn once more, under its own path, to be summed; where the model is filled in a narrower dtype
    the sums are those of the values before that rounding.

    Attributes:
        weight: The weight that the bias belongs to.
        fill: How the weight is filled; a plan keeps this the same as what it says of the weight.
        factor: What the sums are multiplied by.
        shift: What is added.

    >>> from isometry.parameters import Axes
    >>> from isometry.schemes.constants import Constant
    >>> weight = Parameter("fc.weight", (8, 4), axes=Axes(outputs=(0,), inputs=(1,)))
    >>> WeightSums(weight, Constant(0.5), factor=-2.0, shift=1.0).moments(
    ...     Parameter("fc.bias", (8,))
    ... ).mean
    -3.0
    """

    name: ClassVar[str] = "weight_sums"
    references: ClassVar[tuple[str, ...]] = ("martens2021",)

    weight: Parameter
    fill: Scheme
    factor: float
    shift: float = 0.0

    def __post_init__(self) -> None:
        # what is not needed to draw the weight would only make two equal plans differ
        bare = Parameter(self.weight.path, self.weight.shape, axes=self.weight.axes)
        object.__setattr__(self, "weight", replace(bare, facts=self.weight.facts))

    def draw(self, parameter: Parameter) -> Draw:
        """The weight, summed over the inputs and taps of each output."""
        self._check(parameter)
        drawn = self.fill.draw(self.weight)
        if isinstance(drawn, Derived):
            raise errors.InputError(
                f"the bias follows {self.weight.path}, which follows {drawn.path}",
                needed="a weight that is drawn from random words of its own",
                do="choose another scheme for the weight",
                path=parameter.path,
            )
        found = matrices.matrices(self.weight, self.name)
        compute = partial(_sums, found, self.factor, self.shift)
        return Derived(self.weight.path, self.weight.shape, drawn, compute)

    def moments(self, parameter: Parameter) -> Moments:
        """Of sums of uncorrelated entries, nearly normal."""
        self._check(parameter)
        own = self.fill.moments(self.weight)
        found = matrices.matrices(self.weight, self.name)
        n = sum(one.rows * one.columns for one in found) / max(1, parameter.size)
        mean = self.shift + self.factor * n * own.mean
        return Moments(mean, abs(self.factor) * own.std * sqrt(n))

    def _check(self, parameter: Parameter) -> None:
        checks.known_axes(self.weight, self.name)
        rows = sum(one.rows for one in matrices.matrices(self.weight, self.name))
        if parameter.size != rows:
            checks.refuse_shape(
                parameter,
                self.name,
                found=f"shape {parameter.shape} beside {rows} outputs of {self.weight.path}",
                needed="one number for each output of the weight",
                do="use it for the bias of that weight",
            )


def _sums(
    found: tuple[matrices.Matrix, ...], factor: float, shift: float, source: NDArray[float32]
) -> NDArray[float64]:
    """``shift + factor · Σ`` of each row of each matrix, in the order of the outputs."""
    parts = [_row_sums(one, source[tuple(slice(*span) for span in one.box)]) for one in found]
    return shift + factor * np.concatenate(parts)


def _row_sums(one: matrices.Matrix, values: NDArray[float32]) -> NDArray[float64]:
    rows = values.transpose(one.axes.all).reshape(one.rows, one.columns)
    total = np.zeros(one.rows, float64)
    # Column by column, so the order of the sum is the same on every machine.
    for column in np.ascontiguousarray(rows.T).astype(float64):
        total += column
    return total
