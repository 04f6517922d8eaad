"""How far the arena is, and how long it will still take."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from benchmarks.arena.limits import cost, limits
from benchmarks.arena.rows import Row
from benchmarks.arena.running import Job

WINDOW = 600.0
"""Seconds of the past from which the time left is told."""
PLAIN = 60.0
"""Seconds between two lines where there is no terminal."""


def work(job: Job) -> float:
    """What the open runs of a cell cost at most."""
    cell, done = job
    given = limits(cell)
    return cost(cell) * max(0, len(given.rates) * given.seeds - len(done))


@contextmanager
def bar(jobs: Sequence[Job]) -> Iterator[Callable[[Row], None]]:
    """A bar on standard error; where that is no terminal, a line each minute.

    Args:
        jobs: What there is to do.

    Yields:
        What to call with each run that ended.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    total = sum(map(work, jobs))
    with Progress(*columns, console=console, speed_estimate_period=WINDOW) as progress:
        task = progress.add_task("arena", total=total)
        spoken = began = time.monotonic()
        done = 0.0

        def told(row: Row) -> None:
            nonlocal spoken, done
            done += cost(row.cell)
            progress.update(task, advance=cost(row.cell), description=row.cell.key)
            now = time.monotonic()
            if not console.is_terminal and now - spoken > PLAIN:
                spoken = now
                left = (now - began) * (total - done) / done
                console.print(f"{done / total:.0%}, about {left / 60:.0f} min left: {row.cell.key}")

        yield told
