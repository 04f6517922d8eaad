"""The page of training runs: one with its layers, or several beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from isometry.findings import TrainingRun, thresholds
from isometry.findings.training import RECENT
from isometry.measurements import encoding, summary
from isometry.reports.pages.content import ROWS, Told, escaped_json, told_of
from isometry.reports.pages.page import rendered
from isometry.reports.pages.run_pictures import run_pictures
from isometry.reports.run_comparisons import run_comparison
from isometry.reports.run_layers import headings, layer_rows, shown
from isometry.reports.run_numbers import number_table, run_sign, spread
from isometry.reports.table import Table

CAPTURES = 200
"""Captures whose numbers a page holds as data."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as the page shows it."""

    run: TrainingRun
    sign: str
    findings: tuple[Told, ...]


def run_page(*runs: TrainingRun, title: str = "") -> str:
    """Training runs as one HTML file, for a browser that is offline and may run no script.

    Args:
        *runs: One run, with its layers and all pictures, or several, with their losses.
        title: What the page is about; the names of the runs where not given.

    Returns:
        The text of the file.
    """
    layers = layer_rows(runs[0], shown(), ROWS) if len(runs) == 1 else []
    return rendered(
        "run.html",
        title=title or ", ".join(run.subject for run in runs),
        told=[Shown(run, run_sign(run), told_of(run.findings)) for run in runs],
        several=len(runs) > 1,
        numbers=_without_bars(runs),
        heads=headings(shown()),
        layers=layers,
        hidden=len(runs[0].paths) - len(layers) if layers else 0,
        figures=[(one, Markup(one.svg)) for one in run_pictures(runs)],
        limits=thresholds,
        recent=RECENT,
        data=Markup(escaped_json(_data(runs))),
    )


def _without_bars(runs: Sequence[TrainingRun]) -> Table:
    """The numbers without bars of letters: a page has pictures."""
    if len(runs) > 1:
        table = run_comparison(runs)
        return replace(
            table, rows=tuple(row for row in table.rows if row[0] != "loss over the run")
        )
    table = number_table(runs[0])
    return replace(table, columns=table.columns[:-1], rows=tuple(row[:-1] for row in table.rows))


def _data(runs: Sequence[TrainingRun]) -> dict[str, object]:
    told = [
        {
            "name": run.subject,
            "verdict": run.verdict,
            "findings": encoding.to_data(run.findings),
            "summaries": [
                {"step": one.step, **encoding.to_data(summary(one))}
                for one in spread(run.captures, CAPTURES)
            ],
        }
        for run in runs
    ]
    return {"schema": 1, "runs": told}
