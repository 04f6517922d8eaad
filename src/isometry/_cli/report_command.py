"""``isometry report``: tell a saved run again; no model and no framework is loaded."""

from dataclasses import replace
from pathlib import Path

import click

from isometry import errors
from isometry._cli import check_options as options
from isometry._cli.files import opened, refuse_existing
from isometry._cli.settings import configured
from isometry._cli.telling import Telling, chosen, tell, tell_table, write_page
from isometry.findings import Diagnosis, from_json
from isometry.reports import comparison

COMPARED = ("table", "json", "markdown")
"""Formats that a comparison of two runs has."""

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("run", type=FILE)
@click.option("--against", type=FILE, help="An earlier run: tell what is gone, new, or stays.")
@options.HTML
@options.FORMAT
@options.OUT
@options.ASCII
@options.FORCE
def report(
    run: Path,
    against: Path | None,
    html: Path | None,
    fmt: str | None,
    out: Path | None,
    *,
    ascii_only: bool,
    force: bool,
) -> None:
    """Tell RUN again, a file that `isometry check --save` has written.

    Neither the model nor a framework is loaded; the exit code does not depend on what was found.
    """
    given = configured(Path.cwd())
    refuse_existing(out, html, force=force)
    found = opened(run, from_json)
    how = Telling("", out, ascii_only=ascii_only, force=force, html=html)
    if against is None:
        tell(found, replace(how, format=chosen(fmt or given.format, out)), fail_on=given.limit)
    else:
        _compare(opened(against, from_json), found, replace(how, format=fmt or "table"))


def _compare(before: Diagnosis, after: Diagnosis, how: Telling) -> None:
    if how.format not in COMPARED:
        raise errors.InputError(
            f"a comparison has no format {how.format!r}",
            needed=f"one of {', '.join(COMPARED)}",
            do="choose one of them, or leave --against out",
        )
    write_page(after, how, before=before)
    table = comparison(before, after)
    names = [column.title for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    tell_table(table, {"title": table.title, "rows": rows, "summary": table.summary}, how)
