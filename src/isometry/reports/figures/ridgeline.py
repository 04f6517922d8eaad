"""Distributions one below the other: a ridge a layer, from the input down to the output."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import isfinite, sqrt
from typing import NamedTuple

from isometry.reports.figures import palette
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.paths import Place, brief, path, sparse
from isometry.reports.figures.plot import Plot
from isometry.reports.figures.scales import Scale

BINS = 64
"""Most bins of a ridge; more are summed by neighbours."""

ROOT = 0.6
"""Height is the count to this power, so that tails can be seen beside a peak; where the axis is
bent, the count a pixel."""

ROUNDING = 1e-12
"""A mean below this part of the histogram's width counts as 0."""

NARROW = 1e-6
"""Least width of a bin, of the axis."""

FAINT = 0.001
"""Share of the values at each end that may lie beyond the scale."""

OUTGROWN = 30.0
"""Where a layer spreads so many times further than the first, the scale turns to decades."""


class Histogram(NamedTuple):
    """Counts in even bins.

    Attributes:
        name: Of the layer.
        low: Lower edge of the first bin.
        high: Upper edge of the last.
        counts: One a bin.
    """

    name: str
    low: float
    high: float
    counts: Sequence[float]

    @property
    def known(self) -> bool:
        """Whether there is anything to draw."""
        return isfinite(self.low) and isfinite(self.high) and sum(self.counts) > 0

    def edge(self, index: int) -> float:
        """The lower edge of a bin."""
        return self.low + (self.high - self.low) * index / len(self.counts)

    def centres(self) -> list[float]:
        """The middles of the bins."""
        return [(self.edge(k) + self.edge(k + 1)) / 2 for k in range(len(self.counts))]

    @property
    def mean(self) -> float:
        """The mean, as if all values of a bin lay in its middle."""
        total = sum(self.counts)
        mean = sum(c * v for c, v in zip(self.counts, self.centres(), strict=True)) / total
        # What rounding leaves of a symmetric histogram would read like a measurement.
        return mean if abs(mean) > ROUNDING * (self.high - self.low) else 0.0

    @property
    def std(self) -> float:
        """The standard deviation, likewise."""
        mean, total = self.mean, sum(self.counts)
        squares = (
            count * (value - mean) ** 2
            for count, value in zip(self.counts, self.centres(), strict=True)
        )
        return sqrt(sum(squares) / total)

    def reach(self) -> tuple[float, float]:
        """The edges between which all values but the faint ends lie."""
        allowed = FAINT * sum(self.counts)
        return (
            self.edge(_emptied(self.counts, allowed)),
            self.edge(len(self.counts) - _emptied(self.counts[::-1], allowed)),
        )


@dataclass(frozen=True, slots=True)
class Ridge:
    """Where a ridge stands.

    Attributes:
        base: Height of its foot, in pixels.
        tall: Height of its peak above the foot, in pixels.
        hue: Its colour; none where it takes on that of what is around it.
    """

    base: float
    tall: float
    hue: HueName | None = None


def scale_of(histograms: Sequence[Histogram]) -> Scale:
    """The axis that all ridges share; by decades around 0 where layers outgrow the first.

    Args:
        histograms: In order of depth.

    Returns:
        The axis; from -1 to 1 where there is nothing to show.
    """
    known = [one for one in histograms if one.known]
    # As drawn: where a coarse bin reaches beyond a fine one, the axis must hold its middle.
    ends = [edge for one in known for edge in _coarse(one).reach()] or [-1.0, 1.0]
    low, high = min(ends), max(ends)
    if low == high:
        low, high = low - 1.0, high + 1.0
    stds = [one.std for one in known if one.std > 0.0]
    if stds and max(stds) > OUTGROWN * stds[0]:
        return Scale(low, high, "around_zero", stds[0])
    return Scale(low, high)


def ridge(plot: Plot, histogram: Histogram, where: Ridge) -> str:
    """One distribution as an area on its foot; nothing for one without numbers.

    Args:
        plot: Whose axis along is used.
        histogram: What is shown.
        where: Foot, height and colour.

    Returns:
        The shape.
    """
    if not histogram.known:
        return ""
    places = sparse(_outline(plot, _coarse(histogram), where))
    paint = f" {palette.both(where.hue)}" if where.hue else ""
    return f'<path d="{path(places)}"{paint}/>'


def feet(plot: Plot, bases: Sequence[float]) -> str:
    """The thin lines that ridges stand on."""
    d = "".join(f"M{brief(plot.left)} {brief(base)}H{brief(plot.right)}" for base in bases)
    return f'<path d="{d}" fill="none" {palette.stroke("grey")} stroke-opacity=".35"/>'


def _outline(plot: Plot, histogram: Histogram, where: Ridge) -> list[Place]:
    """The hill through the middles of the bins, upright at its ends as the bins are."""
    edges = pairwise(histogram.edge(k) for k in range(len(histogram.counts) + 1))
    widths = (max(plot.x.stretch(low, high), NARROW) for low, high in edges)
    dense = [count / width for count, width in zip(histogram.counts, widths, strict=True)]
    peak = max(dense)
    rises = [where.tall * (one / peak) ** ROOT for one in dense]
    hill = list(zip(histogram.centres(), rises, strict=True))
    ends = (histogram.low, rises[0]), (histogram.high, rises[-1])
    seen = [point for point in (ends[0], *hill, ends[1]) if plot.x.holds(point[0])]
    corners = [(seen[0][0], 0.0), *seen, (seen[-1][0], 0.0)]
    return [(plot.at(value, plot.y.low)[0], where.base - rise) for value, rise in corners]


def _coarse(histogram: Histogram) -> Histogram:
    """At most so many bins, each the sum of neighbours; the last is filled up by empty ones."""
    each = -(-len(histogram.counts) // BINS)
    count = -(-len(histogram.counts) // each)
    high = histogram.low + (histogram.high - histogram.low) * count * each / len(histogram.counts)
    sums = tuple(sum(histogram.counts[k * each : (k + 1) * each]) for k in range(count))
    return Histogram(histogram.name, histogram.low, high, sums)


def _emptied(counts: Sequence[float], allowed: float) -> int:
    """How many bins from the front hold no more than ``allowed`` together."""
    return next(index for index, total in enumerate(accumulate(counts)) if total > allowed)
