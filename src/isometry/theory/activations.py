"""The record of one activation function, and of one gated unit: what every formula works on."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Activation:
    """A scalar function ``φ`` with all that is needed to integrate it to full accuracy.

    Attributes:
        name: Canonical name, readable by ``activation``: ``"leaky_relu(a=0.2)"``.
        function: ``φ``, from a float64 array of any shape to one of the same shape.
        derivative: ``φ'``, likewise; its value at a kink is never used.
        family: The name without parameters: ``"leaky_relu"``; ``"custom"`` for a user's own.
        parameters: Names and values of the parameters.
        kinks: Where ``φ`` or one of its derivatives jumps, ascending.
        breaks: Further points at which an integration panel must end.
        scale: Length, in units of the input, over which ``φ`` bends around 0 and around its kinks.
        period: Length over which ``φ`` repeats; infinite for all but oscillating functions.
        domain: What a reader should know about where the formula holds.
        references: Keys of the bibliography.

    >>> square = Activation("square", lambda x: x**2, lambda x: 2 * x)
    >>> square(np.array([3.0]))
    array([9.])
    """

    name: str
    function: Function
    derivative: Function
    family: str = "custom"
    parameters: tuple[tuple[str, float], ...] = ()
    kinks: tuple[float, ...] = ()
    breaks: tuple[float, ...] = ()
    scale: float = 1.0
    period: float = math.inf
    domain: str = ""
    references: tuple[str, ...] = ()

    def __call__(self, x: Array) -> Array:
        """``φ(x)``, elementwise."""
        return self.function(x)

    @property
    def at_zero(self) -> float:
        """``φ(0)``."""
        return float(self.function(np.zeros(1))[0])

    @property
    def squared_slope_at_zero(self) -> float:
        """``φ'(0)²``; where 0 is a kink, the mean of the squared slopes on its two sides.

        The mean is what a symmetric input sees near 0: it gives 1/2 for ReLU.
        """
        offset = np.finfo(np.float64).tiny if 0.0 in self.kinks else 0.0
        return float(np.mean(self.derivative(np.array([-offset, offset])) ** 2))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class GatedUnit:
    """A unit ``y = v · φ(g)`` with value ``v`` and gate ``g`` from two projections of one input.

    Attributes:
        name: Such as ``"swiglu"``.
        gate: The activation ``φ`` of the gate.
        references: Keys of the bibliography.
    """

    name: str
    gate: Activation
    references: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


Nonlinearity = Activation | GatedUnit
