"""Picture 6: order and chaos over the variances of weights and biases, with named points."""

from collections.abc import Sequence
from functools import lru_cache
from math import inf, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isometry import theory
from isometry.reports.figures import heatmap, marks, palette
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.plot import Plot, apart, words
from isometry.reports.figures.scales import Scale, short
from isometry.theory.quadrature import largest_q

Array = NDArray[np.float64]

LEVELS = (0.1, 0.4, 0.8, 1.0, 1.25, 2.5, 10.0)
"""Values of chi between colours."""
CELLS = 120
"""Steps of the map along and upright."""
SMALLEST, LARGEST, A_DECADE = -8, 8, 8
"""Lengths that the table of moments covers, as powers of ten, and its points a decade."""
LEAST_WEIGHT, LEAST_BIAS, MOST_WEIGHT = 3.0, 0.3, 40.0
"""Variances that are shown at least; and that a critical line may widen the map to."""
ROOM = 1.25
LABEL = 26.0
SMALL = 1e-9
"""What rounding may add to a logarithm."""
HALVINGS = 20
"""Of a step of the table, down to a millionth of it."""


class Lengths(NamedTuple):
    """Moments of one activation over lengths, as cubics between points.

    Attributes:
        logs: Logarithms of the lengths, ascending and even.
        m2: Mean square of the activation.
        d2: Mean square of its slope.
        at_zero: Square of its slope at 0.
    """

    logs: Array
    m2: Array
    d2: Array
    at_zero: float

    def between(self, values: Array, logs: Array) -> Array:
        """A column of the table at any lengths within it (Catmull & Rom 1974)."""
        step = self.logs[1] - self.logs[0]
        place = np.clip((logs - self.logs[0]) / step, 0.0, len(self.logs) - 1.0)
        k = np.minimum(place.astype(int), len(self.logs) - 2)
        t, slopes = place - k, np.gradient(values)
        start, end = values[k], values[k + 1]
        bend = (slopes[k] + slopes[k + 1] - 2.0 * (end - start)) * t
        found: Array = start + t * (
            slopes[k] + t * (3.0 * (end - start) - 2.0 * slopes[k] - slopes[k + 1] + bend)
        )
        return found


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
    logs = np.log(np.maximum(over, SMALL))
    at = [(name, weight, bias, point_chi(phi, weight, bias)) for name, weight, bias in points]
    said = [(name, weight, bias, _says(name, chi)) for name, weight, bias, chi in at]
    title = f"Order and chaos of {phi.name}"
    shapes = [
        *heatmap.levelled(plot, logs, np.log(LEVELS).tolist()),
        heatmap.contour(plot, logs, 0.0, colour=palette.INK),
        plot.frame("σw², variance of a weight × fan-in"),
        words(
            (plot.left, plot.top - 20), "σb², variance of a bias; above and beside: χ", hue="grey"
        ),
        *_level_names(plot, logs),
        *marks.drawn(heatmap.points(plot, said)),
    ]
    return Figure(
        name="phase-diagram",
        title=title,
        read=(
            "Read: on the dark line χ is 1, and depth neither fades nor swells a gradient. Blue is "
            "order, where signals and gradients fade; orange is chaos, where they grow by √χ a "
            "layer. The nearer a dot is to the line, the deeper the network may be. On this map χ "
            f"runs from {short(float(over.min()))} to {short(float(over.max()))}."
        ),
        svg=inline(title, plot.bottom + 36.0, shapes),
        columns=("point", "σw²", "σb²", "χ", "phase", "layers to change e-fold"),
        rows=tuple(
            (name, short(weight), short(bias), short(chi), theory.phase(chi), _depth(chi))
            for name, weight, bias, chi in at
        ),
    )


def point_chi(phi: theory.Activation, weight_var: float, bias_var: float) -> float:
    """``χ`` at the length that a signal settles at from 1, with its limits at 0 and at infinity.

    Args:
        phi: The activation.
        weight_var: Variance of a weight times its fan-in.
        bias_var: Variance of a bias.

    Returns:
        ``χ``.
    """
    q = theory.q_star(phi, weight_var=weight_var, bias_var=bias_var)
    if q == 0.0:
        return weight_var * phi.squared_slope_at_zero
    return theory.chi(phi, min(q, 10.0**LARGEST, largest_q(phi)), weight_var=weight_var)


def chi_over(table: Lengths, weights: Array, biases: Array) -> Array:
    """``χ`` over a grid of variances, from the table of moments.

    Args:
        table: The moments.
        weights: Variances of weights times fan-in, shape (columns,).
        biases: Variances of biases, shape (rows,).

    Returns:
        ``χ``, shape (rows, columns).
    """
    surplus = weights[:, None] * table.m2 + biases[:, None, None] - np.exp(table.logs)
    start = int(np.searchsorted(table.logs, -SMALL))
    up = start + _first(surplus[..., start:] <= 0.0)
    down = start + 1 - _first(surplus[..., start::-1] >= 0.0)
    above = np.where(surplus[..., start] > 0.0, up, down)
    last = len(table.logs) - 1
    logs = _settled(table, (weights, biases[:, None]), np.clip(above, 1, last))
    d2 = np.where(above > last, table.d2[-1], table.between(table.d2, logs))
    return np.asarray(weights * np.where(above <= 0, table.at_zero, d2))


def _first(mask: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Index of the first true one along the last axis; one more than all where there is none."""
    place: NDArray[np.int_] = np.where(mask.any(axis=-1), mask.argmax(axis=-1), mask.shape[-1] + 1)
    return place


def _settled(table: Lengths, variances: tuple[Array, Array], above: NDArray[np.int_]) -> Array:
    """Logarithm of the length at which each signal settles, just before a point of the table."""
    (weights, biases), low, high = variances, table.logs[above - 1], table.logs[above]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        over = weights * table.between(table.m2, middle) + biases > np.exp(middle)
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return (low + high) / 2


@lru_cache(maxsize=32)
def table_of(phi: theory.Activation) -> Lengths:
    """The moments of an activation over all lengths, worked out once."""
    decades = np.arange(SMALLEST * A_DECADE, LARGEST * A_DECADE + 1) / A_DECADE
    lengths = 10.0 ** decades[decades <= np.log10(largest_q(phi))]
    found = [theory.moments(phi, q) for q in lengths.tolist()]
    m2, d2 = (np.array([getattr(one, name) for one in found]) for name in ("m2", "d2"))
    known = np.isfinite(m2) & np.isfinite(d2)
    return Lengths(np.log(lengths[known]), m2[known], d2[known], phi.squared_slope_at_zero)


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
