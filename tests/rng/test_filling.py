import os
import random
import subprocess
import sys
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from isometry import errors, rng
from isometry.rng import boxes, engines, reference, workers
from tests.rng import cases

KEY = rng.derive_key(0, "fc.weight")
ENGINES: list[engines.Name] = ["numpy", "compiled"]
LENGTH = 300


def filled(law: rng.Law, size: int, **how: Any) -> np.ndarray:
    out = np.full(size, np.nan, dtype=np.float32)
    rng.fill(out, KEY, law, **how)
    return out


# Engines agree ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", cases.DTYPES, ids=str)
@pytest.mark.parametrize("name", cases.LAWS)
def test_engines_agree_on_every_law_and_dtype(name: str, dtype: np.dtype[np.generic]) -> None:
    reference, compiled = np.empty((2, 3001), dtype)
    rng.fill(reference, KEY, cases.LAWS[name], start=2**33 + 5, engine="numpy")
    rng.fill(compiled, KEY, cases.LAWS[name], start=2**33 + 5, engine="compiled")
    assert reference.tobytes() == compiled.tobytes()
    expected = rng.cast(rng.draw(KEY, cases.LAWS[name], 2**33 + 5, 3001), dtype)
    assert reference.tobytes() == expected.tobytes()


@given(
    name=st.sampled_from(list(cases.LAWS)),
    start=st.integers(0, 2**40) | st.integers(2**64 - 9000, 2**64 + 9) | st.just(2**66 - 9000),
    size=st.integers(0, 9000),
)
def test_engines_agree_on_every_stretch(name: str, start: int, size: int) -> None:
    law = cases.LAWS[name]
    reference = filled(law, size, start=start, engine="numpy")
    assert filled(law, size, start=start, engine="compiled").tobytes() == reference.tobytes()
    assert rng.draw(KEY, law, start, size).tobytes() == reference.tobytes()


@given(start=st.integers(0, 2**40), cut=st.integers(0, LENGTH), stop=st.integers(0, LENGTH))
def test_a_slice_is_a_slice_of_the_whole(start: int, cut: int, stop: int) -> None:
    whole = rng.draw(KEY, rng.Normal(), start, LENGTH)
    part = rng.draw(KEY, rng.Normal(), start + cut, max(0, stop - cut))
    assert part.tobytes() == whole[cut:stop].tobytes()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("threads", [1, 2, 7, None])
def test_threads_change_nothing(engine: engines.Name, threads: int | None) -> None:
    size = 1_900_003
    one = filled(rng.Normal(), size, engine="numpy", threads=1, start=1)
    assert filled(rng.Normal(), size, engine=engine, threads=threads, start=1).tobytes() == (
        one.tobytes()
    )


def test_a_shape_is_filled_in_row_major_order() -> None:
    out = np.empty((3, 5, 7), dtype=np.float32)
    rng.fill(out, KEY, rng.Normal())
    assert out.ravel().tobytes() == rng.draw(KEY, rng.Normal(), 0, 105).tobytes()


def test_a_scalar_and_an_empty_array_can_be_filled() -> None:
    one, none = np.empty((), dtype=np.float32), np.empty((0, 4), dtype=np.float32)
    rng.fill(one, KEY, rng.Normal())
    rng.fill(none, KEY, rng.Normal())
    assert one[()] == rng.draw(KEY, rng.Normal(), 0, 1)[0]


@given(words=st.lists(st.integers(0, 2**32 - 1), min_size=1), name=st.sampled_from([*cases.LAWS]))
def test_the_reference_engine_is_the_law_as_written(words: list[int], name: str) -> None:
    law = cases.LAWS[name].integer
    found = reference.values(np.array([*words, 0, 2**32 - 1], np.uint32), law)
    assert found.tolist() == [law.value(word) for word in [*words, 0, 2**32 - 1]]


def test_gaussian_is_the_unit_normal_law_before_rounding() -> None:
    exact = rng.gaussian(KEY, 5, 1000)
    assert exact.dtype == np.float64
    assert (exact * 2**27 == np.rint(exact * 2**27)).all()
    assert exact.astype(np.float32).tobytes() == rng.draw(KEY, rng.Normal(), 5, 1000).tobytes()


# Boxes ------------------------------------------------------------------------------------------


@st.composite
def selections(draw: st.DrawFn) -> tuple[tuple[int, ...], list[list[tuple[int, int]]]]:
    shape = tuple(draw(st.lists(st.integers(0, 9), max_size=4)))
    runs = []
    for extent in shape:
        ends = st.integers(0, extent)
        pairs = st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair)))
        runs.append(draw(st.just([(0, extent)]) | st.lists(pairs, max_size=3)))
    return shape, runs


