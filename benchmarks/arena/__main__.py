"""``python -m benchmarks.arena``: play a slice, go on where an earlier run stopped, tell it."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.arena import page, progress, rows, running, slices
from benchmarks.arena.running import Job

RESULTS = Path(__file__).parent / "results"
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@click.command()
@click.option("--slice", "name", type=click.Choice(list(slices.SLICES)), default="all")
@click.option("--workers", default=2, show_default=True, help="Processes, each on one thread.")
@click.option(
    "--results", type=click.Path(path_type=Path), default=RESULTS, help="Where results are kept."
)
@click.option(
    "--page", "write", type=click.Path(path_type=Path), help="Where the page goes, with its plots."
)
@click.option("--dry", is_flag=True, help="Say what there is to do, and do nothing.")
def main(name: str, workers: int, results: Path, write: Path | None, *, dry: bool) -> None:
    """Train the same nets under many starts; only what has no result yet is run.

    With --workers 0 nothing is run, and --page tells what is known.
    """
    cells = slices.cells(name)
    jobs = running.missing(cells, rows.read(results))
    click.echo(f"{len(cells)} cells, {len(jobs)} of them with runs to do", err=True)
    if workers and not dry:
        with rows.held(results):
            _play(jobs, results, workers)
    if write is not None and not dry:
        page.write(write, rows.read(results))
        click.echo(f"wrote {write}", err=True)


def _play(jobs: Sequence[Job], results: Path, workers: int) -> None:
    # Spawned workers take this over; threads beside two processes would get in each other's way.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    with progress.bar(jobs) as told:
        try:
            running.run(jobs, results, workers, told)
        except KeyboardInterrupt as stop:
            click.echo("stopped; run it again to go on", err=True)
            raise SystemExit(130) from stop


if __name__ == "__main__":
    main()
