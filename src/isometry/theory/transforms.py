"""An activation with its input and its output scaled and shifted."""

from dataclasses import replace

import numpy as np

from isometry.theory.activations import Activation, Array
from isometry.theory.quadrature import REACH, break_points

WIDEST = 10.0
"""The record is exact up to this standard deviation of its input, and good beyond."""


def transformed(
    activation: Activation,
    *,
    alpha: float,
    beta: float,
    gamma: float = 1.0,
    delta: float = 0.0,
) -> Activation:
    """The record of ``γ (φ(α x + β) + δ)``: its kinks and bends move to ``(k - β) / α``.

    Args:
        activation: ``φ``.
        alpha: Input scale, not 0.
        beta: Input shift.
        gamma: Output scale.
        delta: Output shift, before the scale.

    Returns:
        The record, named ``"shaped relu"``.

    >>> from isometry.theory.registry import activation
    >>> transformed(activation("relu"), alpha=2.0, beta=-1.0).kinks
    (0.5,)
    """
    phi = activation

    def function(x: Array) -> Array:
        return gamma * (phi.function(alpha * x + beta) + delta)

    def derivative(x: Array) -> Array:
        return gamma * alpha * phi.derivative(alpha * x + beta)

    farthest = abs(beta) + abs(alpha) * WIDEST * REACH
    bends = break_points(phi, (farthest / REACH) ** 2)
    return replace(
        phi,
        name=f"shaped {phi.name}",
        function=function,
        derivative=derivative,
        family="custom",
        parameters=(),
        kinks=_moved(np.asarray(phi.kinks, dtype=np.float64), alpha, beta),
        breaks=_moved(bends, alpha, beta),
        scale=1.0,
        period=phi.period / abs(alpha),
    )


def _moved(points: Array, alpha: float, beta: float) -> tuple[float, ...]:
    return tuple(float(point) for point in np.sort((points - beta) / alpha))
