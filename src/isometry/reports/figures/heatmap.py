"""Maps by colour: of a smooth quantity as nested polygons, of a grid of shares as merged cells."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from isometry.reports.figures import marks, palette
from isometry.reports.figures.contours import contours
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.paths import Place, brief, path, sparse
from isometry.reports.figures.plot import LETTER, Plot

Array = NDArray[np.float64]
LEVELS = 8
"""Shades of a map."""
ROW = 13.0
"""Pixels from one label to the next above it."""


def levelled(plot: Plot, values: Array, levels: Sequence[float]) -> list[str]:
    """A smooth map, a polygon a level over those below.

    Args:
        plot: Where; both axes are even.
        values: The map, shape (rows, columns), its first row at the lower edge.
        levels: Ascending, one fewer than the colours of the diverging scale.

    Returns:
        The shapes.
    """
    around = (
        f'<rect x="{brief(plot.left)}" y="{brief(plot.top)}" width="{brief(plot.width)}" '
        f'height="{brief(plot.height)}" fill="{palette.DIVERGING[0]}"/>'
    )
    colours = palette.DIVERGING[1:]
    pairs = zip(levels, colours, strict=True)
    areas = ((_area(plot, values, level), colour) for level, colour in pairs)
    return [around, *(f'<path d="{d}" fill="{c}" fill-rule="evenodd"/>' for d, c in areas if d)]


def contour(plot: Plot, values: Array, level: float, *, colour: str) -> str:
    """One level as a line, without the stretches along the plot's edge."""
    edges = (np.array(values.shape[::-1]) - 1.0).tolist()
    pieces = []
    for line in contours(values, level):
        closed = [*line, line[0]]
        inner = [k for k in range(len(line)) if not _along(closed[k], closed[k + 1], edges)]
        pieces += [_placed(plot, values, [closed[k] for k in run]) for run in _joined(inner)]
    d = "".join(path(sparse(piece, most=len(piece))) for piece in pieces)
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="2"/>'


def cells(plot: Plot, shares: Sequence[Sequence[float]], *, hue: HueName) -> list[str]:
    """A grid of shares from 0 to 1, each shade one path, neighbours of one shade in a row merged.

    Args:
        plot: Where; the first row stands at its top.
        shares: One sequence a row, equally long; what is no number is left blank.
        hue: Its colour, stronger for more.

    Returns:
        The shapes.
    """
    paths: dict[int, list[str]] = {}
    for row, values in enumerate(shares):
        for shade, first, last in _merged(values):
            paths.setdefault(shade, []).append(_cell(plot, shares, row, first, last))
    tall = brief(plot.height / len(shares))
    # A cell is a thick line: that is half as long to write as a rectangle.
    return [
        f'<path d="{"".join(paths[shade])}" fill="none" {palette.stroke(hue)} stroke-width="{tall}"'
        f' shape-rendering="crispEdges" stroke-opacity="{shade / (LEVELS - 1):.2g}"/>'
        for shade in sorted(paths)
        if shade > 0
    ]


def runs(shares: Sequence[Sequence[float]]) -> int:
    """How many lines ``cells`` would draw."""
    return sum(shade > 0 for values in shares for shade, _, _ in _merged(values))


def points(plot: Plot, named: Sequence[tuple[str, float, float, str]]) -> list[Mark]:
    """Named dots on a map, their names beside them, one above the other where they are close.

    Args:
        plot: Where.
        named: Name, place along, place upright, what is said of it.

    Returns:
        A mark for each.
    """
    taken: list[tuple[float, float, float]] = []
    found = []
    for name, along, upright, says in sorted(named, key=lambda point: point[1]):
        x, y = plot.at(along, upright)
        label = marks.shortened(name)
        width = LETTER * len(label) + 10.0
        left = x + 7.0 if x + 7.0 + width < plot.right else x - 7.0 - width
        height = _free(taken, left, y - 8.0, width)
        taken.append((left, height, width))
        found.append(Mark(name, says, _point((x, y), label, (left, height))))
    return found


def _area(plot: Plot, values: Array, level: float) -> str:
    loops = (_placed(plot, values, [*line, line[0]]) for line in contours(values, level))
    return "".join(path(sparse(loop, most=len(loop)), closed=True) for loop in loops)


def _placed(plot: Plot, values: Array, line: Sequence[Place]) -> list[Place]:
    """Steps of the grid as pixels."""
    rows, columns = values.shape
    return [
        (
            plot.left + plot.width * column / (columns - 1),
            plot.bottom - plot.height * row / (rows - 1),
        )
        for column, row in line
    ]


def _along(one: Place, other: Place, edges: Sequence[float]) -> bool:
    """Whether a step runs along the edge of the grid."""
    return any(one[axis] == other[axis] and one[axis] in (0.0, edges[axis]) for axis in range(2))


def _joined(steps: Sequence[int]) -> Iterator[range]:
    """The points of each run of steps that follow each other."""
    for _, run in groupby(enumerate(steps), key=lambda pair: pair[1] - pair[0]):
        numbers = [step for _, step in run]
        yield range(numbers[0], numbers[-1] + 2)


def _merged(values: Sequence[float]) -> Iterator[tuple[int, int, int]]:
    """Shade, first and last column of each run of one shade."""
    for shade, run in groupby(range(len(values)), key=lambda column: _shade(values[column])):
        columns = list(run)
        yield shade, columns[0], columns[-1]


def _shade(share: float) -> int:
    """From 0 to 7; blank only for 0, so that no share above 0 is lost."""
    if not share > 0.0:
        return 0
    return min(max(round(share * (LEVELS - 1)), 1), LEVELS - 1)


def _cell(plot: Plot, shares: Sequence[Sequence[float]], row: int, first: int, last: int) -> str:
    wide, tall = plot.width / len(shares[0]), plot.height / len(shares)
    x, y = brief(plot.left + first * wide), brief(plot.top + (row + 0.5) * tall)
    return f"M{x} {y}h{brief((last - first + 1) * wide)}"


def _free(
    taken: Sequence[tuple[float, float, float]], left: float, height: float, width: float
) -> float:
    """The lowest line at or above a height on which a label meets no other."""
    while any(
        abs(height - other) < ROW and left < start + reach and start < left + width
        for start, other, reach in taken
    ):
        height -= ROW
    return height


def _point(place: Place, name: str, label: Place) -> str:
    """A dot, its name, and a thin line between them; dark on the pale map, also on dark pages."""
    x, y = place
    left, height = label
    lead = f'<path d="M{brief(x)} {brief(y)}V{brief(height)}" fill="none" stroke="{palette.INK}"/>'
    return (
        f"{lead if y - height > ROW else ''}"
        f'<circle cx="{brief(x)}" cy="{brief(y)}" r="4.5" fill="{palette.INK}" '
        f'stroke="{palette.PAPER}" stroke-width="1.5"/>'
        f'<text x="{brief(left)}" y="{brief(height + 4)}" fill="{palette.INK}" font-weight="600" '
        f'stroke="{palette.PAPER}" stroke-width="3" stroke-opacity=".8" paint-order="stroke">'
        f"{marks.safe(name)}</text>"
    )
