"""Standard deviations of variance scaling, by fan, distribution and convention."""

from math import sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import schemes
from isometry.parameters import Axes, Convention, Parameter, fans
from isometry.schemes import VarianceScaling
from tests.schemes.shapes import bare, conv_transpose, dense, grouped, packed, table

MODES = st.sampled_from(["fan_in", "fan_out", "fan_avg", "fan_geo"])


@given(
    gain=st.floats(0.01, 100),
    mode=MODES,
    outputs=st.integers(1, 500),
    inputs=st.integers(1, 500),
)
def test_every_distribution_has_the_same_std(
    gain: float, mode: Any, outputs: int, inputs: int
) -> None:
    weight = dense(outputs, inputs)
    stds = [
        VarianceScaling(gain, mode, shape).moments(weight).std
        for shape in ("normal", "uniform", "truncated_normal")
    ]
    assert stds == pytest.approx([gain / sqrt(fans(weight.shape, Axes((0,), (1,))).by(mode))] * 3)


PACKED = packed(64, 64, 64, 64)


@pytest.mark.parametrize(
    ("convention", "parameter", "fan", "expected"),
    [
        pytest.param("semantic", PACKED, "fan_avg", 64, id="packed projections"),
        pytest.param("torch", PACKED, "fan_avg", 128, id="packed projections, torch"),
        pytest.param("keras", PACKED, "fan_out", 192, id="packed projections, keras"),
        pytest.param("semantic", grouped(8, 8, 8, 3), "fan_out", 3, id="depthwise"),
        pytest.param("torch", grouped(8, 8, 8, 3), "fan_out", 24, id="depthwise, torch"),
        pytest.param("semantic", conv_transpose(16, 4, 4, 2), "fan_in", 64, id="transposed"),
        pytest.param("torch", conv_transpose(16, 4, 4, 2), "fan_in", 64, id="transposed, torch"),
        pytest.param("keras", conv_transpose(16, 4, 4, 2), "fan_out", 256, id="transposed, keras"),
        pytest.param("flax", conv_transpose(16, 4, 4, 2), "fan_in", 256, id="transposed, flax"),
        pytest.param("semantic", table(100, 16), "fan_in", 1, id="table"),
        pytest.param("flax", table(100, 16), "fan_in", 16, id="table, flax"),
        pytest.param("torch", bare(10, 4, 3), "fan_in", 12, id="unknown, torch"),
        pytest.param("keras", bare(3, 4, 10), "fan_in", 12, id="unknown, keras"),
    ],
)
def test_fans_by_convention(
    convention: Convention, parameter: Parameter, fan: Any, expected: float
) -> None:
    std = VarianceScaling(1.0, fan, convention=convention).moments(parameter).std
    assert std == pytest.approx(1 / sqrt(expected))


def test_a_vector_has_no_fans_for_torch() -> None:
    with pytest.raises(ValueError, match="torch reads no fans"):
        VarianceScaling(convention="torch").draw(bare(4))


@pytest.mark.parametrize(
    ("rows", "columns", "up", "down"), [(4, 1, 0.4, 1.6), (1, 4, 1.6, 0.4), (1, 1, 1.0, 1.0)]
)
def test_glorot_is_a_compromise_that_keeps_neither_pass(
    rows: int, columns: int, up: float, down: float
) -> None:
    """The expanding layer of a transformer scales variance by 0.4, the next one by 1.6."""
    width = 96
    weight = dense(rows * width, columns * width)
    var = schemes.GLOROT_NORMAL.moments(weight).std ** 2
    assert var * weight.shape[1] == pytest.approx(up)
    assert var * weight.shape[0] == pytest.approx(down)


@pytest.mark.parametrize("channels", [64, 128, 256, 512])
def test_he_stds_of_vgg(channels: int) -> None:
    """He et al. 2015, section 2.2, gives these for 3 by 3 kernels to three digits."""
    printed = {64: 0.059, 128: 0.042, 256: 0.029, 512: 0.021}
    axes = Axes((0,), (1,), (2, 3))
    kernel = Parameter("conv", (channels, channels, 3, 3), axes=axes)
    assert schemes.HE_NORMAL.moments(kernel).std == pytest.approx(printed[channels], abs=5e-4)
