"""The loss, and the slopes of signal and gradient, over the steps of a run."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import isfinite, isnan, nan

from isometry.reports.figures import checks, lines, marks, palette, scales
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.lines import Line
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.paths import Place
from isometry.reports.figures.plot import Plot
from isometry.reports.figures.records import course_words
from isometry.reports.figures.scales import Scale, short
from isometry.reports.figures.updates import PATTERNS, Pattern

LEFT, TOP, WIDTH, HEIGHT = 48.0, 26.0, 532.0, 200.0
WIDE = 30.0
"""Greatest over least loss from which decades tell more than an even scale."""
FLAT = 0.1
"""Decades a layer that the picture of slopes spans at least, each way."""

Curves = Mapping[str, Sequence[Place]]
"""Name ↦ pairs of step and number; NaN where there is none."""


def loss_lines(losses: Curves) -> Figure:
    """The loss of one run, or of several.

    Args:
        losses: Run ↦ pairs of step and loss.

    Returns:
        The picture.

    Raises:
        InputError: There is no run, or one without a step.
    """
    return _drawn(
        ("loss", "Loss", "loss"),
        losses,
        scale=_loss_scale([value for curve in losses.values() for _, value in curve]),
        read="Read: lower is better. A loss that is infinite lies hollow on the edge, one that is "
        "no number leaves a gap.",
    )


def slope_lines(slopes: Curves) -> Figure:
    """Decades a layer of the size of signal and gradient, from input to output.

    Args:
        slopes: What it is of ↦ pairs of step and slope.

    Returns:
        The picture.

    Raises:
        InputError: There is no curve, or one without a step.
    """
    known = [abs(v) for curve in slopes.values() for _, v in curve if isfinite(v)]
    most = 1.1 * max([FLAT, *known])
    return _drawn(
        ("slopes", "How signal and gradient change over the depth", "decades a layer"),
        slopes,
        scale=Scale(-most, most),
        level=0.0,
        read="Read: at 0 a size is kept from layer to layer. Below 0 it is smaller near the "
        "output: a signal vanishes there, a gradient explodes on its way back; above 0 it is the "
        "other way round.",
    )


def _drawn(
    about: tuple[str, str, str],
    curves: Curves,
    *,
    scale: Scale,
    read: str,
    level: float | None = None,
) -> Figure:
    name, title, upright = about
    checks.check_layers(curves)
    steps = [int(step) for curve in curves.values() for step, _ in curve]
    for curve in curves.values():
        checks.check_rows(range(len(curve)), [[value for _, value in curve]], count=1)
    along = Scale(min(steps), max(*steps, min(steps) + 1), "whole")
    plot = Plot(LEFT, TOP, WIDTH, HEIGHT, along, scale)
    pairs = [
        (key, curve, pattern) for (key, curve), pattern in zip(curves.items(), cycle(PATTERNS))
    ]
    shapes = [
        plot.frame("step", upright),
        *([] if level is None else [lines.rule(plot, level)]),
        *lines.lines(plot, [_line(*pair) for pair in pairs]),
        *marks.drawn([_end_mark(plot, *pair, what=upright) for pair in pairs]),
    ]
    rows = ((key, *course_words([v for _, v in curve])) for key, curve in curves.items())
    return Figure(
        name=name,
        title=title,
        read=read,
        svg=inline(title, plot.bottom + 36.0, shapes),
        columns=("curve", "first", "greatest", "last"),
        rows=tuple(rows),
    )


def _line(name: str, curve: Sequence[Place], pattern: Pattern) -> Line:
    return Line(marks.shortened(name), tuple(curve), *pattern)


def _end_mark(
    plot: Plot, name: str, curve: Sequence[Place], pattern: Pattern, *, what: str
) -> Mark:
    step, value = next((one for one in reversed(curve) if not isnan(one[1])), (curve[-1][0], nan))
    dot = lines.dot(plot, step, value, hue=pattern[0])
    says = "none" if isnan(value) else f"{short(value)} at step {step:g}"
    return Mark(name, f"{name}: {what} {says}", marks.group([dot], palette.fill(pattern[0])))


def _loss_scale(values: Sequence[float]) -> Scale:
    """By decades where the loss falls far, else even with a little room."""
    known = [value for value in values if isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if low > 0 and high / low >= WIDE:
        return scales.decades(known)
    room = 0.05 * (high - low) or max(abs(high), 1.0)
    return Scale(low - room, high + room)
