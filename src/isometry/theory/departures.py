"""How far a function of a normal is from a straight line, without loss of digits.

Split ``g(z) = m + a z + r(z)`` with ``m = E g``, ``a = E g'`` and ``E r = E r z = E r' = 0``. What
shaping asks for are differences such as ``E g'² - Var g = E r'² - E r²``, of the order of 1e-4 in
deep networks: taken between the averages of ``g`` they would lose the digits that the rest keeps.
"""

from dataclasses import dataclass

import numpy as np

from isometry.theory.activations import Activation, Array
from isometry.theory.quadrature import gaussian_rule
from isometry.theory.transforms import transformed


@dataclass(frozen=True, slots=True)
class Departure:
    """Averages of ``g``, each a float or an array with one entry for each ``g``.

    Attributes:
        mean: ``m = E g``.
        line: ``a = E g'``.
        rest: ``E r²``.
        rest_slope: ``E r'²``.
        hermite: ``a E[r' (z² - 1)] + E[r r' z]``.
        tilt: ``E r' z``.
    """

    mean: Array
    line: Array
    rest: Array
    rest_slope: Array
    hermite: Array
    tilt: Array

    @property
    def var(self) -> Array:
        """``Var g``."""
        return self.line**2 + self.rest

    @property
    def slope_square(self) -> Array:
        """``E g'²``."""
        return self.line**2 + self.rest_slope

    @property
    def bend(self) -> Array:
        """``E g'² - Var g``: 0 for a line only, by the Gaussian Poincaré inequality."""
        return self.rest_slope - self.rest

    @property
    def excess(self) -> Array:
        """``C'(1) - 1`` of ``g`` centred and normalised."""
        return self.bend / self.var

    @property
    def drift(self) -> Array:
        """``Q'(1) - 1`` of ``g`` centred and normalised."""
        return (self.hermite - self.rest) / self.var

    def tailored_drift(self, sign: float) -> Array:
        """``Q'(1) - 1`` of ``g`` with ``C'(1) = 1``; ``sign`` is that of its mean."""
        shift = sign * np.sqrt(np.maximum(self.bend, 0.0)) * self.tilt
        return (self.hermite - self.rest_slope + shift) / self.slope_square


def departure(activation: Activation, alpha: float, beta: float) -> Departure:
    """The departure of ``g(z) = (φ(α z + β) - φ(β)) / |α|``, to 1e-12 of its size."""
    moved = transformed(activation, alpha=alpha, beta=beta)
    rule = gaussian_rule(moved, 1.0)
    level = float(activation(np.array([beta]))[0])
    y = (moved(rule.z) - level) / abs(alpha)
    return averaged(rule.z, rule.weights, (y, moved.derivative(rule.z) / abs(alpha)))


def averaged(z: Array, weights: Array, values: tuple[Array, Array]) -> Departure:
    """The departure from values of ``g`` and ``g'`` at points of a rule, along the last axis."""
    g, slope = values
    mean, line = _sum(weights * g), _sum(weights * slope)
    r = g - mean[..., None] - line[..., None] * z
    r_slope = slope - line[..., None]
    return Departure(
        mean=mean,
        line=line,
        rest=_sum(weights * r * r),
        rest_slope=_sum(weights * r_slope**2),
        hermite=line * _sum(weights * r_slope * (z * z - 1.0)) + _sum(weights * r * r_slope * z),
        tilt=_sum(weights * r_slope * z),
    )


def _sum(terms: Array) -> Array:
    total: Array = np.asarray(terms.sum(axis=-1), dtype=np.float64)
    return total
