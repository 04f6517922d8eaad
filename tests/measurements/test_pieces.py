import ml_dtypes
import numpy as np
import pytest

from isometry.measurements import pieces as seen

LAYOUTS = {
    "contiguous": np.arange(120_000.0).reshape(300, 400),
    "transposed": np.arange(120_000.0).reshape(400, 300).T,
    "three axes": np.arange(240_000.0).reshape(20, 30, 400).transpose(2, 0, 1),
    "every other": np.arange(240_000.0)[::2],
    "long rows": np.arange(400_000.0).reshape(200_000, 2).T,
    "backwards": np.arange(120_000.0)[::-1],
    "small": np.arange(6.0).reshape(2, 3).T,
    "scalar": np.array(1.5),
    "empty": np.zeros((0, 4)),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_pieces_are_all_elements_in_row_major_order(name: str) -> None:
    values = LAYOUTS[name]
    found = [*seen.pieces(values)]
    assert max((piece.size for piece in found), default=0) <= seen.PIECE
    assert all(piece.flags.c_contiguous and piece.ndim == 1 for piece in found)
    assert np.array_equal(np.concatenate([*found, values.ravel()[:0]]), values.ravel())


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_sample_holds_elements_in_order(name: str) -> None:
    flat = LAYOUTS[name].ravel()
    taken = seen.sample(LAYOUTS[name], 2**10)
    assert taken.size == min(flat.size, 2**10)
    assert np.isin(taken, flat).all()
    assert np.unique(taken).size == taken.size


def test_a_sample_reaches_from_the_first_to_the_last_element() -> None:
    taken = seen.sample(np.arange(100_000).reshape(100, 1000), 2**10)
    assert (taken[0], taken[-1]) == (0, 99_999)
    assert np.array_equal(taken[: seen.RUN], np.arange(seen.RUN))


def test_layouts_of_the_same_values_give_the_same_sample() -> None:
    values = np.random.default_rng(0).normal(size=(300, 400))
    other = np.asfortranarray(values)
    assert np.array_equal(seen.sample(values, 2**10), seen.sample(other, 2**10))


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float8_e4m3fn"])
def test_small_floats_keep_their_values(name: str) -> None:
    dtype = np.dtype(getattr(ml_dtypes, name, name))
    given = np.random.default_rng(0).normal(size=100).astype(dtype)
    assert seen.real(given).dtype == np.float32
    assert np.array_equal(seen.real(given).astype(dtype), given)
