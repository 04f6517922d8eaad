import json
import math
import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import errors, schemes
from isometry.measurements import TensorMeasurement, measure_tensor
from isometry.schemes import Scheme
from tests.schemes.drawing import values
from tests.schemes.shapes import bare, conv, dense

Array = NDArray[np.generic]


def test_a_measurement_says_everything() -> None:
    parameter = dense(256, 128)
    held = values(schemes.HE_NORMAL, parameter)
    found = measure_tensor(parameter, held)
    exact = held.astype(np.longdouble)
    assert (found.path, found.count, found.zeros, found.nonfinite) == ("fc.weight", 32768, 0.0, 0)
    assert (found.subnormal, found.clipped) == (0.0, 0.0)
    assert (found.low, found.high) == (float(held.min()), float(held.max()))
    assert math.isclose(found.mean, exact.mean(), rel_tol=1e-12)
    assert math.isclose(found.std, exact.std(), rel_tol=1e-12)
    assert math.isclose(found.rms, math.sqrt((exact**2).mean()), rel_tol=1e-12)
    assert (found.duplicates, found.blocks, found.drawn) == ((), 0, True)


CASES: dict[str, tuple[Scheme, tuple[int, ...]]] = {
    "normal": (schemes.Normal(), (20, 30)),
    "zeros": (schemes.Zeros(), (20, 30)),
    "nothing": (schemes.Zeros(), (0, 30)),
    "copies": (schemes.Constant(0.5), (20, 30)),
    "one": (schemes.Normal(), (1, 1)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_measurement_is_what_json_can_hold(name: str) -> None:
    scheme, shape = CASES[name]
    found = measure_tensor(dense(*shape), values(scheme, dense(*shape)))
    data = found.to_data()
    text = json.dumps(data, allow_nan=False)
    assert repr(TensorMeasurement.from_data(json.loads(text))) == repr(found)


@pytest.mark.parametrize("poison", [math.nan, math.inf, 1e308])
def test_poison_breaks_nothing(poison: float) -> None:
    held = values(schemes.Normal(), dense(20, 30)).astype(np.float64)
    held[3, 4] = poison
    found = measure_tensor(dense(20, 30), held)
    assert found.apparent.family == "uninitialized"
    json.dumps(found.to_data(), allow_nan=False)


@pytest.mark.parametrize("size", [1e-300, 1e200])
def test_extreme_sizes_break_nothing(size: float) -> None:
    held = size * np.random.default_rng(0).normal(size=(20, 30))
    json.dumps(measure_tensor(dense(20, 30), held).to_data(), allow_nan=False)


def test_layouts_of_the_same_values_are_measured_alike() -> None:
    parameter = conv(32, 16, 3, 3)
    held = values(schemes.HE_NORMAL, parameter)
    other = np.ascontiguousarray(held.transpose(2, 3, 1, 0)).transpose(3, 2, 0, 1)
    assert measure_tensor(parameter, held) == measure_tensor(parameter, other)


def test_nothing_is_written() -> None:
    held = values(schemes.HE_NORMAL, dense(64, 48))
    before = held.copy()
    held.flags.writeable = False
    measure_tensor(dense(64, 48), held)
    assert np.array_equal(held, before)


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.complex64])
def test_other_kinds_of_numbers_are_measured(dtype: type) -> None:
    held: Array = (np.arange(600).reshape(20, 30) % 7).astype(dtype)
    assert measure_tensor(dense(20, 30), held).count == 600


def test_memory_does_not_grow_with_the_tensor() -> None:
    held = np.random.default_rng(0).normal(size=(2000, 5000)).astype(np.float32)
    tracemalloc.start()
    measure_tensor(dense(2000, 5000), held)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.8 * held.nbytes


def test_a_part_of_a_tensor_is_refused() -> None:
    with pytest.raises(errors.ShapeError) as raised:
        measure_tensor(bare(8), np.zeros(4))
    assert str(raised.value) == (
        "free: values of shape (4,) for a tensor of shape (8,). "
        "Needed: the values of the whole tensor. Do: gather shards first."
    )
