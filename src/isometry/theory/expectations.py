"""Gaussian moments of an activation: the primitive that everything else uses."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

import numpy as np

from isometry.errors import InputError
from isometry.theory.activations import Activation, Array, GatedUnit
from isometry.theory.quadrature import Rule, gaussian_rule
from isometry.theory.registry import ActivationLike, nonlinearity


@dataclass(frozen=True, slots=True)
class Moments:
    """Expectations of ``φ`` and ``φ'`` at ``h = √q z``, ``z ~ N(0, 1)``, per unit.

    Attributes:
        q: Second moment of the preactivation ``h``.
        m1: ``E φ(h)``.
        m2: ``E φ(h)²``, a mean square (not a variance).
        var: ``m2 - m1²``.
        d1: ``E φ'(h)``.
        d2: ``E φ'(h)²``: times the weights' ``σ_w²``, the factor of the gradient's mean square.
        d4: ``E φ'(h)⁴``.
        dq: ``dm2/dq = E[φ φ' z] / √q``: times ``σ_w²``, how fast an error in ``q`` grows.
        kappa: ``E φ⁴ / m2²``: how noisy ``q`` is at finite width.
    """

    q: float
    m1: float
    m2: float
    var: float
    d1: float
    d2: float
    d4: float
    dq: float
    kappa: float

    @property
    def correlation(self) -> float:
        """``C(0) = m1² / m2``: the correlation that independent inputs have after ``φ``."""
        return _ratio(self.m1 * self.m1, self.m2)

    @property
    def slope_kurtosis(self) -> float:
        """``μ₂ / μ₁² = d4 / d2²``: how uneven ``φ'²`` is over units; 1 for a linear one."""
        return _ratio(self.d4, self.d2 * self.d2)


def moments(spec: ActivationLike | GatedUnit, q: float = 1.0) -> Moments:
    """All Gaussian moments of an activation, to 1e-12 relative (kinks included).

    For a gated unit ``v·φ(g)`` with independent ``v, g ~ N(0, q)``: ``m2 = q E φ²``, and ``d2``
    sums the gradients of both projections, ``E φ² + q E φ'²``.

    Args:
        spec: Name, record or function.
        q: Second moment of the preactivation, finite and above 0.

    Returns:
        The moments at ``q``.

    Raises:
        InputError: ``q`` is not a finite number above 0, or ``spec`` cannot be used.

    Doubling the input of a ReLU doubles its output:

    >>> moments("relu", q=4.0).m2 == 4.0 * moments("relu", q=1.0).m2
    True
    """
    if not (math.isfinite(q) and q > 0):
        raise InputError(
            f"q is {q:g}",
            needed="the second moment of a preactivation, finite and above 0",
            do="pass q=1.0 for a normalised signal",
        )
    return _moments(nonlinearity(spec), float(q))


@lru_cache(maxsize=8192)
def _moments(unit: Activation | GatedUnit, q: float) -> Moments:
    match unit:
        case Activation():
            return _of_activation(unit, q)
        case GatedUnit():
            return _of_gated_unit(_moments(unit.gate, q))
    assert_never(unit)


def _of_activation(phi: Activation, q: float) -> Moments:
    rule = gaussian_rule(phi, q)
    h = math.sqrt(q) * rule.z
    with np.errstate(over="ignore", invalid="ignore"):  # a fourth power may overflow before q does
        return _averages(rule, phi.function(h), phi.derivative(h), q)


def _averages(rule: Rule, y: Array, d: Array, q: float) -> Moments:
    """Moments from the values ``y`` of ``φ`` and ``d`` of ``φ'`` at the points of the rule."""
    m1, m2 = rule.mean(y), rule.mean(y * y)
    return Moments(
        q=q,
        m1=m1,
        m2=m2,
        var=rule.mean((y - m1) ** 2),
        d1=rule.mean(d),
        d2=rule.mean(d * d),
        d4=rule.mean(d**4),
        dq=rule.mean(y * d * rule.z) / math.sqrt(q),
        kappa=_ratio(rule.mean(y**4), m2 * m2),
    )


def _of_gated_unit(gate: Moments) -> Moments:
    """From the gate's moments, as ``E v² = q``, ``E v⁴ = 3 q²`` and ``E v = 0``."""
    q = gate.q
    d4 = gate.kappa * gate.m2 * gate.m2 + 3 * q * q * gate.d4
    return Moments(
        q=q,
        m1=0.0,
        m2=q * gate.m2,
        var=q * gate.m2,
        d1=0.0,
        d2=gate.m2 + q * gate.d2,
        d4=d4,
        dq=gate.m2 + q * gate.dq,
        kappa=3 * gate.kappa,
    )


def _ratio(numerator: float, denominator: float) -> float:
    """The quotient; NaN where ``φ`` vanishes over the whole reach of ``q``."""
    return numerator / denominator if denominator else math.nan
