"""A map, its diagonal, and the staircase of a value that it is applied to again and again."""

from collections.abc import Sequence
from itertools import pairwise

from isometry.reports.figures import palette
from isometry.reports.figures.lines import DASHES, Line, lines
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.paths import Place, brief, path
from isometry.reports.figures.plot import Plot
from isometry.reports.figures.scales import short


def cobweb(
    plot: Plot, curve: Sequence[Place], course: Sequence[float], *, names: tuple[str, str]
) -> tuple[list[str], list[Mark]]:
    """The picture of a map, and of where it leads.

    Args:
        plot: Where; both axes are the same.
        curve: Pairs of a value and what it is mapped to.
        course: The values of all layers, in turn.
        names: What is mapped, and what the map is called.

    Returns:
        The shapes, and a mark for each layer.
    """
    low, high = plot.x.low, plot.x.high
    diagonal = Line("", ((low, low), (high, high)), "grey", "short")
    shapes = lines(plot, [diagonal, Line(names[1], tuple(curve), "blue")])
    stairs = f'<path d="{path(_stairs(plot, course))}" fill="none" {palette.stroke("orange")} '
    shapes.append(stairs + f"{DASHES['solid']}/>")
    return shapes, [
        _mark(plot, layer, pair, names[0]) for layer, pair in enumerate(pairwise(course), 1)
    ]


def _stairs(plot: Plot, course: Sequence[float]) -> list[Place]:
    """From each value up to the map, and across to the diagonal."""
    corners = [plot.at(course[0], plot.y.low)]
    for here, there in pairwise(course):
        corners += [plot.at(here, there), plot.at(there, there)]
    return corners


def _mark(plot: Plot, layer: int, pair: tuple[float, float], name: str) -> Mark:
    x, y = plot.at(*pair)
    shape = f'<circle cx="{brief(x)}" cy="{brief(y)}" r="3" {palette.fill("orange")}/>'
    return Mark(f"layer {layer}", f"layer {layer}: {name} = {short(pair[1])}", shape)
