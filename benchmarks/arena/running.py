"""Workers that play cells, and one writer; killed at any time, the next run goes on."""

import multiprocessing
import queue
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from benchmarks.arena import rows
from benchmarks.arena.cells import Cell
from benchmarks.arena.limits import limits
from benchmarks.arena.rows import Row

Job = tuple[Cell, list[Row]]
"""A cell and its runs that are done."""
PATIENCE = 5.0
"""Seconds between two looks at whether workers live."""


def missing(cells: Sequence[Cell], done: Sequence[Row]) -> list[Job]:
    """The cells that have runs to do.

    Args:
        cells: What is to be played.
        done: Runs that are done, of these and of other cells.

    Returns:
        One job for each cell that is not complete.
    """
    of_cell: defaultdict[Cell, list[Row]] = defaultdict(list)
    for row in done:
        of_cell[row.cell].append(row)
    return [(cell, of_cell[cell]) for cell in cells if _open(cell, of_cell[cell])]


def _open(cell: Cell, done: Sequence[Row]) -> int:
    """How many runs of a cell are to be done."""
    given = limits(cell)
    wanted = {(rate, seed) for rate in given.rates for seed in range(given.seeds)}
    return len(wanted - {(row.rate, row.seed) for row in done})


def run(jobs: Sequence[Job], folder: Path, workers: int, told: Callable[[Row], None]) -> None:
    """Play all jobs and write each run as it ends.

    Args:
        jobs: What is to be played.
        folder: Where results are appended.
        workers: How many processes play, each on one thread.
        told: Called with each run after it was written.

    Raises:
        RuntimeError: A worker ended before its time.
    """
    context = multiprocessing.get_context("spawn")
    todo: Any = context.Queue()
    results: Any = context.Queue()
    for job in jobs:
        todo.put(job)
    for _ in range(workers):
        todo.put(None)
    players = [context.Process(target=_work, args=(todo, results)) for _ in range(workers)]
    for player in players:
        player.start()
    try:
        _gather(results, players, folder, told)
    finally:
        for player in players:
            player.terminate()
            player.join()


def _gather(
    results: Any, players: Sequence[SpawnProcess], folder: Path, told: Callable[[Row], None]
) -> None:
    playing = len(players)
    while playing:
        try:
            row = results.get(timeout=PATIENCE)
        except queue.Empty:
            _require_alive(players)
            continue
        if row is None:
            playing -= 1
        else:
            rows.append(folder, row)
            told(row)


def _require_alive(players: Sequence[SpawnProcess]) -> None:
    fallen = [player.exitcode for player in players if player.exitcode]
    if fallen:
        raise RuntimeError(
            f"found a worker that ended with code {fallen[0]}; needed one that plays its cells; "
            "run the arena again: it goes on where it stopped, with --workers 1 to see the error"
        )


def _work(todo: Any, results: Any) -> None:
    # Ctrl-C goes to all processes; the parent ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import torch  # noqa: PLC0415 - only the workers need it

    from benchmarks.arena.playing import play  # noqa: PLC0415 - loads torch

    torch.set_num_threads(1)
    while (job := todo.get()) is not None:
        for row in play(*job):
            results.put(row)
    results.put(None)
