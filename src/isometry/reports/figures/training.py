"""Picture 10: units that die, and how far each step moves the weights, over a run."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan

import numpy as np

from isometry.reports.figures import heatmap, lines, marks, scales, thinning
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.lines import Line
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.palette import HueName
from isometry.reports.figures.paths import brief, spread_out
from isometry.reports.figures.plot import Plot, words
from isometry.reports.figures.scales import Scale, short

NAMES, TOP, WIDTH = 150.0, 26.0, 540.0
TALLEST, FLATTEST, HIGHEST = 20.0, 9.0, 400.0
STEPS, ROWS = 60, 32
"""Columns of a heat map, and its rows where there are more than 60 layers."""
HEALTHY, TARGET = (-4.0, -2.0), -3.0
"""log10 of update over weight: where it may lie, and the usual aim."""
NAMED = 6
"""Curves that are drawn one by one; the others lie in the shaded spread."""
PATTERNS: tuple[tuple[HueName, lines.Dash], ...] = (
    ("blue", "solid"),
    ("orange", "long"),
    ("purple", "solid"),
    ("grey", "long"),
    ("blue", "dots"),
    ("orange", "solid"),
)


def unit_heatmap(
    steps: Sequence[int],
    layers: Sequence[str],
    shares: Sequence[Sequence[float]],
    *,
    what: str = "dead or saturated units",
) -> Figure:
    """The share of idle units, layer by step.

    Args:
        steps: When the shares were measured, ascending.
        layers: Names, from the input to the output.
        shares: For each layer one share a step, from 0 to 1; NaN where there is none.
        what: What is counted.

    Returns:
        The picture.
    """
    worst = [max((v for v in row if isfinite(v)), default=0.0) for row in shares]
    most = [worst.index(max(worst))] if worst else []
    rows = thinning.shown(len(layers), also=most, few=ROWS)
    columns = spread_out(len(steps), STEPS)
    grid = [[shares[row][column] for column in columns] for row in rows]
    plot = _map_plot(len(rows), len(columns))
    said = [_row_mark(plot, place, layers[row], shares[row]) for place, row in enumerate(rows)]
    title = f"Share of {what}"
    shapes = [
        *heatmap.cells(plot, grid, hue="blue"),
        plot.frame("step", most=(0, 0)),
        *_step_names(plot, [steps[column] for column in columns]),
        *_layer_names(plot, [layers[row] for row in rows]),
        *_last_shares(plot, [shares[row] for row in rows]),
        *marks.drawn(said),
    ]
    return Figure(
        name="idle-units",
        title=title,
        read=(
            f"Read: a row is a layer, time runs to the right, and strong colour is a large share "
            f"of {what}; the number is the last one. A row that fills is a layer that dies."
            f"{thinning.remark(len(rows), len(layers))}"
        ),
        svg=inline(title, plot.bottom + 36.0, shapes),
        columns=("layer", "first", "greatest", "last"),
        rows=tuple((layers[row], *_course(shares[row], percent=True)) for row in rows),
    )


def update_lines(steps: Sequence[int], updates: Mapping[str, Sequence[float]]) -> Figure:
    """log10 of update over weight, layer by layer, over a run.

    Args:
        steps: When it was measured, ascending.
        updates: Layer ↦ one log10 a step; NaN where there is none.

    Returns:
        The picture.
    """
    names = list(updates)
    named = _farthest(updates)
    kept = [names[k] for k in thinning.shown(len(names), also=map(names.index, named))]
    plot = _line_plot(steps, updates)
    patterns = dict(zip(named, PATTERNS, strict=False))
    curves = [
        Line(marks.shortened(name), _points(steps, updates[name]), *patterns[name])
        for name in named
    ]
    spread = lines.spread(plot, _edges(steps, updates), hue="grey") if len(names) > NAMED else ""
    said = [_end_mark(plot, steps, name, updates[name], patterns) for name in kept]
    title = "How far each step moves the weights"
    shapes = [
        lines.band(plot, *HEALTHY),
        plot.frame("step", "log10 of ‖update‖ / ‖weight‖"),
        lines.rule(plot, TARGET),
        spread,
        *lines.lines(plot, curves),
        *marks.drawn(said),
    ]
    return Figure(
        name="updates",
        title=title,
        read=(
            "Read: near −3 a layer learns at a good pace; above −2 its steps are too large, below "
            f"−4 it hardly learns.{_shaded(len(names))}{thinning.remark(len(kept), len(names))}"
        ),
        svg=inline(title, plot.bottom + 36.0, shapes),
        columns=("layer", "first", "greatest", "last"),
        rows=tuple((name, *_course(updates[name])) for name in kept),
    )


def _map_plot(rows: int, columns: int) -> Plot:
    height = rows * min(max(HIGHEST // max(rows, 1), FLATTEST), TALLEST)
    return Plot(
        NAMES, TOP, WIDTH - 30.0, height, Scale(0.0, max(columns, 1)), Scale(0.0, max(rows, 1))
    )


def _row_mark(plot: Plot, place: int, layer: str, row: Sequence[float]) -> Mark:
    """A row of the map, to be reached though it has no paint of its own."""
    tall = plot.height / plot.y.high
    shape = (
        f'<rect x="{brief(plot.left)}" y="{brief(plot.top + place * tall)}" '
        f'width="{brief(plot.width)}" height="{brief(tall)}" fill="none" pointer-events="all"/>'
    )
    first, greatest, last = _course(row, percent=True)
    return Mark(layer, f"{layer}: {first} at first, {greatest} at most, {last} at last", shape)


def _step_names(plot: Plot, steps: Sequence[int]) -> list[str]:
    wide = plot.width / max(len(steps), 1)
    return [
        words(
            (plot.left + (k + 0.5) * wide, plot.bottom + 13),
            str(steps[k]),
            anchor="middle",
            hue="grey",
        )
        for k in spread_out(len(steps), 6)
    ]


def _layer_names(plot: Plot, layers: Sequence[str]) -> list[str]:
    tall = plot.height / plot.y.high
    every = 1 if tall >= 11.0 else 2
    return [
        words(
            (plot.left - 6, plot.top + (k + 0.5) * tall + 4),
            marks.shortened(layers[k]),
            anchor="end",
        )
        for k in range(0, len(layers), every)
    ]


def _last_shares(plot: Plot, rows: Sequence[Sequence[float]]) -> list[str]:
    """The last share of each row, beside it."""
    tall = plot.height / plot.y.high
    every = 1 if tall >= 11.0 else 2
    return [
        words((plot.right + 6, plot.top + (k + 0.5) * tall + 4), _course(rows[k], percent=True)[2])
        for k in range(0, len(rows), every)
    ]


def _line_plot(steps: Sequence[int], updates: Mapping[str, Sequence[float]]) -> Plot:
    known = [value for row in updates.values() for value in row if isfinite(value)]
    low, high = min([HEALTHY[0], *known]), max([HEALTHY[1], *known])
    along = Scale(min(steps), max(*steps, min(steps) + 1))
    return Plot(40.0, TOP, WIDTH, 240.0, along, Scale(np.floor(low) - 0.5, np.ceil(high) + 0.5))


def _farthest(updates: Mapping[str, Sequence[float]]) -> list[str]:
    """The layers whose last number is farthest from the aim, in their own order."""
    away = {name: abs(_last(row) - TARGET) for name, row in updates.items()}
    known = [name for name in updates if not np.isnan(away[name])]
    chosen = sorted(known, key=away.__getitem__, reverse=True)[:NAMED]
    return [name for name in updates if name in chosen]


def _last(row: Sequence[float]) -> float:
    return next((value for value in reversed(row) if not np.isnan(value)), nan)


def _points(steps: Sequence[int], row: Sequence[float]) -> tuple[tuple[float, float], ...]:
    return tuple((float(step), value) for step, value in zip(steps, row, strict=True))


def _edges(
    steps: Sequence[int], updates: Mapping[str, Sequence[float]]
) -> list[tuple[float, float, float]]:
    """Step, least and greatest over all layers, where any is known."""
    columns = [
        [v for v in column if not np.isnan(v)] for column in zip(*updates.values(), strict=True)
    ]
    return [(s, min(c), max(c)) for s, c in zip(steps, columns, strict=True) if c]


def _end_mark(
    plot: Plot,
    steps: Sequence[int],
    name: str,
    row: Sequence[float],
    patterns: Mapping[str, tuple[HueName, lines.Dash]],
) -> Mark:
    hue = patterns[name][0] if name in patterns else "grey"
    shape = lines.dot(plot, steps[-1], _last(row), hue=hue)
    return Mark(name, f"{name}: log10 of update / weight {short(_last(row))} at the end", shape)


def _course(row: Sequence[float], *, percent: bool = False) -> tuple[str, str, str]:
    """The first, the greatest and the last number, in words."""
    known = [value for value in row if not np.isnan(value)]
    if not known:
        return ("none", "none", "none")
    chosen = (known[0], max(known), known[-1])
    first, greatest, last = (scales.percent(v) if percent else short(v) for v in chosen)
    return first, greatest, last


def _shaded(count: int) -> str:
    if count <= NAMED:
        return ""
    return f" Shaded is the spread of all {count} layers; named are the {NAMED} farthest from −3."
