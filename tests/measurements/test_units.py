import numpy as np
import pytest

from isometry.measurements import units as seen
from isometry.parameters import Axes, Blocks

CASES = {
    "dense": ((6, 4), Axes((0,), (1,))),
    "stored the other way": ((4, 6), Axes((1,), (0,))),
    "kernel": ((6, 4, 3, 2), Axes((0,), (1,), window=(2, 3))),
    "kernel last": ((3, 2, 4, 6), Axes((3,), (2,), window=(0, 1))),
    "experts": ((2, 4, 3), Axes(stacked=(0,), inputs=(1,), outputs=(2,))),
    "heads": ((4, 2, 3), Axes(inputs=(0,), outputs=(1, 2))),
}


def whole(shape: tuple[int, ...], axes: Axes) -> np.ndarray:
    """The matrix that units never make."""
    values = np.arange(np.prod(shape)).reshape(shape)
    order = (*axes.stacked, *axes.outputs, *axes.inputs, *axes.window)
    rows = np.prod([shape[axis] for axis in (*axes.stacked, *axes.outputs)], dtype=int)
    return values.transpose(order).reshape(rows, -1)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_entries_are_those_of_the_matrix(name: str) -> None:
    shape, axes = CASES[name]
    found = seen.units(np.arange(np.prod(shape)).reshape(shape), axes)
    matrix = whole(shape, axes)
    rows, columns = np.arange(found.height), np.arange(found.width)
    assert (found.height, found.width) == matrix.shape
    assert np.array_equal(found.read(rows[::-1]), matrix[::-1])
    assert np.array_equal(found.pick(rows[:, None], columns), matrix)
    assert np.array_equal(found.turned.read(columns), matrix.T)


@pytest.mark.parametrize("width", [1, 3])
def test_many_rows_are_read_as_few_are(width: int) -> None:
    values = np.arange(20_000 * width).reshape(20_000, width)
    found = seen.units(values, None)
    rows = np.arange(20_000)
    assert np.array_equal(found.read(rows), values)
    assert np.array_equal(found.pick(rows[:, None], np.arange(width)), values)
    assert np.array_equal(found.turned.pick(np.arange(width)[:, None], rows), values.T)


def test_units_of_a_table_are_its_entries() -> None:
    found = seen.units(np.zeros((7, 4)), Axes(inputs=(0,), outputs=(1,), lookup=True))
    assert (found.height, found.width) == (7, 4)


def test_the_weights_of_a_packed_tensor_are_its_blocks() -> None:
    axes = Axes((0,), (1,), blocks=Blocks(0, ("q", "k", "v"), (4, 2, 2)))
    values = np.arange(32).reshape(8, 4)
    found = seen.matrices(values, axes)
    assert [one.height for one in found] == [4, 2, 2]
    assert np.array_equal(found[1].read(np.arange(2)), values[4:6])


def test_of_many_weights_some_are_looked_at() -> None:
    axes = Axes((0,), (1,), window=(2,), groups=100)
    assert len(seen.matrices(np.zeros((100, 1, 3)), axes)) == seen.CELLS
