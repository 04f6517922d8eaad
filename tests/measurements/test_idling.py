import numpy as np
import pytest

from isometry import theory
from isometry.measurements import idling

NAMES = ("relu", "relu6", "elu", "gelu", "silu", "softplus", "tanh", "sigmoid", "hardtanh")
RANGES = [(-50.0, -40.0), (-9.5, -8.5), (-3.0, -2.0), (-0.5, 0.5), (2.0, 3.0), (6.5, 9.0)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ends", RANGES)
def test_a_unit_is_dead_where_it_has_no_slope(name: str, ends: tuple[float, float]) -> None:
    """By differences of the function itself on a fine grid."""
    function = theory.activation(name).function
    slopes = np.abs(np.gradient(function(np.linspace(-8, 8, 16001)), 1e-3))
    inside = np.abs(np.gradient(function(np.linspace(*ends, 10001)), (ends[1] - ends[0]) / 1e4))
    found = idling.dead(name, np.array([ends[0]]), np.array([ends[1]]))
    assert found == int(inside.max() < 1e-3 * slopes.max())


def test_both_kinds_are_met() -> None:
    low, high = np.array(RANGES).T
    assert [idling.dead(name, low, high) for name in ("relu", "tanh", "softplus")] == [3, 3, 2]


def test_values_that_are_no_numbers_are_not_judged() -> None:
    assert idling.dead("relu", np.array([-np.inf]), np.array([-1.0])) == 0


@pytest.mark.parametrize(("name", "known"), [("tanh", True), ("relu6", True), ("gelu", False)])
def test_bounds(name: str, *, known: bool) -> None:
    assert idling.bounded(name) is known
