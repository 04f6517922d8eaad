"""A picture of many layers stays small, and leaves out nothing that matters."""

from collections.abc import Callable

import pytest

from isometry.reports import figures
from isometry.reports.figures import Figure
from tests.reports.figures import drawings

PICTURE, PAGE = 25_000, 150_000
"""Bytes of a picture of many layers, and of all pictures with their tables."""
DEEP = pytest.mark.parametrize("draw", drawings.BY_DEPTH.values(), ids=drawings.BY_DEPTH)


def size(figure: Figure) -> int:
    return len(figure.svg.encode())


def table(figure: Figure) -> int:
    """Bytes of the cells with the tags around them."""
    return sum(len(cell.encode()) + len("<td></td>") for row in figure.rows for cell in row)


@DEEP
@pytest.mark.parametrize("layers", [200, 1000])
def test_a_picture_of_many_layers(draw: Callable[[int], Figure], layers: int) -> None:
    assert size(draw(layers)) <= PICTURE


@pytest.mark.parametrize("draw", drawings.OF_RUNS.values(), ids=drawings.OF_RUNS)
def test_a_picture_of_a_long_run(draw: Callable[[], Figure]) -> None:
    assert size(draw()) <= PICTURE


@pytest.mark.parametrize("draw", drawings.OF_THEORY.values(), ids=drawings.OF_THEORY)
def test_a_picture_of_theory(draw: Callable[[], Figure]) -> None:
    assert size(draw()) <= PICTURE


@pytest.mark.parametrize(("layers", "most"), [(60, 1.4 * PAGE), (200, PAGE), (1000, PAGE)])
def test_a_page_of_all_pictures(layers: int, most: float) -> None:
    deep = [draw(layers) for draw in drawings.BY_DEPTH.values()]
    shown = [*deep, *(draw() for draw in drawings.OF_THEORY.values())]
    assert sum(size(figure) + table(figure) for figure in shown) <= most


@DEEP
def test_what_is_left_out_is_said(draw: Callable[[int], Figure]) -> None:
    kept = len(draw(200).rows)
    assert kept < 60
    assert draw(200).read.endswith(f"Marks and table hold {kept} of 200 layers.")
    assert "Marks and table" not in draw(60).read
    assert len(draw(60).rows) == 60


def test_the_worst_layers_are_never_left_out() -> None:
    layers = drawings.names(200)
    values = dict.fromkeys(layers, 1.0) | {layers[57]: 1e-9, layers[123]: float("nan")}
    plain = figures.Course(dict.fromkeys(layers, 1.0))
    shown = figures.depth_triptych(
        layers, signal=plain, error=figures.Course(values), gradient=plain
    )
    assert {layers[57], layers[123]} <= {row[0] for row in shown.rows}


def test_a_peak_is_never_left_out_of_a_curve() -> None:
    layers = drawings.names(1000)
    flat = figures.Course(dict.fromkeys(layers, 1.0))
    peak = figures.Course(dict.fromkeys(layers, 1.0) | {layers[501]: 1e6})
    root = drawings.parsed(
        figures.depth_triptych(layers, signal=peak, error=flat, gradient=flat).svg
    )
    curves = [one for one in root.iter("path") if one.get("stroke-width") == "1.6"]
    heights = drawings.spots(curves[0])[:, 1]
    assert heights.min() == pytest.approx(58.0)
    assert heights.max() == pytest.approx(228.0 - 170.0 / 7.0, abs=0.1)
