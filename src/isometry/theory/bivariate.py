"""``E f(u) f(v)`` for correlated normals, to rounding, across kinks and up to correlation 1.

With ``u = √q z₁`` and ``v = √q (c z₁ + r z₂)``, ``r = √(1 - c²)``, the inner integral over ``z₂``
is cut, for every ``z₁`` on its own, where ``v`` meets a kink; what it leaves is a function of
``z₁`` that bends over a length ``r`` around the kinks, and the outer panels shrink towards them on
that length.
"""

import math

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Activation, Array, Function
from isometry.theory.quadrature import break_points, gaussian_rule, legendre
from isometry.theory.special import normal_density

REACH = 9.0
"""Standard deviations covered on each side; what lies beyond weighs 1e-18."""
PANEL = 1.0
NODES = 12
FAINT = 0.01
"""Below this ``|c|``, ``v`` hardly depends on ``z₁``, and its kinks leave no shadow there."""
ANTIPODE = 1.0 - 1e-15
"""Above this ``|c|`` the two inputs are one."""


def joint_expectation(function: Function, activation: Activation, q: float, c: float) -> float:
    """``E f(u) f(v)`` for jointly normal ``u, v`` of variance ``q`` and correlation ``c``.

    Measured against closed forms (arc-cosine kernels of order 0 to 2, arcsine kernel) over ``q``
    from 1e-4 to 1e4 and ``c`` from -1 to ``1 - 1e-12``: relative error below 1e-11.

    Args:
        function: ``f``, either ``φ`` or ``φ'``.
        activation: ``φ``, which knows where ``f`` has kinks and jumps.
        q: Variance of each, above 0.
        c: Correlation, from -1 to 1.

    Returns:
        The mean of the product.

    Raises:
        InputError: ``c`` is no correlation.

    >>> relu = Activation(
    ...     "relu", lambda x: np.maximum(x, 0.0), lambda x: 1.0 * (x > 0), kinks=(0.0,)
    ... )
    >>> round(joint_expectation(relu.function, relu, 1.0, 0.0) * 2 * math.pi, 12)
    1.0
    """
    if not -1.0 <= c <= 1.0:
        raise InputError(
            f"c is {c:g}",
            needed="a correlation, from -1 to 1",
            do="divide the covariance by q",
        )
    if abs(c) >= ANTIPODE:
        rule = gaussian_rule(activation, q)
        h = math.sqrt(q) * rule.z
        return rule.mean(function(h) * function(math.copysign(1.0, c) * h))
    points = break_points(activation, q) / math.sqrt(q)
    kinks = np.array(activation.kinks, dtype=np.float64) / math.sqrt(q)
    longest = min(PANEL, activation.period / math.sqrt(q))
    z1, weights = _outer(np.concatenate([points, _shadows(kinks, c)]), longest)
    inner = _inner_means(function, points, math.sqrt(q), (c, longest), z1)
    return float(weights @ (function(math.sqrt(q) * z1) * inner))


def _shadows(kinks: Array, c: float) -> Array:
    """Powers of two times ``r`` around the ``z₁`` at which ``v`` most likely meets a kink."""
    r = math.sqrt(1.0 - c * c)
    offsets = r * 2.0 ** np.arange(-1, math.ceil(math.log2(2 * REACH / r)) + 1)
    around = np.concatenate([[0.0], offsets, -offsets])
    centres = kinks / c if abs(c) > FAINT else kinks
    shadows: Array = (centres[:, None] + around).ravel()
    return shadows


def _outer(points: Array, longest: float) -> tuple[Array, Array]:
    """Points and Gaussian weights of the outer integral, shape (points,)."""
    inside = points[np.abs(points) < REACH]
    cuts = np.union1d(_grid(longest), inside)
    z, widths = _nodes(cuts[:-1], cuts[1:])
    return z.ravel(), (widths * normal_density(z)).ravel()


def _inner_means(
    function: Function, points: Array, scale: float, shape: tuple[float, float], z1: Array
) -> Array:
    """``E f(scale (c z₁ + r z₂))`` over ``z₂`` for every ``z₁``, shape of ``z1``."""
    c, longest = shape
    r = math.sqrt(1.0 - c * c)
    meets = np.clip((points - c * z1[:, None]) / r, -REACH, REACH)
    grid = np.broadcast_to(_grid(longest * min(1.0, 1.0 / r)), (len(z1), len(_grid(longest))))
    cuts = np.sort(np.concatenate([grid, meets], axis=1), axis=1)
    z2, widths = _nodes(cuts[:, :-1], cuts[:, 1:])
    values = function(scale * (c * z1[:, None, None] + r * z2))
    means: Array = np.einsum("zpn,zpn->z", values, widths * normal_density(z2))
    return means


def _nodes(low: Array, high: Array) -> tuple[Array, Array]:
    """Gauss-Legendre points and weights on panels, one more axis than ``low`` and ``high``."""
    nodes, weights = legendre(NODES)
    half = (high - low)[..., None] / 2
    return low[..., None] + half * (1.0 + nodes), half * weights


def _grid(longest: float) -> Array:
    return np.linspace(-REACH, REACH, math.ceil(2 * REACH / longest) + 1)
