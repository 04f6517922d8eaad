"""Gains: the factors on a weight's standard deviation, one convention a name.

A gain ``g`` means ``std = g / √fan``. Two libraries that print different gains for one activation
mostly mean different conventions; each of them is here under a name of its own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from isometry.errors import InputError
from isometry.theory.activations import GatedUnit, Nonlinearity
from isometry.theory.expectations import moments
from isometry.theory.quadrature import largest_q
from isometry.theory.registry import ActivationLike, nonlinearity
from isometry.theory.roots import root

Convention = Literal[
    "forward", "centred", "backward", "post_activation", "critical", "kumar", "torch"
]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)


@dataclass(frozen=True, slots=True)
class Gains:
    """The gain of one activation in every convention; ``None`` where it does not exist.

    Attributes:
        forward: ``√(q / E φ²)``: keeps the preactivation's second moment ``q``. At ``q = 1`` the
            textbook ``1 / √E φ²``.
        centred: ``√(q / Var φ)``: the same for weights whose rows sum to 0, or with a bias that
            cancels the mean of ``φ``.
        backward: ``1 / √E φ'²``: keeps the gradient's mean square (with ``fan_out``).
        post_activation: The root ``g`` of ``E φ(g z)² = 1``: keeps the mean square *after* ``φ``
            at 1; does not depend on ``q``.
        critical: ``σ_w`` of the critical line at ``q``, which equals ``backward`` and needs the
            bias variance ``critical(spec, q).bias_var``; ``None`` where that would be negative.
        kumar: ``1 / √(φ'(0)² (1 + φ(0)²))`` (Kumar 2017, eq. 14), the first-order rule around 0;
            where 0 is a kink, ``φ'(0)²`` is the mean over its sides, which gives ReLU's √2.
        torch: What ``torch.nn.init.calculate_gain`` prints, for parity; several are not derived.
    """

    forward: float | None
    centred: float | None
    backward: float | None
    post_activation: float | None
    critical: float | None
    kumar: float | None
    torch: float | None


def gain(
    spec: ActivationLike | GatedUnit, convention: Convention = "forward", *, q: float = 1.0
) -> float:
    """The gain of an activation in one convention: ``std = gain / √fan``.

    Args:
        spec: Name, record or function; also a gated unit, whose gain serves the layer after it
            (forward) or its two projections (backward).
        convention: Which gain; see ``Gains`` for what each keeps.
        q: Second moment of the preactivation.

    Returns:
        The factor on ``1 / √fan``, above 0.

    Raises:
        InputError: The convention is unknown, or the activation has no such gain.

    >>> gain("relu") ** 2
    2.0000000000000004
    >>> round(gain("gelu"), 6), round(gain("gelu", "post_activation"), 5)
    (1.53353, 1.46801)
    """
    if convention not in _RULES:
        raise InputError(
            f"the convention is {convention!r}",
            needed=f"one of {', '.join(CONVENTIONS)}",
            do='pass "forward" to keep the signal, "backward" to keep the gradient',
        )
    unit = nonlinearity(spec)
    value = _RULES[convention](unit, q)
    if value is None:
        raise InputError(
            f"{unit} has no {convention} gain: {_WHY_NONE[convention]}",
            needed="a convention in which it has one",
            do="see theory.gains for all of them",
        )
    return value


def gains(spec: ActivationLike | GatedUnit, *, q: float = 1.0) -> Gains:
    """The gains of an activation in every convention.

    Args:
        spec: Name, record or function.
        q: Second moment of the preactivation.

    Returns:
        The record of all gains.

    Raises:
        InputError: An argument cannot be used.

    >>> gains("sigmoid").torch
    1.0
    """
    unit = nonlinearity(spec)
    return Gains(
        forward=_forward(unit, q),
        centred=_centred(unit, q),
        backward=_backward(unit, q),
        post_activation=_post_activation(unit, q),
        critical=_critical(unit, q),
        kumar=_kumar(unit, q),
        torch=_torch(unit, q),
    )


def torch_gain(spec: ActivationLike | GatedUnit) -> float | None:
    """The gain that ``torch.nn.init.calculate_gain`` gives, or ``None`` where it raises.

    >>> torch_gain("selu")
    0.75
    """
    return _torch(nonlinearity(spec), 1.0)


def _forward(unit: Nonlinearity, q: float) -> float | None:
    return _root_ratio(q, moments(unit, q).m2)


def _centred(unit: Nonlinearity, q: float) -> float | None:
    return _root_ratio(q, moments(unit, q).var)


def _backward(unit: Nonlinearity, q: float) -> float | None:
    return _root_ratio(1.0, moments(unit, q).d2)


def _root_ratio(kept: float, factor: float) -> float | None:
    """``√(kept / factor)``; none where ``φ`` is constant over the reach of ``q``."""
    return math.sqrt(kept / factor) if factor > 0 else None


def _post_activation(unit: Nonlinearity, q: float) -> float | None:  # noqa: ARG001 - one table
    """Steps from ``g² = 1`` towards the root; ``E φ(g z)²`` grows with ``g``."""
    end = largest_q(unit.gate if isinstance(unit, GatedUnit) else unit)

    def surplus(g2: float) -> float:
        return moments(unit, g2).m2 - 1.0

    first = surplus(1.0)
    here, factor = 1.0, 4.0 if first < 0 else 0.25
    while 1.0 / end < here < end:
        there = here * factor
        if surplus(there) * first <= 0:
            return math.sqrt(root(surplus, min(here, there), max(here, there)))
        here = there
    return None


def _critical(unit: Nonlinearity, q: float) -> float | None:
    """The condition ``σ_b² = q - m2 / d2 ≥ 0`` of the critical line, up to rounding."""
    at = moments(unit, q)
    admissible = q * at.d2 - at.m2 >= -1e-10 * q * at.d2
    return _backward(unit, q) if admissible else None


def _kumar(unit: Nonlinearity, q: float) -> float | None:  # noqa: ARG001 - one table
    if isinstance(unit, GatedUnit) or unit.squared_slope_at_zero == 0.0:
        return None
    return 1.0 / math.sqrt(unit.squared_slope_at_zero * (1.0 + unit.at_zero**2))


def _torch(unit: Nonlinearity, q: float) -> float | None:  # noqa: ARG001 - one table
    if isinstance(unit, GatedUnit):
        return None
    if unit.family == "leaky_relu":
        a = dict(unit.parameters)["a"]
        return math.sqrt(2.0 / (1.0 + a * a))
    return TORCH_GAINS.get(unit.family)


TORCH_GAINS = MappingProxyType(
    {"linear": 1.0, "relu": math.sqrt(2.0), "selu": 3.0 / 4.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0}
)
"""Besides leaky ReLU, whose gain torch computes. tanh's and SELU's are empirical."""

_RULES: MappingProxyType[Convention, Callable[[Nonlinearity, float], float | None]] = (
    MappingProxyType(
        {
            "forward": _forward,
            "centred": _centred,
            "backward": _backward,
            "post_activation": _post_activation,
            "critical": _critical,
            "kumar": _kumar,
            "torch": _torch,
        }
    )
)

_WHY_NONE: MappingProxyType[Convention, str] = MappingProxyType(
    {
        "forward": "it is 0 at this q",
        "centred": "it is constant at this q",
        "backward": "its slope is 0 at this q",
        "post_activation": "E φ(g z)² does not reach 1 for any g",
        "critical": "its bias variance would be negative at this q",
        "kumar": "it has no slope at 0",
        "torch": "torch gives none",
    }
)
