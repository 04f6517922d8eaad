"""Rectangles over a fill."""

import numpy as np
import pytest

from isometry import errors, schemes
from tests.schemes.drawing import values
from tests.schemes.shapes import dense, packed

ONE, ZERO = schemes.Constant(1.0), schemes.Constant(0.0)


def test_a_rectangle_is_a_tensor_of_its_own() -> None:
    scheme = schemes.Patchwork(ZERO, (((1, 4), (2, 5)),), (schemes.Orthogonal(),))
    found = values(scheme, dense(6, 6)).astype(np.float64)
    np.testing.assert_allclose(found[1:4, 2:5] @ found[1:4, 2:5].T, np.eye(3), atol=1e-6)
    assert np.count_nonzero(found) == 9


def test_a_base_of_pieces_keeps_them() -> None:
    scheme = schemes.Patchwork(schemes.Orthogonal(), (((0, 1), (0, 4)),), (ZERO,))
    found = values(scheme, packed(4, 4, 4, 4))
    plain = values(schemes.Orthogonal(), packed(4, 4, 4, 4))
    np.testing.assert_array_equal(found[1:], plain[1:])
    np.testing.assert_array_equal(found[0], 0)


@pytest.mark.parametrize(
    ("boxes", "fills", "message"),
    [
        (
            (((0, 1),),),
            (),
            "1 boxes have 0 schemes. Needed: one scheme a box. Do: name them in the same order.",
        ),
        (
            (((0, 2),), ((1, 3),)),
            (ONE, ZERO),
            "boxes ((0, 2),) and ((1, 3),) overlap. Needed: boxes apart from each other. "
            "Do: cut one of them.",
        ),
    ],
)
def test_boxes_that_do_not_go_together_are_refused(
    boxes: tuple[tuple[tuple[int, int], ...], ...],
    fills: tuple[schemes.Scheme, ...],
    message: str,
) -> None:
    with pytest.raises(errors.InputError) as caught:
        schemes.Patchwork(ZERO, boxes, fills)
    assert str(caught.value) == message


@pytest.mark.parametrize("box", [((0, 7), (0, 6)), ((0, 1),)])
def test_a_box_outside_is_refused(box: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        schemes.Patchwork(ZERO, (box,), (ONE,)).draw(dense(6, 6))
    assert str(caught.value) == (
        f"fc.weight: box {box} is outside shape (6, 6). Needed: a rectangle of the tensor. "
        "Do: check the boxes of the patchwork."
    )
