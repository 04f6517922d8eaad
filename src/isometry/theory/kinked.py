"""Activations with kinks: the rectifiers, the hard versions of sigmoid and tanh, and their kin."""

import numpy as np

from isometry.theory.activations import Activation, Array
from isometry.theory.families import Family

SELU_LAMBDA = 1.0507009873554805
"""Makes (mean, variance) = (0, 1) a fixed point (Klambauer et al. 2017, eq. 14)."""
SELU_ALPHA = 1.6732632423543772
RRELU_LOWER = 1.0 / 8.0
RRELU_UPPER = 1.0 / 3.0
"""Range of the random slope (Xu et al. 2015); its mean is the slope used at evaluation."""


def _relu() -> Activation:
    return _leaky("relu", 0.0)


def _leaky_relu(a: float) -> Activation:
    return _leaky("leaky_relu", a)


def _prelu(a: float) -> Activation:
    return _leaky("prelu", a, domain="as initialized; the slope is learned")


def _rrelu(lower: float, upper: float) -> Activation:
    return _leaky("rrelu", (lower + upper) / 2, domain="with the mean slope, as at evaluation")


def _abs() -> Activation:
    return _leaky("abs", -1.0)


def _leaky(family: str, a: float, *, domain: str = "") -> Activation:
    return Activation(
        family,
        lambda x: np.where(x > 0, x, a * x),
        lambda x: np.where(x > 0, 1.0, a),
        family=family,
        kinks=(0.0,),
        domain=domain,
        references=("he2015",),
    )


def _elu(alpha: float) -> Activation:
    return _exponential("elu", alpha, 1.0, 1.0)


def _celu(alpha: float) -> Activation:
    return _exponential("celu", alpha, alpha, 1.0)


def _selu() -> Activation:
    return _exponential("selu", SELU_ALPHA, 1.0, SELU_LAMBDA)


def _exponential(family: str, alpha: float, length: float, height: float) -> Activation:
    """``height · x`` above 0 and ``height · alpha · (exp(x / length) - 1)`` below."""

    def function(x: Array) -> Array:
        return height * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0) / length))

    def derivative(x: Array) -> Array:
        return height * np.where(x > 0, 1.0, alpha / length * np.exp(np.minimum(x, 0.0) / length))

    return Activation(
        family,
        function,
        derivative,
        family=family,
        kinks=(0.0,),
        scale=min(1.0, length),
        references=("klambauer2017",) if family == "selu" else (),
    )


def _clipped(family: str, low: float, high: float, *, slope: float, offset: float) -> Activation:
    """``slope · clip(x, low, high) + offset``."""
    return Activation(
        family,
        lambda x: slope * np.clip(x, low, high) + offset,
        lambda x: np.where((x > low) & (x < high), slope, 0.0),
        family=family,
        kinks=(low, high),
    )


def _relu6() -> Activation:
    return _clipped("relu6", 0.0, 6.0, slope=1.0, offset=0.0)


def _hardtanh() -> Activation:
    return _clipped("hardtanh", -1.0, 1.0, slope=1.0, offset=0.0)


def _hardsigmoid() -> Activation:
    return _clipped("hardsigmoid", -3.0, 3.0, slope=1.0 / 6.0, offset=0.5)


def _hardswish() -> Activation:
    def derivative(x: Array) -> Array:
        return np.where(x >= 3.0, 1.0, np.where(x <= -3.0, 0.0, (2.0 * x + 3.0) / 6.0))

    return Activation(
        "hardswish",
        lambda x: x * np.clip(x + 3.0, 0.0, 6.0) / 6.0,
        derivative,
        family="hardswish",
        kinks=(-3.0, 3.0),
    )


def _softsign() -> Activation:
    return Activation(
        "softsign",
        lambda x: x / (1.0 + np.abs(x)),
        lambda x: 1.0 / (1.0 + np.abs(x)) ** 2,
        family="softsign",
        kinks=(0.0,),
        references=("glorot2010",),
    )


def _relu_squared() -> Activation:
    return Activation(
        "relu_squared",
        lambda x: np.maximum(x, 0.0) ** 2,
        lambda x: 2.0 * np.maximum(x, 0.0),
        family="relu_squared",
        kinks=(0.0,),
    )


def _softshrink(lambd: float) -> Activation:
    return Activation(
        "softshrink",
        lambda x: x - np.clip(x, -lambd, lambd),
        lambda x: np.where(np.abs(x) > lambd, 1.0, 0.0),
        family="softshrink",
        kinks=(-lambd, lambd),
    )


KINKED: tuple[Family, ...] = (
    Family("abs", _abs, aliases=("absolute",)),
    Family("celu", _celu, defaults=(("alpha", 1.0),), positive=True),
    Family("elu", _elu, defaults=(("alpha", 1.0),), positive=True),
    Family("hardsigmoid", _hardsigmoid, aliases=("hard_sigmoid",)),
    Family("hardswish", _hardswish, aliases=("hard_swish", "hardsilu", "hard_silu")),
    Family("hardtanh", _hardtanh, aliases=("hard_tanh",)),
    Family("leaky_relu", _leaky_relu, defaults=(("a", 0.01),), aliases=("leakyrelu", "lrelu")),
    Family("prelu", _prelu, defaults=(("a", 0.25),)),
    Family("relu", _relu),
    Family("relu6", _relu6),
    Family("relu_squared", _relu_squared, aliases=("relu2", "squared_relu", "relu^2")),
    Family("rrelu", _rrelu, defaults=(("lower", RRELU_LOWER), ("upper", RRELU_UPPER))),
    Family("selu", _selu),
    Family("softshrink", _softshrink, defaults=(("lambd", 0.5),), positive=True),
    Family("softsign", _softsign, aliases=("soft_sign",)),
)
"""Every family with a kink, sorted by name."""

SCALE_INVARIANT: frozenset[str] = frozenset(
    {"linear", "relu", "leaky_relu", "prelu", "rrelu", "abs"}
)
"""Families with ``φ(t x) = t φ(x)`` for ``t > 0``: one gain serves every ``q``."""
