"""Prose in a terminal: lines with their look, and findings with their mends."""

import io
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from isometry.findings import Finding, Mend
from isometry.reports.ascii import in_ascii, table_in_ascii
from isometry.reports.severities import SIGNS, STYLES
from isometry.reports.table import Table
from isometry.reports.terminal import print_rows, visible

WIDEST = 100
"""Letters of a line of prose, however wide the window is."""

NARROW = 100
"""Columns of a window below which a table must save room."""

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Line:
    """One line and how it looks."""

    text: str
    style: str = ""


def knows_ascii_alone(to: Console) -> bool:
    """Whether the stream's encoding has no other letters."""
    return not to.encoding.lower().startswith("utf")


def print_parts(parts: Iterable[Line | Table], to: Console, *, ascii_only: bool) -> None:
    """Print lines and the rows of tables; text is never read as markup.

    Args:
        parts: What is printed, in order.
        to: Where.
        ascii_only: Use no letter beyond ASCII.
    """
    for part in parts:
        if isinstance(part, Table):
            print_rows(table_in_ascii(part) if ascii_only else part, to)
        else:
            text = in_ascii(part.text) if ascii_only else part.text
            to.print(Text(visible(text), style=part.style), soft_wrap=True)


def plain(printing: Callable[[Console], None], width: int) -> str:
    """What is printed, as plain text without spaces at the ends of its lines.

    Args:
        printing: What prints on a console.
        width: Letters of a line.

    Returns:
        The lines.
    """
    written = io.StringIO()
    printing(Console(file=written, width=width, force_terminal=False, highlight=False))
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def headed(text: str, width: int) -> Iterator[Line]:
    """A heading, and an empty line after it."""
    yield from (Line(one, "bold") for one in textwrap.wrap(text, width, subsequent_indent=INDENT))
    yield Line("")


def findings_lines(found: Iterable[Finding], width: int) -> Iterator[Line]:
    """Findings with their mends; a mend that was told is not told again.

    Args:
        found: The findings.
        width: Letters of a line.

    Yields:
        The lines, an empty one after each finding.
    """
    told: dict[Mend, str] = {}
    for one in found:
        yield from _finding(one, width, told)
        told.setdefault(one.mend, one.code)


def _finding(one: Finding, width: int, told: dict[Mend, str]) -> Iterator[Line]:
    head = f"{SIGNS[one.severity]} {one.severity}  {one.code} {one.name}  {one.where}"
    yield Line(head.rstrip(), STYLES[SIGNS[one.severity]])
    for text in wrapped(one.message, width):
        yield Line(text)
    if one.mend in told:
        yield Line(f"{INDENT}mend: as for {told[one.mend]}")
    else:
        yield from (Line(text) for text in wrapped(f"mend: {one.mend.words}", width))
        if one.mend.code:
            yield Line(f"{INDENT}      {one.mend.code}")
    yield Line("")


def wrapped(text: str, width: int) -> list[str]:
    """Prose in lines that are indented under a finding."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
