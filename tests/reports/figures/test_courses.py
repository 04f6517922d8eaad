"""Pictures 4 and 5."""

import math

import numpy as np
import pytest

from isometry.errors import InputError
from isometry.reports import figures
from tests.reports.figures import drawings


def arc_cosine(c: float) -> float:
    """ReLU's correlation map in closed form (Cho & Saul 2009)."""
    return (math.sqrt(1 - c * c) + c * (math.pi - math.acos(c))) / math.pi


def column(figure: figures.Figure) -> list[float]:
    return [float(value.replace("−", "-")) for _, value in figure.rows]


def test_lengths_of_relu_halve_at_unit_variance() -> None:
    figure = figures.length_cobweb("relu", weight_var=1.0, q0=2.0, depth=6)
    assert column(figure) == pytest.approx([2.0 * 0.5**k for k in range(7)], rel=5e-3)
    assert figure.read.endswith("Here they cross at 0 alone: the signal vanishes.")


def test_lengths_that_explode() -> None:
    figure = figures.length_cobweb("relu", weight_var=4.0, depth=100)
    assert figure.read.endswith("the signal explodes.")
    assert len(figure.rows) < 50
    assert column(figure)[-1] >= 1e12


def test_lengths_that_settle() -> None:
    figure = figures.length_cobweb("tanh", weight_var=1.5, bias_var=0.05, q0=2.0, depth=60)
    assert column(figure)[-1] == pytest.approx(0.418, abs=1e-3)
    assert figure.read.endswith("Here that is at q* = 0.418.")


def test_marks_lie_on_the_curve() -> None:
    figure = figures.length_cobweb("relu", weight_var=1.6, q0=1.0, depth=5)
    root = drawings.parsed(figure.svg)
    circles = [next(one.iter("circle")) for one in drawings.marks(root)]
    dots = np.array([[float(one.get("cx") or 0), float(one.get("cy") or 0)] for one in circles])
    curve = next(one for one in root.iter("path") if one.get("stroke") == "#0072B2")
    x, y = drawings.spots(curve).T
    assert np.interp(dots[:, 0], x, y) == pytest.approx(dots[:, 1], abs=0.4)


def test_the_staircase_goes_up_to_the_curve_and_across_to_the_diagonal() -> None:
    figure = figures.length_cobweb("relu", weight_var=1.6, q0=1.0, depth=3)
    root = drawings.parsed(figure.svg)
    stairs = next(one for one in root.iter("path") if one.get("stroke") == "#D55E00")
    steps = np.diff(drawings.spots(stairs), axis=0)
    assert len(steps) == 6
    assert (np.abs(steps[0::2, 0]).max(), np.abs(steps[1::2, 1]).max()) == (0.0, 0.0)


def test_lengths_over_decades_have_a_bent_axis() -> None:
    words = drawings.words(
        drawings.parsed(figures.length_cobweb("relu", weight_var=1.0, depth=20).svg)
    )
    assert "10⁻³" in words


def test_correlations_of_relu_are_in_closed_form() -> None:
    expected = [-0.5]
    for _ in range(5):
        expected.append(arc_cosine(expected[-1]))
    figure = figures.correlation_cobweb("relu", weight_var=2.0, c0=-0.5, depth=5)
    assert column(figure) == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(
    ("activation", "weight_var", "words"),
    [
        ("tanh", 0.8, "below 1, so all inputs come to look the same (order)."),
        ("relu", 2.0, "1, so inputs come closer only slowly (the edge of chaos)."),
        ("tanh", 3.0, "above 1, so inputs that are almost the same part (chaos)."),
    ],
)
def test_the_slope_at_one_tells_order_from_chaos(
    activation: str, weight_var: float, words: str
) -> None:
    figure = figures.correlation_cobweb(
        activation, weight_var=weight_var, bias_var=0.05 * (activation == "tanh"), depth=2
    )
    assert figure.read.endswith(words)


def test_a_signal_that_dies_has_a_map_at_the_length_it_reached() -> None:
    figure = figures.correlation_cobweb("relu", weight_var=1.0, c0=0.0, depth=3)
    assert column(figure)[1] == pytest.approx(1 / math.pi, rel=5e-3)


@pytest.mark.parametrize("c0", [1.5, float("nan")])
def test_what_is_no_correlation_is_an_error(c0: float) -> None:
    with pytest.raises(InputError) as raised:
        figures.correlation_cobweb("relu", weight_var=2.0, c0=c0)
    assert str(raised.value) == (
        f"c0 is {c0:g}. Needed: a correlation, from -1 to 1. Do: pass c0=0.5, for example."
    )
