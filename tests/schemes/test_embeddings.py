"""Standard deviations of tables."""

from math import sqrt

import pytest

from isometry import schemes
from tests.schemes.shapes import dense, table


@pytest.mark.parametrize("width", [64, 768])
def test_rows_have_norm_one(width: int) -> None:
    std = schemes.InverseWidth().moments(table(10, width)).std
    assert std**2 * width == pytest.approx(1)


def test_small_init_depends_on_the_width_alone() -> None:
    assert schemes.SMALL_INIT.moments(dense(512, 2048)).std == pytest.approx(sqrt(2 / (5 * 512)))


@pytest.mark.parametrize("power", [0.0, 0.5, 0.8])
def test_a_power_of_the_width(power: float) -> None:
    std = schemes.InverseWidth(power=power).moments(table(10, 100)).std
    assert std == pytest.approx(100**-power)


@pytest.mark.parametrize("layers", [1, 6, 100])
def test_t_fixup_scales_tables_by_depth(layers: int) -> None:
    std = schemes.t_fixup_embedding(layers).moments(table(10, 512)).std
    assert std == pytest.approx((9 * layers) ** -0.25 / sqrt(512))
