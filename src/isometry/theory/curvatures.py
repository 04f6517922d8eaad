"""The second derivative of the correlation map at 1: how fast two near inputs part, or fail to."""

import math
from functools import lru_cache

import numpy as np

from isometry.theory.activations import Activation, Array
from isometry.theory.maps import check_variances, q_map
from isometry.theory.quadrature import NODES, REACH, gaussian_rule, legendre
from isometry.theory.registry import ActivationLike, activation

NEAR = 1e-9
"""Distance from a kink, relative to 1 and to its place, at which its two sides are compared."""
JUMP = 1e-6
"""Least jump of the slope, relative to its root mean square, that counts as one."""
SHORTEST = 1e-9
"""A panel shorter than this, between two cuts that rounding parts, weighs nothing."""


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
    if slope_jumps(phi, size=math.sqrt(rule.mean(slope * slope)), reach=REACH * math.sqrt(q)):
        return math.inf
    nodes = legendre(NODES)[0]
    z = rule.z.reshape(-1, NODES)
    half = np.maximum((z[:, -1:] - z[:, :1]) / (nodes[-1] - nodes[0]), SHORTEST)
    second = (slope.reshape(-1, NODES) @ _differentiation().T / half).ravel()
    return rule.mean(second * second) / q


def slope_jumps(phi: Activation, *, size: float = 1.0, reach: float = math.inf) -> bool:
    """Whether ``φ'`` jumps at a kink within reach.

    Args:
        phi: The activation.
        size: Size of ``φ'`` that a jump is compared with.
        reach: Distance from 0 up to which kinks count.

    Returns:
        True for ReLU, false for ELU.
    """
    kinks = np.asarray(phi.kinks, dtype=np.float64)
    kinks = kinks[np.abs(kinks) < reach]
    near = NEAR * np.maximum(1.0, np.abs(kinks))
    jumps = np.abs(phi.derivative(kinks + near) - phi.derivative(kinks - near))
    return bool((jumps > JUMP * size).any())


@lru_cache
def _differentiation() -> Array:
    """The matrix from values at the nodes to those of the interpolant's derivative there."""
    x = legendre(NODES)[0]
    apart = x[:, None] - x + np.eye(NODES)
    weights = 1.0 / apart.prod(axis=1)
    matrix: Array = weights / weights[:, None] / apart
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return matrix
