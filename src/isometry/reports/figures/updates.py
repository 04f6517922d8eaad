"""Picture 10b: how far each step moves the weights, over a run."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, isfinite, isnan, nan

from isometry.reports.figures import checks, lines, marks, palette, thinning
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.lines import Line
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.plot import Plot
from isometry.reports.figures.records import course_words
from isometry.reports.figures.scales import Scale, short

LEFT, TOP, WIDTH, HEIGHT = 40.0, 26.0, 540.0, 240.0
HEALTHY, TARGET = (-4.0, -2.0), -3.0
"""log10 of update over weight: where it may lie, and the usual aim."""
NAMED = 6
"""Curves that are drawn one by one; the others lie in the shaded spread."""
Pattern = tuple[HueName, lines.Dash]
PATTERNS: tuple[Pattern, ...] = (
    ("blue", "solid"),
    ("orange", "long"),
    ("purple", "solid"),
    ("grey", "long"),
    ("blue", "dots"),
    ("orange", "solid"),
)


def update_lines(steps: Sequence[int], updates: Mapping[str, Sequence[float]]) -> Figure:
    """log10 of update over weight, layer by layer, over a run.

    Args:
        steps: When it was measured, ascending.
        updates: Layer ↦ one log10 a step; NaN where there is none.

    Returns:
        The picture.

    Raises:
        InputError: There is no layer, or a row has not one number a step.
    """
    names = list(updates)
    checks.check_layers(names)
    checks.check_rows(steps, updates.values(), count=len(names))
    named = _farthest(updates)
    kept = [names[k] for k in thinning.shown(len(names), also=map(names.index, named))]
    plot = _line_plot(steps, updates)
    patterns = dict(zip(named, PATTERNS, strict=False))
    said = [_end_mark(plot, steps, name, updates[name], patterns) for name in kept]
    shapes = [*_field(plot, steps, updates), *_curves(plot, steps, updates, patterns)]
    title = "How far each step moves the weights"
    return Figure(
        name="updates",
        title=title,
        read=(
            "Read: near −3 a layer learns at a good pace; above −2 its steps are too large, below "
            f"−4 it hardly learns.{_shaded(len(names))}{thinning.remark(len(kept), len(names))}"
        ),
        svg=inline(title, plot.bottom + 36.0, [*shapes, *marks.drawn(said)]),
        columns=("layer", "first", "greatest", "last"),
        rows=tuple((name, *course_words(updates[name])) for name in kept),
    )


def _field(plot: Plot, steps: Sequence[int], updates: Mapping[str, Sequence[float]]) -> list[str]:
    """All that lies behind the curves."""
    many = len(updates) > NAMED
    return [
        lines.band(plot, *HEALTHY),
        plot.frame("step", "log10 of ‖update‖ / ‖weight‖"),
        lines.rule(plot, TARGET),
        *([lines.spread(plot, _edges(steps, updates), hue="grey")] if many else []),
    ]


def _curves(
    plot: Plot,
    steps: Sequence[int],
    updates: Mapping[str, Sequence[float]],
    patterns: Mapping[str, Pattern],
) -> list[str]:
    shown = [
        Line(marks.shortened(name), _points(steps, updates[name]), *pattern)
        for name, pattern in patterns.items()
    ]
    return lines.lines(plot, shown)


def _line_plot(steps: Sequence[int], updates: Mapping[str, Sequence[float]]) -> Plot:
    known = [value for row in updates.values() for value in row if isfinite(value)]
    low, high = min([HEALTHY[0], *known]), max([HEALTHY[1], *known])
    along = Scale(min(steps), max(*steps, min(steps) + 1), "whole")
    return Plot(LEFT, TOP, WIDTH, HEIGHT, along, Scale(floor(low) - 0.5, ceil(high) + 0.5))


def _farthest(updates: Mapping[str, Sequence[float]]) -> list[str]:
    """The layers whose last number is farthest from the aim, in their own order."""
    away = {name: abs(_last(row) - TARGET) for name, row in updates.items()}
    known = [name for name in updates if not isnan(away[name])]
    chosen = sorted(known, key=away.__getitem__, reverse=True)[:NAMED]
    return [name for name in updates if name in chosen]


def _last(row: Sequence[float]) -> float:
    return next((value for value in reversed(row) if not isnan(value)), nan)


def _points(steps: Sequence[int], row: Sequence[float]) -> tuple[tuple[float, float], ...]:
    return tuple((float(step), value) for step, value in zip(steps, row, strict=True))


def _edges(
    steps: Sequence[int], updates: Mapping[str, Sequence[float]]
) -> list[tuple[float, float, float]]:
    """Step, least and greatest over all layers, where any is known."""
    columns = [
        [v for v in column if not isnan(v)] for column in zip(*updates.values(), strict=True)
    ]
    return [(s, min(c), max(c)) for s, c in zip(steps, columns, strict=True) if c]


def _end_mark(
    plot: Plot,
    steps: Sequence[int],
    name: str,
    row: Sequence[float],
    patterns: Mapping[str, Pattern],
) -> Mark:
    hue = patterns[name][0] if name in patterns else "grey"
    shape = marks.group([lines.dot(plot, steps[-1], _last(row), hue=hue)], palette.fill(hue))
    return Mark(name, f"{name}: log10 of update / weight {short(_last(row))} at the end", shape)


def _shaded(count: int) -> str:
    if count <= NAMED:
        return ""
    return f" Shaded is the spread of all {count} layers; named are the {NAMED} farthest from −3."
