"""Picture 10b."""

import numpy as np
import pytest

from isometry.errors import InputError
from isometry.reports import figures
from tests.reports.figures import drawings

STEPS = list(range(0, 500, 10))
ENDS = [-3.0, -2.9, -5.5, -3.1, -0.5, -3.2, -2.0, -4.1, -1.5, -2.8]
ROWS = {f"fc{k}": np.linspace(-3.0, end, 50).tolist() for k, end in enumerate(ENDS)}


def test_the_layers_farthest_from_the_aim_are_named() -> None:
    figure = figures.update_lines(STEPS, ROWS)
    words = drawings.words(drawings.parsed(figure.svg))
    named = sorted(word for word in words if word.startswith("fc"))
    order = sorted(range(10), key=lambda k: abs(ENDS[k] + 3.0), reverse=True)
    assert named == sorted(f"fc{k}" for k in order[:6])
    assert "Shaded is the spread of all 10 layers" in figure.read


def test_few_layers_are_all_named_without_a_spread() -> None:
    figure = figures.update_lines(STEPS, {name: ROWS[name] for name in ("fc0", "fc2")})
    root = drawings.parsed(figure.svg)
    assert "Shaded" not in figure.read
    assert len([one for one in root.iter("path") if one.get("fill-opacity")]) == 0
    assert {"fc0", "fc2"} <= {*drawings.words(root)}


def test_curves_of_one_colour_differ_in_pattern() -> None:
    root = drawings.parsed(figures.update_lines(STEPS, ROWS).svg)
    curves = [one for one in root.iter("path") if one.get("stroke-width") == "1.6"]
    kinds = {(one.get("stroke"), one.get("stroke-dasharray")) for one in curves}
    assert len(kinds) == len(curves) == 6


def test_dots_stand_at_the_last_number() -> None:
    root = drawings.parsed(figures.update_lines(STEPS, ROWS).svg)
    dots = [next(one.iter("circle")) for one in drawings.marks(root)]
    heights = np.array([float(dot.get("cy") or 0) for dot in dots])
    line = np.polynomial.Polynomial.fit(ENDS, heights, 1)
    assert np.abs(line(np.array(ENDS)) - heights).max() <= 0.06
    assert line(-1.0) < line(-2.0)


def test_the_band_and_the_aim_are_where_they_are_said_to_be() -> None:
    root = drawings.parsed(figures.update_lines(STEPS, ROWS).svg)
    heights = [float(next(one.iter("circle")).get("cy") or 0) for one in drawings.marks(root)]
    line = np.polynomial.Polynomial.fit(ENDS, heights, 1)
    band = next(root.iter("rect"))
    top, tall = float(band.get("y") or 0), float(band.get("height") or 0)
    assert [top, top + tall] == pytest.approx([line(-2.0), line(-4.0)], abs=0.2)
    aim = next(one for one in root.iter("path") if one.get("stroke-dasharray") == "3 2")
    assert float((aim.get("d") or "").split(" ")[1].split("H")[0]) == pytest.approx(
        line(-3.0), abs=0.2
    )


def test_the_spread_holds_every_curve() -> None:
    root = drawings.parsed(figures.update_lines(STEPS, ROWS).svg)
    area = next(one for one in root.iter("path") if one.get("fill-opacity"))
    dots = [float(next(one.iter("circle")).get("cy") or 0) for one in drawings.marks(root)]
    edge = drawings.spots(area)[:, 1]
    assert [edge.min(), edge.max()] == pytest.approx([min(dots), max(dots)], abs=0.11)


def test_a_layer_that_stops_is_judged_by_its_last_number() -> None:
    nan = float("nan")
    figure = figures.update_lines([0, 1, 2], {"a": [-3.0, -2.0, nan], "b": [nan, nan, nan]})
    assert figure.rows == (("a", "−3", "−2", "−2"), ("b", "none", "none", "none"))
    first, second = drawings.marks(drawings.parsed(figure.svg))
    assert first.get("aria-label") == "a: log10 of update / weight −2 at the end"
    assert list(second.iter("circle")) == []


def test_a_layer_that_stands_still_lies_hollow_at_the_lower_edge() -> None:
    root = drawings.parsed(figures.update_lines([0, 1], {"a": [-3.0, -np.inf]}).svg)
    dot = next(root.iter("circle"))
    assert (dot.get("fill"), dot.get("cy")) == ("none", "266")


def test_one_step_is_a_picture() -> None:
    assert figures.update_lines([7], {"a": [-3.0]}).rows == (("a", "−3", "−3", "−3"),)


def test_rows_must_fit() -> None:
    with pytest.raises(InputError, match=r"^a row of 1 numbers for 2 steps"):
        figures.update_lines([0, 1], {"a": [-3.0]})
