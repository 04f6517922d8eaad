"""Picture 10a: which units idle, layer by step, over a run."""

from collections.abc import Mapping, Sequence
from math import isfinite

from isometry.reports.figures import checks, heatmap, marks, thinning
from isometry.reports.figures.figure import Figure, inline
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.paths import brief, spread_out
from isometry.reports.figures.plot import Plot, words
from isometry.reports.figures.records import course_words
from isometry.reports.figures.scales import Scale

NAMES, TOP, MAP = 150.0, 26.0, 510.0
"""Left and upper edge of the map, and its width, less what whole pixels a column leave over."""
TALLEST, FLATTEST, HIGHEST = 20.0, 9.0, 400.0
"""Pixels of a row, at most and at least, and of all together."""
NAME = 11.0
"""Least height of a row that has a name of its own."""
STEPS, ROWS, RUNS = (60, 45, 30, 20), 28, 850
"""Columns: as many as so many runs of one shade allow; and rows of more than 60 layers."""


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

    Raises:
        InputError: There is no layer, two share a name, or a row has not one number a step.
    """
    checks.check_layers(layers)
    checks.check_rows(steps, shares, count=len(layers))
    worst = [max((v for v in row if isfinite(v)), default=0.0) for row in shares]
    rows = thinning.shown(len(layers), also=[worst.index(max(worst))], few=ROWS)
    kept = {layers[row]: shares[row] for row in rows}
    columns = _chosen(len(steps), [*kept.values()])
    plot = _map_plot(len(rows), len(columns))
    shapes = [
        *_map(plot, kept, columns),
        *_step_names(plot, [steps[column] for column in columns]),
        *_row_names(plot, kept),
        *marks.drawn([_row_mark(plot, place, *row) for place, row in enumerate(kept.items())]),
    ]
    title = f"Share of {what}"
    return Figure(
        name="idle-units",
        title=title,
        read=_read(what, (len(columns), len(steps)), (len(rows), len(layers))),
        svg=inline(title, plot.bottom + 36.0, shapes),
        columns=("layer", "first", "greatest", "last"),
        rows=tuple((name, *course_words(row, percent=True)) for name, row in kept.items()),
    )


def _map_plot(rows: int, columns: int) -> Plot:
    height = rows * min(max(HIGHEST // rows, FLATTEST), TALLEST)
    return Plot(
        NAMES, TOP, columns * (MAP // columns), height, Scale(0.0, columns), Scale(0.0, rows)
    )


def _chosen(count: int, rows: Sequence[Sequence[float]]) -> list[int]:
    """The steps that are drawn: fewer where shades change so often that the map would be large."""
    for most in STEPS:
        columns = spread_out(count, most)
        if heatmap.runs([[row[column] for column in columns] for row in rows]) <= RUNS:
            return columns
    return spread_out(count, STEPS[-1])


def _read(what: str, columns: tuple[int, int], rows: tuple[int, int]) -> str:
    kept, count = columns
    steps = "" if kept == count else f" Columns are {kept} of {count} steps."
    return (
        "Read: a row is a layer, time runs to the right, and strong colour is a large share of "
        f"{what}; the number is the last one. A row that fills is a layer that dies."
        f"{steps}{thinning.remark(*rows)}"
    )


def _map(plot: Plot, kept: Mapping[str, Sequence[float]], columns: Sequence[int]) -> list[str]:
    grid = [[row[column] for column in columns] for row in kept.values()]
    return [*heatmap.cells(plot, grid, hue="blue"), plot.frame("step", most=(0, 0))]


def _row_mark(plot: Plot, place: int, layer: str, row: Sequence[float]) -> Mark:
    """A row of the map, to be reached though it has no paint of its own."""
    tall = plot.height / plot.y.high
    shape = (
        f'<rect x="{brief(plot.left)}" y="{brief(plot.top + place * tall)}" '
        f'width="{brief(plot.width)}" height="{brief(tall)}" fill="none" pointer-events="all"/>'
    )
    first, greatest, last = course_words(row, percent=True)
    return Mark(layer, f"{layer}: {first} at first, {greatest} at most, {last} at last", shape)


def _step_names(plot: Plot, steps: Sequence[int]) -> list[str]:
    wide = plot.width / len(steps)
    return [
        words(
            (plot.left + (k + 0.5) * wide, plot.bottom + 13),
            str(steps[k]),
            anchor="middle",
            hue="grey",
        )
        for k in spread_out(len(steps), 6)
    ]


def _row_names(plot: Plot, kept: Mapping[str, Sequence[float]]) -> list[str]:
    """The name of each row before it and its last share behind it, as many as have room."""
    tall = plot.height / plot.y.high
    every = 1 if tall >= NAME else 2
    shapes = []
    for place, (name, row) in list(enumerate(kept.items()))[::every]:
        height = plot.top + (place + 0.5) * tall + 4
        shapes.append(words((plot.left - 6, height), marks.shortened(name), anchor="end"))
        shapes.append(words((plot.right + 6, height), course_words(row, percent=True)[2]))
    return shapes
