"""Formats, and the commands that only print a list."""

import json
import math
import sys
from typing import Any

import click

from isometry import _version, recipes, rng, schemes
from isometry.reports import Table, console, markdown, print_table
from isometry.reports.table import Column

FORMAT = click.option(
    "--format",
    "-f",
    "fmt",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="How the result is printed.",
)


def show(table: Table, data: dict[str, Any], fmt: str) -> None:
    """Print one result on stdout as a table, as JSON with a schema number, or as Markdown."""
    match fmt:
        case "json":
            click.echo(as_json(data))
        case "markdown":
            click.echo(markdown(table))
        case _:
            print_table(table, console(sys.stdout))


def as_json(data: dict[str, Any]) -> str:
    """Strict JSON with a schema number; numbers that JSON has not become ``null``."""
    return json.dumps({"schema": 1, **_finite(data)}, indent=1, allow_nan=False)


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


@click.command("schemes")
@FORMAT
def schemes_command(fmt: str) -> None:
    """Every scheme, with what it does."""
    rows = tuple((name, schemes.summary(name)) for name in schemes.names())
    table = Table(f"{len(rows)} schemes", (Column("name"), Column("what it does")), rows)
    show(table, {"schemes": dict(rows)}, fmt)


@click.command("recipes")
@FORMAT
def recipes_command(fmt: str) -> None:
    """Every recipe for whole models, with what it does."""
    rows = tuple((name, recipes.summary(name)) for name in ("native", *recipes.names()))
    table = Table(f"{len(rows)} recipes", (Column("name"), Column("what it does")), rows)
    show(table, {"recipes": dict(rows)}, fmt)


@click.command("version")
def version_command() -> None:
    """The version of isometry and of the bits that it draws."""
    click.echo(f"isometry {_version.__version__} (bits {rng.VERSION})")
