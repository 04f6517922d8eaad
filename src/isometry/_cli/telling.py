"""A diagnosis in each format, on stdout or in a file."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from isometry import weights
from isometry._cli.printing import as_json
from isometry.findings import Diagnosis, FailOn, Judged
from isometry.reports import (
    Table,
    annotations,
    console,
    diagnosis_markdown,
    junit,
    markdown,
    page,
    print_diagnosis,
    print_table,
    sarif,
)
from isometry.reports.ascii import table_in_ascii
from isometry.reports.terminal import PIPE_WIDTH

GITHUB = "GITHUB_ACTIONS"


@dataclass(frozen=True, slots=True)
class Telling:
    """How and where a diagnosis is told.

    Attributes:
        format: One of ``settings.FORMATS``.
        out: The file; stdout where there is none.
        ascii_only: Whether a table uses no letter beyond ASCII.
        force: Whether an existing file is overwritten.
        html: Where a page goes, too.
    """

    format: str
    out: Path | None = None
    ascii_only: bool = False
    force: bool = False
    html: Path | None = None


def chosen(named: str, out: Path | None, environment: Mapping[str, str] = os.environ) -> str:
    """The format: what was named, else annotations in a workflow of GitHub, else a table.

    Args:
        named: What the command line or a pyproject.toml says.
        out: The file; annotations make sense on stdout alone.
        environment: Variables of the environment.

    Returns:
        The format's name.
    """
    in_workflow = environment.get(GITHUB) == "true" and out is None
    return named or ("github" if in_workflow else "table")


def write_page(diagnosis: Diagnosis, how: Telling, *, before: Diagnosis | None = None) -> None:
    """Write the page, where one is asked for: of one run, or of an earlier one beside it."""
    if how.html is not None:
        first, after = (diagnosis, None) if before is None else (before, diagnosis)
        weights.write_text(how.html, page(first, after=after), force=how.force)


def tell(diagnosis: Diagnosis, how: Telling, *, fail_on: FailOn = "error") -> None:
    """Print or write a diagnosis, and its page where one is asked for.

    Args:
        diagnosis: What was found.
        how: How.
        fail_on: From which severity on JUnit counts a failure.

    Raises:
        FileError: The file cannot be written.
    """
    write_page(diagnosis, how)
    told = Told(
        diagnosis.to_json,
        lambda: diagnosis_markdown(diagnosis),
        lambda to: print_diagnosis(diagnosis, to, ascii_only=how.ascii_only),
    )
    tell_judged(diagnosis, told, how, fail_on=fail_on)


@dataclass(frozen=True, slots=True)
class Told:
    """What only a start, or only a run, knows how to tell.

    Attributes:
        data: As JSON.
        prose: As Markdown.
        printing: In a terminal.
    """

    data: Callable[[], str]
    prose: Callable[[], str]
    printing: Callable[[Console], None]


def tell_judged(judged: Judged, told: Told, how: Telling, *, fail_on: FailOn) -> None:
    """Print or write a start or a run in the wanted format.

    Args:
        judged: What was found.
        told: How to tell it where formats have no rule for both.
        how: Which format, and where to.
        fail_on: From which severity on JUnit counts a failure.

    Raises:
        FileError: The file cannot be written.
    """
    match how.format:
        case "json":
            put(told.data(), how)
        case "markdown":
            put(told.prose(), how)
        case "github":
            put(annotations(judged), how)
        case "junit":
            put(junit(judged, fail_on=fail_on), how)
        case "sarif":
            put(sarif(judged), how)
        case _:
            print_told(told.printing, how)


def tell_table(table: Table, data: dict[str, Any], how: Telling) -> None:
    """Print or write a table, in the formats that every table has.

    Args:
        table: What is told.
        data: The same for JSON.
        how: How.

    Raises:
        FileError: The file cannot be written.
    """
    match how.format:
        case "json":
            put(as_json(data), how)
        case "markdown":
            put(markdown(table), how)
        case _:
            shown = table_in_ascii(table) if how.ascii_only else table
            print_told(lambda to: print_table(shown, to), how)


def print_told(printing: Callable[[Console], None], how: Telling) -> None:
    """To the terminal itself where it is one, so that it has its colours and its width."""
    if how.out is None:
        printing(console(sys.stdout))
        return
    written = io.StringIO()
    printing(Console(file=written, width=PIPE_WIDTH, force_terminal=False, highlight=False))
    put(written.getvalue(), how)


def put(text: str, how: Telling) -> None:
    """Print or write a text."""
    whole = text.rstrip("\n") + "\n"
    if how.out is None:
        click.echo(whole, nl=False)
    else:
        weights.write_text(how.out, whole, force=how.force)
