"""The factor of zero padding: published numbers, closed form, and a stack that is really run."""

from math import cos, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import errors
from isometry.parameters import padding_factor


@pytest.mark.parametrize(
    ("side", "factor"), [(4, 0.761567), (8, 0.921207), (16, 0.977426), (32, 0.993972)]
)
def test_square_images_and_three_by_three_kernels(side: int, factor: float) -> None:
    assert padding_factor((side, side), (3, 3)) == pytest.approx(factor, abs=5e-7)


@given(length=st.integers(1, 60))
def test_the_closed_form_of_three_taps(length: int) -> None:
    expected = (1 + 2 * cos(pi / (length + 1))) / 3
    assert padding_factor((length,), (3,)) == pytest.approx(expected, rel=1e-12)


def test_the_variance_of_a_deep_stack_falls_by_it() -> None:
    variance, last = np.ones(9), 0.0
    for _ in range(200):
        last = variance.sum()
        variance = np.convolve(variance, np.full(5, 1 / 5), mode="same")
    assert variance.sum() / last == pytest.approx(padding_factor((9,), (5,)), rel=1e-9)


@pytest.mark.parametrize(("image", "kernel"), [((4, 4), (3,)), ((4,), (2,)), ((0,), (3,))])
def test_shapes_that_do_not_fit_are_refused(
    image: tuple[int, ...], kernel: tuple[int, ...]
) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        padding_factor(image, kernel)
    assert str(caught.value) == (
        f"an image of {image} meets a kernel of {kernel}. Needed: as many odd kernel lengths as "
        "lengths of at least 1. Do: give both without channels."
    )
