"""One cell played through: every seed at every rate, clear misses at their first seed only."""

import time
from collections.abc import Iterable, Iterator

from torch import nn

from benchmarks.arena import pupils, training
from benchmarks.arena.cells import Cell
from benchmarks.arena.limits import limits
from benchmarks.arena.rows import Row

MARGIN = 0.02
"""A first seed that stays so far below the target has missed it clearly."""


def play(cell: Cell, done: Iterable[Row] = ()) -> Iterator[Row]:
    """The runs of a cell that are still to be done.

    Seeds go one after the other, so that a rate that is hopeless at the first is not tried again:
    its other runs are told as skipped, and count as runs that do not reach the target.

    Args:
        cell: What is run.
        done: Its runs that are done already.

    Yields:
        One row for each run, as it ends.
    """
    known = {(row.rate, row.seed): row for row in done}
    for seed in range(limits(cell).seeds):
        start = _Start(cell, seed)
        for rate in limits(cell).rates:
            if (rate, seed) in known:
                continue
            if seed and hopeless(known[rate, 0]):
                row = Row(cell, rate, seed, None, known[rate, 0].best, None, "skipped")
            else:
                row = start.run(rate)
            known[rate, seed] = row
            yield row


def hopeless(row: Row) -> bool:
    """Whether a run at the first seed says enough of the others."""
    missed = row.steps is None and row.best < limits(row.cell).target - MARGIN
    return row.reason in ("hopeless", "error") or missed


class _Start:
    """The start of one seed, made when its first rate is run and kept for the others."""

    def __init__(self, cell: Cell, seed: int) -> None:
        self._cell, self._seed = cell, seed
        self._model: nn.Module | None = None
        self._error = ""
        self._seconds = 0.0

    def run(self, rate: float) -> Row:
        """One run at one rate."""
        if self._model is None and not self._error:
            self._make()
        if self._model is None:
            return self._failed(rate, self._error)
        pupil = pupils.pupil(self._model, self._cell, rate, self._seed)
        given = limits(self._cell)
        course = training.train(pupil, given)
        return Row(
            self._cell,
            rate,
            self._seed,
            course.steps,
            round(course.best, 4) if course.scores else 0.0,
            rounded(course.loss),
            course.reason,
            seconds=round(course.seconds, 2),
            setup=round(self._seconds, 2),
            curve=training.curve(course, given) if self._seed == 0 else (),
        )

    def _make(self) -> None:
        began = time.perf_counter()
        try:
            self._model = pupils.started(self._cell, self._seed)
        except Exception as error:  # a start that crashes is a result
            lines = str(error).splitlines() or [""]
            self._error = f"{type(error).__name__}: {lines[0]}"[:160]
        self._seconds = time.perf_counter() - began

    def _failed(self, rate: float, error: str) -> Row:
        return Row(self._cell, rate, self._seed, None, 0.0, None, "error", error=error)


def rounded(loss: float) -> float | None:
    """A loss of four digits, and none where it is no number: JSON has no word for that."""
    return float(f"{loss:.4g}") if abs(loss) < float("inf") else None
