"""Axes, lines and bars as SVG text, on the shapes that this package draws its graphs with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10

from isometry.reports import svg

PANEL = (250.0, 170.0)
GAP = (52.0, 56.0)
TOP = 58.0
LEFT = 44.0

COLOURS = {
    "auto": "#0969da",
    "torch": "#8c959f",
    "xavier": "#bf8700",
    "he": "#cf222e",
    "lecun": "#1a7f37",
    "kumar": "#8250df",
    "orthogonal": "#bc4c00",
    "delta": "#953800",
    "lsuv": "#1b7c83",
    "anyinit": "#bf3989",
    "anyinit-data": "#e85aad",
    "gradinit": "#4d2d00",
}
"""Each start has its colour in every picture."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From values to pixels, even or by decades.

    Attributes:
        low: The least value.
        high: The greatest.
        logarithmic: Whether decades are equally long.
        ticks: Values that are named.
    """

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[float, ...]

    def part(self, value: float) -> float:
        """Where a value lies, from 0 to 1; what is beyond is put on the edge."""
        inside = min(max(value, self.low), self.high)
        if self.logarithmic:
            return log10(inside / self.low) / log10(self.high / self.low)
        return (inside - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a panel.

    Attributes:
        name: The start that it shows.
        points: Pairs of values.
        hollow: Indices of points that stand for "not reached".
    """

    name: str
    points: tuple[tuple[float, float], ...]
    hollow: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Panel:
    """One small plot."""

    title: str
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]


def panels(title: str, shown: Sequence[Panel], columns: int, note: str = "") -> str:
    """A picture of small plots side by side, with one legend.

    Args:
        title: What is shown.
        shown: The plots.
        columns: How many stand side by side.
        note: What the axes are.

    Returns:
        The text of the file.
    """
    names = list(dict.fromkeys(curve.name for panel in shown for curve in panel.curves))
    rows = -(-len(shown) // columns)
    width = LEFT + columns * (PANEL[0] + GAP[0])
    height = TOP + rows * (PANEL[1] + GAP[1])
    shapes = [svg.words(12, 20, title, bold=True), svg.words(12, 37, note), *legend(names, width)]
    for index, panel in enumerate(shown):
        left = LEFT + index % columns * (PANEL[0] + GAP[0])
        shapes += _panel(panel, left, TOP + 24 + index // columns * (PANEL[1] + GAP[1]))
    return svg.picture(width, height, title, shapes)


def legend(names: Iterable[str], width: float) -> list[str]:
    """The starts and their colours, from the left below the title."""
    shapes, x = [], LEFT
    for name in names:
        if x > width - 80:
            break
        shapes.append(svg.box(x, 45, 10, 10, COLOURS[name]))
        shapes.append(svg.words(x + 14, 54, name))
        x += 26 + 7 * len(name)
    return shapes


def _panel(panel: Panel, left: float, top: float) -> list[str]:
    width, height = PANEL
    shapes = [svg.frame(left, top, width, height), svg.words(left, top - 6, panel.title, bold=True)]
    shapes += [
        text(left + width * panel.x.part(tick), top + height + 15, f"{tick:g}")
        for tick in panel.x.ticks
    ]
    for tick in panel.y.ticks:
        y = top + height * (1 - panel.y.part(tick))
        shapes.append(text(left - 4, y + 4, f"{tick:g}", anchor="end"))
    for curve in panel.curves:
        places = [
            (left + width * panel.x.part(x), top + height * (1 - panel.y.part(y)))
            for x, y in curve.points
        ]
        shapes += line(places, COLOURS[curve.name], curve.hollow)
    return shapes


def line(
    places: Sequence[tuple[float, float]], colour: str, hollow: frozenset[int] = frozenset()
) -> list[str]:
    """A line through points, each with a dot."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{"none" if index in hollow else colour}" '
        f'stroke="{colour}"/>'
        for index, (x, y) in enumerate(places)
    ]
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>',
        *dots,
    ]


def text(x: float, y: float, words: str, *, anchor: str = "middle") -> str:
    """A small label."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="#57606a" font-size="10" '
        f'text-anchor="{anchor}">{words}</text>'
    )
