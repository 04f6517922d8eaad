"""The oracle is NumPy over the whole array at once, in long doubles."""

import math
from collections.abc import Callable

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from isometry.measurements import tallies
from isometry.measurements.tallies import tally

Array = NDArray[np.generic]

DTYPES = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn"]


def drawn(dtype: str, size: tuple[int, ...] = (300, 400)) -> Array:
    values = np.random.default_rng(3).normal(0.5, 2.0, size)
    values[0, :7] = 0.0
    return values.astype(np.dtype(getattr(ml_dtypes, dtype, dtype)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_moments_are_those_of_the_whole(dtype: str) -> None:
    values = drawn(dtype)
    exact = values.astype(np.float64).astype(np.longdouble)
    found = tally(values)
    assert found.count == values.size
    assert math.isclose(found.mean, exact.mean(), rel_tol=1e-13)
    assert math.isclose(found.std, exact.std(), rel_tol=1e-13)
    assert math.isclose(found.rms, math.sqrt((exact**2).mean()), rel_tol=1e-13)
    assert (found.low, found.high) == (float(exact.min()), float(exact.max()))
    assert found.zeros == (exact == 0).mean()


def test_a_mean_far_from_zero_costs_no_digits() -> None:
    values = 1e6 + np.random.default_rng(0).normal(size=100_000)
    assert math.isclose(tally(values).std, values.astype(np.longdouble).std(), rel_tol=1e-9)


@pytest.mark.parametrize("poison", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_counted_and_left_out(poison: float) -> None:
    values = drawn("float32")
    clean = tally(values[1:])
    values[0] = poison
    found = tally(values)
    assert (found.count, found.nonfinite) == (values.size, values.shape[1])
    assert math.isclose(found.mean, clean.mean, rel_tol=1e-13)
    assert math.isclose(found.std, clean.std, rel_tol=1e-13)
    assert (found.low, found.high) == (clean.low, clean.high)


def test_a_tensor_without_finite_values_has_no_moments() -> None:
    found = tally(np.full(5, np.nan, np.float32))
    assert (found.count, found.nonfinite, found.zeros) == (5, 5, 0.0)
    assert math.isnan(found.mean)
    assert math.isnan(found.std)


@pytest.mark.parametrize("dtype", DTYPES)
def test_subnormal_and_clipped_values_are_counted(dtype: str) -> None:
    kind = np.dtype(getattr(ml_dtypes, dtype, dtype))
    info = ml_dtypes.finfo(kind)  # type: ignore[no-untyped-call]  # has no annotations
    edges = [info.smallest_subnormal, info.smallest_normal, -info.max, info.max, kind.type(0)]
    found = tally(np.array(edges, kind))
    assert (found.subnormal, found.clipped, found.zeros) == (0.2, 0.4, 0.2)


def test_whole_numbers_are_neither_subnormal_nor_clipped() -> None:
    found = tally(np.array([0, 1, np.iinfo(np.int64).max]))
    assert (found.subnormal, found.clipped, found.zeros) == (0.0, 0.0, 1 / 3)


def test_a_complex_tensor_counts_two_numbers_an_element() -> None:
    found = tally(np.array([3 + 4j, 0j], np.complex64))
    assert (found.count, found.nonfinite, found.high, found.zeros) == (2, 0, 4.0, 0.5)


@pytest.mark.parametrize("shape", [(0,), (3, 0)])
def test_an_empty_tensor_has_no_moments(shape: tuple[int, ...]) -> None:
    found = tally(np.zeros(shape, np.float32))
    assert (found.count, math.isnan(found.std)) == (0, True)


OTHERS: dict[str, Callable[[Array], Array]] = {
    "one bit": lambda values: np.where(values == values[2, 3], np.nextafter(values, 9), values),
    "shape": lambda values: values.reshape(400, 300),
    "dtype": lambda values: values.astype(np.float32),
    "order": lambda values: values[::-1],
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_values_have_another_digest(name: str) -> None:
    values = drawn("float64")
    assert tally(values).digest != tally(OTHERS[name](values)).digest


def test_the_same_values_have_the_same_digest_in_any_layout() -> None:
    values = drawn("float32")
    assert tally(values) == tally(np.asfortranarray(values)) == tally(values.copy())


def test_nothing_is_written() -> None:
    values = drawn("float64")
    before = values.copy()
    tally(values)
    assert np.array_equal(values, before)


def test_dtypes_end_where_they_end() -> None:
    found = tallies.range_of(np.dtype(ml_dtypes.float8_e4m3fn))
    assert (found.least, found.smallest, found.greatest, found.eps) == (2**-6, 2**-9, 448, 2**-3)
