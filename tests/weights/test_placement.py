import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isometry.weights import placement

SHAPES = st.lists(st.integers(1, 5), max_size=4).map(tuple)


@given(SHAPES, st.integers(0, 700), st.integers(0, 700))
def test_boxes_of_a_range_are_that_range_in_order(
    shape: tuple[int, ...], one: int, other: int
) -> None:
    size = math.prod(shape)
    start, stop = sorted((one % (size + 1), other % (size + 1)))
    index = np.arange(size).reshape(shape)
    boxes = placement.boxes_of_range(shape, start, stop)
    found = [index[placement.index(box)].reshape(-1) for box in boxes]
    assert [value for part in found for value in part] == list(range(start, stop))
    assert len(found) <= 2 * len(shape) + 1


def test_boxes_that_do_not_meet() -> None:
    assert placement.meet(((0, 2), (0, 2)), ((2, 4), (0, 2))) is None


def test_a_scalar_meets_itself() -> None:
    assert placement.meet((), ()) == ()
