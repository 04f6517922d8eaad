"""Fans by meaning, against counts by hand."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry.parameters import Axes, Blocks, FanMode, Fans, fans, phases

QKV = Blocks(0, ("q", "k", "v"), (64, 64, 64))
GATES = Blocks(0, ("i", "f", "g", "o"), (32, 32, 32, 32))


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        pytest.param((10, 4), Axes((0,), (1,)), (4, 10), id="linear"),
        pytest.param((4, 10), Axes((1,), (0,)), (4, 10), id="transposed storage"),
        pytest.param((8, 4, 3, 3), Axes((0,), (1,), (2, 3)), (36, 72), id="conv"),
        pytest.param((8, 4, 3, 3), Axes((0,), (1,), (2, 3), stride=4), (36, 18), id="strided"),
        pytest.param((8, 2, 3), Axes((0,), (1,), (2,), groups=2), (6, 12), id="grouped"),
        pytest.param((8, 1, 3, 3), Axes((0,), (1,), (2, 3), groups=8), (9, 9), id="depthwise"),
        pytest.param(
            (3, 3, 8, 2),
            Axes((3,), (2,), (0, 1), groups=8, groups_on="inputs"),
            (9, 18),
            id="depthwise with multiplier",
        ),
        pytest.param(
            (8, 2, 4, 4),
            Axes((1,), (0,), (2, 3), stride=4, transposed=True),
            (32, 32),
            id="transposed",
        ),
        pytest.param(
            (8, 2, 3),
            Axes((1,), (0,), (2,), groups=4, groups_on="inputs", transposed=True),
            (6, 6),
            id="transposed, grouped",
        ),
        pytest.param((100, 16), Axes((1,), (0,), lookup=True), (1, 16), id="embedding"),
        pytest.param((8, 3, 5), Axes((0,), (1, 2)), (15, 8), id="bilinear"),
        pytest.param((192, 64), Axes((0,), (1,), blocks=QKV), (64, 64), id="packed projections"),
        pytest.param((128, 7), Axes((0,), (1,), blocks=GATES), (7, 32), id="gates"),
        pytest.param((8, 64, 128), Axes((2,), (1,), stacked=(0,)), (64, 128), id="batched experts"),
        pytest.param((64, 4, 16), Axes((1, 2), (0,)), (64, 64), id="projection onto heads"),
    ],
)
def test_fans_of_each_layer(
    shape: tuple[int, ...], axes: Axes, expected: tuple[float, float]
) -> None:
    found = fans(shape, axes)
    assert (found.fan_in, found.fan_out) == expected


@pytest.mark.parametrize(
    ("mode", "expected"), [("fan_in", 2), ("fan_out", 32), ("fan_avg", 17), ("fan_geo", 8)]
)
def test_modes(mode: FanMode, expected: float) -> None:
    assert Fans(fan_in=2.0, fan_out=32.0).by(mode) == expected


@given(
    kernel=st.integers(1, 20),
    stride=st.integers(1, 8),
    dilation=st.integers(1, 5),
)
def test_phases_add_up_to_the_kernel(kernel: int, stride: int, dilation: int) -> None:
    counts = phases(kernel, stride, dilation=dilation)
    assert (len(counts), sum(counts)) == (stride, kernel)


@given(kernel=st.integers(1, 20), stride=st.integers(1, 8))
def test_phases_of_an_undilated_kernel(kernel: int, stride: int) -> None:
    expected = tuple(ceil(max(0, kernel - phase) / stride) for phase in range(stride))
    assert phases(kernel, stride) == expected
