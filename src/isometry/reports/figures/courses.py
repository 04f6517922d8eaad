"""Pictures 4 and 5: where the length and the correlation of signals go, as cobwebs of theory."""

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple, assert_never

import numpy as np

from isometry import theory
from isometry.errors import InputError
from isometry.reports.figures import cobweb, marks
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.plot import Plot
from isometry.reports.figures.scales import Scale, decades, short

SMALLEST, LARGEST = 1e-12, 1e12
"""Lengths between which a signal is followed."""
WIDE = 100.0
"""Where lengths spread over more than this factor, axes run by decades."""
ROOM = 1.15
LENGTHS, CORRELATIONS = 121, 33
"""Points of each map."""


class Story(NamedTuple):
    """The words of a cobweb.

    Attributes:
        name: Of the figure.
        title: Of the figure.
        read: The sentence that teaches to read it.
        axes: What is mapped, and what the map is called.
    """

    name: str
    title: str
    read: str
    axes: tuple[str, str]


def length_cobweb(
    activation: theory.ActivationLike,
    *,
    weight_var: float,
    bias_var: float = 0.0,
    q0: float = 1.0,
    depth: int = 20,
) -> Figure:
    """The length map ``Q(q)`` and the lengths of the first layers.

    Args:
        activation: Name, record or function.
        weight_var: Variance of a weight times its fan-in.
        bias_var: Variance of a bias.
        q0: Second moment of preactivations at the first layer.
        depth: Layers that are followed.

    Returns:
        The picture.
    """
    phi = theory.activation(activation)

    def mapped(q: float) -> float:
        return theory.q_map(phi, q, weight_var=weight_var, bias_var=bias_var)

    course = _lengths(mapped, q0, depth)
    end = theory.q_star(phi, weight_var=weight_var, bias_var=bias_var, start=q0)
    scale = _length_scale([*course, *([end] if 0.0 < end < inf else [])])
    curve = [(q, mapped(q)) for q in _grid(scale)]
    story = Story(
        "length-map",
        f"Length map of {_where(phi, weight_var, bias_var)}",
        "Read: go up from q to the curve, across to the dashed diagonal, and on for the next "
        f"layer. Where both cross, the size of the signal settles. {_end_of_lengths(end)}",
        ("q", "Q(q)"),
    )
    return _figure(scale, [point for point in curve if scale.holds(point[1])], course, story)


def correlation_cobweb(
    activation: theory.ActivationLike,
    *,
    weight_var: float,
    bias_var: float = 0.0,
    c0: float = 0.5,
    depth: int = 20,
) -> Figure:
    """The correlation map ``C(c)`` and the correlations of two inputs at the first layers.

    The map is drawn at the length that signals settle at from 1; where they die or blow up, at the
    length after ``depth`` layers.

    Args:
        activation: Name, record or function.
        weight_var: Variance of a weight times its fan-in.
        bias_var: Variance of a bias.
        c0: Correlation of two inputs' preactivations at the first layer, from -1 to 1.
        depth: Layers that are followed.

    Returns:
        The picture.

    Raises:
        InputError: ``c0`` is no correlation.
    """
    if not -1.0 <= c0 <= 1.0:
        raise InputError(
            f"c0 is {c0:g}", needed="a correlation, from -1 to 1", do="pass c0=0.5, for example"
        )
    phi = theory.activation(activation)
    q = _settled(phi, weight_var, bias_var, depth)

    def mapped(c: float) -> float:
        found = theory.c_map(phi, c, q=q, weight_var=weight_var, bias_var=bias_var)
        return min(max(found, -1.0), 1.0)

    course = [c0]
    for _ in range(depth):
        course.append(mapped(course[-1]))
    low = -1.0 if min(course) < 0.0 else 0.0
    curve = [(c, mapped(c)) for c in np.linspace(low, 1.0, CORRELATIONS).tolist()]
    slope = theory.c_slope(phi, 1.0, q=q, weight_var=weight_var, bias_var=bias_var)
    story = Story(
        "correlation-map",
        f"Correlation map of {_where(phi, weight_var, bias_var)}",
        "Read: the staircase shows how alike two inputs are from layer to layer. The slope of the "
        f"curve at 1 is {short(slope)}: {_end_of_correlations(slope)}.",
        ("c", "C(c)"),
    )
    return _figure(Scale(low, 1.0), curve, course, story)


def _figure(
    scale: Scale, curve: Sequence[tuple[float, float]], course: Sequence[float], story: Story
) -> Figure:
    plot = Plot(60.0, 26.0, 300.0, 300.0, scale, scale)
    before, said = cobweb.cobweb(plot, curve, course, names=story.axes)
    name = story.axes[0]
    shapes = [plot.frame(f"{name} of a layer", f"{name} of the next"), *before, *marks.drawn(said)]
    return Figure(
        name=story.name,
        title=story.title,
        read=story.read,
        svg=inline(story.title, plot.bottom + 36.0, shapes, width=420.0),
        columns=("layer", name),
        rows=tuple((str(k), short(value)) for k, value in enumerate(course)),
    )


def _lengths(mapped: Callable[[float], float], start: float, depth: int) -> list[float]:
    """The lengths of all layers, as far as they can be followed."""
    course = [start]
    while len(course) <= depth and SMALLEST < course[-1] < LARGEST:
        course.append(mapped(course[-1]))
    return course


def _length_scale(values: Sequence[float]) -> Scale:
    if max(values) > WIDE * min(values):
        return decades(values)
    return Scale(0.0, ROOM * max(values))


def _grid(scale: Scale) -> list[float]:
    if scale.kind == "decades":
        return [float(q) for q in np.geomspace(scale.low, scale.high, LENGTHS)]
    return [float(q) for q in np.linspace(scale.high / LENGTHS**2, scale.high, LENGTHS)]


def _settled(phi: theory.Activation, weight_var: float, bias_var: float, depth: int) -> float:
    q = theory.q_star(phi, weight_var=weight_var, bias_var=bias_var)
    if 0.0 < q < inf:
        return q
    return _lengths(
        lambda q: theory.q_map(phi, q, weight_var=weight_var, bias_var=bias_var), 1.0, depth
    )[-1]


def _where(phi: theory.Activation, weight_var: float, bias_var: float) -> str:
    return f"{phi.name} at σw² = {short(weight_var)}, σb² = {short(bias_var)}"


def _end_of_lengths(end: float) -> str:
    if end == 0.0:
        return "Here they cross at 0 alone: the signal vanishes."
    if end == inf:
        return "Here they do not cross above the start: the signal explodes."
    return f"Here that is at q* = {short(end)}."


def _end_of_correlations(slope: float) -> str:
    phase = theory.phase(slope)
    match phase:
        case "ordered":
            return "below 1, so all inputs come to look the same (order)"
        case "critical":
            return "1, so inputs come closer only slowly (the edge of chaos)"
        case "chaotic":
            return "above 1, so inputs that are almost the same part (chaos)"
    assert_never(phase)
