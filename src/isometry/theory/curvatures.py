"""The second derivative of the correlation map at 1: how fast two near inputs part, or fail to."""

import math

import numpy as np

from isometry.theory.activations import Activation, Array
from isometry.theory.maps import check_variances, q_map
from isometry.theory.quadrature import NODES, gaussian_rule, legendre
from isometry.theory.registry import ActivationLike, activation

NEAR = 1e-9
"""Distance from a kink, relative to 1 and to its place, at which its two sides are compared."""
JUMP = 1e-6
"""Least jump of the slope, relative to its root mean square, that counts as one."""


def c_curvature(
    spec: ActivationLike, *, q: float, weight_var: float, bias_var: float = 0.0
) -> float:
    """``C''(1) = σ_w² q² E φ''² / Q(q)``.

    ``φ''`` is taken from ``φ'`` panel by panel, by the derivative of its interpolant at the nodes;
    panels end at kinks. Where ``φ'`` itself jumps, as ReLU's does, ``1 - C'(c)`` falls as
    ``√(1 - c)`` and there is no finite curvature; where only ``φ''`` jumps, as ELU's, there is.

    Args:
        spec: Name, record or function.
        q: Second moment of the preactivation.
        weight_var: ``σ_w²``.
        bias_var: ``σ_b²``.

    Returns:
        ``C''(1)``, 0 or above; infinity where the slope jumps.

    Raises:
        InputError: An argument cannot be used.

    >>> c_curvature("relu", q=1.0, weight_var=2.0)
    inf
    >>> round(c_curvature(lambda x: x * x, q=1.0, weight_var=1.0), 9) == round(4 / 3, 9)
    True
    """
    check_variances(weight_var, bias_var)
    phi = activation(spec)
    q_next = q_map(phi, q, weight_var=weight_var, bias_var=bias_var)
    return weight_var * q * q * second_slope_square(phi, q) / q_next


def second_slope_square(phi: Activation, q: float = 1.0) -> float:
    """``E φ''(√q z)²``; infinity where the slope jumps within reach."""
    rule = gaussian_rule(phi, q)
    slope = phi.derivative(math.sqrt(q) * rule.z)
    if _jumps(phi, math.sqrt(rule.mean(slope * slope)), float(np.abs(rule.z).max()) * math.sqrt(q)):
        return math.inf
    nodes = legendre(NODES)[0]
    z = rule.z.reshape(-1, NODES)
    half = (z[:, -1:] - z[:, :1]) / (nodes[-1] - nodes[0])
    second = (slope.reshape(-1, NODES) @ _differentiation().T / half).ravel()
    return rule.mean(second * second) / q


def _jumps(phi: Activation, size: float, reach: float) -> bool:
    kinks = np.asarray(phi.kinks, dtype=np.float64)
    kinks = kinks[np.abs(kinks) < reach]
    near = NEAR * np.maximum(1.0, np.abs(kinks))
    jumps = np.abs(phi.derivative(kinks + near) - phi.derivative(kinks - near))
    return bool((jumps > JUMP * size).any())


def _differentiation() -> Array:
    """The matrix from values at the nodes to those of the interpolant's derivative there."""
    x = legendre(NODES)[0]
    apart = x[:, None] - x + np.eye(NODES)
    weights = 1.0 / apart.prod(axis=1)
    matrix = weights / weights[:, None] / apart
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return matrix
