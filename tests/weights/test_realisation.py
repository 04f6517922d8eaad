"""Any part of a tensor, in any dtype, holds the values of the whole."""

import os
import tracemalloc
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import errors, rng, schemes, weights
from isometry.weights import memory, realisation
from tests.weights.models import CASES, DENSE, NORMAL, assignment

NAMES = st.sampled_from(sorted(CASES))


def ranges(draw: st.DrawFn, length: int) -> list[tuple[int, int]]:
    """Up to three ranges of a dimension, in any order, overlapping or not."""
    edge = st.integers(0, length)
    pairs = draw(st.lists(st.tuples(edge, edge), min_size=1, max_size=3))
    return [(min(pair), max(pair)) for pair in pairs]


@st.composite
def shards(draw: st.DrawFn) -> tuple[str, list[list[tuple[int, int]]]]:
    """A case and a shard of it."""
    name = draw(NAMES)
    shape = CASES[name].parameter.shape
    return name, [ranges(draw, length) for length in shape]


@given(shards())
def test_a_shard_is_cut_from_the_whole(case: tuple[str, list[list[tuple[int, int]]]]) -> None:
    name, runs = case
    whole = weights.values(CASES[name], 3)
    for axis, selected in enumerate(runs):
        index = np.concatenate([np.arange(start, stop) for start, stop in selected])
        whole = np.take(whole, index, axis=axis)
    assert weights.values(CASES[name], 3, runs=runs).tobytes() == whole.tobytes()


@given(NAMES, st.integers(0, 120), st.integers(0, 120))
def test_a_range_is_cut_from_the_whole(name: str, one: int, other: int) -> None:
    size = CASES[name].parameter.size
    part = range(min(one, other, size), min(max(one, other), size))
    whole = weights.values(CASES[name], 3).reshape(-1)
    found = weights.values(CASES[name], 3, runs=part)
    assert found.tobytes() == whole[part.start : part.stop].tobytes()


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize(
    "dtype", [np.float64, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn]
)
def test_a_dtype_is_the_float32_value_rounded_once(name: str, dtype: Any) -> None:
    out = np.empty(CASES[name].parameter.shape, dtype)
    weights.write(out, CASES[name], 3)
    expected = weights.values(CASES[name], 3).astype(dtype)
    np.testing.assert_allclose(
        out.astype(np.float64),
        expected.astype(np.float64),
        rtol=0,
        atol=1e-7 * (name == "recorded"),
    )


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(name: str, threads: int) -> None:
    one = weights.values(CASES[name], 3)
    assert weights.values(CASES[name], 3, threads=threads).tobytes() == one.tobytes()


@pytest.mark.parametrize("name", ["elementwise", "whole", "pieces", "experts"])
def test_seed_path_and_member_change_values(name: str) -> None:
    one = CASES[name]
    moved = assignment(one.scheme, one.parameter.shape, path="other", axes=one.parameter.axes)
    made = [
        weights.values(one, 3),
        weights.values(one, 4),
        weights.values(one, 3, member=0),
        weights.values(one, 3, member=1),
        weights.values(moved, 3),
    ]
    assert len({array.tobytes() for array in made}) == 5


def test_elementwise_values_are_rngs() -> None:
    expected = rng.draw(rng.derive_key(7, "layer.weight"), rng.Normal(std=0.02), 0, 120)
    assert weights.values(CASES["elementwise"], 7).tobytes() == expected.tobytes()


@pytest.mark.parametrize("value", [0.0, 0.1, -1.0, 1 / 3, 16777217.0])
def test_constants_are_rngs(value: float) -> None:
    expected = rng.draw(rng.derive_key(7, "layer.weight"), rng.Constant(value), 0, 6)
    found = weights.values(assignment(schemes.Constant(value), (2, 3)), 7)
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint8", "bool"])
def test_whole_numbers_are_exact(dtype: str) -> None:
    out = np.empty((2, 3), dtype)
    weights.write(out, assignment(schemes.Constant(1.0), (2, 3), dtype=dtype), 0)
    assert (out == 1).all()


def test_recorded_whole_numbers_are_exact() -> None:
    recorded = np.array([[2**53 + 1, -5], [0, 7]])
    out = np.empty((2, 2), np.int64)
    weights.write(out, assignment(schemes.Values.of(recorded), (2, 2), dtype="int64"), 0)
    assert (out == recorded).all()


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float16])
def test_recorded_floats_go_through_float32(dtype: Any) -> None:
    recorded = np.array([1 + 2**-8 + 2**-30, 1 + 2**-11 + 2**-30])
    out = np.empty(2, dtype)
    weights.write(out, assignment(schemes.Values.of(recorded), (2,)), 0)
    assert out.tobytes() == recorded.astype(np.float32).astype(dtype).tobytes()


