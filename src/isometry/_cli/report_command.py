"""``isometry report``: tell a saved run again; no model and no framework is loaded."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from isometry import errors
from isometry._cli import check_options as options
from isometry._cli.files import opened, refuse_existing
from isometry._cli.run_telling import judged, refuse_format, tell_comparison, tell_run, tell_runs
from isometry._cli.settings import Settings, configured
from isometry._cli.telling import Telling, chosen, tell, write_page
from isometry.findings import FAIL_ON, Diagnosis, FailOn, TrainingRun, from_json
from isometry.measurements import Recorded, is_history, recorded
from isometry.measurements.histories import SUFFIX
from isometry.reports import comparison

FILE = click.Path(path_type=Path)

KINDS = "a run that `isometry check --save` has written, or a history of a monitor"

FOUND = 1
"""The exit code where findings count."""


@click.command()
@click.argument("runs", type=FILE, nargs=-1, required=True)
@click.option("--against", type=FILE, help="An earlier run: tell what is gone, new, or stays.")
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    help="From which severity on the exit code is 1; error for histories, never for runs of check.",
)
@options.HTML
@options.FORMAT
@options.OUT
@options.ASCII
@options.FORCE
def report(
    runs: tuple[Path, ...],
    against: Path | None,
    fail_on: FailOn | None,
    html: Path | None,
    fmt: str | None,
    out: Path | None,
    *,
    ascii_only: bool,
    force: bool,
) -> None:
    """Tell RUNS again: a file that `isometry check --save` has written, or histories of a monitor.

    A history holds a line of JSON a capture, as isometry.integrations.JsonLines writes it; several
    are told beside each other. Neither the model nor a framework is loaded.

    Exit codes: 0 fine, 1 a history has findings, 2 bad input, 4 a defect.
    """
    given = Settings(fail_on=fail_on).over(configured(Path.cwd()))
    refuse_existing(out, html, force=force)
    named = chosen(fmt or given.format, out)
    how = Telling(named, out, ascii_only=ascii_only, force=force, html=html)
    paths = runs if against is None else (against, *runs)
    held = [opened(path, partial(_read, path)) for path in paths]
    histories = [one for one in held if isinstance(one, Recorded)]
    started = [one for one in held if isinstance(one, Diagnosis)]
    if len(paths) > 1:
        how = replace(how, format=fmt or "table")
    if histories and not started:
        told = [judged(*one, given) for one in zip(paths, histories, strict=True)]
        _tell_histories(told, how, given.limit)
        failed = any(one.fails(given.limit) for one in told[-len(runs) :])
    else:
        _tell_starts(started, how, given.limit, of=len(runs), paths=paths)
        failed = fail_on is not None and started[-1].fails(fail_on)
    if failed:
        raise click.exceptions.Exit(FOUND)


def _read(path: Path, text: str) -> Diagnosis | Recorded:
    if not text.strip():
        raise errors.InputError("the file is empty", needed=KINDS, do="make the run again")
    if is_history(text) or path.suffix == SUFFIX:
        return recorded(text)
    return from_json(text)


def _tell_histories(told: Sequence[TrainingRun], how: Telling, limit: FailOn) -> None:
    if len(told) == 1:
        tell_run(told[0], how, fail_on=limit)
    else:
        tell_runs(told, how)


def _tell_starts(
    started: Sequence[Diagnosis],
    how: Telling,
    limit: FailOn,
    *,
    of: int,
    paths: Sequence[Path],
) -> None:
    """One run of ``check``, or an earlier one and one."""
    if len(started) < len(paths):
        raise errors.InputError(
            f"{len(started)} of {len(paths)} files are runs of check, the others histories",
            needed="files of one kind",
            do="tell each kind by itself",
        )
    if of > 1:
        raise errors.InputError(
            f"there are {of} runs of check",
            needed="one, and an earlier one after --against",
            do="write isometry report LATER --against EARLIER",
        )
    if len(started) == 1:
        tell(started[0], how, fail_on=limit)
        return
    refuse_format(how, "leave --against out")
    write_page(started[1], how, before=started[0])
    tell_comparison(comparison(*started), how)
