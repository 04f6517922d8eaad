import math

import mpmath
import numpy as np
import pytest

from isometry.theory import special
from isometry.theory.activations import Function

X = np.array([[-30.0, -3.0, -0.1], [0.0, 2.5, 30.0]])


def test_logistic_in_both_tails() -> None:
    assert special.logistic(np.array([-700.0, 0.0, 700.0])) == pytest.approx(
        [float(mpmath.exp(-700)), 0.5, 1.0], rel=1e-12
    )


def test_log_one_plus_exp_does_not_overflow() -> None:
    assert special.log_one_plus_exp(np.array([-800.0, 0.0, 800.0])) == pytest.approx(
        [0.0, math.log(2.0), 800.0]
    )


def test_normal_cdf_in_the_far_tail() -> None:
    found = special.normal_cdf(X)
    assert found[0, 0] == pytest.approx(float(mpmath.ncdf(-30)), rel=1e-12)
    assert found.shape == X.shape


@pytest.mark.parametrize("function", [special.erf, special.normal_cdf])
def test_few_points_and_many_agree(function: Function) -> None:
    """Above ``FEW`` points SciPy computes them; it agrees to a few units in the last place."""
    x = np.linspace(-6.0, 6.0, special.FEW + 1)
    assert function(x) == pytest.approx(
        np.concatenate([function(x[:5000]), function(x[5000:])]), rel=1e-13
    )
