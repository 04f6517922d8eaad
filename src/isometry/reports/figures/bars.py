"""A histogram over decades."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isometry.reports.figures import palette
from isometry.reports.figures.lines import DASHES
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.paths import brief
from isometry.reports.figures.plot import Plot, apart, words
from isometry.reports.figures.scales import short

LABEL = 50.0
"""Pixels from the middle of one name to the next."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Counts in bins.

    Attributes:
        name: What is counted.
        edges: Of the bins, ascending, one more than there are counts.
        counts: One a bin.
    """

    name: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]


def counted(name: str, values: Sequence[float], edges: Sequence[float]) -> Bars:
    """Values counted in bins; what is beyond the last edges is not counted."""
    counts = np.histogram(np.asarray(values, dtype=float), np.asarray(edges))[0]
    return Bars(name, tuple(edges), tuple(counts.tolist()))


def bars(plot: Plot, shown: Bars, *, hue: HueName) -> list[Mark]:
    """A bar for each bin that holds something.

    Args:
        plot: Where.
        shown: The counts.
        hue: Its colour.

    Returns:
        A mark for each bar.
    """
    return [
        Mark(shown.name, _says(shown, index), _bar(plot, shown, index, hue))
        for index, count in enumerate(shown.counts)
        if count
    ]


def uprights(plot: Plot, named: Sequence[tuple[str, float]]) -> list[str]:
    """Dashed lines across the plot at places along, each named above it."""
    places = [plot.at(x, plot.y.low)[0] for _, x in named]
    middles = apart(places, gap=LABEL, low=plot.left, high=plot.right)
    d = "".join(f"M{brief(place)} {brief(plot.top)}V{brief(plot.bottom)}" for place in places)
    return [
        f'<path d="{d}" fill="none" {palette.stroke("grey")} {DASHES["short"]}/>',
        *(
            words((middle, plot.top - 5), name, anchor="middle", hue="grey")
            for (name, _), middle in zip(named, middles, strict=True)
        ),
    ]


def _bar(plot: Plot, shown: Bars, index: int, hue: HueName) -> str:
    left, top = plot.at(shown.edges[index], shown.counts[index])
    right = plot.at(shown.edges[index + 1], 0.0)[0]
    return (
        f'<rect x="{brief(left)}" y="{brief(top)}" width="{brief(right - left - 0.6)}" '
        f'height="{brief(plot.bottom - top)}" {palette.fill(hue)}/>'
    )


def _says(shown: Bars, index: int) -> str:
    low, high = shown.edges[index], shown.edges[index + 1]
    return f"{shown.name}: {shown.counts[index]} from {short(low)} to {short(high)}"
