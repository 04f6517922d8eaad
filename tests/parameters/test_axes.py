"""What axes and blocks accept, and the whole text of what they refuse."""

import pytest

from isometry import errors
from isometry.parameters import Axes, Blocks


def test_every_axis_is_listed_in_the_order_of_meaning() -> None:
    axes = Axes(window=(0, 1), inputs=(2,), outputs=(3,), stacked=(4,))
    assert axes.all == (4, 3, 2, 0, 1)


@pytest.mark.parametrize(
    ("axes", "grouped"),
    [
        (Axes(outputs=(0,), inputs=(1,)), None),
        (Axes(outputs=(0,), inputs=(1,), groups=4), 0),
        (Axes(outputs=(1,), inputs=(0,), groups=4, groups_on="inputs"), 0),
        (Axes(inputs=(0,), groups=4), None),
    ],
)
def test_the_axis_of_the_groups_is_on_the_side_that_runs_over_them(
    axes: Axes, grouped: int | None
) -> None:
    assert axes.grouped == grouped


def test_an_axis_with_two_meanings_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        Axes(outputs=(0,), inputs=(0,))
    assert str(caught.value) == (
        "the axes outputs=(0,), inputs=(0,), window=(), stacked=() repeat or are negative. "
        "Needed: every axis once, counted from 0. Do: give each axis one meaning."
    )


def test_a_negative_axis_is_refused() -> None:
    with pytest.raises(errors.InputError, match="repeat or are negative"):
        Axes(outputs=(-1,))


@pytest.mark.parametrize("field", ["groups", "stride"])
def test_a_count_below_one_is_refused(field: str) -> None:
    counts = {"groups": 1, "stride": 1, field: 0}
    with pytest.raises(errors.InputError) as caught:
        Axes(groups=counts["groups"], stride=counts["stride"])
    assert str(caught.value) == (
        f"groups is {counts['groups']} and stride is {counts['stride']}. "
        "Needed: whole numbers of at least 1. Do: leave them out where the layer has none."
    )


@pytest.mark.parametrize(("names", "sizes"), [((), ()), (("q",), (4, 4)), (("q", "q"), (4, 4))])
def test_blocks_need_one_different_name_a_size(
    names: tuple[str, ...], sizes: tuple[int, ...]
) -> None:
    with pytest.raises(errors.InputError) as caught:
        Blocks(0, names, sizes)
    assert str(caught.value) == (
        f"blocks are named {names} with sizes {sizes}. Needed: one different name and one size for "
        "each block. Do: name the blocks in storage order."
    )


@pytest.mark.parametrize(("axis", "size"), [(0, 0), (-1, 4)])
def test_blocks_need_positive_sizes_along_an_axis(axis: int, size: int) -> None:
    with pytest.raises(errors.InputError) as caught:
        Blocks(axis, ("q",), (size,))
    assert str(caught.value) == (
        f"blocks have sizes ({size},) along axis {axis}. Needed: sizes of at least 1 along an axis "
        "counted from 0. Do: leave empty blocks out."
    )
