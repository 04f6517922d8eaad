import ml_dtypes
import numpy as np
import pytest

from isometry import errors, rng
from tests.rng import cases, oracles

NARROW = [dtype for dtype in cases.DTYPES if dtype.itemsize == 1]
HALF = [np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)]


@pytest.mark.parametrize("dtype", NARROW, ids=str)
def test_a_value_goes_to_the_nearest_even_at_ties(dtype: np.dtype[np.generic]) -> None:
    generator = np.random.default_rng(0)
    values = np.concatenate(
        [generator.standard_normal(400).astype(np.float32), oracles.middles(dtype, 8)]
    )
    expected = [oracles.nearest(float(value), dtype, 8) for value in values]
    assert rng.cast(values, dtype).astype(np.float64).tolist() == expected


@pytest.mark.parametrize("dtype", HALF, ids=str)
def test_16_bits_go_to_the_nearest_even_at_ties(dtype: np.dtype[np.generic]) -> None:
    generator = np.random.default_rng(0)
    middles = oracles.middles(dtype, 16)[1000:30_000:997]
    values = np.concatenate([generator.standard_normal(20).astype(np.float32), middles])
    expected = [oracles.nearest(float(value), dtype, 16) for value in values]
    assert rng.cast(values, dtype).astype(np.float64).tolist() == expected


def test_float64_is_rounded_to_float32_first() -> None:
    # A hair above a bfloat16 tie: float32 drops the hair, so that the tie goes to the even side.
    value = np.array([1.0 + 2.0**-8 + 2.0**-40])
    assert float(rng.cast(value, ml_dtypes.bfloat16)[0]) == 1.0
    assert float(rng.cast(value, np.float64)[0]) == 1.0 + 2.0**-8


def test_float32_stays_the_same_array() -> None:
    values = np.ones(3, dtype=np.float32)
    assert rng.cast(values, np.float32) is values
    assert rng.cast(np.ones((0, 3), np.float32), np.float16).shape == (0, 3)


@pytest.mark.parametrize(
    "dtype", [np.int32, np.complex64, ml_dtypes.float8_e8m0fnu, ml_dtypes.int4]
)
def test_a_dtype_that_holds_no_weights_is_refused(dtype: type) -> None:
    with pytest.raises(errors.DtypeError) as caught:
        rng.cast(np.zeros(1, np.float32), dtype)
    assert str(caught.value) == (
        f"the dtype is {np.dtype(dtype).name}. Needed: one of float32, float64, float16, bfloat16, "
        "float8_e3m4, float8_e4m3, float8_e4m3b11fnuz, float8_e4m3fn, float8_e4m3fnuz, "
        "float8_e5m2, float8_e5m2fnuz. Do: fill float32 and convert it yourself."
    )


@pytest.mark.parametrize(("value", "shown"), [(70000.0, "70000"), (np.nan, "nan")])
def test_a_value_that_the_dtype_cannot_hold_is_refused(value: float, shown: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        rng.cast(np.array([0.0, value], np.float32), np.float16)
    assert str(caught.value) == (
        f"values reach {shown}. Needed: magnitudes up to 65504, the largest float16. "
        "Do: choose a smaller std or a wider dtype."
    )
