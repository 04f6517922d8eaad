"""Picture 3."""

import math
from itertools import pairwise

import numpy as np
import pytest

from isometry.errors import InputError
from isometry.reports import figures
from tests.reports.figures import drawings


def normal(low: float, high: float) -> float:
    """Share of a standard normal between two places."""
    return (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2))) / 2


def bell(std: float, *, bins: int = 2000, reach: float = 6.0) -> figures.Layer:
    """A normal distribution in exact bins."""
    edges = np.linspace(-reach, reach, bins + 1)
    shares = [normal(a, b) for a, b in pairwise(edges)]
    return ("all layers", -reach * std, reach * std, shares)


def shares(figure: figures.Figure) -> list[tuple[str, float]]:
    """The zones of a picture, as its table has them."""
    rows = [row for row in figure.rows if " from " in row[0]]
    return [(name.split(" from ")[0], float(share.removesuffix(" %"))) for name, share in rows]


@pytest.mark.parametrize("std", [0.5, 1.0, 3.0])
def test_shares_of_tanh_are_those_of_a_normal(std: float) -> None:
    flat, straight = (math.atanh(math.sqrt(1 - slope)) for slope in (0.06, 0.95))
    expected = [100 * normal(flat / std, 99), 100 * normal(-straight / std, straight / std)]
    found = shares(figures.activation_lab("tanh", bell(std)))
    assert [name for name, _ in found] == ["flat", "straight", "flat"]
    assert [share for _, share in found] == pytest.approx(
        [expected[0], expected[1], expected[0]], abs=0.7
    )


def test_relu_is_flat_on_one_side_and_straight_on_the_other() -> None:
    found = shares(figures.activation_lab("relu", bell(1.0)))
    assert [name for name, _ in found] == ["flat", "straight"]
    assert [share for _, share in found] == pytest.approx([50.0, 50.0], abs=0.3)


def test_a_kink_parts_two_straight_stretches() -> None:
    names = [name for name, _ in shares(figures.activation_lab("leaky_relu(0.2)", bell(1.0)))]
    assert names == ["straight", "straight"]


def test_the_curve_is_the_function() -> None:
    root = drawings.parsed(figures.activation_lab("tanh", bell(0.5)).svg)
    curve = next(one for one in root.iter("path") if one.get("stroke") == "#0072B2")
    x, y = drawings.spots(curve).T
    z = (x - (x[0] + x[-1]) / 2) / np.ptp(x) * 6.0
    line = np.polynomial.Polynomial.fit(np.tanh(z), y, 1)
    assert np.abs(line(np.tanh(z)) - y).max() <= 0.2


def test_what_was_measured_is_said() -> None:
    figure = figures.activation_lab("relu", bell(1.0), dead=0.03, linear=0.5)
    words = drawings.words(drawings.parsed(figure.svg))
    assert "measured: dead units 3 %, linear 50 %" in words
    assert ("dead units, measured", "3 %") in figure.rows


def test_marks_name_the_layer_and_the_share() -> None:
    found = drawings.marks(drawings.parsed(figures.activation_lab("relu", bell(1.0)).svg))
    labels = [one.get("aria-label") or "" for one in found]
    assert labels[-1] == "all layers: mean 0, std 1"
    assert [label.split(" ")[2] for label in labels[:-1]] == ["flat", "straight"]


@pytest.mark.parametrize(
    "layer", [("a", 0.0, 0.0, [1]), ("a", 0.0, float("nan"), [1]), ("a", 0.0, 1.0, [0])]
)
def test_a_hill_without_values_is_an_error(layer: figures.Layer) -> None:
    with pytest.raises(InputError, match=r"^a: .* Needed: counts above 0 between finite edges"):
        figures.activation_lab("tanh", layer)
