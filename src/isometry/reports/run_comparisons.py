"""Training runs beside each other: where each came to, and what is wrong with it."""

from collections.abc import Sequence
from pathlib import PurePath

from isometry.findings import TrainingRun
from isometry.measurements import summary
from isometry.reports.bars import even_bars
from isometry.reports.run_numbers import NUMBERS, words
from isometry.reports.severities import FINE, SIGNS
from isometry.reports.table import Column, Table


def run_comparison(runs: Sequence[TrainingRun], *, bars: int = 16) -> Table:
    """The last of the eight numbers of each run, its loss as a curve, and its findings.

    Args:
        runs: The runs, one at least.
        bars: How many bars show a loss at most.

    Returns:
        One column a run.
    """
    last = [summary(run.captures[-1]) for run in runs]
    rows = [
        ("steps", *(run.steps.partition(" ")[2] for run in runs)),
        ("captures", *(str(len(run.captures)) for run in runs)),
        *((told.name, *(words(told, one[told.key]) for one in last)) for told in NUMBERS),
        ("loss over the run", *(_losses(run, bars) for run in runs)),
        ("findings", *map(_found, runs)),
    ]
    heads = [Column(name) for name in labels(runs)]
    notes = [f"{run.subject}: {note}" for run in runs for note in run.notes]
    verdicts = [f"{run.subject}: {run.verdict}" for run in runs]
    title = f"{len(runs)} runs at their last captures"
    return Table(title, (Column("number"), *heads), tuple(rows), (*verdicts, *notes))


def labels(runs: Sequence[TrainingRun]) -> tuple[str, ...]:
    """Names of runs: the file without folder and ending where that tells them apart."""
    stems = [PurePath(run.subject).stem for run in runs]
    if len({*stems}) == len(runs):
        return tuple(stems)
    return tuple(f"{place} {run.subject}" for place, run in enumerate(runs, 1))


def _losses(run: TrainingRun, bars: int) -> str:
    return even_bars([one.loss for one in run.captures], bars, least=0.0)


def _found(run: TrainingRun) -> str:
    if run.findings:
        codes = " ".join(dict.fromkeys(one.code for one in run.findings))
        return f"{SIGNS[run.findings[0].severity]} {codes}"
    return f"{SIGNS['note']} too little seen" if run.unjudged else f"{FINE} none"
