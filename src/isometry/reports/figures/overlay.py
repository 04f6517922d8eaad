"""A function with its slope, over the hill of what comes in."""

from collections.abc import Sequence
from dataclasses import dataclass

from isometry.reports.figures import palette
from isometry.reports.figures.lines import Line, lines
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.paths import brief, path, sparse
from isometry.reports.figures.plot import Plot, apart, words
from isometry.reports.figures.ridgeline import Histogram
from isometry.reports.figures.scales import percent, short

HILL = 0.55
"""Height of the hill, of the plot's."""
LABEL = 84.0
"""Pixels from the middle of one zone's label to the next."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the axis that is told apart.

    Attributes:
        name: Of what it is.
        low: Its left end.
        high: Its right end.
        share: Of the hill, from 0 to 1.
        hue: Its colour.
    """

    name: str
    low: float
    high: float
    share: float
    hue: HueName

    @property
    def label(self) -> str:
        """Its name and its share."""
        return f"{self.name} {percent(self.share)}"


def function_overlay(
    plot: Plot, curves: Sequence[Line], hill: Histogram, zones: Sequence[Zone]
) -> tuple[list[str], list[Mark]]:
    """Zones behind a hill behind curves.

    Args:
        plot: Where.
        curves: The function and its slope; what is beyond the upright scale is not drawn.
        hill: What comes in.
        zones: From left to right; each is labelled above the plot.

    Returns:
        The shapes behind and before, and the marks: one for each zone and one for the hill.
    """
    middles = [(plot.at(z.low, 0.0)[0] + plot.at(z.high, 0.0)[0]) / 2 for z in zones]
    places = apart(middles, gap=LABEL, low=plot.left + LABEL / 2, high=plot.right - LABEL / 2)
    said = [
        Mark(hill.name, f"{hill.name}, {zone.label}", _zone(plot, zone, x))
        for zone, x in zip(zones, places, strict=True)
    ]
    inside = [_inside(plot, line) for line in curves]
    return lines(plot, inside), [*said, _hill(plot, hill)]


def _zone(plot: Plot, zone: Zone, middle: float) -> str:
    left, right = plot.at(zone.low, 0.0)[0], plot.at(zone.high, 0.0)[0]
    area = (
        f'<rect x="{brief(left)}" y="{brief(plot.top)}" width="{brief(right - left)}" '
        f'height="{brief(plot.height)}" {palette.fill(zone.hue)} fill-opacity=".13"/>'
    )
    return area + words((middle, plot.top - 5), zone.label, anchor="middle", hue=zone.hue)


def _hill(plot: Plot, hill: Histogram) -> Mark:
    peak = max(hill.counts)
    heights = [count / peak * HILL for count in hill.counts]
    tops = [
        (plot.at(x, 0.0)[0], plot.bottom - h * plot.height)
        for x, h in zip(hill.centres(), heights, strict=True)
    ]
    corners = [(tops[0][0], plot.bottom), *tops, (tops[-1][0], plot.bottom)]
    d = path(sparse(corners), closed=True)
    shape = f'<path d="{d}" {palette.both("grey")} fill-opacity=".8"/>'
    return Mark(hill.name, f"{hill.name}: mean {short(hill.mean)}, std {short(hill.std)}", shape)


def _inside(plot: Plot, line: Line) -> Line:
    """The curve without what is beyond the upright scale."""
    known = tuple((x, y if plot.y.holds(y) else float("nan")) for x, y in line.points)
    return Line(line.label, known, line.hue, line.dash)
