"""``isometry check``: diagnose a model and say by the exit code whether it may train."""

import sys
from typing import Any

import click

from isometry._cli.check_options import ASCII, FAILS, FILL, IGNORE, LOSS, SEED, SELECT, codes
from isometry._cli.examining import Subject, examined, refuse_stopped
from isometry._cli.examples import BATCH, INPUT
from isometry._cli.model_commands import MODEL
from isometry.findings import FailOn
from isometry.reports import console, print_diagnosis

FOUND = 1
"""The exit code where findings are at least as bad as ``--fail-on``."""


@click.command()
@MODEL
@INPUT
@BATCH
@LOSS
@FILL
@SEED
@SELECT
@IGNORE
@FAILS
@ASCII
def check(
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: FailOn | None,
    *,
    ascii_only: bool,
    **subject: Any,
) -> None:
    """Diagnose MODEL on one batch; exit with 1 where it is badly started.

    MODEL is pkg.mod:factory, path/to/file.py:factory, or transformers:config.json; it is built with
    its values. Models that describe their own inputs need neither --input nor --batch.
    """
    found = examined(Subject(**subject), select=codes(select), ignore=codes(ignore))
    print_diagnosis(found, console(sys.stdout), ascii_only=ascii_only)
    refuse_stopped(found)
    if found.fails(fail_on or "error"):
        raise click.exceptions.Exit(FOUND)
