"""The pictures of training runs, from what a monitor saw."""

import math
from collections.abc import Iterator, Sequence

from isometry.findings import TrainingRun
from isometry.measurements import by_layer, summary
from isometry.reports import figures
from isometry.reports.figures import Figure
from isometry.reports.figures.paths import Place
from isometry.reports.run_comparisons import labels


def run_pictures(runs: Sequence[TrainingRun]) -> tuple[Figure, ...]:
    """Every picture that the captures allow; of several runs the loss alone.

    Args:
        runs: One run or more.

    Returns:
        The pictures, in the order of the page.
    """
    losses = {
        label: [(one.step, one.loss) for one in run.captures]
        for label, run in zip(labels(runs), runs, strict=True)
    }
    drawn = [figures.loss_lines(losses)] if any(map(_known, losses.values())) else []
    return (*drawn, *(_of_run(runs[0]) if len(runs) == 1 else ()))


def _of_run(run: TrainingRun) -> Iterator[Figure]:
    steps = [one.step for one in run.captures]
    numbers = [summary(one) for one in run.captures]
    slopes = {
        name: [(step, one[key]) for step, one in zip(steps, numbers, strict=True)]
        for name, key in (("signal", "act_slope"), ("gradient", "delta_slope"))
    }
    if any(map(_known, slopes.values())):
        yield figures.slope_lines(slopes)
    updates = _seen(run, "update_log10")
    if updates:
        yield figures.update_lines(steps, updates)
    dead = _seen(run, "dead_frac")
    if dead:
        yield figures.unit_heatmap(steps, list(dead), list(dead.values()), what="dead units")


def _seen(run: TrainingRun, name: str) -> dict[str, list[float]]:
    """The layers of which a number is known at any step."""
    rows = by_layer(run.captures, name)
    return {path: row for path, row in rows.items() if any(map(math.isfinite, row))}


def _known(curve: Sequence[Place]) -> bool:
    return any(math.isfinite(value) for _, value in curve)
