from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from isometry import errors, weights
from isometry.weights import Fingerprint, fingerprint, fingerprints, tensor_sum

W = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
MASK = 2**64 - 1


def plain(array: NDArray[Any], path: str) -> int:
    """The definition, one element at a time in Python's own whole numbers."""
    start = fingerprints._tensor_word(path, array.shape, array.dtype)
    raw = array.reshape(-1).view(f"u{array.dtype.itemsize}").tolist()
    total = 0
    for index, bits in enumerate(raw):
        x = ((start + 0x9E3779B97F4A7C15 * index) & MASK) ^ bits
        x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
        total += x ^ x >> 31
    return total & MASK


@pytest.mark.parametrize(
    "dtype", [np.float32, np.float64, np.float16, ml_dtypes.bfloat16, np.int64, np.uint8]
)
def test_the_definition(dtype: Any) -> None:
    assert tensor_sum("w", W.astype(dtype)) == plain(W.astype(dtype), "w")


def test_frozen() -> None:
    assert str(fingerprint([("w", W)])) == "f1-0bebb02fb699e088"


@given(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5))
def test_shards_add_up(row: int, column: int, depth: int) -> None:
    cuts = [
        [(0, row), (row, 3)],
        [(0, column), (column, 4)],
        [(0, depth), (depth, 5)],
    ]
    total = 0
    for a in cuts[0]:
        for b in cuts[1]:
            for c in cuts[2]:
                part = W[a[0] : a[1], b[0] : b[1], c[0] : c[1]]
                total += tensor_sum("w", part, shape=W.shape, runs=[[a], [b], [c]])
    assert total % 2**64 == tensor_sum("w", W)


@given(st.integers(0, 60))
def test_ranges_add_up(cut: int) -> None:
    flat = W.reshape(-1)
    parts = [
        tensor_sum("w", flat[part.start : part.stop], shape=W.shape, runs=part)
        for part in (range(cut), range(cut, 60))
    ]
    assert sum(parts) % 2**64 == tensor_sum("w", W)


def test_scattered_ranges() -> None:
    part = W[[0, 2]][:, :, [3, 4, 0]]
    rest = [(W[[1]], [[(1, 2)], [(0, 4)], [(0, 5)]]), (W[[0, 2]][:, :, 1:3], None)]
    runs = [[(0, 1), (2, 3)], [(0, 4)], [(3, 5), (0, 1)]]
    total = tensor_sum("w", part, shape=W.shape, runs=runs)
    total += tensor_sum("w", rest[0][0], shape=W.shape, runs=rest[0][1])
    total += tensor_sum("w", rest[1][0], shape=W.shape, runs=[runs[0], runs[1], [(1, 3)]])
    assert total % 2**64 == tensor_sum("w", W)


def test_memory_order_does_not_matter() -> None:
    assert tensor_sum("w", np.asfortranarray(W)) == tensor_sum("w", W)


def test_a_scalar() -> None:
    scalar = np.array(1.5, np.float32)
    assert tensor_sum("s", scalar) == tensor_sum("s", scalar, shape=(), runs=[])
    assert tensor_sum("s", scalar) == plain(scalar, "s")


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_nothing(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tensor_sum("w", W, threads=1)
    monkeypatch.setattr(fingerprints, "PIECE", 7)
    monkeypatch.setattr(fingerprints, "CHUNK", 4)
    assert tensor_sum("w", W, threads=threads) == whole


CHANGES: dict[str, tuple[str, NDArray[Any]]] = {
    "path": ("v", W),
    "shape": ("w", W.reshape(4, 3, 5)),
    "dtype": ("w", W.view(np.int32)),
    "one unit in the last place": ("w", np.where(W == 7, np.nextafter(W, np.float32(99)), W)),
    "sign of zero": ("w", np.where(W == 0, np.float32(-0.0), W)),
    "order": ("w", W[::-1].copy()),
    "two neighbours swapped": ("w", W.reshape(-1)[[1, 0, *range(2, 60)]].reshape(W.shape)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_shows(change: str) -> None:
    path, array = CHANGES[change]
    assert tensor_sum(path, array) != tensor_sum("w", W)


def test_every_single_bit_shows() -> None:
    flipped = [W.copy() for _ in range(32)]
    for bit, array in enumerate(flipped):
        array.view(np.uint32)[1, 2, 3] ^= np.uint32(1 << bit)
    assert len({tensor_sum("w", array) for array in (W, *flipped)}) == 33


def test_nan_bits_count() -> None:
    nans = np.array([0x7FC00000, 0x7FC00001], np.uint32).view(np.float32)
    assert tensor_sum("w", nans[:1]) != tensor_sum("w", nans[1:])


def test_wide_elements_count_whole() -> None:
    wide = np.array([1 + 2j, 3 + 4j])
    changed = [np.array([1 + 5j, 3 + 4j]), np.array([5 + 2j, 3 + 4j]), np.array([2 + 1j, 3 + 4j])]
    assert len({tensor_sum("w", array) for array in (wide, *changed)}) == 4


def test_the_order_of_tensors_does_not_matter() -> None:
    one, other = ("a", W), ("b", W + 1)
    assert str(fingerprint([one, other])) == str(fingerprint([other, one]))
    assert fingerprint([one]) + fingerprint([other]) == fingerprint([one, other])


def test_what_differs_is_named() -> None:
    one = fingerprint([("a", W), ("b", W), ("c", W)])
    other = fingerprint([("a", W), ("b", W + 1), ("d", W)])
    assert one.differing(other) == ("b", "c", "d")
    assert one.differing(one) == ()


def test_sums_are_modular() -> None:
    assert (Fingerprint({"a": MASK}) + Fingerprint({"a": 2})).tensors == {"a": 1}
    assert Fingerprint({"a": MASK, "b": 3}).total == 2


def test_wrong_shape() -> None:
    with pytest.raises(errors.ShapeError) as caught:
        tensor_sum("w", W, shape=(3, 4, 5), runs=[[(0, 1)], [(0, 4)], [(0, 5)]])
    assert str(caught.value) == (
        "w: the array has shape (3, 4, 5). Needed: shape (1, 4, 5). "
        "Do: pass the tensor's global shape and the ranges that the array holds."
    )


def test_sums_of_random_values_are_spread() -> None:
    """512 sums of one changed element: each of 64 bits is set half of the time.

    The false-alarm rate is 64 · P(|Binomial(512, 1/2) - 256| > 68) < 1e-7.
    """
    made = [tensor_sum("w", np.full(1, value, np.float32)) for value in range(512)]
    counts = [sum(one >> bit & 1 for one in made) for bit in range(64)]
    assert max(abs(count - 256) for count in counts) <= 68


def test_the_whole_of_a_plan_can_be_compared() -> None:
    assert weights.fingerprint([]).total == 0
