"""Laws that hold for every activation, at every length."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isometry import theory

names = st.sampled_from(sorted(theory.FAMILIES))
lengths = st.floats(1e-3, 1e3)


@given(names, lengths)
def test_gaussian_poincare_inequality(name: str, q: float) -> None:
    """``Var φ(h) ≤ q E φ'(h)²``, with equality for linear functions alone."""
    at = theory.moments(name, q)
    assert at.var <= q * at.d2 * (1 + 1e-12)


@given(names, lengths)
def test_moments_are_ordered(name: str, q: float) -> None:
    at = theory.moments(name, q)
    assert at.m2 == pytest.approx(at.var + at.m1**2, rel=1e-9, abs=1e-15)
    assert at.kappa >= 1 - 1e-12
    assert at.slope_kurtosis >= 1 - 1e-12
    assert at.d1**2 <= at.d2 * (1 + 1e-12)
    assert 0 <= at.correlation <= 1


@given(names, lengths)
def test_dq_is_the_derivative_of_m2(name: str, q: float) -> None:
    h = 1e-4 * q
    rise = theory.moments(name, q + h).m2 - theory.moments(name, q - h).m2
    scale = theory.moments(name, q).m2 / q
    assert theory.moments(name, q).dq == pytest.approx(rise / (2 * h), abs=1e-6 * scale)


@given(st.sampled_from(["linear", "relu", "leaky_relu(0.2)", "prelu", "rrelu", "abs"]), lengths)
def test_rectifiers_have_one_gain_at_every_length(name: str, q: float) -> None:
    assert theory.gain(name, q=q) == pytest.approx(theory.gain(name), rel=1e-12)
    assert theory.gain(name, "backward", q=q) == pytest.approx(theory.gain(name), rel=1e-12)


@given(st.sampled_from(["tanh", "gelu", "elu", "relu6"]), st.floats(4.0, 100.0))
def test_other_activations_do_not(name: str, q: float) -> None:
    """The control of the law above."""
    assert theory.gain(name, q=q) != pytest.approx(theory.gain(name), rel=1e-4)


@given(names, st.floats(0.05, 1e3))
def test_cancelling_the_mean_makes_every_length_critical(name: str, q: float) -> None:
    point = theory.critical(name, q, cancel_mean=True)
    assert point.bias_var >= 0
    assert theory.chi(name, q, weight_var=point.weight_var) == pytest.approx(1.0, rel=1e-12)
    held = theory.moments(name, q).var * point.weight_var + point.bias_var
    assert held == pytest.approx(q, rel=1e-9)


@given(st.sampled_from(["tanh", "gelu", "elu", "relu", "sin", "mish"]), st.floats(0.01, 10.0))
def test_the_critical_line_is_admissible_and_fixed(name: str, q: float) -> None:
    point = theory.critical(name, q)
    assert point.bias_var >= 0
    found = theory.q_map(name, q, weight_var=point.weight_var, bias_var=point.bias_var)
    assert found == pytest.approx(q, rel=1e-9)


@given(names, st.floats(0.05, 20.0))
def test_the_forward_gain_holds_the_length(name: str, q: float) -> None:
    weight_var = theory.gain(name, q=q) ** 2
    assert theory.q_map(name, q, weight_var=weight_var) == pytest.approx(q, rel=1e-12)
    assert theory.q_star(name, weight_var=weight_var, start=q) == pytest.approx(q, rel=1e-9)


@given(st.floats(0.1, 5.0), st.floats(0.001, 0.5))
def test_q_star_is_a_fixed_point(weight_var: float, bias_var: float) -> None:
    q = theory.q_star("tanh", weight_var=weight_var, bias_var=bias_var)
    found = theory.q_map("tanh", q, weight_var=weight_var, bias_var=bias_var)
    assert found == pytest.approx(q, rel=1e-10)


@settings(max_examples=20)
@given(st.floats(1.9, 5.0))
def test_c_star_is_a_fixed_point(weight_var: float) -> None:
    q = theory.q_star("tanh", weight_var=weight_var, bias_var=0.05)
    point = {"q": q, "weight_var": weight_var, "bias_var": 0.05}
    c = theory.c_star("tanh", **point)
    assert 0 < c < 1
    assert theory.c_map("tanh", c, **point) == pytest.approx(c, rel=1e-9)
    assert theory.c_slope("tanh", c, **point) < 1


@settings(max_examples=20)
@given(st.floats(-0.95, 0.95))
def test_c_slope_is_the_derivative_of_c_map(c: float) -> None:
    kwargs = {"q": 1.3, "weight_var": 1.6, "bias_var": 0.2}
    rise = theory.c_map("gelu", c + 1e-5, **kwargs) - theory.c_map("gelu", c - 1e-5, **kwargs)
    assert theory.c_slope("gelu", c, **kwargs) == pytest.approx(rise / 2e-5, rel=1e-6)


@given(names)
def test_the_correlation_map_ends_at_one(name: str) -> None:
    at_one = theory.c_map(name, 1.0, q=0.7, weight_var=1.3, bias_var=0.1)
    assert at_one == pytest.approx(1.0, rel=1e-12)
    assert math.isfinite(theory.c_slope(name, 1.0, q=0.7, weight_var=1.3))
