"""Picture 6: order and chaos over the variances of weights and biases, with named points."""

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from isometry import theory
from isometry.reports.figures import heatmap, marks, palette
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.lengths import SMALL, Lengths, chi_over, point_chi, table_of
from isometry.reports.figures.plot import Plot, apart, words
from isometry.reports.figures.scales import Scale, short

Array = NDArray[np.float64]

LEVELS = (0.1, 0.4, 0.8, 1.0, 1.25, 2.5, 10.0)
"""Values of chi between colours."""
CELLS = 120
"""Steps of the map along and upright."""
LEAST_WEIGHT, LEAST_BIAS, MOST_WEIGHT = 3.0, 0.3, 40.0
"""Variances that are shown at least; and that a critical line may widen the map to."""
ROOM = 1.25
LABEL = 26.0
READ = (
    "Read: on the dark line χ is 1, and depth neither fades nor swells a gradient. Blue is order, "
    "where signals and gradients fade; orange is chaos, where they grow by √χ a layer. The nearer "
    "a dot is to the line, the deeper the network may be. On this map χ runs"
)


def phase_diagram(
    activation: theory.ActivationLike, points: Sequence[tuple[str, float, float]] = ()
) -> Figure:
    """``χ`` at the length that signals settle at from 1, over both variances.

    Args:
        activation: Name, record or function.
        points: Name, variance of a weight times its fan-in, variance of a bias.

    Returns:
        The picture.
    """
    phi = theory.activation(activation)
    table = table_of(phi)
    along, upright = _axes(table, points)
    plot = Plot(52.0, 44.0, 560.0, 280.0, along, upright)
    weights, biases = (np.linspace(0.0, axis.high, CELLS + 1) for axis in (along, upright))
    over = chi_over(table, weights, biases)
    at = [(name, weight, bias, point_chi(phi, weight, bias)) for name, weight, bias in points]
    said = [(name, weight, bias, _says(name, chi)) for name, weight, bias, chi in at]
    shapes = [*_map(plot, over), *marks.drawn(heatmap.points(plot, said))]
    title = f"Order and chaos of {phi.name}"
    return Figure(
        name="phase-diagram",
        title=title,
        read=f"{READ} from {short(float(over.min()))} to {short(float(over.max()))}.",
        svg=inline(title, plot.bottom + 36.0, shapes),
        columns=("point", "σw²", "σb²", "χ", "phase", "layers to change e-fold"),
        rows=tuple(
            (name, short(weight), short(bias), short(chi), theory.phase(chi), _depth(chi))
            for name, weight, bias, chi in at
        ),
    )


def _map(plot: Plot, over: Array) -> list[str]:
    """The colours, the line at 1, the axes and the values between colours."""
    logs = np.log(np.maximum(over, SMALL))
    upright = "σb², variance of a bias; above and beside: χ"
    return [
        *heatmap.levelled(plot, logs, np.log(LEVELS).tolist()),
        heatmap.contour(plot, logs, 0.0, colour=palette.INK),
        plot.frame("σw², variance of a weight × fan-in"),
        words((plot.left, plot.top - 20), upright, hue="grey"),
        *_level_names(plot, logs),
    ]


def _axes(table: Lengths, points: Sequence[tuple[str, float, float]]) -> tuple[Scale, Scale]:
    """Axes that hold all points, and the critical line where it is within reach."""
    bias = max([LEAST_BIAS, *(ROOM * point[2] for point in points)])
    with np.errstate(divide="ignore", invalid="ignore"):
        critical = 1.0 / table.d2
        biases = np.exp(table.logs) - table.m2 * critical
    near = critical[(biases >= 0.0) & (biases <= bias) & (critical <= MOST_WEIGHT)]
    line = [ROOM * float(near.max())] if len(near) else []
    return (
        Scale(0.0, max([LEAST_WEIGHT, *line, *(ROOM * point[1] for point in points)])),
        Scale(0.0, bias),
    )


def _level_names(plot: Plot, logs: Array) -> list[str]:
    """The values of chi, where their contours meet the upper and the right edge."""
    columns, rows = logs.shape[1] - 1, logs.shape[0] - 1
    top = [(v, plot.left + plot.width * k / columns) for v, k in _meets(logs[-1])]
    side = [(v, plot.bottom - plot.height * k / rows) for v, k in _meets(logs[:, -1])]
    heights = apart([y + 4 for _, y in side], gap=12.0, low=plot.top + 10, high=plot.bottom)
    places = apart([x for _, x in top], gap=LABEL, low=plot.left, high=plot.right)
    return [
        *(
            words((x, plot.top - 5), v, anchor="middle")
            for (v, _), x in zip(top, places, strict=True)
        ),
        *(words((plot.right + 6, y), v) for (v, _), y in zip(side, heights, strict=True)),
    ]


def _meets(edge: Array) -> list[tuple[str, float]]:
    """Each level that an edge of the map crosses, with the step at which it does first."""
    found = []
    for level in LEVELS:
        over = edge >= np.log(level)
        steps = np.flatnonzero(over[1:] != over[:-1])
        found += (
            [("χ = 1" if level == 1.0 else short(level), float(steps[0]) + 0.5)]
            if len(steps)
            else []
        )
    return found


def _says(name: str, chi: float) -> str:
    return f"{name}: χ {short(chi)}, {theory.phase(chi)}, {_depth(chi)} layers to change e-fold"


def _depth(chi: float) -> str:
    """Layers over which a gradient's mean square changes e-fold, in words."""
    if theory.phase(chi) == "critical":
        return "∞"
    return short(1.0 / abs(float(np.log(chi)))) if 0.0 < chi < inf and isfinite(chi) else "0"
