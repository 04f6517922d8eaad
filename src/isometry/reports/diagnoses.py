"""A diagnosis in a terminal: what was looked at, signals, findings with their mends, verdict."""

import io
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from isometry import _version
from isometry.findings import Diagnosis, Finding, Mend
from isometry.reports.ascii import in_ascii, table_in_ascii
from isometry.reports.severities import FINE, SIGNS, STYLES
from isometry.reports.signals import signal_table
from isometry.reports.terminal import print_rows, visible
from isometry.reports.wording import count

WIDEST = 100
"""Letters of a line of prose, however wide the window is."""

NARROW = 100
"""Columns of a window below which the table must save room."""

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Line:
    """One line and how it looks."""

    text: str
    style: str = ""


def print_diagnosis(diagnosis: Diagnosis, to: Console, *, ascii_only: bool = False) -> None:
    """Print a diagnosis; text is never read as markup.

    Args:
        diagnosis: What was measured and found.
        to: Where it is printed.
        ascii_only: Use no letter beyond ASCII; also where the stream's encoding knows no other.
    """
    ascii_only = ascii_only or not to.encoding.lower().startswith("utf")
    width, table = min(to.width, WIDEST), signal_table(diagnosis, bars=_bars(to.width))
    head = textwrap.wrap(heading(diagnosis), width, subsequent_indent=INDENT)
    _print([*(Line(text, "bold") for text in head), Line("")], to, ascii_only=ascii_only)
    print_rows(table_in_ascii(table) if ascii_only else table, to)
    _print([Line(""), *lines(diagnosis, width)], to, ascii_only=ascii_only)


def diagnosis_text(diagnosis: Diagnosis, *, width: int = WIDEST, ascii_only: bool = False) -> str:
    """What :func:`print_diagnosis` prints, as plain text.

    Args:
        diagnosis: What was measured and found.
        width: Letters of a line.
        ascii_only: Use no letter beyond ASCII.

    Returns:
        Lines without spaces at their ends.
    """
    written = io.StringIO()
    to = Console(file=written, width=width, force_terminal=False, highlight=False)
    print_diagnosis(diagnosis, to, ascii_only=ascii_only)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def _bars(width: int) -> int:
    return 8 if width < NARROW else 32


def _print(told: list[Line], to: Console, *, ascii_only: bool) -> None:
    for line in told:
        text = in_ascii(line.text) if ascii_only else line.text
        to.print(Text(visible(text), style=line.style), soft_wrap=True)


def heading(diagnosis: Diagnosis) -> str:
    """What was looked at, in one line."""
    seen, origin = diagnosis.measurement, diagnosis.origin
    sizes = sum(one.size for one in seen.parameters if one.kind == "parameter")
    bends = dict.fromkeys(one.name for one in seen.activations)
    parts = [
        f"isometry {_version.__version__}",
        origin.target or seen.model,
        f"{len(seen.layers)} layer{'s' * (len(seen.layers) != 1)}",
        f"{count(sizes)} parameters",
        ", ".join(list(bends)[:3]),
        f"batch {seen.batch}" if seen.batch else "",
        f"seed {origin.seed}" if origin.seed >= 0 else "",
        origin.recipe,
    ]
    return " · ".join(part for part in parts if part)


def lines(diagnosis: Diagnosis, width: int) -> Iterator[Line]:
    """The findings with their mends, then the verdict.

    Args:
        diagnosis: What was found.
        width: Letters of a line.

    Yields:
        The lines, in order.
    """
    told: dict[Mend, str] = {}
    for one in diagnosis.findings:
        yield from _finding(one, width, told)
        told.setdefault(one.mend, one.code)
    for one in diagnosis.known:
        yield Line(f"  known: {one.code} {one.name}  {one.where}", "dim")
    yield from _verdict(diagnosis, width)


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


def _verdict(diagnosis: Diagnosis, width: int) -> Iterator[Line]:
    if diagnosis.findings:
        codes = dict.fromkeys(one.code for one in diagnosis.findings)
        yield Line(f"{diagnosis.counts}; why: isometry explain {next(iter(codes))}", "bold")
    if diagnosis.stopped:
        found = "" if diagnosis.findings else "; nothing was found before."
        yield Line(f"{SIGNS['error']} {diagnosis.stopped}{found}", STYLES[SIGNS["error"]])
    elif diagnosis.ok:
        yield Line(f"{FINE} {diagnosis.verdict}", STYLES[FINE])
    yield from (Line(text, "bold") for text in _attempt(diagnosis))
    for note in diagnosis.measurement.notes:
        yield from (Line(text, "dim") for text in wrapped(f"not seen: {note}", width))


def _attempt(diagnosis: Diagnosis) -> Iterator[str]:
    """The same check after the mend of the worst finding, where a command line could do it."""
    origin = diagnosis.origin
    recipes = [one.mend.recipe for one in diagnosis.findings if one.mend.recipe]
    if origin.command and recipes and origin.recipe != recipes[0]:
        yield f"try: {origin.command} --recipe {recipes[0]}"
