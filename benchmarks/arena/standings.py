"""What the runs of a cell say together: median and spread at its best rate, and its window."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from benchmarks.arena.cells import OURS, STARTS, Cell
from benchmarks.arena.limits import Limits, limits
from benchmarks.arena.rows import Row

LEVEL = 0.05
"""A difference is conclusive where chance makes one as large in one of twenty cases. With three
seeds on each side, that asks for ranges that do not touch."""


@dataclass(frozen=True)
class Standing:
    """A cell with all of its runs.

    Attributes:
        cell: What was run.
        rows: Its runs.
    """

    cell: Cell
    rows: tuple[Row, ...]

    @property
    def given(self) -> Limits:
        """What each run was given."""
        return limits(self.cell)

    def at(self, rate: float) -> tuple[Row, ...]:
        """The runs at one rate."""
        return tuple(row for row in self.rows if row.rate == rate)

    @cached_property
    def complete(self) -> bool:
        """Whether every seed was run at every rate, or told as hopeless."""
        return all(len(self.at(rate)) == self.given.seeds for rate in self.given.rates)

    @cached_property
    def rate(self) -> float:
        """The rate with the least median steps; where none reaches, that of the best score."""
        rates = [rate for rate in self.given.rates if self.at(rate)]
        return min(rates, key=lambda rate: (_median(self.at(rate)), -_best(self.at(rate)), rate))

    @property
    def steps(self) -> tuple[float, ...]:
        """Steps to the target at the best rate, in order; infinite where it was not reached."""
        return _steps(self.at(self.rate))

    @property
    def median(self) -> float:
        """The median seed's steps at the best rate."""
        return _median(self.at(self.rate))

    @property
    def reaches(self) -> bool:
        """Whether the median seed reaches the target at some rate."""
        return math.isfinite(self.median)

    @property
    def best(self) -> float:
        """The median seed's best score, at the rate where it is greatest."""
        return max(_best(self.at(rate)) for rate in self.given.rates if self.at(rate))

    @cached_property
    def window(self) -> tuple[float, ...]:
        """The rates at which the median seed reaches the target."""
        return tuple(
            rate
            for rate in self.given.rates
            if self.at(rate) and math.isfinite(_median(self.at(rate)))
        )

    @property
    def error(self) -> str:
        """What the start failed with, if it did."""
        return next((row.error for row in self.rows if row.error), "")


def _steps(rows: Iterable[Row]) -> tuple[float, ...]:
    return tuple(sorted(math.inf if row.steps is None else row.steps for row in rows))


def _median(rows: Iterable[Row]) -> float:
    return statistics.median_high(_steps(rows))


def _best(rows: Iterable[Row]) -> float:
    return statistics.median(row.best for row in rows)


Board = Mapping[Cell, Standing]
"""Every cell that has runs."""


def board(rows: Iterable[Row]) -> Board:
    """The standings of all cells.

    Args:
        rows: All runs.

    Returns:
        One standing for each cell with at least one run that its limits know of.
    """
    of_cell: defaultdict[Cell, list[Row]] = defaultdict(list)
    for row in rows:
        if row.rate in limits(row.cell).rates and row.seed < limits(row.cell).seeds:
            of_cell[row.cell].append(row)
    return {cell: Standing(cell, tuple(found)) for cell, found in of_cell.items()}


def complete(standings: Board) -> Board:
    """The cells that were run to their end."""
    return {cell: one for cell, one in standings.items() if one.complete}


def rivals(standings: Board, question: Cell) -> list[Standing]:
    """All complete cells of a question but ours, quickest first, the wider window first of two."""
    cells = [question.under(name) for name in STARTS if name != OURS]
    found = [standings[cell] for cell in cells if cell in standings and standings[cell].complete]
    return sorted(found, key=lambda one: (one.median, -len(one.window), one.cell.recipe))


def chance(lower: tuple[float, ...], higher: tuple[float, ...]) -> float:
    """The exact one-sided rank test of Mann and Whitney, with equal values at their middle rank.

    Args:
        lower: Steps that are thought to be fewer.
        higher: Steps that are thought to be more.

    Returns:
        The part of all ways to deal the values out that puts ``lower`` at least as low.

    >>> chance((1, 2, 3), (4, 5, 6)), chance((1, 2, 4), (3, 5, 6))
    (0.05, 0.1)
    """
    pooled = (*lower, *higher)
    ranks = [_middle_rank(value, pooled) for value in pooled]
    seen = sum(ranks[: len(lower)])
    sums = [sum(dealt) for dealt in combinations(ranks, len(lower))]
    return sum(one <= seen for one in sums) / len(sums)


def _middle_rank(value: float, pooled: tuple[float, ...]) -> float:
    below = sum(one < value for one in pooled)
    return below + (sum(one == value for one in pooled) + 1) / 2


def fewer(lower: tuple[float, ...], higher: tuple[float, ...]) -> bool:
    """Whether some steps are conclusively fewer than others."""
    return chance(lower, higher) <= LEVEL
