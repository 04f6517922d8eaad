import math

import ml_dtypes
import numpy as np
import pytest

from isometry import errors
from isometry.measurements import cast_losses, cast_losses_of_rms

EDGES = {
    # Half the smallest number ties to the even neighbour, 0; anything above it does not.
    "float16": (2.0**-24, 2.0**-14, 65504.0),
    "bfloat16": (2.0**-133, 2.0**-126, (2 - 2.0**-7) * 2.0**127),
    "float8_e4m3fn": (2.0**-9, 2.0**-6, 448.0),
}
"""Smallest, least normal and greatest number, from the formats' definitions."""


@pytest.mark.parametrize("dtype", EDGES)
def test_numbers_at_the_edges_are_counted(dtype: str) -> None:
    smallest, least, greatest = EDGES[dtype]
    values = [smallest / 2, smallest, least / 2, least, 1.0, greatest, greatest * 1.05, 0.0]
    (found,) = cast_losses(np.array(values, np.float64), dtypes=(dtype,))
    assert (found.underflow, found.subnormal, found.overflow) == (1 / 7, 2 / 7, 1 / 7)


def test_weights_of_a_usual_size_fit_sixteen_bits_but_not_eight() -> None:
    weights = np.random.default_rng(0).normal(0.0, 0.02, (500, 500)).astype(np.float32)
    half, brain, eight = cast_losses(weights)
    assert max(half.underflow, half.overflow, brain.underflow, brain.overflow) < 1e-4
    # P(|x| < 2^-10) and P(|x| < 2^-6 - 2^-10) of a normal of std 0.02; 5 errors of 250 000 draws.
    assert math.isclose(eight.underflow, 0.03894, abs_tol=0.002)
    assert math.isclose(eight.subnormal, 0.53609 - 0.03894, abs_tol=0.005)
    assert (half.std_fits, brain.std_fits, eight.std_fits) == (True, True, True)


@pytest.mark.parametrize("rms", [1e-9, 1e-7, 1e-4, 0.02, 1.0, 300.0, 1e5])
def test_what_is_expected_of_an_rms_is_what_is_counted(rms: float) -> None:
    values = np.random.default_rng(1).normal(0.0, rms, 200_000)
    shares = [(one.underflow, one.subnormal, one.overflow) for one in cast_losses(values)]
    stated = [(one.underflow, one.subnormal, one.overflow) for one in cast_losses_of_rms(rms)]
    # Five errors of a share of a half among 200 000.
    assert np.allclose(shares, stated, atol=0.0056)


def test_another_rms_is_told() -> None:
    values = np.random.default_rng(1).normal(0.0, 1.1e-7, 200_000)
    assert abs(cast_losses(values)[0].underflow - cast_losses_of_rms(1e-7)[0].underflow) > 0.01


@pytest.mark.parametrize(
    ("rms", "fits"),
    [(1e-9, [False, True, False]), (1e-3, [True, True, False]), (1e5, [False, True, False])],
)
def test_a_std_fits_among_the_normal_numbers(rms: float, fits: list[bool]) -> None:
    assert [one.std_fits for one in cast_losses_of_rms(rms)] == fits


@pytest.mark.parametrize("values", [np.zeros(4), np.full(3, np.nan), np.zeros(0)])
def test_without_numbers_nothing_is_lost(values: np.ndarray) -> None:
    (found,) = cast_losses(values, dtypes=("float16",))
    assert found.to_data() == {
        "dtype": "float16",
        "underflow": 0.0,
        "subnormal": 0.0,
        "overflow": 0.0,
        "std_fits": True,
    }


def test_a_cast_to_the_own_dtype_loses_nothing_more() -> None:
    values = np.random.default_rng(0).normal(size=1000).astype(ml_dtypes.bfloat16)
    (found,) = cast_losses(values, dtypes=("bfloat16",))
    assert (found.underflow, found.overflow) == (0.0, 0.0)


@pytest.mark.parametrize("rms", [0.0, -1.0, math.nan, math.inf])
def test_an_rms_that_is_none_is_refused(rms: float) -> None:
    with pytest.raises(errors.InputError) as raised:
        cast_losses_of_rms(rms)
    assert str(raised.value) == (
        f"the rms is {rms}. Needed: a finite number above 0. Do: leave out what has none."
    )
