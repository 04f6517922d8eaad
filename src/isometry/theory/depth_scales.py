"""How deep a signal reaches: the mean-field summary of one activation under one initialization."""

import math
from dataclasses import dataclass
from typing import Literal

from isometry.errors import InputError
from isometry.theory.fixed_points import c_star, q_star
from isometry.theory.maps import c_slope, chi, chi_parallel
from isometry.theory.registry import ActivationLike, activation

Phase = Literal["ordered", "critical", "chaotic"]
CRITICAL_BAND = 1e-6
"""``|χ - 1|`` below this counts as critical: a depth scale of a million layers."""
TRAINABLE_SCALES = 6.0
"""Networks train up to about six correlation lengths (Schoenholz et al. 2017, section 5)."""


@dataclass(frozen=True, slots=True)
class DepthScales:
    """Fixed points and depth scales, in layers.

    Attributes:
        q_star: Second moment that preactivations settle at.
        chi: Factor of the gradient's mean square per layer at ``q_star``.
        chi_parallel: Factor of an error in ``q`` per layer at ``q_star``.
        c_star: Correlation that two inputs settle at; 1 where the signal dies.
        xi_q: ``-1 / ln |χ_∥|``: layers over which ``q`` settles (e-fold).
        xi_c: ``-1 / ln C'(c*)``: layers over which two inputs' correlation settles.
        xi_grad: ``1 / |ln χ|``: layers over which the gradient's mean square changes e-fold.
        phase: ``"ordered"`` for ``χ < 1``, ``"chaotic"`` for ``χ > 1``.
        trainable_depth: ``6 ξ_c``.
    """

    q_star: float
    chi: float
    chi_parallel: float
    c_star: float
    xi_q: float
    xi_c: float
    xi_grad: float
    phase: Phase
    trainable_depth: float


def depth_scales(
    spec: ActivationLike, *, weight_var: float, bias_var: float = 0.0, start: float = 1.0
) -> DepthScales:
    """Fixed points, phase and depth scales (Schoenholz et al. 2017, eqs. 6-9).

    Args:
        spec: Name, record or function.
        weight_var: ``σ_w²``: variance of a weight times its fan-in.
        bias_var: ``σ_b²``.
        start: Second moment at the first layer.

    Returns:
        The summary at the fixed point that ``start`` leads to.

    Raises:
        InputError: The signal has no finite fixed point, or an argument cannot be used.

    >>> depth_scales("tanh", weight_var=4.0, bias_var=0.05).phase
    'chaotic'
    """
    phi = activation(spec)
    q = q_star(phi, weight_var=weight_var, bias_var=bias_var, start=start)
    if math.isinf(q):
        raise InputError(
            f"the signal of {phi} grows without bound at weight_var={weight_var:g}",
            needed="a finite fixed point of q",
            do="lower weight_var or bias_var, or use theory.trajectory for a finite depth",
        )
    if q == 0.0:
        slope = weight_var * phi.squared_slope_at_zero
        return _summary(0.0, (slope, slope), 1.0, slope)
    c = c_star(phi, q=q, weight_var=weight_var, bias_var=bias_var)
    slopes = chi(phi, q, weight_var=weight_var), chi_parallel(phi, q, weight_var=weight_var)
    at_c = c_slope(phi, c, q=q, weight_var=weight_var, bias_var=bias_var) if c < 1.0 else slopes[0]
    return _summary(q, slopes, c, at_c)


def phase(chi_value: float) -> Phase:
    """The phase that a ``χ`` belongs to."""
    if abs(chi_value - 1.0) <= CRITICAL_BAND:
        return "critical"
    return "chaotic" if chi_value > 1.0 else "ordered"


def decay_length(factor: float) -> float:
    """``1 / |ln factor|``: layers over which a quantity with that factor per layer changes e-fold.

    >>> round(decay_length(0.5), 6)
    1.442695
    """
    if factor == 0.0:
        return 0.0
    return math.inf if abs(abs(factor) - 1.0) < 1e-12 else 1.0 / abs(math.log(abs(factor)))


def _summary(q: float, slopes: tuple[float, float], c: float, slope_at_c: float) -> DepthScales:
    kind = phase(slopes[0])
    xi_c = math.inf if kind == "critical" else decay_length(slope_at_c)
    return DepthScales(
        q_star=q,
        chi=slopes[0],
        chi_parallel=slopes[1],
        c_star=1.0 if kind == "critical" else c,
        xi_q=decay_length(slopes[1]),
        xi_c=xi_c,
        xi_grad=math.inf if kind == "critical" else decay_length(slopes[0]),
        phase=kind,
        trainable_depth=TRAINABLE_SCALES * xi_c,
    )
