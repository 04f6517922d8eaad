"""Kumar's variances, and that they are not what is often sold under his name."""

from math import sqrt

import pytest

from isometry import rng, schemes
from tests.schemes.shapes import conv_transpose, dense


@pytest.mark.parametrize(
    ("activation", "times_fan_in"),
    [("sigmoid", 12.8), ("tanh", 1.0), ("relu", 2.0), ("leaky_relu(0.5)", 1.6), ("softplus", None)],
)
def test_published_variances(activation: str, times_fan_in: float | None) -> None:
    log2 = 0.6931471805599453
    expected = times_fan_in or 1 / (0.25 * (1 + log2**2))
    std = schemes.Kumar(activation).moments(dense(50, 200)).std
    assert std**2 * 200 == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("activation", "times_fan_in"), [("sigmoid", 3.2), ("tanh", 1.0)])
def test_variances_for_unit_preactivations(activation: str, times_fan_in: float) -> None:
    std = schemes.Kumar(activation, "pre").moments(dense(50, 200)).std
    assert std**2 * 200 == pytest.approx(times_fan_in, rel=1e-12)


def test_the_fan_is_the_number_of_inputs_alone() -> None:
    """A known defect elsewhere: the mean of both fans."""
    narrow, wide = (schemes.Kumar("sigmoid").moments(dense(outputs, 200)) for outputs in (2, 900))
    assert narrow == wide


def test_the_law_is_a_plain_normal() -> None:
    """Known defects elsewhere: a truncated normal, and a uniform law that is never negative."""
    law = schemes.Kumar("sigmoid").law(dense(1, 128))
    assert law == rng.Normal(0.0, law.std)
    assert law.std == pytest.approx(sqrt(12.8 / 128), rel=1e-15)


def test_the_fan_of_a_transposed_convolution_is_semantic() -> None:
    std = schemes.Kumar("tanh").moments(conv_transpose(16, 4, 4, 2)).std
    assert std**2 * 64 == pytest.approx(1)
