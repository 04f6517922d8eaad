"""What torch, Keras and Flax compute, by hand; the installed frameworks are asked elsewhere."""

import pytest

from isometry import errors
from isometry.parameters import (
    Axes,
    Blocks,
    Convention,
    Fans,
    fans_by_convention,
    fans_by_shape_keras,
    fans_by_shape_torch,
    fans_flax,
    keras_shape,
    torch_shape,
)

TORCH = Axes((0,), (1,), (2, 3))
KERAS = Axes((3,), (2,), (0, 1))
TRANSPOSED = Axes(outputs=(1,), inputs=(0,), window=(2, 3), transposed=True)
DEPTHWISE = Axes((3,), (2,), (0, 1), groups=8, groups_on="inputs")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((10, 4), (4, 10)),
        ((4, 1, 3, 3), (9, 36)),
        ((8, 2, 3), (6, 24)),
        ((8, 64, 128), (8192, 1024)),
    ],
)
def test_torch_reads_axis_1_as_inputs(shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    found = fans_by_shape_torch(shape)
    assert (found.fan_in, found.fan_out) == expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), (1, 1)),
        ((7,), (7, 7)),
        ((4, 10), (4, 10)),
        ((3, 3, 4, 10), (36, 90)),
        ((3, 3, 8, 1), (72, 9)),
    ],
)
def test_keras_reads_the_last_two_axes(shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    found = fans_by_shape_keras(shape)
    assert (found.fan_in, found.fan_out) == expected


def test_flax_reads_named_axes_and_takes_the_rest_for_a_kernel() -> None:
    assert fans_flax((4, 5, 6, 7), in_axis=(0, 1), out_axis=3) == Fans(120.0, 42.0)


def test_flax_counts_no_batch_axis() -> None:
    assert fans_flax((8, 64, 128), batch_axis=(0,)) == Fans(64.0, 128.0)


def test_flax_reads_the_features_of_an_embedding_as_fan() -> None:
    assert fans_flax((100, 16), in_axis=-2, out_axis=0) == Fans(16.0, 16.0)


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        ((3, 3, 16, 32), KERAS, (32, 16, 3, 3)),
        ((16, 32, 3, 3), TRANSPOSED, (16, 32, 3, 3)),
        ((3, 3, 8, 2), DEPTHWISE, (16, 1, 3, 3)),
        ((100, 16), Axes((1,), (0,), lookup=True), (100, 16)),
        ((8, 64, 128), Axes((2,), (1,), stacked=(0,)), (8, 128, 64)),
        ((16, 4, 3, 3), Axes((1,), (0,), (2, 3), groups=2, transposed=True), (32, 2, 3, 3)),
    ],
)
def test_shape_in_torch_order(
    shape: tuple[int, ...], axes: Axes, expected: tuple[int, ...]
) -> None:
    assert torch_shape(shape, axes) == expected


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        ((32, 16, 3, 3), TORCH, (3, 3, 16, 32)),
        ((16, 32, 3, 3), TRANSPOSED, (3, 3, 32, 16)),
        ((3, 3, 8, 2), DEPTHWISE, (3, 3, 8, 2)),
        ((12, 4), Axes((0,), (1,), blocks=Blocks(0, ("q", "k"), (6, 6))), (4, 12)),
    ],
)
def test_shape_in_keras_order(
    shape: tuple[int, ...], axes: Axes, expected: tuple[int, ...]
) -> None:
    assert keras_shape(shape, axes) == expected


@pytest.mark.parametrize(
    ("convention", "shape", "axes", "expected"),
    [
        ("semantic", (16, 32, 3, 3), TRANSPOSED, (144, 288)),
        ("torch", (16, 32, 3, 3), TRANSPOSED, (288, 144)),
        ("keras", (16, 32, 3, 3), TRANSPOSED, (288, 144)),
        ("flax", (16, 32, 3, 3), TRANSPOSED, (144, 288)),
        ("torch", (3, 3, 8, 2), DEPTHWISE, (9, 144)),
        ("keras", (3, 3, 8, 2), DEPTHWISE, (72, 18)),
        ("flax", (3, 3, 8, 2), DEPTHWISE, (9, 144)),
        ("flax", (100, 16), Axes((1,), (0,), lookup=True), (16, 16)),
        ("flax", (8, 64, 128), Axes((2,), (1,), stacked=(0,)), (64, 128)),
        ("torch", (10, 4), None, (4, 10)),
        ("keras", (10, 4), None, (10, 4)),
        ("flax", (10, 4), None, (10, 4)),
    ],
)
def test_fans_of_a_layer_by_convention(
    convention: Convention, shape: tuple[int, ...], axes: Axes | None, expected: tuple[int, int]
) -> None:
    found = fans_by_convention(shape, axes, convention)
    assert (found.fan_in, found.fan_out) == expected


@pytest.mark.parametrize(
    ("convention", "shape", "message"),
    [
        (
            "torch",
            (5,),
            (
                "torch reads no fans from shape (5,). Needed: at least two axes. "
                "Do: give a scheme with a std of its own, such as normal(std=0.02)."
            ),
        ),
        (
            "flax",
            (5,),
            (
                "JAX reads no fans from shape (5,). Needed: at least two axes. "
                "Do: give a scheme with a std of its own, such as normal(std=0.02)."
            ),
        ),
        (
            "semantic",
            (5, 5),
            (
                "nobody said which axes of shape (5, 5) are inputs and which are outputs. "
                "Needed: the meaning of each axis. "
                'Do: state axes=, or take the fans that a framework would, with convention="torch".'
            ),
        ),
    ],
)
def test_fans_that_cannot_be_known_are_refused(
    convention: Convention, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        fans_by_convention(shape, None, convention)
    assert str(caught.value) == message
