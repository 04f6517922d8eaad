"""A diagnosis in a terminal: what was looked at, signals, findings with their mends, verdict."""

from collections.abc import Iterator

from rich.console import Console

from isometry import _version
from isometry.findings import Diagnosis
from isometry.reports.prose import (
    NARROW,
    WIDEST,
    Line,
    findings_lines,
    headed,
    knows_ascii_alone,
    plain,
    print_parts,
    wrapped,
)
from isometry.reports.severities import FINE, SIGNS, STYLES
from isometry.reports.signals import signal_table
from isometry.reports.table import Table
from isometry.reports.wording import count


def print_diagnosis(diagnosis: Diagnosis, to: Console, *, ascii_only: bool = False) -> None:
    """Print a diagnosis; text is never read as markup.

    Args:
        diagnosis: What was measured and found.
        to: Where it is printed.
        ascii_only: Use no letter beyond ASCII; also where the stream's encoding knows no other.
    """
    width, table = min(to.width, WIDEST), signal_table(diagnosis, bars=_bars(to.width))
    head, told = headed(heading(diagnosis), width), lines(diagnosis, width)
    parts: list[Line | Table] = [*head, table, Line(""), *told]
    print_parts(parts, to, ascii_only=ascii_only or knows_ascii_alone(to))


def diagnosis_text(diagnosis: Diagnosis, *, width: int = WIDEST, ascii_only: bool = False) -> str:
    """What :func:`print_diagnosis` prints, as plain text.

    Args:
        diagnosis: What was measured and found.
        width: Letters of a line.
        ascii_only: Use no letter beyond ASCII.

    Returns:
        Lines without spaces at their ends.
    """
    return plain(lambda to: print_diagnosis(diagnosis, to, ascii_only=ascii_only), width)


def _bars(width: int) -> int:
    return 8 if width < NARROW else 32


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
    yield from findings_lines(diagnosis.findings, width)
    for one in diagnosis.known:
        yield Line(f"  known: {one.code} {one.name}  {one.where}", "dim")
    yield from _verdict(diagnosis, width)


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
