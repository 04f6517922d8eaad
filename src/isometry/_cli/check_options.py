"""The options of ``check`` and ``report``."""

from pathlib import Path

import click

from isometry._cli.settings import FORMATS
from isometry.findings import FAIL_ON

LOSS = click.option(
    "--loss",
    default="",
    metavar="pkg:fn|auto",
    help="A function from the model's output to one number, or auto: targets drawn by chance. The "
    "loss that the model returns itself, else noise at its outputs, where not given.",
)
FILL = click.option(
    "--recipe", "-r", default="", help="Fill the model by this recipe before it is looked at."
)
SEED = click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1))
FAILS = click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    help="From which severity on the exit code is 1; error if not given.",
)
SELECT = click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    help="Codes of rules or beginnings of codes, with commas between: ISO1,ISO301.",
)
IGNORE = click.option("--ignore", multiple=True, metavar="CODES", help="Rules to leave out.")
BASELINE = click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    help="A file of known findings, which do not count until they get worse.",
)
UPDATE = click.option("--update-baseline", is_flag=True, help="Write what is found as known.")
SAVE = click.option(
    "--save",
    type=click.Path(path_type=Path),
    metavar="FILE.iso.json",
    help="Write the run, for `isometry report`.",
)
FORMAT = click.option(
    "--format",
    "-f",
    "fmt",
    type=click.Choice(FORMATS),
    help="How the result is told; github in a workflow of GitHub, else table, if not given.",
)
ASCII = click.option(
    "--ascii", "ascii_only", is_flag=True, help="A table without letters beyond ASCII."
)
OUT = click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="Write to this file, not to stdout."
)
HTML = click.option(
    "--html", type=click.Path(path_type=Path), help="Write the whole as one page for a browser."
)
FORCE = click.option("--force", is_flag=True, help="Overwrite existing files.")


def codes(values: tuple[str, ...]) -> tuple[str, ...]:
    """Codes that were given one by one or with commas between."""
    return tuple(code for value in values for code in value.replace(",", " ").split())
