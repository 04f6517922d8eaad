import math
from collections.abc import Callable

import pytest

from isometry import errors, theory


@pytest.mark.parametrize(
    ("name", "weight_var"),
    [("tanh", 1.0), ("erf", math.pi / 4), ("gelu", 4.0), ("lecun_tanh", (3 / (2 * 1.7159)) ** 2)],
)
def test_the_line_ends_at_the_linear_regime(name: str, weight_var: float) -> None:
    point = theory.critical(name, bias_var=0.0)
    assert (point.q, point.bias_var, point.chi_parallel) == (0.0, 0.0, 1.0)
    assert point.weight_var == pytest.approx(weight_var, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "weight_var"),
    [("relu", 2.0), ("leaky_relu(0.2)", 2 / 1.04), ("abs", 1.0), ("linear", 1.0)],
)
def test_scale_invariant_activations_have_one_point(name: str, weight_var: float) -> None:
    at_bias, at_q = theory.critical(name, bias_var=0.0), theory.critical(name, 5.0)
    doubly = theory.doubly_critical(name)
    assert doubly is not None
    found = [at_bias.weight_var, at_q.weight_var, doubly.weight_var]
    assert found == pytest.approx([weight_var] * 3, rel=1e-12)
    assert (at_bias.bias_var, at_q.bias_var) == (0.0, 0.0)


@pytest.mark.parametrize(
    "name", ["tanh", "erf", "sigmoid", "hardsigmoid", "softplus", "relu_squared"]
)
def test_no_doubly_critical_point(name: str) -> None:
    assert theory.doubly_critical(name) is None


def test_relu6_is_a_relu_while_small() -> None:
    point = theory.doubly_critical("relu6")
    assert point is not None
    assert point.weight_var == pytest.approx(2.0, rel=1e-8)


def test_cancelling_makes_a_bias_variance_available() -> None:
    point = theory.critical("softplus", bias_var=0.05, cancel_mean=True)
    assert point.bias_var == pytest.approx(0.05)
    assert point.cancel_mean
    end = theory.critical("softplus", bias_var=0.0, cancel_mean=True)
    assert (end.q, end.weight_var) == pytest.approx((0.0, 4.0))


def test_measured_chi_of_the_torch_gain() -> None:
    """5/3 for tanh is chaotic: gradients grow 304-fold in 60 layers."""
    q = theory.q_star("tanh", weight_var=25 / 9)
    chi = theory.chi("tanh", q, weight_var=25 / 9)
    assert (q, chi) == pytest.approx((1.1785, 1.2098), abs=6e-5)
    assert chi**30 == pytest.approx(304, rel=3e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: theory.critical("sigmoid"),
            (
                "sigmoid has no critical point at q=1: bias_var would be -5.54335;"
                " q = 45.6243 has one with bias_var 0. Needed: a bias variance of 0 or above."
                " Do: pass cancel_mean=True, or q=46."
            ),
        ),
        (
            lambda: theory.critical("softplus"),
            (
                "softplus has no critical point at q=1: bias_var would be -2.14012; no q has one."
                " Needed: a bias variance of 0 or above. Do: pass cancel_mean=True."
            ),
        ),
        (
            lambda: theory.critical("softplus", bias_var=0.0),
            (
                "softplus has no critical point with bias_var=0. Needed: a bias variance on its"
                " critical line. Do: pass q instead, or cancel_mean=True."
            ),
        ),
        (
            lambda: theory.critical("linear", bias_var=0.1, cancel_mean=True),
            (
                "linear has no critical point with bias_var=0.1. Needed: a bias variance on its"
                " critical line. Do: pass q instead."
            ),
        ),
        (
            lambda: theory.critical("relu_squared", bias_var=0.0),
            (
                "relu_squared is flat at 0, so its critical line does not end at a finite"
                " weight_var. Needed: a bias variance above 0."
                " Do: pass q=1.0 instead of bias_var=0.0."
            ),
        ),
        (
            lambda: theory.critical("tanh", 1.0, bias_var=0.1),
            (
                "both q and bias_var are given. Needed: one of them: the critical line has one"
                " parameter. Do: drop one."
            ),
        ),
        (
            lambda: theory.critical("softshrink(lambd=500)"),
            (
                "softshrink(lambd=500) is flat at q=1. Needed: an activation with a slope there."
                " Do: pass a larger q."
            ),
        ),
    ],
)
def test_points_that_do_not_exist(call: Callable[[], object], message: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        call()
    assert str(caught.value) == message
