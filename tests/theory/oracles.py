"""The same quantities by other means: mpmath at 30 digits, closed forms, plain Monte Carlo."""

import math
from collections.abc import Callable

import mpmath
import numpy as np
from numpy.typing import NDArray

Formula = Callable[[mpmath.mpf], mpmath.mpf]
Kernel = Callable[[float, float], float]


def _gelu(x: mpmath.mpf) -> mpmath.mpf:
    return x * mpmath.ncdf(x)


def _mish(x: mpmath.mpf) -> mpmath.mpf:
    return x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))


def _elu(x: mpmath.mpf) -> mpmath.mpf:
    return x if x > 0 else mpmath.expm1(x)


def _hardswish(x: mpmath.mpf) -> mpmath.mpf:
    return x * min(max(x + 3, mpmath.mpf(0)), mpmath.mpf(6)) / 6


FORMULAS: dict[str, tuple[Formula, tuple[float, ...]]] = {
    "relu": (lambda x: max(x, mpmath.mpf(0)), (0.0,)),
    "tanh": (mpmath.tanh, ()),
    "gelu": (_gelu, ()),
    "mish": (_mish, ()),
    "elu": (_elu, (0.0,)),
    "hardswish": (_hardswish, (-3.0, 3.0)),
    "softsign": (lambda x: x / (1 + abs(x)), (0.0,)),
    "hardtanh": (lambda x: min(max(x, mpmath.mpf(-1)), mpmath.mpf(1)), (-1.0, 1.0)),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), ()),
}
"""Name ↦ formula and kinks."""


def slope(formula: Formula) -> Formula:
    """The derivative, by mpmath's finite differences at high precision."""
    return lambda x: mpmath.diff(formula, x)


def expectation(formula: Formula, q: float, kinks: tuple[float, ...]) -> float:
    """``E formula(√q z)`` by adaptive tanh-sinh quadrature between kinks."""
    scale = mpmath.sqrt(q)
    cuts = sorted([-mpmath.inf, -4, -1, 1, 4, mpmath.inf, *(mpmath.mpf(k) / scale for k in kinks)])
    return float(mpmath.quad(lambda z: formula(scale * z) * mpmath.npdf(z), cuts))


def relu_kernel(q: float, c: float) -> float:
    """``E ReLU(u) ReLU(v)`` (Cho & Saul 2009, order 1)."""
    return q * (math.sqrt(1 - c * c) + c * (math.pi - math.acos(c))) / (2 * math.pi)


def step_kernel(q: float, c: float) -> float:
    """``P(u > 0, v > 0)`` (Cho & Saul 2009, order 0); the same at every ``q > 0``."""
    return (math.pi - math.acos(c)) / (2 * math.pi) + 0.0 * q


def squared_relu_kernel(q: float, c: float) -> float:
    """``E ReLU(u)² ReLU(v)²`` (Cho & Saul 2009, order 2)."""
    angle = math.pi - math.acos(c)
    return q * q * (3 * math.sqrt(1 - c * c) * c + angle * (1 + 2 * c * c)) / (2 * math.pi)


def erf_kernel(q: float, c: float) -> float:
    """``E erf(u) erf(v)`` (Williams 1998)."""
    return 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q))


def correlated(
    q: float, c: float, samples: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Samples of two normals of variance ``q`` and correlation ``c``."""
    z = np.random.default_rng(seed).standard_normal((2, samples))
    return math.sqrt(q) * z[0], math.sqrt(q) * (c * z[0] + math.sqrt(1 - c * c) * z[1])
