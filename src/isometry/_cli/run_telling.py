"""Training runs in each format, on stdout or in a file, alone or beside each other."""

from collections.abc import Sequence
from pathlib import Path

from isometry import errors, weights
from isometry._cli.settings import Settings
from isometry._cli.telling import Telling, Told, tell_judged, tell_table
from isometry.findings import RUN_RULES, FailOn, Origin, TrainingRun, selected, training_run
from isometry.measurements import Recorded
from isometry.reports import (
    Table,
    print_run,
    run_comparison,
    run_markdown,
    run_page,
)

COMPARED = ("table", "json", "markdown")
"""Formats that a comparison has."""


def judged(path: Path, held: Recorded, settings: Settings) -> TrainingRun:
    """A history as the rules of runs see it.

    ``select`` narrows them where it names one of them; else it is about starts.

    Args:
        path: The file.
        held: What it holds.
        settings: Which rules look.

    Returns:
        The run.
    """
    codes = [one.code for one in RUN_RULES]
    about = any(code.startswith(prefix) for prefix in settings.select for code in codes)
    rules = selected(settings.select if about else (), settings.ignore, rules=RUN_RULES)
    name = path.as_posix()
    origin = Origin(target=name, file=name, line=1)
    return training_run(held.captures, name=name, notes=held.notes, rules=rules, origin=origin)


def tell_run(run: TrainingRun, how: Telling, *, fail_on: FailOn) -> None:
    """Print or write a training run, and its page where one is asked for.

    Args:
        run: What was seen and found.
        how: How.
        fail_on: From which severity on JUnit counts a failure.

    Raises:
        FileError: The file cannot be written.
    """
    _write_page((run,), how)
    told = Told(
        run.to_json,
        lambda: run_markdown(run),
        lambda to: print_run(run, to, ascii_only=how.ascii_only),
    )
    tell_judged(run, told, how, fail_on=fail_on)


def tell_runs(runs: Sequence[TrainingRun], how: Telling) -> None:
    """Print or write training runs beside each other.

    Args:
        runs: Two or more.
        how: How.

    Raises:
        InputError: The format is none of a comparison.
        FileError: The file cannot be written.
    """
    refuse_format(how, "name one history")
    _write_page(runs, how)
    tell_comparison(run_comparison(runs), how)


def refuse_format(how: Telling, do: str) -> None:
    """Refuse a format that a comparison has not.

    Args:
        how: The format that is wanted.
        do: What else may be done.

    Raises:
        InputError: It has it not.
    """
    if how.format not in COMPARED:
        raise errors.InputError(
            f"a comparison has no format {how.format!r}",
            needed=f"one of {', '.join(COMPARED)}",
            do=f"choose one of them, or {do}",
        )


def tell_comparison(table: Table, how: Telling) -> None:
    """Print or write a comparison; in JSON a row is an object by headings."""
    names = [column.title for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    tell_table(table, {"title": table.title, "rows": rows, "summary": table.summary}, how)


def _write_page(runs: Sequence[TrainingRun], how: Telling) -> None:
    if how.html is not None:
        weights.write_text(how.html, run_page(*runs), force=how.force)
