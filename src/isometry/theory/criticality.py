"""The edge of chaos of any activation: where signal and gradient both keep their size.

One parameter describes the whole line, without a search: for every ``q``,
``σ_w² = 1 / E φ'²`` makes ``χ = 1``, and ``σ_b² = q - m2 / E φ'²`` makes ``q`` a fixed point.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Activation
from isometry.theory.expectations import moments
from isometry.theory.quadrature import largest_q
from isometry.theory.registry import ActivationLike, activation
from isometry.theory.roots import root

SMALLEST_Q = 1e-8
POINTS_A_DECADE = 4
ROUNDING = 1e-10
"""A bias variance above minus this, relative to ``q``, counts as 0."""


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """A point of the critical line.

    Attributes:
        q: The fixed point ``q*``; 0 for the end of the line at a vanishing signal.
        weight_var: ``σ_w²``: variance of a weight times its fan-in.
        bias_var: ``σ_b²``: variance of a bias (with ``cancel_mean``, on top of the cancelling one).
        chi_parallel: ``σ_w² dm2/dq``; below 1 the length is held, above 1 it runs away.
        cancel_mean: Whether the bias ``-E φ(h) Σ_j W_ij`` of the mean is part of the prescription.
    """

    q: float
    weight_var: float
    bias_var: float
    chi_parallel: float
    cancel_mean: bool = False

    @property
    def gain(self) -> float:
        """``σ_w``."""
        return math.sqrt(self.weight_var)


def critical(
    spec: ActivationLike,
    q: float | None = None,
    *,
    bias_var: float | None = None,
    cancel_mean: bool = False,
) -> CriticalPoint:
    """The critical point at a length ``q``, or at a bias variance.

    With ``cancel_mean`` the second moment is replaced by the variance; by the Gaussian Poincaré
    inequality ``Var φ(h) ≤ q E φ'(h)²`` every ``q`` is then admissible, for every activation.

    Args:
        spec: Name, record or function.
        q: Second moment to hold; 1 if neither this nor ``bias_var`` is given.
        bias_var: Bias variance to have instead; the smallest ``q`` that fits is taken.
        cancel_mean: Whether the mean of ``φ`` is cancelled by the bias.

    Returns:
        The point; its ``chi_parallel`` tells whether it holds the length.

    Raises:
        InputError: The line has no such point; the message says where it has.

    >>> point = critical("tanh", bias_var=2.01e-5)
    >>> round(point.weight_var, 3)
    1.05
    """
    phi = activation(spec)
    if q is not None and bias_var is not None:
        raise InputError(
            "both q and bias_var are given",
            needed="one of them: the critical line has one parameter",
            do="drop one",
        )
    if bias_var is not None:
        return _at_bias(phi, bias_var, cancel_mean=cancel_mean)
    point = _on_line(phi, 1.0 if q is None else q, cancel_mean=cancel_mean)
    if point.bias_var < 0:
        raise _inadmissible(phi, point)
    return point


def doubly_critical(spec: ActivationLike) -> CriticalPoint | None:
    """The point where also ``χ_∥ = 1``: neither angles nor lengths run away.

    Args:
        spec: Name, record or function.

    Returns:
        The point of least ``q`` (for a scale-invariant activation, where every ``q`` is one, that
        of ``q = 1``); ``None`` where there is none at a positive ``q``.

    Raises:
        InputError: ``spec`` cannot be used.

    GELU's, as in Roberts, Yaida & Hanin 2022, section 5.3.4:

    >>> round(doubly_critical("gelu").weight_var, 4)
    1.9831
    """
    phi = activation(spec)

    def excess(q: float) -> float:
        point = moments(phi, q)
        return point.dq / point.d2 - 1.0

    if abs(excess(1.0)) < 1e-7 and abs(excess(0.25)) < 1e-7:
        return critical(phi, 1.0)
    grid = [q for q in _grid(phi) if q >= 1e-3]
    roots = (root(excess, low, high) for low, high in _brackets(excess, grid))
    points = (_on_line(phi, q, cancel_mean=False) for q in roots)
    return next((point for point in points if point.bias_var >= 0), None)


def _on_line(phi: Activation, q: float, *, cancel_mean: bool) -> CriticalPoint:
    at = moments(phi, q)
    if at.d2 == 0.0:
        raise InputError(
            f"{phi} is flat at q={at.q:g}",
            needed="an activation with a slope there",
            do="pass a larger q",
        )
    weight_var = 1.0 / at.d2
    bias_var = at.q - (at.var if cancel_mean else at.m2) * weight_var
    if abs(bias_var) <= ROUNDING * at.q:
        bias_var = 0.0
    return CriticalPoint(at.q, weight_var, bias_var, weight_var * at.dq, cancel_mean)


def _at_bias(phi: Activation, bias_var: float, *, cancel_mean: bool) -> CriticalPoint:
    def excess(q: float) -> float:
        return _on_line(phi, q, cancel_mean=cancel_mean).bias_var - bias_var

    grid = _grid(phi)
    if excess(1.0) == 0.0:
        return _on_line(phi, 1.0, cancel_mean=cancel_mean)
    if bias_var == 0.0 and excess(grid[0]) >= 0 and (cancel_mean or phi.at_zero == 0.0):
        return _end_of_line(phi, cancel_mean=cancel_mean)
    for low, high in _brackets(excess, grid):
        return _on_line(phi, root(excess, low, high), cancel_mean=cancel_mean)
    raise InputError(
        f"{phi} has no critical point with bias_var={bias_var:g}",
        needed="a bias variance on its critical line",
        do="pass q instead" if cancel_mean else "pass q instead, or cancel_mean=True",
    )


def _end_of_line(phi: Activation, *, cancel_mean: bool) -> CriticalPoint:
    slope = phi.squared_slope_at_zero
    if slope == 0.0:
        raise InputError(
            f"{phi} is flat at 0, so its critical line does not end at a finite weight_var",
            needed="a bias variance above 0",
            do="pass q=1.0 instead of bias_var=0.0",
        )
    return CriticalPoint(0.0, 1.0 / slope, 0.0, 1.0, cancel_mean)


def _inadmissible(phi: Activation, point: CriticalPoint) -> InputError:
    def bias_var(q: float) -> float:
        return _on_line(phi, q, cancel_mean=False).bias_var

    first = next((root(bias_var, *pair) for pair in _brackets(bias_var, _grid(phi))), None)
    where = "no q has one" if first is None else f"q = {first:.6g} has one with bias_var 0"
    return InputError(
        f"{phi} has no critical point at q={point.q:g}: "
        f"bias_var would be {point.bias_var:.6g}; {where}",
        needed="a bias variance of 0 or above",
        do="pass cancel_mean=True" + ("" if first is None else f", or q={math.ceil(first)}"),
    )


def _grid(phi: Activation) -> list[float]:
    decades = math.log10(largest_q(phi)) - math.log10(SMALLEST_Q)
    points = np.geomspace(SMALLEST_Q, largest_q(phi), math.ceil(POINTS_A_DECADE * decades))
    return [float(q) for q in points]


def _brackets(function: Callable[[float], float], grid: list[float]) -> list[tuple[float, float]]:
    """Neighbours of the grid between which the sign changes."""
    signs = [function(q) > 0 for q in grid]
    pairs = zip(itertools.pairwise(grid), itertools.pairwise(signs), strict=True)
    return [pair for pair, (low, high) in pairs if low != high]
