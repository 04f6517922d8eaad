"""The pictures of the page: steps against depth, windows of rates, and training curves."""

from collections.abc import Iterable
from math import isfinite

from benchmarks.arena import charts, training
from benchmarks.arena.cells import ACTIVATIONS, OURS, RIVALS, Cell
from benchmarks.arena.charts import Axis, Curve, Panel
from benchmarks.arena.limits import limits
from benchmarks.arena.standings import Board, Standing, rivals
from isometry.reports import svg

DEPTHS = (3, 10, 30, 100, 300, 1000)
NEVER = 600.0
"""Where a start that does not reach its target is drawn: above every budget."""
CURVES = ("relu", "gelu", "tanh", "sigmoid")
RIVALS_SHOWN = 3


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
    return charts.panels(title, shown, 4, note)


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
    return charts.panels(title, found, 4, note)


def _course(standings: Board, activation: str) -> Panel:
    ours = Cell("digits", "mlp", activation, 100, OURS)
    shown = [*rivals(standings, ours), *(one for one in [standings.get(ours)] if one)]
    x = Axis(0, limits(ours).steps, logarithmic=False, ticks=(0, 100, 200, 300))
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


ROW = 16.0
NAMES = 150.0
STEP = 46.0


def windows(standings: Board) -> str:
    """The rates that reach the target, as bars: ours, and those of the rivals with the widest."""
    questions = [
        Cell("digits", "mlp", name, depth, OURS) for depth in (3, 30, 100) for name in ACTIVATIONS
    ]
    groups = [group for one in questions if (group := _group(standings, one))]
    shapes: list[str] = []
    y = 78.0
    for group in groups:
        shapes += _bars(group, y)
        y += ROW * len(group) + 8
    title = "Learning rates of Adam at which the median seed reaches 95 %, plain MLPs on digits"
    width = NAMES + 90 + STEP * len(_rates(groups)) + 40
    names = dict.fromkeys(one.cell.recipe for group in groups for one in group)
    ticks = [
        charts.text(NAMES + 90 + STEP * (index + 0.5), 72, f"{rate:g}")
        for index, rate in enumerate(_rates(groups))
    ]
    head = [svg.words(12, 20, title, bold=True), *charts.legend(names, 1e9), *ticks]
    return svg.picture(max(width, 640.0), y + 10, title, [*head, *shapes])


def _rates(groups: Iterable[list[Standing]]) -> tuple[float, ...]:
    return next((group[0].given.rates for group in groups), ())


def _group(standings: Board, ours: Cell) -> list[Standing]:
    widest = sorted(rivals(standings, ours), key=lambda one: -len(one.window))[:RIVALS_SHOWN]
    first = standings.get(ours)
    return [one for one in (first, *widest) if one is not None and isfinite(one.median)]


def _bars(group: list[Standing], y: float) -> list[str]:
    cell = group[0].cell
    shapes = [svg.words(12, y + 12, f"{cell.activation}, {cell.depth}", bold=True)]
    for index, one in enumerate(group):
        top = y + ROW * index
        shapes.append(charts.text(NAMES + 80, top + 11, one.cell.recipe, anchor="end"))
        shapes += [
            svg.box(
                NAMES + 90 + STEP * one.given.rates.index(rate),
                top + 2,
                STEP - 2,
                ROW - 4,
                charts.COLOURS[one.cell.recipe],
            )
            for rate in one.window
        ]
    return shapes
