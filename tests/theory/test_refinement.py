import math

import numpy as np
import pytest
from numpy.typing import NDArray

from isometry.theory.refinement import Place, Remainder, refined

START = Place(1.0, 0.5)


def circle(alpha: float, beta: float) -> NDArray[np.float64]:
    return np.array([alpha**2 + beta**2 - 2.0, alpha - beta])


def nowhere(alpha: float, beta: float) -> NDArray[np.float64]:
    return np.array([alpha**2 + beta**2 + 1.0, alpha - beta])


def far_away(alpha: float, beta: float) -> NDArray[np.float64]:
    """Falls by a factor of two at best at each of the steps, from 1e9."""
    return np.array([1e9 / alpha, beta - 0.5])


def undefined(alpha: float, beta: float) -> NDArray[np.float64]:
    return np.array([1.0, math.nan if (alpha, beta) != (START.alpha, START.beta) else 1.0])


def test_a_zero_is_found() -> None:
    found = refined(circle, START, unit=1.0)
    assert found is not None
    assert (found.alpha, found.beta) == pytest.approx((1.0, 1.0), abs=1e-11)


@pytest.mark.parametrize("remainder", [nowhere, far_away, undefined])
def test_no_zero_is_none(remainder: Remainder) -> None:
    assert refined(remainder, START, unit=1.0) is None
