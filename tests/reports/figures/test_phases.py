"""Picture 6."""

import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from isometry import theory
from isometry.reports import figures
from isometry.reports.figures import lengths
from tests.reports.figures import drawings

ACTIVATIONS = ("relu", "tanh", "gelu", "sigmoid", "silu", "selu", "sin", "softplus")


def line(root: ET.Element) -> ET.Element:
    """Where chi is 1."""
    return next(one for one in root.iter("path") if one.get("stroke-width") == "2")


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_map_is_chi_of_theory(activation: str) -> None:
    weights, biases = np.linspace(0.05, 4.0, 9), np.array([0.0, 0.01, 0.1, 0.3])
    phi = theory.activation(activation)
    found = lengths.chi_over(lengths.table_of(phi), weights, biases)
    expected = [[lengths.point_chi(phi, w, b) for w in weights] for b in biases]
    assert found == pytest.approx(np.array(expected), rel=5e-3)


def test_another_map_would_be_seen() -> None:
    weights, biases = np.array([1.0, 2.0]), np.array([0.1])
    tanh, erf = (lengths.table_of(theory.activation(name)) for name in ("tanh", "erf"))
    found = [lengths.chi_over(table, weights, biases) for table in (tanh, erf)]
    assert found[0] != pytest.approx(found[1], rel=5e-3)


def test_the_dark_line_is_the_critical_line() -> None:
    root = drawings.parsed(figures.phase_diagram("tanh", [("far", 4.0, 0.0)]).svg)
    x, y = drawings.spots(line(root)).T
    weights, biases = (x - 52.0) / 560.0 * 5.0, (324.0 - y) / 280.0 * 0.3
    inner = (biases > 0.02) & (biases < 0.29)
    expected = [theory.critical("tanh", bias_var=b).weight_var for b in biases[inner]]
    assert inner.sum() >= 5
    assert weights[inner] == pytest.approx(np.array(expected), rel=0.01)


def test_the_line_of_relu_is_upright_at_two() -> None:
    root = drawings.parsed(figures.phase_diagram("relu").svg)
    x, _ = drawings.spots(line(root)).T
    assert (x - 52.0) / 560.0 * 3.0 == pytest.approx(np.full(len(x), 2.0), abs=0.01)


def test_points_are_named_dots_at_their_place() -> None:
    figure = figures.phase_diagram("relu", [("He", 2.0, 0.0), ("mine", 1.0, 0.15)])
    found = {
        one.get("data-layer"): next(one.iter("circle"))
        for one in drawings.marks(drawings.parsed(figure.svg))
    }
    place = {name: (dot.get("cx"), dot.get("cy")) for name, dot in found.items()}
    assert place == {"mine": ("238.7", "184"), "He": ("425.3", "324")}
    assert figure.rows == (
        ("He", "2", "0", "1", "critical", "∞"),
        ("mine", "1", "0.15", "0.5", "ordered", "1.44"),
    )


def test_points_in_one_place_have_names_above_each_other() -> None:
    named = [(name, 2.0, 0.0) for name in ("yours", "plan", "He")]
    root = drawings.parsed(figures.phase_diagram("relu", named).svg)
    heights = [float(next(one.iter("text")).get("y") or 0) for one in drawings.marks(root)]
    assert np.diff(sorted(heights)).min() >= 13.0


def test_a_long_name_is_shortened_and_stays_within_the_map() -> None:
    root = drawings.parsed(figures.phase_diagram("relu", [("x" * 300, 2.9, 0.0)]).svg)
    label = next(drawings.marks(root)[0].iter("text"))
    assert len(label.text or "") == 22
    assert float(label.get("x") or 0) + 6.0 * 22 < 612.0
    assert drawings.marks(root)[0].get("data-layer") == "x" * 300


def test_a_far_point_widens_the_map() -> None:
    root = drawings.parsed(figures.phase_diagram("relu", [("far", 9.0, 2.0)]).svg)
    dot = next(drawings.marks(root)[0].iter("circle"))
    assert (dot.get("cx"), dot.get("cy")) == ("500", "100")


def test_colours_are_few_polygons() -> None:
    root = drawings.parsed(figures.phase_diagram("tanh").svg)
    assert len(list(root.iter("rect"))) == 1
    assert len([one for one in root.iter("path") if one.get("fill-rule") == "evenodd"]) == 4


def test_a_map_is_drawn_at_once() -> None:
    start = time.process_time()
    figures.phase_diagram("dyt(alpha=0.777)")
    assert time.process_time() - start < 1.0
