"""Gaussian averages of ``γ (φ(α z + β) + δ)`` by plain dense quadrature, apart from the solvers."""

import itertools

import numpy as np
from numpy.typing import NDArray

from isometry import theory

Array = NDArray[np.float64]
STEP = 0.02
"""Of the differences in ``q``; the error of two of them combined falls as its fourth power."""


class Dense:
    """Maps of a shape, from the values of its ``φ`` at 60 points on each of about 100 panels."""

    def __init__(self, shape: theory.Shape) -> None:
        self.shape = shape

    def output(self, x: Array) -> Array:
        s = self.shape
        return s.gamma * (s.activation.function(s.alpha * x + s.beta) + s.delta)

    def slope(self, x: Array) -> Array:
        s = self.shape
        return s.gamma * s.alpha * s.activation.derivative(s.alpha * x + s.beta)

    def points(self, q: float) -> tuple[Array, Array]:
        """Points ``z`` and weights; panels end where ``√q z`` meets a kink."""
        s = self.shape
        kinks = (np.array([0.0, *s.activation.kinks]) - s.beta) / s.alpha / np.sqrt(q)
        cuts = np.union1d(np.linspace(-12.0, 12.0, 97), np.clip(kinks, -12.0, 12.0))
        nodes, weights = np.polynomial.legendre.leggauss(60)
        half = np.diff(cuts)[:, None] / 2
        z = (cuts[:-1, None] + half * (1 + nodes)).ravel()
        density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return z, (half * weights).ravel() * density

    def length(self, q: float = 1.0) -> float:
        """``Q(q)``."""
        z, weights = self.points(q)
        return float(weights @ self.output(np.sqrt(q) * z) ** 2)

    def length_slope(self) -> float:
        """``Q'(1)``, by differences of ``Q``, thrice refined (Romberg)."""
        table = [self._difference(STEP * 2.0**-k) for k in range(4)]
        for order in (4, 16, 64):
            table = [(order * b - a) / (order - 1) for a, b in itertools.pairwise(table)]
        return table[0]

    def correlation_at_zero(self) -> float:
        """``C(0)``, as an integral over two independent normals."""
        z, weights = self.points(1.0)
        y = self.output(z)
        return float(np.einsum("i,j,i,j->", weights, weights, y, y, optimize=True)) / self.length()

    def correlation_slope(self) -> float:
        """``C'(1)``."""
        z, weights = self.points(1.0)
        return float(weights @ self.slope(z) ** 2) / self.length()

    def _difference(self, h: float) -> float:
        return (self.length(1.0 + h) - self.length(1.0 - h)) / (2.0 * h)


def correlation(shape: theory.Shape, c: float) -> float:
    """``C(c)`` of a smooth shape by 100 x 100 Gauss-Hermite points."""
    z, weights = np.polynomial.hermite_e.hermegauss(100)
    weights = weights / weights.sum()
    dense = Dense(shape)
    v = dense.output(c * z[:, None] + np.sqrt(1 - c * c) * z)
    return float(np.einsum("i,j,i,ij->", weights, weights, dense.output(z), v))
