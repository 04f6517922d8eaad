"""Picture 2: activations, errors and weight gradients over depth, side by side.

The three belong together: the gradient of a weight is the signal going in times the error coming
back, so where both fade the gradient can look flat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import inf, isfinite, isnan, log10, nan, sqrt

import numpy as np

from isometry.reports.figures import checks, lines, marks, palette, thinning
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.lines import Line
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.plot import Plot, words
from isometry.reports.figures.scales import Scale, decades, short

TOP, HEIGHT, BOTTOM = 58.0, 170.0, 262.0
LEFT, WIDTH, STEP = 34.0, 148.0, 240.0
HALF_DECADE = sqrt(10.0)
FEW = 22
"""Dots of a curve over more than 60 layers, besides the extremes of all."""
FLAT = 0.5
"""Decades from the first layer to the last that still read as flat."""

TITLES = ("activation std", "error δ, rms", "‖gradient‖ / ‖weight‖")
BACKWARDS = 1
"""The panel of what travels from the output to the input."""


READ = (
    "Read: flat means that depth neither fades nor swells what passes. Judge by the first two "
    "panels; the third is their product and can look flat where both fade. The band is half a "
    "decade to each side of the last layer."
)


@dataclass(frozen=True, slots=True)
class Course:
    """One quantity over depth; a layer without a value is a gap.

    Attributes:
        measured: Layer ↦ value.
        theory: Layer ↦ what theory expects.
        after: Layer ↦ value after a change of the weights.
    """

    measured: Mapping[str, float]
    theory: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)


def depth_triptych(
    layers: Sequence[str], *, signal: Course, error: Course, gradient: Course
) -> Figure:
    """Three quantities over depth, by decades.

    The band is half a decade to each side of the output layer's value: after the change where one
    is shown, else as measured.

    Args:
        layers: Names, from the input to the output.
        signal: Standard deviation of activations.
        error: Root mean square of the loss's gradient in preactivations.
        gradient: Norm of a weight's gradient over the weight's norm.

    Returns:
        The picture.

    Raises:
        InputError: There is no layer, two share a name, or a value is given for none.
    """
    courses = (signal, error, gradient)
    checks.check_layers(layers)
    for course in courses:
        checks.check_known([*course.measured, *course.theory, *course.after], layers)
    extremes = [index for course in courses for index in _extremes(layers, course)]
    kept = thinning.shown(len(layers), also=extremes, few=FEW)
    title = "Signal, error and gradient by depth"
    return Figure(
        name="depth",
        title=title,
        read=READ + thinning.remark(len(kept), len(layers)),
        svg=inline(title, BOTTOM, _shapes(layers, courses, kept)),
        columns=(
            "layer",
            *(h for pair in zip(TITLES, courses, strict=True) for h in _headings(*pair)),
        ),
        rows=tuple((layers[i], *(v for c in courses for v in _cells(layers[i], c))) for i in kept),
    )


def _shapes(layers: Sequence[str], courses: Sequence[Course], kept: Sequence[int]) -> list[str]:
    plots = [_plot(layers, course, LEFT + k * STEP) for k, course in enumerate(courses)]
    panels = (
        _panel(plot, layers, course, number)
        for number, (plot, course) in enumerate(zip(plots, courses, strict=True))
    )
    said = [_mark(plots, courses, index, layers[index]) for index in kept]
    return [*chain.from_iterable(panels), *marks.drawn(said, paint=palette.fill("blue"))]


def slope(values: Sequence[float]) -> float:
    """Decades a layer, by least squares; NaN for fewer than two values above 0.

    >>> round(slope([1.0, 0.1, 0.01]), 12)
    -1.0
    """
    known = [(k, log10(v)) for k, v in enumerate(values) if isfinite(v) and v > 0.0]
    if len(known) < 2:
        return nan
    x, y = np.array(known).T
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred))


def slope_words(values: Sequence[float], *, backwards: bool = False) -> str:
    """The slope as a factor a layer, along the way that the quantity travels.

    >>> slope_words([1.0, 0.5, 0.25, 0.125]), slope_words([1.0, 1.1, 1.0])
    ('shrinks ×0.5 a layer', 'flat ×1 a layer')
    """
    forward = slope(values)
    if not isfinite(forward):
        return "no slope: too few values"
    way = -forward if backwards else forward
    course = "flat" if abs(way) * (len(values) - 1) <= FLAT else "grows" if way > 0 else "shrinks"
    return f"{course} ×{short(10.0**way)} a layer{', going back' if backwards else ''}"


def _plot(layers: Sequence[str], course: Course, left: float) -> Plot:
    parts = (course.measured, course.theory, course.after)
    shown = [value for part in parts for value in part.values()]
    upright = decades([*shown, *_healthy(layers, course)])
    along = Scale(1.0, max(len(layers), 2), "whole")
    return Plot(left, TOP, WIDTH, HEIGHT, along, upright)


def _healthy(layers: Sequence[str], course: Course) -> tuple[float, ...]:
    """The ends of the band: half a decade to each side of the last layer's value."""
    values = [_height(course.after or course.measured, name) for name in layers]
    known = [value for value in values if isfinite(value) and value > 0.0]
    return (known[-1] / HALF_DECADE, known[-1] * HALF_DECADE) if known else ()


