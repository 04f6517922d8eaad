"""Activations without a kink: sigmoids, softplus and everything of the form ``x · S(x)``."""

import math

import numpy as np

from isometry.theory.activations import Activation, Array, Function
from isometry.theory.families import Family
from isometry.theory.special import (
    erf,
    log_one_plus_exp,
    logistic,
    normal_cdf,
    normal_density,
)

LECUN_AMPLITUDE = 1.7159
"""Makes ``1.7159 tanh(2x/3)`` map ±1 to ±1 (LeCun et al. 1998, section 4.4)."""
LECUN_SLOPE = 2.0 / 3.0
QUICK_GELU_SLOPE = 1.702
"""Makes the logistic function closest to the normal distribution function (Hendrycks 2016)."""
GELU_TANH_CUBIC = 0.044715
"""Cubic term of the tanh approximation of GELU (Hendrycks & Gimpel 2016, section 2)."""
GELU_TANH_SLOPE = math.sqrt(2.0 / math.pi)


def _linear() -> Activation:
    return Activation("linear", lambda x: x, np.ones_like, family="linear")


def _sigmoid() -> Activation:
    return Activation("sigmoid", logistic, _logistic_density, family="sigmoid")


def _softplus() -> Activation:
    return Activation("softplus", log_one_plus_exp, logistic, family="softplus")


def _softplus_log2() -> Activation:
    return Activation(
        "softplus_log2",
        lambda x: log_one_plus_exp(x) - math.log(2.0),
        logistic,
        family="softplus_log2",
        domain="softplus moved down so that 0 maps to 0",
    )


def _logsigmoid() -> Activation:
    return Activation(
        "logsigmoid", lambda x: -log_one_plus_exp(-x), lambda x: logistic(-x), family="logsigmoid"
    )


def _tanh() -> Activation:
    return Activation("tanh", np.tanh, _tanh_slope, family="tanh", references=("glorot2010",))


def _lecun_tanh() -> Activation:
    a, b = LECUN_AMPLITUDE, LECUN_SLOPE
    return Activation(
        "lecun_tanh",
        lambda x: a * np.tanh(b * x),
        lambda x: a * b * _tanh_slope(b * x),
        family="lecun_tanh",
        references=("lecun1998",),
    )


def _tanhshrink() -> Activation:
    return Activation(
        "tanhshrink", lambda x: x - np.tanh(x), lambda x: np.tanh(x) ** 2, family="tanhshrink"
    )


def _dyt(alpha: float) -> Activation:
    return Activation(
        "dyt",
        lambda x: np.tanh(alpha * x),
        lambda x: alpha * _tanh_slope(alpha * x),
        family="dyt",
        scale=min(1.0, 1.0 / alpha),
        domain="stands in for a normalisation layer; learned scale 1 and shift 0 at the start",
        references=("zhu2025",),
    )


def _erf() -> Activation:
    return Activation("erf", erf, _erf_slope, family="erf")


def _derf(alpha: float) -> Activation:
    return Activation(
        "derf",
        lambda x: erf(alpha * x),
        lambda x: alpha * _erf_slope(alpha * x),
        family="derf",
        scale=min(1.0, 1.0 / alpha),
        domain="stands in for a normalisation layer; learned scale 1 and shift 0 at the start",
        references=("chen2025",),
    )


def _arctan() -> Activation:
    return Activation("arctan", np.arctan, lambda x: 1.0 / (1.0 + x * x), family="arctan")


def _sin(w0: float) -> Activation:
    return Activation(
        "sin",
        lambda x: np.sin(w0 * x),
        lambda x: w0 * np.cos(w0 * x),
        family="sin",
        period=2.0 * math.pi / w0,
        references=("sitzmann2020",),
    )


def _gelu() -> Activation:
    return _self_gated("gelu", normal_cdf, normal_density)


def _gelu_tanh() -> Activation:
    return _self_gated("gelu_tanh", _gelu_tanh_gate, _gelu_tanh_gate_slope)


def _quick_gelu() -> Activation:
    b = QUICK_GELU_SLOPE
    return _self_gated(
        "quick_gelu", lambda x: logistic(b * x), lambda x: b * _logistic_density(b * x)
    )


def _silu() -> Activation:
    return _self_gated("silu", logistic, _logistic_density)


def _mish() -> Activation:
    def gate(x: Array) -> Array:
        return np.tanh(log_one_plus_exp(x))

    return _self_gated("mish", gate, lambda x: (1.0 - gate(x) ** 2) * logistic(x))


def _self_gated(name: str, gate: Function, gate_slope: Function) -> Activation:
    return Activation(
        name,
        lambda x: x * gate(x),
        lambda x: gate(x) + x * gate_slope(x),
        family=name,
    )


def _logistic_density(x: Array) -> Array:
    return logistic(x) * logistic(-x)


def _tanh_slope(x: Array) -> Array:
    return 1.0 - np.tanh(x) ** 2


def _erf_slope(x: Array) -> Array:
    return 2.0 / math.sqrt(math.pi) * np.exp(-x * x)


def _gelu_tanh_gate(x: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(GELU_TANH_SLOPE * (x + GELU_TANH_CUBIC * x**3)))


def _gelu_tanh_gate_slope(x: Array) -> Array:
    inner = GELU_TANH_SLOPE * (x + GELU_TANH_CUBIC * x**3)
    return 0.5 * _tanh_slope(inner) * GELU_TANH_SLOPE * (1.0 + 3.0 * GELU_TANH_CUBIC * x * x)


SMOOTH: tuple[Family, ...] = (
    Family("arctan", _arctan, aliases=("atan",)),
    Family("derf", _derf, defaults=(("alpha", 0.5),), positive=True),
    Family("dyt", _dyt, defaults=(("alpha", 0.5),), positive=True, aliases=("dynamic_tanh",)),
    Family("erf", _erf),
    Family("gelu", _gelu, aliases=("gelu_erf", "gelu_none", "gelu_python")),
    Family(
        "gelu_tanh",
        _gelu_tanh,
        aliases=("gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_approximate"),
    ),
    Family("lecun_tanh", _lecun_tanh),
    Family("linear", _linear, aliases=("identity", "none")),
    Family("logsigmoid", _logsigmoid, aliases=("log_sigmoid",)),
    Family("mish", _mish),
    Family("quick_gelu", _quick_gelu, aliases=("quickgelu", "gelu_quick")),
    Family("sigmoid", _sigmoid, aliases=("logistic",)),
    Family("silu", _silu, aliases=("swish",)),
    Family("sin", _sin, defaults=(("w0", 1.0),), positive=True, aliases=("sine", "siren")),
    Family("softplus", _softplus),
    Family("softplus_log2", _softplus_log2, aliases=("shifted_softplus",)),
    Family("tanh", _tanh),
    Family("tanhshrink", _tanhshrink, aliases=("tanh_shrink",)),
)
"""Every smooth family, sorted by name."""
