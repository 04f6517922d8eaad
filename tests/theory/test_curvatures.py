import math

import mpmath
import numpy as np
import pytest

from isometry import theory
from isometry.theory.curvatures import second_slope_square
from tests.theory.oracles import FORMULAS, Formula

# One formula each for φ'', by hand.
SECOND_SLOPES: dict[str, Formula] = {
    "tanh": lambda x: -2 * mpmath.tanh(x) * mpmath.sech(x) ** 2,
    "gelu": lambda x: (2 - x * x) * mpmath.npdf(x),
    "softplus": lambda x: mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2,
    "elu": lambda x: mpmath.exp(x) if x < 0 else mpmath.mpf(0),
    "softsign": lambda x: -2 * mpmath.sign(x) / (1 + abs(x)) ** 3,
    "relu_squared": lambda x: mpmath.mpf(2 if x > 0 else 0),
}


@pytest.mark.parametrize("q", [0.01, 1.0, 9.0])
@pytest.mark.parametrize("name", SECOND_SLOPES)
def test_mean_squares_of_second_slopes(name: str, q: float) -> None:
    scale, second = mpmath.sqrt(q), SECOND_SLOPES[name]
    cuts = [-30, -6, -2, 0, 2, 6, 30]
    exact = mpmath.quad(lambda z: second(scale * z) ** 2 * mpmath.npdf(z), cuts)
    assert second_slope_square(theory.activation(name), q) == pytest.approx(float(exact), rel=1e-9)


def test_the_curvature_of_a_sine() -> None:
    """``C(c) = sinh(q c) / sinh(q)`` for sine, so ``C''(1) = q²``."""
    assert theory.c_curvature("sin", q=0.7, weight_var=3.0) == pytest.approx(0.49, rel=1e-12)


def test_the_curvature_is_a_second_difference_of_the_map() -> None:
    h, arguments = 1e-3, {"q": 1.3, "weight_var": 1.7, "bias_var": 0.2}
    c = [theory.c_map("tanh", 1.0 - k * h, **arguments) for k in range(5)]
    second = (35 * c[0] - 104 * c[1] + 114 * c[2] - 56 * c[3] + 11 * c[4]) / (12 * h * h)
    assert theory.c_curvature("tanh", **arguments) == pytest.approx(second, rel=1e-4)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "selu", "hardtanh", "softshrink", "abs"])
def test_a_jump_of_the_slope_has_no_finite_curvature(name: str) -> None:
    assert theory.c_curvature(name, q=1.0, weight_var=1.0) == math.inf


def test_a_jump_out_of_reach_is_none() -> None:
    assert theory.c_curvature("relu6", q=0.01, weight_var=1.0) == math.inf
    assert theory.c_curvature("hardtanh", q=1e-3, weight_var=1.0) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", ["tanh", "gelu", "elu"])
def test_a_function_of_ones_own(name: str) -> None:
    formula = theory.activation(name).function
    own = theory.c_curvature(lambda x: formula(np.asarray(x)), q=1.0, weight_var=1.0)
    assert own == pytest.approx(theory.c_curvature(name, q=1.0, weight_var=1.0), rel=1e-6)


def test_the_oracles_formulas_are_those_of_the_second_slopes() -> None:
    x = mpmath.mpf("-0.7")
    pairs = {name: FORMULAS[name][0] for name in SECOND_SLOPES if name in FORMULAS}
    by_difference = [float(mpmath.diff(formula, x, 2)) for formula in pairs.values()]
    assert [float(SECOND_SLOPES[name](x)) for name in pairs] == pytest.approx(by_difference)