def test_recorded_float64_stays_as_it_is() -> None:
    recorded = np.array([1 + 2**-40])
    out = np.empty(1)
    weights.write(out, assignment(schemes.Values.of(recorded), (1,)), 0)
    assert out[0] == recorded[0]


def refused(kind: type[errors.IsometryError], *args: Any, **options: Any) -> str:
    with pytest.raises(kind) as caught:
        weights.write(*args, **options)
    return str(caught.value)


def test_kept_tensors_have_no_values() -> None:
    assert refused(errors.InputError, np.empty(2), assignment(None, (2,)), 0) == (
        "layer.weight: the plan keeps this tensor, so it has no values. Needed: a scheme. "
        "Do: load the tensor from where it is kept, or plan it without skip=."
    )


def test_wrong_shape() -> None:
    assert refused(errors.ShapeError, np.empty((10, 12)), CASES["elementwise"], 0) == (
        "layer.weight: the destination has shape (10, 12). Needed: shape (12, 10). "
        "Do: pass an array of the tensor's shape, or of the shard's that runs selects."
    )


def test_wrong_memory() -> None:
    assert refused(errors.InputError, np.empty((10, 12)).T, CASES["elementwise"], 0) == (
        "layer.weight: the destination is not C-contiguous and writable. "
        "Needed: memory in row-major order. Do: write into np.empty(...) and copy."
    )


@pytest.mark.parametrize("runs", [[[(0, 13)], [(0, 10)]], [[(0, 12)]], [[(-1, 3)], [(0, 10)]]])
def test_wrong_shard(runs: Any) -> None:
    out = np.empty(weights.placement.part_shape((12, 10), runs))
    assert refused(errors.ShapeError, out, CASES["elementwise"], 0, runs=runs) == (
        f"layer.weight: the shard is {runs}. Needed: ranges (start, stop) within each dimension of "
        "(12, 10). Do: pass one list of ranges a dimension, in global indices."
    )


@pytest.mark.parametrize("part", [range(121), range(-1, 5), range(0, 10, 2)])
def test_wrong_range(part: range) -> None:
    assert refused(errors.ShapeError, np.empty(len(part)), CASES["elementwise"], 0, runs=part) == (
        f"layer.weight: the part is {part}. Needed: range(start, stop) within the tensor's 120 "
        "elements. Do: pass row-major indices of the whole tensor."
    )


@pytest.mark.parametrize("name", ["elementwise", "whole", "laws over constants"])
@pytest.mark.parametrize("runs", [None, range(45, 60), [[(4, 6)], [(0, 10)]]])
def test_drawn_whole_numbers_are_refused(name: str, runs: Any) -> None:
    out = np.empty(weights.placement.part_shape((12, 10), runs), np.int32)
    assert refused(errors.DtypeError, out, CASES[name], 0, runs=runs) == (
        "layer.weight: the scheme draws real numbers and the dtype is int32. Needed: a constant or "
        "recorded values. Do: use constant or values, or keep the tensor with skip=."
    )


def test_values_that_a_dtype_would_change_are_refused() -> None:
    half = assignment(schemes.Constant(0.5), (2, 2))
    assert refused(errors.DtypeError, np.empty((2, 2), np.int8), half, 0) == (
        "layer.weight: the values are not all whole numbers of int8. "
        "Needed: values that the dtype holds exactly. "
        "Do: record the values in the tensor's own dtype."
    )


def test_matrices_larger_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: 2**30)
    large = assignment(schemes.Orthogonal(), (2**20, 2**10), axes=DENSE)
    assert refused(
        errors.InputError, np.empty((1, 2**10), np.float32), large, 0, runs=[[(0, 1)], [(0, 2**10)]]
    ) == (
        "layer.weight: its 1,073,741,824 values are drawn all together, which takes 24.0 GiB of "
        "the 1.0 of this machine. Needed: a scheme that draws each element alone. "
        "Do: choose one, such as he_normal, or split the tensor."
    )


def test_memory_is_known() -> None:
    assert 2**28 < memory.physical_memory() < 2**63


def test_memory_that_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf_names", {})
    assert memory.physical_memory() == 2**63


def test_elementwise_fills_need_no_second_tensor() -> None:
    out = np.zeros((4096, 2048), np.float32)
    large = assignment(NORMAL, out.shape)
    realisation.write(out, large, 0)
    tracemalloc.start()
    realisation.write(out, large, 1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < out.nbytes / 2