def _panel(plot: Plot, layers: Sequence[str], course: Course, number: int) -> list[str]:
    parts = (course.measured, course.theory, course.after)
    measured, theory, after = ([_height(part, name) for name in layers] for part in parts)
    healthy = _healthy(layers, course)
    curves = [Line("now" if course.after else "", _points(measured))]
    curves += [Line("theory", _points(theory), "grey", "short")] if course.theory else []
    curves += [Line("after", _points(after), "orange", "long")] if course.after else []
    return [
        words((plot.left, 14), TITLES[number], bold=True),
        *_slopes(plot, measured, after if course.after else (), backwards=number == BACKWARDS),
        *([lines.band(plot, *healthy)] if healthy else []),
        plot.frame("layer", most=(4, 6)),
        *lines.lines(plot, curves),
    ]


def _slopes(
    plot: Plot, measured: Sequence[float], after: Sequence[float], *, backwards: bool
) -> list[str]:
    now = slope_words(measured, backwards=backwards)
    if not after:
        return [words((plot.left, 30), now)]
    later = slope_words(after, backwards=backwards)
    return [
        words((plot.left, 28), f"now {now}", hue="blue"),
        words((plot.left, 42), f"after {later}", hue="orange"),
    ]


def _height(part: Mapping[str, float], layer: str) -> float:
    """Where a value is drawn: what is no number lies on the upper edge, what is missing nowhere."""
    value = part.get(layer, nan)
    return inf if layer in part and isnan(value) else value


def _points(values: Sequence[float]) -> tuple[tuple[float, float], ...]:
    return tuple((float(k), value) for k, value in enumerate(values, 1))


def _mark(plots: Sequence[Plot], courses: Sequence[Course], index: int, layer: str) -> Mark:
    """One layer in all panels: its dots, and its numbers in one sentence."""
    pairs = list(zip(plots, courses, strict=True))
    place = index + 1.0
    now = [lines.dot(p, place, _height(c.measured, layer), hue="blue") for p, c in pairs]
    after = [
        lines.dot(p, place, _height(c.after, layer), hue="orange", form="diamond") for p, c in pairs
    ]
    shape = "".join(now) + (marks.group(after, palette.fill("orange")) if any(after) else "")
    told = (_told(title, course, layer) for title, course in zip(TITLES, courses, strict=True))
    return Mark(layer, f"{layer}: {'; '.join(one for one in told if one)}", shape)


def _told(title: str, course: Course, layer: str) -> str:
    said = [short(course.measured[layer])] if layer in course.measured else []
    said += [f"after {short(course.after[layer])}"] if layer in course.after else []
    return f"{title} {', '.join(said)}" if said else ""


def _extremes(layers: Sequence[str], course: Course) -> list[int]:
    """Where values are least and greatest; what is no number counts as greatest."""
    found = []
    for part in (course.measured, course.after):
        known = [index for index, name in enumerate(layers) if name in part]
        heights = {index: _height(part, layers[index]) for index in known}
        found += [pick(known, key=heights.__getitem__) for pick in (min, max) if known]
    return found


def _headings(title: str, course: Course) -> list[str]:
    extra = (("theory", course.theory), ("after", course.after))
    return [title, *(f"{title}, {name}" for name, part in extra if part)]


def _cells(layer: str, course: Course) -> list[str]:
    parts = (course.measured, *(part for part in (course.theory, course.after) if part))
    return [short(part[layer]) if layer in part else "" for part in parts]
