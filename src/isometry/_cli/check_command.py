"""``isometry check``: diagnose a model and say by the exit code whether it may train."""

from pathlib import Path
from typing import Any

import click

from isometry import errors, weights
from isometry._cli import check_options as options
from isometry._cli.examining import Subject, examined, refuse_stopped
from isometry._cli.examples import BATCH, INPUT
from isometry._cli.files import opened, refuse_existing
from isometry._cli.model_commands import MODEL
from isometry._cli.settings import Settings, configured
from isometry._cli.telling import Telling, chosen, tell
from isometry.findings import Baseline, Diagnosis, FailOn, baseline_from_json, baseline_of

FOUND = 1
"""The exit code where findings are at least as bad as ``--fail-on``."""


@click.command()
@MODEL
@INPUT
@BATCH
@options.LOSS
@options.FILL
@options.SEED
@options.SELECT
@options.IGNORE
@options.FAILS
@options.BASELINE
@options.UPDATE
@options.SAVE
@options.HTML
@options.FORMAT
@options.OUT
@options.ASCII
@options.FORCE
def check(
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: FailOn | None,
    baseline: Path | None,
    save: Path | None,
    html: Path | None,
    fmt: str | None,
    out: Path | None,
    *,
    update_baseline: bool,
    ascii_only: bool,
    force: bool,
    **subject: Any,
) -> None:
    """Diagnose MODEL on one batch; exit with 1 where it is badly started.

    MODEL is pkg.mod:factory, path/to/file.py:factory, or transformers:config.json; it is built with
    its values. Models that describe their own inputs need neither --input nor --batch.

    Exit codes: 0 fine, 1 findings, 2 bad input, 3 the model fails, 4 a defect, 130 interrupted.
    """
    given = Settings(
        options.codes(select), options.codes(ignore), fail_on, baseline, fmt or ""
    ).over(configured(Path.cwd()))
    refuse_existing(out, save, html, force=force)
    known = _known(given.baseline, update=update_baseline)
    found = known.applied(examined(Subject(**subject), select=given.select, ignore=given.ignore))
    if update_baseline and given.baseline and not found.measurement.raised:
        found = _updated(found, given.baseline)
    if save is not None:
        weights.write_text(save, found.to_json(), force=force)
    how = Telling(chosen(given.format, out), out, ascii_only=ascii_only, force=force, html=html)
    tell(found, how, fail_on=given.limit)
    refuse_stopped(found)
    if found.fails(given.limit):
        raise click.exceptions.Exit(FOUND)


def _known(path: Path | None, *, update: bool) -> Baseline:
    """What a baseline knows; nothing where there is none, or where it is to be written."""
    if path is None and update:
        raise errors.InputError(
            "--update-baseline is given without a baseline",
            needed="the file that is to be written",
            do="add --baseline FILE, or set it in [tool.isometry]",
        )
    return Baseline() if path is None or update else opened(path, baseline_from_json)


def _updated(found: Diagnosis, path: Path) -> Diagnosis:
    """The diagnosis with all that was found written down as known."""
    known = baseline_of(found)
    weights.write_text(path, known.to_json(), force=True)
    return known.applied(found)
