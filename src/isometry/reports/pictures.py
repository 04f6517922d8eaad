"""A model's dataflow as a picture: a row a step, frames around modules, arcs for residuals."""

from collections.abc import Iterator
from dataclasses import dataclass

from isometry import graphs
from isometry.graphs import Graph
from isometry.reports import svg
from isometry.reports.dataflow import Line, outline

ROW, INDENT, PAD, LANE = 20.0, 14.0, 6.0, 10.0
"""Height of a row, step to the right of a module, margin, distance of arcs; in pixels."""

DETAIL, WIDTH = 290.0, 720.0
"""Where details begin and rows end."""

MAPS = ("linear", "conv", "conv_transpose", "embedding", "matmul", "bilinear", "recurrent")

COLOURS = {
    **dict.fromkeys(MAPS, "#56B4E9"),
    "norm": "#E6E6E6",
    "join": "#F0E442",
    "attention": "#CC79A7",
    "softmax": "#CC79A7",
    "input": "#FFFFFF",
}
"""Okabe and Ito's colours; what has none of its own is an activation or a gate."""

BENT = "#E69F00"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the outline at its place."""

    line: Line
    depth: int
    top: float


def graph_svg(graph: Graph, *, title: str = "dataflow", every: bool = False) -> str:
    """The picture as the text of an SVG file.

    Args:
        graph: The dataflow.
        title: What the picture is of.
        every: Show every block; else blocks alike in a row are shown once, with their number.

    Returns:
        SVG that stands alone.
    """
    line = outline(graph, every=every)
    rows = list(_rows(line, 0, [PAD + ROW]))
    height = rows[-1].top + ROW + PAD if rows else 2 * ROW
    shapes = [svg.words(PAD, ROW - PAD, title, bold=True)]
    shapes += [shape for row in rows for shape in _shapes(row)]
    return svg.picture(WIDTH + 5 * LANE, height, title, [*shapes, *_arcs(graph, rows)])


def _rows(line: Line, depth: int, place: list[float]) -> Iterator[_Row]:
    """The lines from top to bottom; ``place`` holds where the next one goes."""
    if line.name:
        yield _Row(line, depth, place[0])
        place[0] += ROW
    for one in line.inside:
        yield from _rows(one, depth + bool(line.name), place)
    place[0] += PAD if line.inside else 0


def _shapes(row: _Row) -> Iterator[str]:
    line, x = row.line, PAD + row.depth * INDENT
    width = WIDTH - 2 * row.depth * INDENT
    if line.inside:
        copies = f" ×{line.copies}" if line.copies > 1 else ""
        yield svg.frame(x, row.top, width, _height(line) - PAD / 2)
        yield svg.words(x + PAD, row.top + ROW - PAD, line.name + copies, bold=True)
        return
    name = line.name if line.name == line.label else f"{line.name}  {line.label}"
    yield svg.box(x, row.top + 2, 8, ROW - 4, COLOURS.get(line.label, BENT))
    yield svg.words(x + 14, row.top + ROW - PAD, name)
    yield svg.words(DETAIL, row.top + ROW - PAD, line.detail, fill="#57606a")


def _height(line: Line) -> float:
    """How much room a line takes with all inside it."""
    return ROW + sum(map(_height, line.inside)) + (PAD if line.inside else 0)


def _arcs(graph: Graph, rows: list[_Row]) -> Iterator[str]:
    """One arc for each residual sum that is shown, from where its branch leaves the stream."""
    steps = [row for row in rows if row.line.label]
    for join in graphs.read(graph).joins:
        ends = [row for row in steps if row.line.step == join.step]
        starts = [row for row in steps if row.line.step <= join.start]
        if ends and starts:
            top, reach = starts[-1].top + ROW / 2 + 3, LANE * (2 + join.place % 2)
            yield svg.arc(WIDTH + PAD, top, ends[0].top + ROW / 2 - 3, reach)
