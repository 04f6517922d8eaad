"""Where a map over a grid is at or above a level, as closed polygons (marching squares)."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from isometry.reports.figures.paths import Place

Array = NDArray[np.float64]
Edge = tuple[int, int, bool]
"""Row and column of a grid point, and whether the edge from it goes to the next row."""

BELOW = -1e9
"""What is taken to stand around the grid, so that every contour closes."""

# Corners count 1, 2, 4, 8 from the lower left, anticlockwise; sides 0 to 3 from the lower one. Each
# step leads from side to side with what is high on its left.
STEPS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    5: ((0, 3), (2, 1)),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    10: ((1, 0), (3, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}


def contours(values: Array, level: float) -> list[list[Place]]:
    """The closed lines around what is at or above a level; what lies within two of them is a hole.

    Args:
        values: The map, shape (rows, columns), finite.
        level: The level.

    Returns:
        Lines of places (column, row), counted in steps of the grid.

    >>> (line,) = contours(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), 0.5)
    >>> sorted(line)
    [(0.5, 1.0), (1.0, 0.5), (1.0, 1.5), (1.5, 1.0)]
    """
    padded = np.pad(values - level, 1, constant_values=BELOW)
    following = dict(_steps(padded >= 0.0))
    lines = []
    while following:
        start, edge = following.popitem()
        edges = [start]
        while edge != start:
            edges.append(edge)
            edge = following.pop(edge)
        lines.append([_crossing(padded, edge) for edge in edges])
    return lines


def _steps(high: NDArray[np.bool_]) -> Iterator[tuple[Edge, Edge]]:
    """From each edge that the contour crosses to the next."""
    corners = high[:-1, :-1] + 2 * high[:-1, 1:] + 4 * high[1:, 1:] + 8 * high[1:, :-1]
    for row, column in np.argwhere((corners > 0) & (corners < 15)).tolist():
        sides = (
            (row, column, False),
            (row, column + 1, True),
            (row + 1, column, False),
            (row, column, True),
        )
        for start, end in STEPS[int(corners[row, column])]:
            yield sides[start], sides[end]


def _crossing(padded: Array, edge: Edge) -> Place:
    """Where the level lies on an edge; the padding has no width."""
    row, column, upright = edge
    here, there = padded[row, column], padded[row + upright, column + (not upright)]
    part = float(here / (here - there))
    y, x = row + part * upright, column + part * (not upright)
    rows, columns = padded.shape
    return min(max(x - 1.0, 0.0), columns - 3.0), min(max(y - 1.0, 0.0), rows - 3.0)
