"""Every printed row of reference values, to its printed digits."""

import math

import pytest

from isometry import theory
from tests.theory import tables

SIX = 5.5e-7
"""A little over half a unit of the sixth decimal."""
FIVE = 5.5e-6
FOUR = 5.5e-5
THREE = 5.5e-4
TWO = 5.5e-3


@pytest.mark.parametrize("row", tables.MOMENTS_AT_ONE, ids=lambda row: str(row[0]))
def test_moments_at_one(row: tuple[str, *tuple[float, ...]]) -> None:
    name, *values = row
    *printed, kappa = values
    at = theory.moments(name)
    found = [at.m1, at.m2, at.var, at.d2, at.correlation, at.slope_kurtosis]
    assert found == pytest.approx(printed, abs=SIX)
    assert at.kappa == pytest.approx(kappa, abs=FOUR)


@pytest.mark.parametrize("row", tables.GAINS_AT_ONE, ids=lambda row: str(row[0]))
def test_gains_at_one(row: tuple[str, *tuple[float, ...]]) -> None:
    name, *printed = row
    gains = theory.gains(name)
    weight_var = theory.gain(name) ** 2
    found = [
        gains.forward,
        gains.centred,
        gains.backward,
        theory.chi(name, 1.0, weight_var=weight_var),
        theory.chi_parallel(name, 1.0, weight_var=weight_var),
    ]
    assert found == pytest.approx(printed, abs=SIX)


@pytest.mark.parametrize(("name", "forward", "centred", "backward"), tables.OTHER_GAINS)
def test_gains_of_the_other_members(
    name: str, forward: float, centred: float, backward: float
) -> None:
    gains = theory.gains(name)
    found = (gains.forward, gains.centred, gains.backward)
    assert found == pytest.approx((forward, centred, backward), abs=SIX)


@pytest.mark.parametrize(("name", "m2", "after", "d2", "before"), tables.GATED_UNITS)
def test_gated_units(name: str, m2: float, after: float, d2: float, before: float) -> None:
    at = theory.moments(name)
    assert (at.m1, at.m2, at.d2) == pytest.approx((0.0, m2, d2), abs=SIX)
    assert theory.gain(name) == pytest.approx(after, abs=SIX)
    assert theory.gain(name, "backward") == pytest.approx(before, abs=SIX)


@pytest.mark.parametrize(("name", "slope"), tables.GATED_STABILITY)
def test_gated_units_repel_from_one(name: str, slope: float) -> None:
    weight_var = theory.gain(name) ** 2
    assert theory.chi_parallel(name, 1.0, weight_var=weight_var) == pytest.approx(slope, abs=TWO)


@pytest.mark.parametrize("row", tables.GAIN_CONVENTIONS, ids=lambda row: str(row[0]))
def test_gain_conventions(
    row: tuple[str, float, float, float, float, float | None],
) -> None:
    name, forward, centred, backward, chi, post = row
    gains = theory.gains(name)
    found = (gains.forward, gains.centred, gains.backward)
    assert found == pytest.approx((forward, centred, backward), abs=FIVE)
    assert theory.chi(name, 1.0, weight_var=forward**2) == pytest.approx(chi, abs=2 * THREE)
    assert gains.post_activation == (None if post is None else pytest.approx(post, abs=FIVE))


@pytest.mark.parametrize(("weight_var", "q", "chi", "c", "xi", "depth"), tables.TANH_DEPTH_SCALES)
def test_depth_scales_of_tanh(
    weight_var: float, q: float, chi: float, c: float, xi: float, depth: float
) -> None:
    scales = theory.depth_scales("tanh", weight_var=weight_var, bias_var=0.05)
    assert (scales.q_star, scales.chi, scales.c_star) == pytest.approx((q, chi, c), abs=FIVE)
    assert scales.xi_c == pytest.approx(xi, rel=2e-3)
    assert scales.trainable_depth == pytest.approx(depth, rel=2e-3)


def test_tanh_is_critical_between_the_phases() -> None:
    scales = theory.depth_scales("tanh", weight_var=1.7609546, bias_var=0.05)
    assert scales.q_star == pytest.approx(0.5700479, abs=5.5e-8)
    assert (scales.phase, scales.c_star) == ("critical", 1.0)
    assert (scales.xi_c, scales.xi_grad, scales.trainable_depth) == (math.inf,) * 3


@pytest.mark.parametrize(("sigma", "q", "chi", "gradient"), tables.SIGMOID_STARTS)
def test_sigmoid_starts(sigma: float, q: float, chi: float, gradient: float) -> None:
    q_star = theory.q_star("sigmoid", weight_var=sigma**2)
    assert q_star == pytest.approx(q, abs=THREE)
    found = theory.chi("sigmoid", q_star, weight_var=sigma**2)
    assert found == pytest.approx(chi, rel=2e-4)
    assert found**5 == pytest.approx(gradient, rel=2e-2)


@pytest.mark.parametrize(("name", "weight_var", "bias_var", "q"), tables.DOUBLY_CRITICAL)
def test_doubly_critical_points(name: str, weight_var: float, bias_var: float, q: float) -> None:
    point = theory.doubly_critical(name)
    assert point is not None
    assert (point.weight_var, point.bias_var) == pytest.approx((weight_var, bias_var), abs=5.5e-9)
    assert point.q == pytest.approx(q, abs=SIX)
    assert point.chi_parallel == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(("weight_var", "bias_var"), tables.TANH_CRITICAL_LINE)
def test_critical_line_of_tanh(weight_var: float, bias_var: float) -> None:
    point = theory.critical("tanh", bias_var=bias_var)
    assert point.weight_var == pytest.approx(weight_var, abs=THREE)
    assert point.bias_var == pytest.approx(bias_var, rel=1e-9)


@pytest.mark.parametrize(("name", "cancel", "gain", "bias_var"), tables.CRITICAL_AT_ONE)
def test_critical_points_at_one(name: str, cancel: bool, gain: float, bias_var: float) -> None:
    point = theory.critical(name, 1.0, cancel_mean=cancel)
    assert (point.gain, point.bias_var) == pytest.approx((gain, bias_var), abs=SIX)


@pytest.mark.parametrize(
    ("name", "gain", "q"), [("sigmoid", 10.149264, 45.624278), ("hardsigmoid", 10.329483, 47.274)]
)
def test_critical_point_without_a_bias(name: str, gain: float, q: float) -> None:
    point = theory.critical(name, bias_var=0.0)
    assert point.gain == pytest.approx(gain, abs=SIX)
    assert point.q == pytest.approx(q, rel=1e-5)


@pytest.mark.parametrize(("tokens", "m2"), tables.SOFTMAX)
def test_softmax(tokens: int, m2: float) -> None:
    assert theory.softmax_moments(tokens).m2 == pytest.approx(m2, abs=THREE)
