"""The windows of learning rates, as bars: a column for each depth, a block for each activation."""

from collections.abc import Iterator

from benchmarks.arena.cells import ACTIVATIONS, OURS, Cell
from benchmarks.arena.colours import COLOURS
from benchmarks.arena.limits import limits
from benchmarks.arena.standings import Board, Standing, rivals
from isometry.reports import svg
from isometry.reports.svg import label

DEPTHS = (3, 30, 100)
SHOWN = 2
"""Rivals with the widest windows that are shown beside ours."""
LEFT = 84.0
TOP = 84.0
NAMES = 78.0
STEP = 48.0
ROW = 15.0
COLUMN = NAMES + 4 * STEP + 28.0
BLOCK = ROW * (SHOWN + 1) + 10.0


def windows(standings: Board) -> str:
    """The rates that reach the target, ours above those of the rivals that have the most.

    Args:
        standings: What was run.

    Returns:
        The text of the picture.
    """
    title = "Plain MLPs on digits, Adam: the learning rates that reach 95 % test accuracy"
    shapes = [
        svg.words(12, 20, title, bold=True),
        svg.words(12, 37, "Median seed; auto and the two rivals with the widest windows."),
    ]
    for row, activation in enumerate(ACTIVATIONS):
        y = TOP + row * BLOCK
        shapes.append(svg.words(12, y + 12, activation, bold=True))
        for column, depth in enumerate(DEPTHS):
            cell = Cell("digits", "mlp", activation, depth, OURS)
            shapes += _bars(_group(standings, cell), LEFT + column * COLUMN, y)
    for column, depth in enumerate(DEPTHS):
        shapes += _head(Cell("digits", "mlp", ACTIVATIONS[0], depth, OURS), LEFT + column * COLUMN)
    width, height = LEFT + len(DEPTHS) * COLUMN, TOP + len(ACTIVATIONS) * BLOCK
    return svg.picture(width, height, title, shapes)


def _head(cell: Cell, left: float) -> Iterator[str]:
    yield svg.words(left + NAMES, 60, f"{cell.depth} layers", bold=True)
    for index, rate in enumerate(limits(cell).rates):
        yield label(left + NAMES + STEP * (index + 0.5), 76, f"{rate:g}")


def _group(standings: Board, ours: Cell) -> list[Standing]:
    widest = sorted(rivals(standings, ours), key=lambda one: -len(one.window))[:SHOWN]
    return [*(standings[cell] for cell in [ours] if cell in standings), *widest]


def _bars(group: list[Standing], left: float, y: float) -> Iterator[str]:
    for index, one in enumerate(group):
        top = y + ROW * index
        yield label(left + NAMES - 4, top + 11, one.cell.recipe, anchor="end")
        for rate in one.window:
            x = left + NAMES + STEP * one.given.rates.index(rate)
            yield svg.box(x, top + 2, STEP - 2, ROW - 4, COLOURS[one.cell.recipe])
