import math

import numpy as np
import pytest

from isometry import errors, theory


def test_every_convention_is_a_field() -> None:
    assert set(theory.CONVENTIONS) == set(theory.Gains.__dataclass_fields__)


@pytest.mark.parametrize("convention", theory.CONVENTIONS)
def test_gain_reads_the_record(convention: theory.Convention) -> None:
    assert theory.gain("relu", convention) == getattr(theory.gains("relu"), convention)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("linear", 1.0),
        ("sigmoid", 1.0),
        ("tanh", 5 / 3),
        ("relu", math.sqrt(2.0)),
        ("leaky_relu(0.2)", math.sqrt(2 / 1.04)),
        ("leaky_relu", math.sqrt(2 / 1.0001)),
        ("selu", 0.75),
        ("gelu", None),
        ("swiglu", None),
    ],
)
def test_torch_gain(name: str, value: float | None) -> None:
    assert theory.torch_gain(name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sigmoid", 16 / math.sqrt(20.0)),
        ("tanh", 1.0),
        ("relu", math.sqrt(2.0)),
        ("leaky_relu(0.2)", math.sqrt(2 / 1.04)),
        ("erf", math.sqrt(math.pi) / 2),
        ("gelu", 2.0),
    ],
)
def test_kumar_gain(name: str, value: float) -> None:
    """Sigmoid: ``v² = 16 / (1.25 N)``, which the paper rounds to ``3.6 / √N``."""
    assert theory.gain(name, "kumar") == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("q", [0.3, 1.0, 4.0])
def test_the_critical_gain_is_that_of_the_critical_line(q: float) -> None:
    assert theory.gain("gelu", "critical", q=q) == pytest.approx(theory.critical("gelu", q).gain)


def test_the_root_after_the_activation_holds_its_mean_square() -> None:
    g = theory.gain("softplus", "post_activation")
    assert theory.moments("softplus", g * g).m2 == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("spec", "convention", "why"),
    [
        ("tanh", "post_activation", "E φ(g z)² does not reach 1 for any g"),
        ("sin(w0=30)", "post_activation", "E φ(g z)² does not reach 1 for any g"),
        ("sigmoid", "critical", "its bias variance would be negative at this q"),
        ("relu_squared", "kumar", "it has no slope at 0"),
        ("swiglu", "kumar", "it has no slope at 0"),
        ("gelu", "torch", "torch gives none"),
        ("softshrink(lambd=500)", "forward", "it is 0 at this q"),
        ("softshrink(lambd=500)", "centred", "it is constant at this q"),
        ("softshrink(lambd=500)", "backward", "its slope is 0 at this q"),
    ],
)
def test_gains_that_do_not_exist(spec: str, convention: theory.Convention, why: str) -> None:
    assert getattr(theory.gains(spec), convention) is None
    with pytest.raises(errors.InputError) as caught:
        theory.gain(spec, convention)
    assert str(caught.value) == (
        f"{spec} has no {convention} gain: {why}. Needed: a convention in which it has one."
        " Do: see theory.gains for all of them."
    )


def test_unknown_convention() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.gain("relu", "fan_in")  # type: ignore[arg-type]  # the point of the test
    assert str(caught.value) == (
        "the convention is 'fan_in'. Needed: one of forward, centred, backward, post_activation,"
        ' critical, kumar, torch. Do: pass "forward" to keep the signal, "backward" to keep the'
        " gradient."
    )


@pytest.mark.parametrize("q", [0.0, -1.0, math.inf, math.nan])
def test_lengths_that_cannot_be(q: float) -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.moments("relu", q)
    assert str(caught.value) == (
        f"q is {q:g}. Needed: the second moment of a preactivation, finite and above 0."
        " Do: pass q=1.0 for a normalised signal."
    )


def test_a_vanishing_activation_has_no_ratios() -> None:
    at = theory.moments("softshrink(lambd=500)")
    assert (at.m2, at.d2) == (0.0, 0.0)
    assert np.isnan([at.kappa, at.correlation, at.slope_kurtosis]).all()


def test_moments_of_an_enormous_signal_overflow_quietly() -> None:
    assert theory.moments("relu_squared", 1e90).kappa != theory.moments("relu_squared").kappa
