"""The independent weights inside one tensor."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry.parameters import (
    Axes,
    Blocks,
    Parameter,
    box_shape,
    cells,
    folded,
    matrix_shape,
    part,
)

QKV = Blocks(0, ("q", "k", "v"), (4, 2, 2))


@pytest.mark.parametrize(
    ("shape", "axes", "names"),
    [
        ((4, 3), Axes((0,), (1,)), [""]),
        ((8, 3), Axes((0,), (1,), blocks=QKV), ["q", "k", "v"]),
        ((4, 1, 3), Axes((0,), (1,), (2,), groups=2), ["g0", "g1"]),
        ((2, 3, 4), Axes((2,), (1,), stacked=(0,)), ["0", "1"]),
        (
            (2, 3, 8),
            Axes((2,), (1,), stacked=(0,), blocks=Blocks(2, ("up", "gate"), (4, 4))),
            ["0.up", "0.gate", "1.up", "1.gate"],
        ),
    ],
)
def test_names(shape: tuple[int, ...], axes: Axes, names: list[str]) -> None:
    assert [cell.name for cell in cells(shape, axes)] == names


@given(
    experts=st.integers(1, 3),
    blocks=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    groups=st.integers(1, 3),
    inputs=st.integers(1, 4),
)
def test_cells_cover_the_tensor_once(
    experts: int, blocks: list[int], groups: int, inputs: int
) -> None:
    packed = Blocks(1, tuple(f"b{i}" for i in range(len(blocks))), tuple(blocks))
    axes = Axes(
        stacked=(0,), outputs=(1,), inputs=(2,), groups=groups, groups_on="inputs", blocks=packed
    )
    shape = (experts, sum(blocks), inputs * groups)
    seen = np.zeros(shape, dtype=int)
    for cell in cells(shape, axes):
        seen[tuple(slice(*span) for span in cell.box)] += 1
    np.testing.assert_array_equal(seen, 1)


def test_folding_is_the_inverse_of_reading_a_weight_as_a_matrix() -> None:
    axes = Axes(window=(0, 1), inputs=(2,), outputs=(3,))
    kernel = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    matrix = kernel.transpose(3, 2, 0, 1).reshape(matrix_shape(kernel.shape, axes))
    np.testing.assert_array_equal(folded(matrix, kernel.shape, axes), kernel)


PACKED = Parameter("attn.w", (8, 3), role="weight", axes=Axes((0,), (1,), blocks=QKV), ties=("t",))


def test_a_block_is_a_weight_of_its_own() -> None:
    query = part(PACKED, ((0, 4), (0, 3)), "q")
    assert query == Parameter("attn.w#q", (4, 3), role="weight", axes=Axes((0,), (1,)))


def test_a_rectangle_that_cuts_no_block_keeps_them() -> None:
    half = part(PACKED, ((0, 8), (0, 2)), "left")
    assert half.axes == PACKED.axes


@pytest.mark.parametrize(("rows", "groups"), [((0, 8), 4), ((0, 4), 2), ((2, 4), 1), ((0, 1), 1)])
def test_a_rectangle_holds_as_many_groups_as_fit_whole(rows: tuple[int, int], groups: int) -> None:
    grouped = Parameter("conv.w", (8, 1, 3), axes=Axes((0,), (1,), (2,), groups=4))
    box = (rows, (0, 1), (0, 3))
    piece = part(grouped, box, "part")
    assert (piece.shape, piece.axes) == (
        box_shape(box),
        Axes((0,), (1,), (2,), groups=groups),
    )


def test_a_rectangle_of_a_tensor_without_axes_has_none() -> None:
    assert part(Parameter("w", (4,)), ((1, 2),), "x") == Parameter("w#x", (1,))
