import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from isometry.reports.figures.contours import contours

Array = NDArray[np.float64]
Line = list[tuple[float, float]]


def area(line: Line) -> float:
    """Of a closed line, above 0 where it runs anticlockwise."""
    x, y = np.array(line).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def within(lines: list[Line], x: float, y: float) -> bool:
    """Whether a ray to the right crosses the lines an odd number of times."""
    sides = [(a, b) for line in lines for a, b in zip(line, [*line[1:], line[0]], strict=True)]
    crossed = [
        (ax + (y - ay) * (bx - ax) / (by - ay)) > x
        for (ax, ay), (bx, by) in sides
        if (ay > y) != (by > y)
    ]
    return sum(crossed) % 2 == 1


def cone(radius: float, size: int = 61) -> Array:
    """How far inside of a circle each point of a grid is."""
    middle = (size - 1) / 2
    y, x = np.mgrid[:size, :size] - middle
    return np.asarray(radius - np.hypot(x, y))


def test_a_circle_has_its_area() -> None:
    (line,) = contours(cone(20.0), 0.0)
    assert area(line) == pytest.approx(math.pi * 20.0**2, rel=2e-3)


def test_a_ring_is_a_line_and_a_hole_the_other_way_round() -> None:
    lines = sorted(contours(-np.abs(cone(20.0)), -5.0), key=area)
    assert [round(area(line) / math.pi / 25) for line in lines] == [-9, 25]


def test_what_reaches_the_edge_is_closed_along_it() -> None:
    slope = np.tile(np.arange(11.0), (11, 1))
    (line,) = contours(slope, 4.5)
    assert area(line) == pytest.approx(5.5 * 10.0)
    assert {x for x, _ in line} <= {4.5, *np.arange(5.0, 11.0)}


@pytest.mark.parametrize(("level", "expected"), [(-1.0, 36.0), (2.0, None)])
def test_all_or_nothing(level: float, expected: float | None) -> None:
    found = [area(line) for line in contours(np.zeros((7, 7)), level)]
    assert found == ([] if expected is None else [pytest.approx(expected)])


@given(st.integers(0, 2**32 - 1), st.floats(-0.9, 0.9))
def test_a_point_is_inside_just_where_it_is_high(seed: int, level: float) -> None:
    grid = np.random.default_rng(seed).uniform(-1, 1, size=(6, 7))
    lines = contours(grid, level)
    inner = [(row, column) for row in range(1, 5) for column in range(1, 6)]
    found = [within(lines, column, row) for row, column in inner]
    assert found == [bool(grid[row, column] >= level) for row, column in inner]
