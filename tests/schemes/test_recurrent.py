"""Gates that share a tensor, and biases of layers that have two."""

from math import log

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import schemes
from isometry.schemes.logarithms import logarithm, uniform_log_moments
from tests.schemes.drawing import values
from tests.schemes.shapes import gate_bias, recurrent


def test_the_forget_gate_alone_is_biased() -> None:
    bias = values(schemes.ForgetBias(1.5), gate_bias(3)).reshape(4, 3)
    np.testing.assert_array_equal(bias[1], 1.5)
    np.testing.assert_array_equal(bias[[0, 2, 3]], 0)


def test_of_two_biases_only_one_holds_the_value() -> None:
    first = values(schemes.ForgetBias(), gate_bias(3, "input-bias"))
    second = values(schemes.ForgetBias(), gate_bias(3, "recurrent-bias"))
    np.testing.assert_array_equal((first + second).reshape(4, 3)[1], 1)


def test_a_layer_with_one_bias_gets_the_value() -> None:
    bias = values(schemes.ForgetBias(), gate_bias(3, "bias")).reshape(4, 3)
    np.testing.assert_array_equal(bias[1], 1)


def test_of_two_chrono_biases_only_one_is_drawn() -> None:
    bias = values(schemes.ChronoBias(100), gate_bias(3, "recurrent-bias"))
    np.testing.assert_array_equal(bias, 0)


def test_chrono_biases_span_all_lengths() -> None:
    bias = values(schemes.ChronoBias(100), gate_bias(5000)).reshape(4, -1)
    assert 0 <= bias[1].min() < 0.2
    assert log(97) < bias[1].max() <= log(99)


def test_named_gates_have_schemes_of_their_own() -> None:
    scheme = schemes.Gates(schemes.Orthogonal(), (("g", schemes.Identity()),))
    weight = values(scheme, recurrent(6)).reshape(4, 6, 6).astype(np.float64)
    np.testing.assert_array_equal(weight[2], np.eye(6))
    np.testing.assert_allclose(weight[0] @ weight[0].T, np.eye(6), atol=1e-6)


@given(x=st.floats(1e-300, 1e300))
def test_the_logarithm_is_right_to_rounding(x: float) -> None:
    expected = float(mpmath.log(mpmath.mpf(x)))
    assert float(logarithm(np.array([x]))[0]) == pytest.approx(expected, rel=1e-15, abs=3e-16)


@pytest.mark.parametrize("m", [1.5, 9.0, 99.0, 1e4])
def test_moments_of_the_logarithm_of_a_uniform_law(m: float) -> None:
    stated = uniform_log_moments(m)
    raw = [mpmath.quad(lambda u, n=n: mpmath.log(u) ** n / (m - 1), [1, m]) for n in (1, 2)]
    central = [
        float(mpmath.quad(lambda u, n=n: (mpmath.log(u) - raw[0]) ** n / (m - 1), [1, m]))
        for n in (2, 3, 4)
    ]
    s = stated.std
    found = (stated.mean, s**2, stated.skewness * s**3, stated.kurtosis * s**4)
    assert found == pytest.approx((float(raw[0]), *central), rel=1e-6, abs=1e-10)