def of_the_whole(whole: np.ndarray, runs: boxes.Selection) -> np.ndarray:
    for axis, ranges in enumerate(runs):
        index = [place for start, stop in ranges for place in range(start, stop)]
        whole = np.take(whole, np.array(index, dtype=np.int64), axis=axis)
    return whole


@pytest.mark.parametrize("engine", ENGINES)
@given(selection=selections(), name=st.sampled_from(["normal", "uniform", "truncated"]))
def test_a_box_is_cut_from_the_whole(
    engine: engines.Name, selection: tuple[tuple[int, ...], boxes.Selection], name: str
) -> None:
    shape, runs = selection
    whole = np.empty(shape, dtype=np.float32)
    rng.fill(whole, KEY, cases.LAWS[name])
    expected = of_the_whole(whole, runs)
    out = np.full(expected.shape, np.nan, dtype=np.float32)
    rng.fill_box(out, KEY, cases.LAWS[name], shape=shape, runs=runs, engine=engine)
    assert out.tobytes() == expected.tobytes()


LARGE = [
    ((40, 30_001), [[(3, 37)], [(7, 29_000)]]),
    ((40, 3, 9001), [[(3, 4), (8, 39)], [(0, 3)], [(0, 9001)]]),
    ((3, 200_000), [[(0, 3)], [(5, 90_000), (100_000, 190_001)]]),
    ((90_000, 11), [[(1, 89_999)], [(3, 5), (7, 8)]]),
]


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.float16])
@pytest.mark.parametrize("engine", [*ENGINES, "auto"])
@pytest.mark.parametrize(("shape", "runs"), LARGE)
def test_large_boxes(
    shape: tuple[int, ...], runs: boxes.Selection, engine: engines.Name, dtype: type
) -> None:
    whole: np.ndarray = np.empty(shape, dtype=dtype)
    rng.fill(whole, KEY, rng.Normal())
    expected = of_the_whole(whole, runs)
    out: np.ndarray = np.zeros(expected.shape, dtype=dtype)
    rng.fill_box(out, KEY, rng.Normal(), shape=shape, runs=runs, engine=engine, threads=3)
    assert out.tobytes() == expected.tobytes()


def test_a_box_of_a_tensor_too_large_to_make() -> None:
    out = np.empty((2, 3), dtype=np.float32)
    shape, runs = (2**30, 2**32), [[(2**29, 2**29 + 2)], [(2**31, 2**31 + 3)]]
    rng.fill_box(out, KEY, rng.Normal(), shape=shape, runs=runs)
    start = 2**29 * 2**32 + 2**31
    assert out[0].tobytes() == rng.draw(KEY, rng.Normal(), start, 3).tobytes()
    assert out[1].tobytes() == rng.draw(KEY, rng.Normal(), start + 2**32, 3).tobytes()


# Nothing else changes ---------------------------------------------------------------------------


def states() -> tuple[object, ...]:
    legacy = repr(np.random.get_state())  # noqa: NPY002 - the global one is meant
    return random.getstate(), legacy, torch.get_rng_state().tolist()


def test_no_generator_is_touched() -> None:
    before = states()
    filled(rng.Normal(), 500_000, engine="numpy")
    filled(rng.Normal(), 500_000, engine="compiled")
    rng.stiefel(KEY, 20, 10)
    rng.permutation(KEY, 100)
    assert states() == before


def test_a_touched_generator_would_be_seen() -> None:
    before = states()
    random.random()
    assert states() != before


def run(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return ran.stdout.strip()


LOADED = "import sys, numpy as np; from isometry import rng; k = rng.derive_key(0, 'w')\n"
LOADED += "rng.fill(np.empty({size}, np.float32), k, rng.Normal()); print('numba' in sys.modules)"


def test_a_small_fill_compiles_nothing() -> None:
    assert run(LOADED.format(size=1_000_000)) == "False"


def test_a_large_fill_is_compiled() -> None:
    assert run(LOADED.format(size=2**22)) == "True"


def test_a_fill_must_be_large_to_repay_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "isometry.rng.compiled", raising=False)
    assert engines.pays(2**22)
    assert not engines.pays(2**22 - 1)
    monkeypatch.setattr(engines, "COMPILER", "no_such_package")
    assert not engines.pays(2**22)


def test_the_compiled_engine_is_kept_once_loaded() -> None:
    engines.compiled()
    assert engines.pays(2**16)
    assert not engines.pays(2**16 - 1)


# Errors -----------------------------------------------------------------------------------------


