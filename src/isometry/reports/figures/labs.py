"""Picture 3: an activation, its slope, and where the preactivations fall."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from isometry import theory
from isometry.reports.figures import checks, marks, overlay
from isometry.reports.figures.activations import Layer
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.lines import Line
from isometry.reports.figures.overlay import Zone
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.plot import Plot, words
from isometry.reports.figures.ridgeline import Histogram
from isometry.reports.figures.scales import Scale, percent, short

Array = NDArray[np.float64]

POINTS = 1201
"""Places at which the function is asked for."""
FLAT = 0.06
"""Below this part of its steepest slope a function is flat: beyond ±2.1 for tanh."""
BENT = 0.05
"""Up to this change of its slope a function is straight: within ±0.22 for tanh."""
LEAST_REACH, MOST_HIGH = 3.0, 2.5
"""Preactivations shown at least, and the greatest value of the upright axis."""
READ = (
    "Read: the grey hill should lie where the slope is high, but not only where the curve is "
    "straight. On flat parts (saturated or off) no gradient passes; on a straight part the layer "
    "is as good as linear."
)


def activation_lab(
    activation: theory.ActivationLike,
    preactivations: Layer,
    *,
    dead: float | None = None,
    saturated: float | None = None,
    linear: float | None = None,
) -> Figure:
    """Where the hill of preactivations lies on an activation.

    Args:
        activation: Name, record or function.
        preactivations: Name of the layer or layers, lower and upper edge, counts.
        dead: Measured share of units that never fire, from 0 to 1.
        saturated: Measured share of values on flat parts.
        linear: Measured share of values on straight parts.

    Returns:
        The picture.

    Raises:
        InputError: The histogram holds no finite values.
    """
    phi, hill = theory.activation(activation), Histogram(*preactivations)
    checks.check_histogram(hill)
    reach = max(LEAST_REACH, *(abs(edge) for edge in hill.reach()))
    z = np.linspace(-reach, reach, POINTS)
    values, slopes = phi(z), phi.derivative(z)
    zones = _zones(z, slopes, hill, kinked=0.0 in phi.kinks)
    plot = _plot(reach, values, slopes)
    curves = [
        Line("φ", _points(z, values), "blue"),
        Line("φ′ slope", _points(z, slopes), "orange", "long"),
    ]
    before, said = overlay.function_overlay(plot, curves, hill, zones)
    measured = {"dead units": dead, "saturated": saturated, "linear": linear}
    title = f"{phi.name}: where its input falls"
    shapes = [plot.frame("preactivation z"), *marks.drawn(said), *before, _remark(plot, measured)]
    return Figure(
        name="activation-lab",
        title=title,
        read=READ,
        svg=inline(title, 300, shapes),
        columns=("quantity", "value"),
        rows=_rows(hill, zones, measured),
    )


def _plot(reach: float, values: Array, slopes: Array) -> Plot:
    both = np.concatenate([values, slopes])
    low, high = max(float(both.min()), -MOST_HIGH), min(float(both.max()), MOST_HIGH)
    room = 0.06 * (high - low)
    upright = Scale(low - room, high + room)
    return Plot(44, 28, 600, 216, Scale(-reach, reach), upright)


def _points(z: Array, values: Array) -> tuple[tuple[float, float], ...]:
    return tuple(zip(z.tolist(), values.tolist(), strict=True))


def _zones(z: Array, slopes: Array, hill: Histogram, *, kinked: bool) -> list[Zone]:
    """Flat stretches and the straight one around 0, from left to right."""
    flat = np.abs(slopes) <= FLAT * np.abs(slopes).max()
    found: list[tuple[str, tuple[int, int], HueName]]
    found = [("flat", run, "purple") for run in _runs(flat)]
    middle = len(z) // 2
    near = [float(slopes[middle + k]) for k in ((-1, 1) if kinked else (0,))]
    sides = [np.abs(slopes - slope) <= BENT * abs(slope) for slope in near]
    straight = [run for side in sides for run in _runs(side & ~flat) if _holds(run, middle)]
    found += [("straight", run, "blue") for run in straight]
    # What lies beyond the axis belongs to the zone at its end.
    ends = np.concatenate([[-np.inf], z[1:-1], [np.inf]])
    return [
        Zone(name, float(z[a]), float(z[b]), _share(hill, float(ends[a]), float(ends[b])), hue)
        for name, (a, b), hue in sorted(found, key=lambda zone: zone[1])
    ]


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of true."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _holds(run: tuple[int, int], middle: int) -> bool:
    """Whether a run touches the middle, up to the kink there."""
    return run[0] - 1 <= middle <= run[1] + 1


def _share(hill: Histogram, low: float, high: float) -> float:
    """The part of the hill between two places, as if each bin were even."""
    edges = np.array([hill.edge(k) for k in range(len(hill.counts) + 1)])
    below = np.concatenate([[0.0], np.cumsum(hill.counts)])
    return float(np.diff(np.interp([low, high], edges, below))[0] / below[-1])


def _remark(plot: Plot, measured: dict[str, float | None]) -> str:
    known = [f"{name} {percent(share)}" for name, share in measured.items() if share is not None]
    said = f"measured: {', '.join(known)}" if known else ""
    return words((plot.left, plot.bottom + 46), said) if said else ""


def _rows(
    hill: Histogram, zones: Sequence[Zone], measured: dict[str, float | None]
) -> tuple[tuple[str, str], ...]:
    return (
        ("mean of preactivations", short(hill.mean)),
        ("std of preactivations", short(hill.std)),
        *(
            (f"{zone.name} from {short(zone.low)} to {short(zone.high)}", percent(zone.share))
            for zone in zones
        ),
        *(
            (f"{name}, measured", percent(share))
            for name, share in measured.items()
            if share is not None
        ),
    )
