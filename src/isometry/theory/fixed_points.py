"""Where the length and the correlation of a signal settle in a deep plain network."""

import math

from isometry.theory.maps import c_map, c_slope, q_map
from isometry.theory.registry import ActivationLike
from isometry.theory.roots import root

SMALLEST_Q = 1e-14
LARGEST_Q = 1e12
STANDSTILL = 1e-12
"""Relative change of ``q`` in a layer that counts as none."""
CLOSEST = 2.0**-27
"""Least ``1 - c`` that is told from 0."""


def q_star(
    spec: ActivationLike, *, weight_var: float, bias_var: float = 0.0, start: float = 1.0
) -> float:
    """``q* = Q(q*)``: the second moment that the preactivations settle at.

    The map grows with ``q``, so the signal moves one way from ``start``, to the first crossing.

    Args:
        spec: Name, record or function.
        weight_var: ``σ_w²``.
        bias_var: ``σ_b²``.
        start: Second moment at the first layer.

    Returns:
        ``q*``; 0 where the signal dies and infinity where it blows up.

    Raises:
        InputError: An argument cannot be used.

    >>> round(q_star("tanh", weight_var=1.5, bias_var=0.05), 5)
    0.41804
    """

    def surplus(q: float) -> float:
        return q_map(spec, q, weight_var=weight_var, bias_var=bias_var) - q

    first = surplus(start)
    if abs(first) <= STANDSTILL * start:
        return start
    factor = 2.0 if first > 0 else 0.5
    here = start
    while SMALLEST_Q < here < LARGEST_Q:
        there = here * factor
        if surplus(there) * first <= 0:
            return root(surplus, min(here, there), max(here, there))
        here = there
    return math.inf if first > 0 else 0.0


def c_star(spec: ActivationLike, *, q: float, weight_var: float, bias_var: float = 0.0) -> float:
    """``c* = C(c*)``: the correlation that any two inputs settle at.

    ``C`` is convex on [0, 1] with ``C(1) = 1``: it has a second fixed point, which then attracts,
    exactly where its slope at 1 exceeds 1.

    Args:
        spec: Name, record or function.
        q: ``q*``, above 0.
        weight_var: ``σ_w²``.
        bias_var: ``σ_b²``.

    Returns:
        ``c*``, from 0 to 1.

    Raises:
        InputError: An argument cannot be used.

    >>> c_star("tanh", q=0.19359, weight_var=1.0, bias_var=0.05)
    1.0
    """

    def surplus(c: float) -> float:
        return c_map(spec, c, q=q, weight_var=weight_var, bias_var=bias_var) - c

    if c_slope(spec, 1.0, q=q, weight_var=weight_var, bias_var=bias_var) <= 1.0:
        return 1.0
    if surplus(0.0) <= STANDSTILL:
        return 0.0
    gap = 0.5
    while gap > CLOSEST:
        if surplus(1.0 - gap) < 0:
            return root(surplus, max(0.0, 1.0 - 2 * gap), 1.0 - gap)
        gap /= 2
    return 1.0
