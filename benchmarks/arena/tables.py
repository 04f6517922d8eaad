"""Tables of the page: one for each task, net, optimizer and depth, starts side by side."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from benchmarks.arena.cells import STARTS, Cell
from benchmarks.arena.standings import Board, Standing, fewer
from benchmarks.arena.verdicts import spread

Heading = tuple[str, str, str, int]
"""Task, net, optimizer, depth."""


def tables(standings: Board) -> Iterable[str]:
    """All tables as Markdown, each under its heading.

    Args:
        standings: What was run.

    Yields:
        The lines of one table after the other.
    """
    for heading, found in groupby(sorted(standings, key=_heading), key=_heading):
        cells = list(found)
        starts = [name for name in STARTS if any(cell.recipe == name for cell in cells)]
        task, net, optimizer, depth = heading
        yield f"### {task}: {net}, {depth} deep, {optimizer}\n"
        yield row(["activation", *starts])
        yield "|:--|" + "--:|" * len(starts)
        for activation in dict.fromkeys(cell.activation for cell in cells):
            one = [cell for cell in cells if cell.activation == activation]
            yield row([activation, *_line(standings, one, starts)])
        yield ""


def _heading(cell: Cell) -> Heading:
    return cell.task, cell.net, cell.optimizer, cell.depth


def _line(standings: Board, cells: Sequence[Cell], starts: Sequence[str]) -> list[str]:
    found = {cell.recipe: standings[cell] for cell in cells}
    best = min(found.values(), key=lambda one: (one.median, -one.best))
    return [entry(found[name], best) if name in found else "" for name in starts]


def entry(one: Standing, best: Standing) -> str:
    """A cell in a table.

    Args:
        one: The cell.
        best: The best of its row.

    Returns:
        Median steps and their range, then the window; bold for the best, ``≈`` for those that are
        not conclusively slower; the best score where the target is not reached.
    """
    if not one.complete:
        return "not run"
    if one.error:
        return "error"
    if not one.reaches:
        return f"– {one.best:.1%}"
    words = f"{spread(one)} {len(one.window)}/{len(one.given.rates)}"
    if one is best:
        return f"**{words}**"
    return words if fewer(best.steps, one.steps) else f"≈ {words}"


def row(entries: Sequence[str]) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(entries)} |"
