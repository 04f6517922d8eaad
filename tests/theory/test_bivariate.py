import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isometry import errors, theory
from isometry.theory.bivariate import joint_expectation
from tests.theory import oracles

LENGTHS = (1e-4, 1.0, 100.0)
CORRELATIONS = (-1.0, -0.9, -0.5, 0.0, 0.3, 0.9, 0.9999, 1 - 1e-8, 1 - 1e-12, 1.0)


@pytest.mark.parametrize("c", CORRELATIONS)
@pytest.mark.parametrize("q", LENGTHS)
@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("relu", oracles.relu_kernel),
        ("relu_squared", oracles.squared_relu_kernel),
        ("erf", oracles.erf_kernel),
    ],
)
def test_closed_forms(name: str, kernel: oracles.Kernel, q: float, c: float) -> None:
    phi = theory.activation(name)
    found = joint_expectation(phi.function, phi, q, c)
    assert found == pytest.approx(kernel(q, c), rel=1e-11, abs=1e-13 * kernel(q, 1.0))


@pytest.mark.parametrize("c", CORRELATIONS)
def test_closed_form_across_jumps(c: float) -> None:
    phi = theory.activation("relu")
    found = joint_expectation(phi.derivative, phi, 1.0, c)
    assert found == pytest.approx(oracles.step_kernel(1.0, c), rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("name", ["hardtanh", "gelu", "softshrink", "hardswish"])
def test_monte_carlo(name: str) -> None:
    """Four standard errors of 10⁶ samples: one false alarm in 16,000."""
    phi = theory.activation(name)
    u, v = oracles.correlated(2.0, 0.7, 1_000_000, seed=11)
    products = phi(u) * phi(v)
    band = 4 * float(products.std()) / 1000
    exact = joint_expectation(phi.function, phi, 2.0, 0.7)
    assert abs(float(products.mean()) - exact) < band


def test_monte_carlo_tells_neighbours_apart() -> None:
    """The control: the same band rejects a correlation of 0.72 for 0.7."""
    phi = theory.activation("hardtanh")
    u, v = oracles.correlated(2.0, 0.7, 1_000_000, seed=11)
    products = phi(u) * phi(v)
    band = 4 * float(products.std()) / 1000
    other = joint_expectation(phi.function, phi, 2.0, 0.72)
    assert abs(float(products.mean()) - other) > band


@settings(max_examples=40)
@given(st.sampled_from(["tanh", "gelu", "relu6", "softsign"]), st.floats(-0.99, 0.98))
def test_correlations_keep_their_order_from_zero_up(name: str, c: float) -> None:
    """``C`` is a power series with coefficients of one sign, so it grows on [0, 1]."""
    low, high = abs(c), min(1.0, abs(c) + 0.01)
    kwargs = {"q": 1.5, "weight_var": 1.7, "bias_var": 0.1}
    assert theory.c_map(name, low, **kwargs) < theory.c_map(name, high, **kwargs)


@pytest.mark.parametrize("c", [-1.5, 1.0001, math.nan])
def test_no_correlation(c: float) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.c_map("relu", c, q=1.0, weight_var=2.0)
    assert str(caught.value) == (
        f"c is {c:g}. Needed: a correlation, from -1 to 1. Do: divide the covariance by q."
    )


def test_a_users_function_has_the_same_map() -> None:
    mine = theory.c_map(lambda x: np.maximum(x, 0.0), 0.4, q=1.0, weight_var=2.0)
    assert mine == pytest.approx(theory.c_map("relu", 0.4, q=1.0, weight_var=2.0), rel=1e-12)
