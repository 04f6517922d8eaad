import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import errors, theory
from isometry.theory.quadrature import gaussian_rule, largest_q
from tests.theory import oracles

LENGTHS = (0.01, 1.0, 50.0)


@pytest.mark.parametrize("q", LENGTHS)
@pytest.mark.parametrize("name", oracles.FORMULAS)
def test_moments_agree_with_mpmath(name: str, q: float) -> None:
    formula, kinks = oracles.FORMULAS[name]
    at = theory.moments(name, q)
    assert at.m1 == pytest.approx(oracles.expectation(formula, q, kinks), rel=1e-10, abs=1e-12)
    square = oracles.expectation(lambda x: formula(x) ** 2, q, kinks)
    assert at.m2 == pytest.approx(square, rel=1e-10)


@pytest.mark.parametrize("name", ["tanh", "gelu", "elu"])
def test_slopes_agree_with_mpmath(name: str) -> None:
    formula, kinks = oracles.FORMULAS[name]
    slope = oracles.slope(formula)
    at = theory.moments(name, 1.0)
    assert at.d1 == pytest.approx(oracles.expectation(slope, 1.0, kinks), rel=1e-10)
    square = oracles.expectation(lambda x: slope(x) ** 2, 1.0, kinks)
    assert at.d2 == pytest.approx(square, rel=1e-10)


def _ramp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(x - 0.3, 0.0)


def _step(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(x > 0.3, 1.0, 0.0)


def test_an_unresolved_kink_costs_accuracy() -> None:
    """The control: the same rule without the kink misses the tolerance of the tests above."""
    hidden = theory.Activation("hidden", _ramp, _step)
    known = theory.Activation("known", hidden.function, hidden.derivative, kinks=(0.3,))
    gap = abs(theory.moments(hidden).d2 - theory.moments(known).d2)
    assert gap > 1e-5


@pytest.mark.parametrize(("power", "value"), [(0, 1.0), (2, 1.0), (4, 3.0), (6, 15.0), (8, 105.0)])
def test_powers_have_double_factorials(power: int, value: float) -> None:
    assert theory.gaussian_expectation(lambda z: z**power) == pytest.approx(value, rel=1e-13)


def test_expectation_across_a_kink() -> None:
    found = theory.gaussian_expectation(lambda z: _step(z - 0.4), kinks=(0.7,))
    assert found == pytest.approx(0.24196365222307303, rel=1e-13)


@pytest.mark.parametrize("w0", [1.0, 30.0, 300.0])
def test_oscillations_are_resolved(w0: float) -> None:
    at = theory.moments(f"sin({w0})")
    assert at.m2 == pytest.approx(0.5 * -np.expm1(-2 * w0**2), rel=1e-12)
    assert at.d2 == pytest.approx(0.5 * w0**2 * (1 + np.exp(-2 * w0**2)), rel=1e-12)


def test_too_fast_an_oscillation_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        gaussian_rule(theory.activation("sin(1000)"), 1e6)
    assert str(caught.value) == (
        "sin(w0=1000) repeats every 0.006283, and q is 1e+06. Needed: at most 20000 integration "
        "panels. Do: use a smaller q or a lower frequency."
    )


def test_the_reach_of_a_search_is_bounded_by_the_period() -> None:
    assert largest_q(theory.activation("tanh")) == 1e8
    assert largest_q(theory.activation("sin(30)")) < 2000
