"""The pictures of the page: steps against depth, windows of rates, and training curves."""

from benchmarks.arena import training
from benchmarks.arena.bars import windows
from benchmarks.arena.cells import ACTIVATIONS, OURS, RIVALS, Cell
from benchmarks.arena.colours import COLOURS
from benchmarks.arena.limits import limits
from benchmarks.arena.standings import Board, Standing, rivals
from isometry.reports import Axis, Curve, Panel, panels

DEPTHS = (3, 10, 30, 100, 300, 1000)
NEVER = 600.0
"""Where a start that does not reach its target is drawn: above every budget."""
CURVES = ("relu", "gelu", "tanh", "sigmoid")


def plots(standings: Board) -> dict[str, str]:
    """All pictures.

    Args:
        standings: What was run.

    Returns:
        The text of each file by its name.
    """
    return {
        "steps.svg": steps(standings),
        "windows.svg": windows(standings),
        "curves.svg": curves(standings),
    }


def steps(standings: Board) -> str:
    """Median steps to the target against depth, for each activation."""
    shown = [_steps(standings, name) for name in ACTIVATIONS]
    title = "Plain MLPs on digits, Adam: steps to 95 % test accuracy against hidden layers"
    note = "Median seed at the best rate of each start. Hollow on the upper edge: not reached."
    return panels(title, shown, 4, note=note, colours=COLOURS)


def _steps(standings: Board, activation: str) -> Panel:
    found = [_line(standings, activation, recipe) for recipe in (*RIVALS, OURS)]
    x = Axis(3, 1000, logarithmic=True, ticks=DEPTHS)
    y = Axis(10, NEVER, logarithmic=True, ticks=(10, 30, 100, 300))
    return Panel(activation, x, y, tuple(curve for curve in found if curve.points))


def _line(standings: Board, activation: str, recipe: str) -> Curve:
    cells = [Cell("digits", "mlp", activation, depth, recipe) for depth in DEPTHS]
    found = [standings[cell] for cell in cells if cell in standings]
    points = tuple((float(one.cell.depth), min(one.median, NEVER)) for one in found)
    hollow = frozenset(index for index, one in enumerate(found) if not one.reaches)
    return Curve(recipe, points, hollow)


def curves(standings: Board) -> str:
    """Test accuracy while training, at a hundred layers."""
    found = [_course(standings, name) for name in CURVES]
    title = "Plain MLPs of 100 hidden layers on digits, Adam: test accuracy while training"
    note = "First seed at the best rate of each start, in percent; a run ends at its target."
    return panels(title, found, 4, note=note, colours=COLOURS)


def _course(standings: Board, activation: str) -> Panel:
    ours = Cell("digits", "mlp", activation, 100, OURS)
    shown = [*rivals(standings, ours), *(one for one in [standings.get(ours)] if one)]
    x = Axis(0, limits(ours).steps, logarithmic=False, ticks=(0, 50, 100, 150, 200))
    y = Axis(0, 100, logarithmic=False, ticks=(0, 50, 95))
    return Panel(activation, x, y, tuple(_curve(one) for one in shown if _has_curve(one)))


def _has_curve(one: Standing) -> bool:
    return any(row.curve for row in one.at(one.rate))


def _curve(one: Standing) -> Curve:
    row = next(row for row in one.at(one.rate) if row.curve)
    apart = training.stride(one.given) * one.given.every
    points = [(apart * float(index), float(part)) for index, part in enumerate(row.curve, 1)]
    if row.steps is not None:
        points = [point for point in points if point[0] < row.steps]
        points.append((float(row.steps), 100 * row.best))
    return Curve(one.cell.recipe, tuple(points))