def test_an_integer_array_is_refused() -> None:
    with pytest.raises(errors.DtypeError) as caught:
        rng.fill(np.empty(3, np.int64), KEY, rng.Normal())
    assert str(caught.value).startswith("the dtype is int64. Needed: one of float32, float64, ")


def test_a_strided_array_is_refused() -> None:
    with pytest.raises(errors.ShapeError) as caught:
        rng.fill(np.empty((4, 6), np.float32)[:, ::2], KEY, rng.Normal())
    assert str(caught.value) == (
        "an array of shape (4, 3) and strides (24, 8). Needed: a C-contiguous array. "
        "Do: fill a contiguous array and copy it."
    )


def test_a_read_only_array_is_refused() -> None:
    out = np.empty(3, np.float32)
    out.flags.writeable = False
    with pytest.raises(errors.InputError) as caught:
        rng.fill(out, KEY, rng.Normal())
    assert str(caught.value) == (
        "the array is read-only. Needed: a writable array. Do: pass a copy."
    )


def test_a_law_too_wide_for_the_dtype_is_refused() -> None:
    out = np.zeros(3, np.float16)
    with pytest.raises(errors.InputError) as caught:
        rng.fill(out, KEY, rng.Uniform(-1e5, 1e5))
    assert str(caught.value) == (
        "values reach 100000. Needed: magnitudes up to 65504, the largest float16. "
        "Do: choose a smaller std or a wider dtype."
    )
    assert (out == 0).all()


def test_a_range_outside_the_stream_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        rng.draw(KEY, rng.Normal(), -3, 1)
    assert str(caught.value) == (
        "words -3 to -3 + 1 were asked for. "
        "Needed: 0 <= start, 0 <= count and start + count <= 2**66. "
        "Do: pass the element's index in the whole tensor as start."
    )


@pytest.mark.parametrize("threads", [0, -1, True])
def test_no_thread_is_refused(threads: int) -> None:
    with pytest.raises(errors.InputError) as caught:
        filled(rng.Normal(), 3, threads=threads)
    assert str(caught.value) == (
        f"threads is {threads!r}. Needed: 1 or more, or None for all. Do: pass threads=None."
    )


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        filled(rng.Normal(), 3, engine="cuda")
    assert str(caught.value) == (
        "engine is 'cuda'. Needed: 'auto', 'numpy' or 'compiled'. Do: leave engine='auto'."
    )


def test_the_compiled_engine_needs_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "isometry.rng.compiled", raising=False)
    monkeypatch.delitem(sys.modules, "isometry.rng.kernels", raising=False)
    monkeypatch.delattr(rng, "compiled", raising=False)
    monkeypatch.delattr(rng, "kernels", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(errors.MissingDependencyError) as caught:
        filled(rng.Normal(), 3, engine="compiled")
    assert str(caught.value) == (
        "the compiled engine cannot be loaded. Needed: numba. "
        "Do: pip install 'isometry[fast]', or pass engine='numpy' for the same bits."
    )


WRONG_BOXES = [
    (
        (2, 3),
        (4, 6),
        [[(1, 3)]],
        "an array of 2 dimensions and runs of 1 for shape (4, 6). Needed: as many of each. "
        "Do: pass one tuple of ranges a dimension.",
    ),
    (
        (2, 3),
        (4, 6),
        [[(1, 3)], [(4, 7)]],
        "ranges ((4, 7),) in dimension 1, for 3 of 6 entries. Needed: ranges inside the shape that "
        "together have the array's size. Do: pass (start, stop) pairs in global indices.",
    ),
    (
        (2, 3),
        (4, 6),
        [[(1, 4)], [(0, 3)]],
        "ranges ((1, 4),) in dimension 0, for 2 of 4 entries. Needed: ranges inside the shape that "
        "together have the array's size. Do: pass (start, stop) pairs in global indices.",
    ),
    (
        (1, 1),
        (2**33, 2**32),
        [[(0, 1)], [(0, 1)]],
        "a shape of 36893488147419103232 elements. Needed: at most 2**64. "
        "Do: split the tensor into several paths.",
    ),
]


@pytest.mark.parametrize(("size", "shape", "runs", "message"), WRONG_BOXES)
def test_a_box_that_does_not_fit_is_refused(
    size: tuple[int, ...], shape: tuple[int, ...], runs: boxes.Selection, message: str
) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        rng.fill_box(np.empty(size, np.float32), KEY, rng.Normal(), shape=shape, runs=runs)
    assert str(caught.value) == message


def test_all_processors_are_used_by_default() -> None:
    assert workers.processors() == len(os.sched_getaffinity(0))
