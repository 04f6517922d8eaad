"""Factors and shifts against samples that are measured before and after."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry.calibrations import Moments, correction, merged
from isometry.calibrations.factors import equalising

ROWS = np.random.default_rng(0).normal(3.0, 2.0, (4, 1000)) * [[1.0], [0.1], [5.0], [2.0]]


def measured(rows: np.ndarray) -> Moments:
    return Moments(rows.mean(1), rows.std(1))


@given(target=st.floats(0.1, 10.0), mean=st.floats(-3.0, 3.0))
def test_a_layer_has_the_wanted_mean_and_variance(target: float, mean: float) -> None:
    c, d = correction(measured(ROWS), target, mean=mean)
    found = measured(ROWS * c[:, None] + d[:, None])
    np.testing.assert_allclose(found.std, target, rtol=1e-9)
    np.testing.assert_allclose(found.mean, mean, atol=1e-9)


@pytest.mark.parametrize("mean", [None, 0.0, 0.5])
def test_a_layer_has_the_wanted_second_moment(mean: float | None) -> None:
    c, d = correction(measured(ROWS), 1.0, moment="second", mean=mean)
    made = ROWS * c[:, None] + d[:, None]
    np.testing.assert_allclose((made**2).mean(1), 1.0, rtol=1e-9)


def test_a_shift_that_forgets_the_factor_is_wrong() -> None:
    c, _ = correction(measured(ROWS), 1.0)
    found = measured(ROWS * c[:, None] - measured(ROWS).mean[:, None])
    assert np.abs(found.mean).max() > 0.1


def test_what_does_not_vary_is_left_alone() -> None:
    c, d = correction(Moments(np.array([5.0, 0.0]), np.array([1e-7, 0.0])), 1.0, mean=0.0)
    assert (c.tolist(), d.tolist()) == ([1.0, 1.0], [0.0, 0.0])


def test_blocks_have_the_moments_of_all_their_units() -> None:
    found = merged(measured(ROWS), (3, 1))
    np.testing.assert_allclose(found.std, [ROWS[:3].std(), ROWS[3].std()], rtol=1e-9)
    np.testing.assert_allclose(found.mean, [ROWS[:3].mean(), ROWS[3].mean()], rtol=1e-9)


@given(st.lists(st.floats(0.01, 100.0), min_size=2, max_size=8))
def test_rates_become_equal(rates: list[float]) -> None:
    """What a factor does to two rates, written out; a hundred rounds of half the way."""
    found = np.log(rates)
    for _ in range(200):
        r = np.log(equalising(np.exp(found).tolist(), 0.5))
        found = found - 2 * np.append(r, 0.0) + 2 * np.append(0.0, r)
    np.testing.assert_allclose(found, np.log(rates).mean(), atol=1e-6)


def test_the_inverse_factors_would_drive_rates_apart() -> None:
    """The sign matters: ``(C̃ / C)^(α/2)`` multiplies every distance by ``1 + α``."""
    found = np.log([4.0, 1.0, 2.0])
    for _ in range(3):
        r = -np.log(equalising(np.exp(found).tolist(), 0.5))
        found = found - 2 * np.append(r, 0.0) + 2 * np.append(0.0, r)
    assert np.ptp(found) > 2 * np.log(4.0)
