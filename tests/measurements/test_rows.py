"""Numbers by path and name, as records."""

import math

import numpy as np
import pytest

from isometry.measurements.rows import Rows, layer_rows


def rows(*high: float) -> Rows:
    return {
        ("a", "act_std"): np.array([2.0]),
        ("a", "low"): np.full(len(high), -3.0),
        ("a", "high"): np.array(high),
        ("b", "update_norm"): np.array([0.5]),
    }


def test_units_are_counted_behind_the_activation() -> None:
    found = layer_rows(rows(1.0, -1.0, -2.0), {"a": "relu"}, ["b", "a"])
    assert [*found] == ["a", "b"]
    assert (found["a"].act_std, found["a"].units, found["a"].dead) == (2.0, 3, 2)
    assert (found["b"].update_norm, found["b"].units) == (0.5, 0)


@pytest.mark.parametrize("lost", [math.nan, math.inf])
def test_units_of_values_that_are_no_numbers_are_not_known(lost: float) -> None:
    found = layer_rows(rows(1.0, lost), {"a": "relu"}, ["a"])["a"]
    assert (found.units, found.dead) == (0, 0)
    assert math.isnan(found.dead_frac)
    assert math.isnan(found.saturated)


def test_a_sample_tells_of_saturation() -> None:
    sampled = rows(9.0) | {("a", "sample"): np.array([0.0, 9.0])}
    assert layer_rows(sampled, {"a": "tanh"}, ["a"])["a"].saturated == 0.5
