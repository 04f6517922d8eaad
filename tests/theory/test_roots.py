import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from isometry.theory.roots import root

CURVES: list[tuple[Callable[[float], float], float, float]] = [
    (lambda x: x * x - 2.0, 0.0, 2.0),
    (lambda x: math.cos(x) - x, 0.0, 1.0),
    (lambda x: (x - 0.3) ** 9, 0.0, 1.0),
    (lambda x: math.atan(1000.0 * (x - 0.7)), -50.0, 1.0),
    (math.log, 1e-8, 1e8),
    (lambda x: -1.0 if x < 0.125 else 1.0, 0.0, 1.0),
]


@pytest.mark.parametrize(("function", "low", "high"), CURVES)
def test_it_does_at_least_as_well_as_scipy(
    function: Callable[[float], float], low: float, high: float
) -> None:
    other = brentq(function, low, high, maxiter=1000)
    found = root(function, low, high)
    assert found == pytest.approx(other, abs=1e-2)
    assert abs(function(found)) <= abs(function(other))


@given(st.floats(0.01, 100.0))
def test_cube_roots(x: float) -> None:
    assert root(lambda y: y**3 - x, 0.0, 101.0) == pytest.approx(x ** (1 / 3), rel=1e-14)


def test_it_takes_few_steps() -> None:
    points: list[float] = []

    def curve(x: float) -> float:
        points.append(x)
        return math.exp(x) - 5.0

    assert root(curve, 0.0, 10.0) == pytest.approx(math.log(5.0), rel=1e-15)
    assert len(points) < 20


@pytest.mark.parametrize(("low", "high"), [(1.0, 2.0), (-2.0, 1.0), (2.0, 1.0)])
def test_a_zero_at_an_end_is_found(low: float, high: float) -> None:
    assert root(lambda x: x - 1.0, low, high) == 1.0


def test_it_stops_where_the_zero_is_zero() -> None:
    assert abs(root(lambda x: x**3, -1.0, 2.0)) < 1e-100


def test_it_gives_up_halving_towards_zero() -> None:
    """A jump at 0 has no relative width to stop at."""
    assert abs(root(lambda x: 1.0 if x > 0 else -1.0, -1.0, 1.5)) < 1e-100
