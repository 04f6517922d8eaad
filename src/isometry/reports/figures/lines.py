"""Curves over steps or depth: measured, expected, and the band they should stay in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite, isnan
from typing import Final, Literal

from isometry.reports.figures import palette
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.paths import CURVE_POINTS, Place, brief, path, sparse
from isometry.reports.figures.plot import Plot, apart, words

Dash = Literal["solid", "long", "short", "dots"]
Dot = Literal["circle", "diamond"]

DASHES: Final[dict[Dash, str]] = {
    "solid": 'stroke-width="1.6"',
    "long": 'stroke-width="1.6" stroke-dasharray="7 3"',
    "short": 'stroke-width="1" stroke-dasharray="3 2"',
    "dots": 'stroke-width="1.6" stroke-dasharray="1 3" stroke-linecap="round"',
}
"""Measured is solid, changed is long, expected is short and thin."""

LINE_GAP = 12.0
"""Pixels from one label to the next."""

POINT_WIDTH = 3.0
"""Pixels along for each point that a curve may have."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve.

    Attributes:
        label: Drawn at its end; empty for none.
        points: Pairs of numbers; where the second is not a number, the curve has a gap, and what
            is beyond the scale lies on its edge.
        hue: Its colour.
        dash: Its pattern.
    """

    label: str
    points: tuple[Place, ...]
    hue: HueName = "blue"
    dash: Dash = "solid"


def lines(plot: Plot, shown: Sequence[Line]) -> list[str]:
    """Curves, each with its label at its right end.

    Args:
        plot: Where.
        shown: The curves, later ones over earlier ones.

    Returns:
        The shapes.
    """
    shapes = [_curve(plot, line) for line in shown]
    ends = [(line, _end(plot, line)) for line in shown if line.label]
    known = [(line, end) for line, end in ends if end is not None]
    heights = apart(
        [end[1] + 4 for _, end in known], gap=LINE_GAP, low=plot.top + 9, high=plot.bottom
    )
    return shapes + [
        words((end[0] + 6, height), line.label, hue=line.hue)
        for (line, end), height in zip(known, heights, strict=True)
    ]


def band(plot: Plot, low: float, high: float) -> str:
    """A stretch of the upright axis, from edge to edge.

    Args:
        plot: Where.
        low: Its lower end.
        high: Its upper end.

    Returns:
        The shape.
    """
    top, bottom = plot.at(plot.x.low, high)[1], plot.at(plot.x.low, low)[1]
    return (
        f'<rect x="{brief(plot.left)}" y="{brief(top)}" width="{brief(plot.width)}" '
        f'height="{brief(bottom - top)}" {palette.fill("blue")} fill-opacity=".12"/>'
    )


def spread(plot: Plot, edges: Iterable[tuple[float, float, float]], *, hue: HueName) -> str:
    """The area between the least and the greatest of many curves.

    Args:
        plot: Where.
        edges: Triples of place along, least and greatest; those without a number are left out.
        hue: Its colour.

    Returns:
        The shape.
    """
    known = [(x, low, high) for x, low, high in edges if not isnan(low + high)]
    most = _most(plot)
    upper = sparse([plot.at(x, high) for x, _, high in known], most=most)
    lower = sparse([plot.at(x, low) for x, low, _ in known], most=most)
    d = path([*upper, *reversed(lower)], closed=True)
    return f'<path d="{d}" {palette.fill(hue)} fill-opacity=".15"/>'


def rule(plot: Plot, y: float) -> str:
    """A dashed level across the plot."""
    left, height = plot.at(plot.x.low, y)
    return (
        f'<path d="M{brief(left)} {brief(height)}H{brief(plot.right)}" fill="none" '
        f"{palette.stroke('grey')} {DASHES['short']}/>"
    )


def dot(plot: Plot, x: float, y: float, *, hue: HueName, form: Dot = "circle") -> str:
    """A point; hollow where its number is beyond the scale, nothing where there is none.

    Args:
        plot: Where.
        x: Its place along.
        y: Its place upright.
        hue: Its colour where it is hollow; a full one takes on the paint of what is around it.
        form: Its shape.

    Returns:
        The shape.
    """
    if isnan(y):
        return ""
    across, height = plot.at(x, y)
    paint = "" if plot.y.holds(y) else f' fill="none" {palette.stroke(hue)}'
    if form == "circle":
        return f'<circle cx="{brief(across)}" cy="{brief(height)}" r="2.6"{paint}/>'
    return f'<path d="M{brief(across - 3.4)} {brief(height)}l3.4-3.4 3.4 3.4-3.4 3.4z"{paint}/>'


def _curve(plot: Plot, line: Line) -> str:
    pieces = (sparse(piece, most=_most(plot)) for piece in _pieces(plot, line.points))
    d = "".join(path(piece) for piece in pieces)
    return f'<path d="{d}" fill="none" {palette.stroke(line.hue)} {DASHES[line.dash]}/>'


def _most(plot: Plot) -> int:
    """How many points a curve may have: no more than can be told apart."""
    return min(CURVE_POINTS, int(plot.width / POINT_WIDTH))


def _pieces(plot: Plot, points: Iterable[Place]) -> Iterator[list[Place]]:
    """The places of each run of points that are numbers."""
    for missing, run in groupby(points, key=lambda point: isnan(point[1])):
        if not missing:
            yield [plot.at(x, y) for x, y in run]


def _end(plot: Plot, line: Line) -> Place | None:
    """Where a curve ends, if it has a point that can be shown."""
    known = [point for point in line.points if isfinite(point[1])]
    return plot.at(*known[-1]) if known else None
