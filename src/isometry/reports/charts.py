"""Curves in panels as SVG text, and one curve in a line of a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

from isometry.reports import svg

PANEL = (250.0, 170.0)
GAP = (52.0, 56.0)
TOP = 58.0
LEFT = 44.0

COLOURS = ("#8c959f", "#0969da", "#cf222e", "#1a7f37", "#8250df", "#bc4c00", "#1b7c83", "#bf3989")
"""Of curves without a colour of their own, in the order of their names; blue for the second."""

BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Axis:
    """From values to pixels, even or by decades.

    Attributes:
        low: The least value.
        high: The greatest.
        ticks: Values that are named.
        logarithmic: Whether decades are equally long.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

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
        name: What it shows.
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


def spark(values: Sequence[float]) -> str:
    """Values from 0 to 1 as bars of a line.

    >>> spark([0.0, 0.5, 1.0])
    '▁▅█'
    """
    return "".join(BARS[min(int(8 * min(max(value, 0.0), 1.0)), 7)] for value in values)


def curves(title: str, shown: Sequence[Curve], *, high: float) -> str:
    """One plot of some curves over the same steps.

    Args:
        title: What is shown.
        shown: The curves.
        high: The greatest value of the upright axis, which begins at 0.

    Returns:
        The text of an SVG file.
    """
    last = max(x for curve in shown for x, _ in curve.points)
    x, y = (Axis(0.0, end, (0.0, end / 2, end)) for end in (last, high))
    return panels(title, [Panel("", x, y, tuple(shown))], 1)


def panels(
    title: str,
    shown: Sequence[Panel],
    columns: int,
    *,
    note: str = "",
    colours: Mapping[str, str] | None = None,
) -> str:
    """A picture of small plots side by side, with one legend.

    Args:
        title: What is shown.
        shown: The plots.
        columns: How many stand side by side.
        note: What the axes are.
        colours: Of curves by their names; some where none is given.

    Returns:
        The text of the file.
    """
    names = list(dict.fromkeys(curve.name for panel in shown for curve in panel.curves))
    known = dict(zip(names, COLOURS * len(names), strict=False)) | dict(colours or {})
    rows = -(-len(shown) // columns)
    width = LEFT + columns * (PANEL[0] + GAP[0])
    height = TOP + rows * (PANEL[1] + GAP[1])
    shapes = [
        svg.words(12, 20, title, bold=True),
        svg.words(12, 37, note),
        *legend(names, known, width),
    ]
    for index, panel in enumerate(shown):
        left = LEFT + index % columns * (PANEL[0] + GAP[0])
        shapes += _panel(panel, known, left, TOP + 24 + index // columns * (PANEL[1] + GAP[1]))
    return svg.picture(width, height, title, shapes)


def legend(names: Sequence[str], colours: Mapping[str, str], width: float) -> list[str]:
    """The names and their colours, from the left below the title."""
    shapes, x = [], LEFT
    for name in names:
        if x > width - 80:
            break
        shapes.append(svg.box(x, 45, 10, 10, colours[name]))
        shapes.append(svg.words(x + 14, 54, name))
        x += 26 + 7 * len(name)
    return shapes


def _panel(panel: Panel, colours: Mapping[str, str], left: float, top: float) -> list[str]:
    width, height = PANEL
    shapes = [svg.frame(left, top, width, height), svg.words(left, top - 6, panel.title, bold=True)]
    shapes += [
        svg.label(left + width * panel.x.part(tick), top + height + 15, f"{tick:g}")
        for tick in panel.x.ticks
    ]
    for tick in panel.y.ticks:
        y = top + height * (1 - panel.y.part(tick))
        shapes.append(svg.label(left - 4, y + 4, f"{tick:g}", anchor="end"))
    for curve in panel.curves:
        places = [
            (left + width * panel.x.part(x), top + height * (1 - panel.y.part(y)))
            for x, y in curve.points
        ]
        shapes += line(places, colours[curve.name], curve.hollow)
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
