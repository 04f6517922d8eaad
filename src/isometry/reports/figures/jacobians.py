"""Picture 7: by how much a network stretches each direction of its input."""

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np

from isometry.reports.figures import bars, marks
from isometry.reports.figures.bars import Bars
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.plot import Plot, words
from isometry.reports.figures.scales import Scale, decades, short

BINS = 40
SMALLEST = 1e-12
"""Singular values below this part of the greatest are not told from 0."""
TOP, HEIGHT, STEP = 46.0, 110.0, 190.0
READ = (
    "Read: a narrow hill at 1 is isometry: every direction of the input passes with its length. A "
    "long tail to the left is directions that vanish, far to the right directions that explode."
)


def jacobian_spectrum(values: Sequence[float], after: Sequence[float] | None = None) -> Figure:
    """Singular values by decades, before and after on one axis.

    Args:
        values: Singular values of the Jacobian from input to output.
        after: The same after a change of the weights.

    Returns:
        The picture.
    """
    named: list[tuple[str, Sequence[float], HueName]] = [("now", values, "blue")]
    named += [("after", after, "orange")] if after is not None else []
    along = decades([1.0, *(v for _, one, _ in named for v in _told(one))])
    edges = np.geomspace(along.low, along.high, BINS + 1).tolist()
    shapes, said, landmarks = [], [], []
    for number, (name, one, hue) in enumerate(named):
        counts = bars.counted(name, _told(one), edges)
        plot = _plot(along, counts, TOP + number * STEP)
        said += bars.bars(plot, counts, hue=hue)
        shapes += [_head(plot, name, one), plot.frame(_along(number, len(named)), most=(8, 3))]
        landmarks += bars.uprights(plot, _landmarks(one))
    height = TOP + (len(named) - 1) * STEP + HEIGHT + 36.0
    title = "Singular values of the Jacobian"
    return Figure(
        name="jacobian-spectrum",
        title=title,
        read=READ,
        svg=inline(title, height, [*shapes, *marks.drawn(said), *landmarks]),
        columns=("when", "values", "greatest", "median", "least", "greatest / least", "near 0"),
        rows=tuple((name, *_summary(one)) for name, one, _ in named),
    )


def _plot(along: Scale, counts: Bars, top: float) -> Plot:
    return Plot(52.0, top, 620.0, HEIGHT, along, Scale(0.0, float(max(1, *counts.counts)), "whole"))


def _along(number: int, count: int) -> str:
    return "singular value" if number == count - 1 else ""


def _head(plot: Plot, name: str, values: Sequence[float]) -> str:
    count, greatest, _, least, spread, lost = _summary(values)
    rest = f"; {lost} of {count} near 0" if lost != "0" else ""
    said = f"{name}: from {least} to {greatest}, a factor of {spread}{rest}"
    return words((plot.left, plot.top - 24), said, bold=True)


def _landmarks(values: Sequence[float]) -> list[tuple[str, float]]:
    known = _told(values)
    ends = [("least", min(known)), ("greatest", max(known))] if known else []
    return [("1", 1.0), *ends]


def _told(values: Sequence[float]) -> list[float]:
    """The values that can be told from 0."""
    greatest = max((value for value in values if isfinite(value)), default=inf)
    return [value for value in values if isfinite(value) and value > SMALLEST * greatest]


def _summary(values: Sequence[float]) -> tuple[str, str, str, str, str, str]:
    known = _told(values)
    lost = str(len(values) - len(known))
    if not known:
        return (str(len(values)), "–", "–", "–", "–", lost)
    high, low = max(known), min(known)
    middle = float(np.median(known))
    return (str(len(values)), short(high), short(middle), short(low), short(high / low), lost)
