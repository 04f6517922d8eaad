"""Steady shapes: the conditions that they keep, how calm they are, and what cannot be had."""

import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import errors, theory

DEPTHS = (3, 30, 300)
BENT = [name for name in theory.FAMILIES if name not in ("linear", "relu_squared")]
Z, WEIGHT = np.polynomial.hermite_e.hermegauss(180)
WEIGHT = WEIGHT / WEIGHT.sum()


def slope(depth: int, zeta: float = 1.5) -> float:
    return theory.slope_for(theory.Layers(depth), zeta=zeta)


@pytest.mark.parametrize("name", BENT)
@pytest.mark.parametrize("depth", DEPTHS)
def test_conditions(name: str, depth: int) -> None:
    shape = theory.steady(name, slope=slope(depth))
    assert {"Q(1)", "C(0)", "C'(1)"} <= {*shape.met}
    assert shape.condition("Q'(1)").value <= slope(depth) + 1e-9


def by_hand(name: str, alpha: float, beta: float) -> tuple[float, float]:
    """``C'(1)`` and ``|E φ| / std φ``, by Gauss-Hermite and a difference quotient."""

    def phi(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return theory.activation(name).function(x)

    x = alpha * Z + beta
    y, d = phi(x), (phi(x + 1e-5) - phi(x - 1e-5)) / 2e-5
    mean = float(WEIGHT @ y)
    var = float(WEIGHT @ (y - mean) ** 2)
    return alpha**2 * float(WEIGHT @ d**2) / var, abs(mean) / var**0.5


@pytest.mark.parametrize(
    ("name", "step"), [("mish", 0.1), ("sigmoid", 0.1), ("tanh", 0.1), ("sigmoid", -0.1)]
)
def test_no_neighbour_with_the_slope_is_calmer(name: str, step: float) -> None:
    shape = theory.steady(name, slope=slope(30))
    bend, loud = by_hand(name, shape.alpha, shape.beta)
    assert bend == pytest.approx(slope(30), abs=1e-7)
    other = theory.steady(name, slope=slope(30), beta=shape.beta + step)
    assert by_hand(name, other.alpha, other.beta)[1] > loud
    dks = theory.dks(name, slope=slope(30))
    assert by_hand(name, dks.alpha, dks.beta)[1] > loud


@pytest.mark.parametrize("name", ["tanh", "erf", "arctan", "sin", "softsign", "hardtanh"])
def test_odd_activations_stay_at_their_centre(name: str) -> None:
    shape = theory.steady(name, slope=slope(50))
    assert shape.beta == 0.0
    assert shape.delta == pytest.approx(0.0, abs=1e-15)
    assert shape.condition("Q'(1)").value < 1.0


def test_a_fixed_shift() -> None:
    assert theory.steady("sigmoid", slope=slope(30), beta=0.0).beta == 0.0


def test_a_shift_without_that_slope() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.steady("relu", slope=1.01, beta=0.0)
    assert str(caught.value) == (
        "no shape of relu has C'(1) = 1.01 and lengths that settle at beta=0. Needed: a slope that "
        "the activation's bend can give. Do: use a gain where the network is shallow, give the "
        "layers a bias, or choose another activation."
    )


def test_lengths_that_would_run_away() -> None:
    with pytest.raises(errors.InputError) as caught:
        theory.steady("relu_squared", slope=slope(3))
    assert str(caught.value) == (
        "no shape of relu_squared has C'(1) = 1.14471 and lengths that settle. Needed: a slope "
        "that the activation's bend can give. Do: use a gain where the network is shallow, or "
        "choose another activation."
    )


def test_a_line() -> None:
    with pytest.raises(errors.InputError, match="linear is a line"):
        theory.steady("linear", slope=1.1)


def test_a_slope_below_one() -> None:
    with pytest.raises(errors.InputError, match=r"slope is 0\.9"):
        theory.steady("tanh", slope=0.9)
