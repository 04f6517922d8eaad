"""Runs that never happened, to see what the arena makes of them."""

from collections.abc import Iterable, Iterator, Mapping

from benchmarks.arena.cells import Cell
from benchmarks.arena.limits import limits
from benchmarks.arena.rows import Row

RELU = Cell("digits", "mlp", "relu", 30, "auto")


def run(cell: Cell, rate: float, seed: int, steps: int | None, best: float = 0.5) -> Row:
    """One run that reached its target, or used up its budget."""
    score = best if steps is None else 0.96
    return Row(cell, rate, seed, steps, score, 0.1, "budget" if steps is None else "target")


def played(cell: Cell, steps: int | None, best: float = 0.5) -> Iterator[Row]:
    """All runs of a cell; seed after seed needs one step more."""
    for rate in limits(cell).rates:
        for seed in range(limits(cell).seeds):
            yield run(cell, rate, seed, None if steps is None else steps + seed, best)


def at(cell: Cell, steps: Mapping[float, Iterable[int | None]]) -> Iterator[Row]:
    """A cell told rate by rate; rates that are left out reach nothing."""
    for rate in limits(cell).rates:
        seeds = [None] * limits(cell).seeds
        for seed, needed in enumerate(steps.get(rate, seeds)):
            yield run(cell, rate, seed, needed)
