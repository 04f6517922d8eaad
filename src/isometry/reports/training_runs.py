"""A training run in a terminal and as Markdown: eight numbers, layers, findings, verdict."""

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from rich.console import Console

from isometry import _version
from isometry.findings import TrainingRun
from isometry.reports.markdown import escaped, markdown
from isometry.reports.prose import (
    INDENT,
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
from isometry.reports.run_layers import layer_table
from isometry.reports.run_numbers import number_table, run_sign
from isometry.reports.severities import STYLES
from isometry.reports.summaries import findings_markdown
from isometry.reports.table import Table


def print_run(run: TrainingRun, to: Console, *, ascii_only: bool = False) -> None:
    """Print a training run; text is never read as markup.

    Args:
        run: What was seen and found.
        to: Where it is printed.
        ascii_only: Use no letter beyond ASCII; also where the stream's encoding knows no other.
    """
    width, narrow = min(to.width, WIDEST), to.width < NARROW
    numbers = number_table(run, columns=3 if narrow else 5, bars=8 if narrow else 24)
    layers = layer_table(run, bars=8 if narrow else 16, narrow=narrow)
    parts: list[Line | Table] = [*headed(run_heading(run), width), numbers, Line("")]
    if layers.rows:
        parts += [layers, *(Line(one, "dim") for one in layers.summary), Line("")]
    parts += [*findings_lines(run.findings, width), *_verdict(run, width)]
    print_parts(parts, to, ascii_only=ascii_only or knows_ascii_alone(to))


def run_text(run: TrainingRun, *, width: int = WIDEST, ascii_only: bool = False) -> str:
    """What :func:`print_run` prints, as plain text.

    Args:
        run: What was seen and found.
        width: Letters of a line.
        ascii_only: Use no letter beyond ASCII.

    Returns:
        Lines without spaces at their ends.
    """
    return plain(lambda to: print_run(run, to, ascii_only=ascii_only), width)


def run_markdown(run: TrainingRun) -> str:
    """The two tables, the findings with their mends, the verdict.

    Args:
        run: What was seen and found.

    Returns:
        Markdown in which hostile names break nothing.
    """
    layers = replace(layer_table(run), title="layers")
    end = f"**{run.counts}**" if run.findings else f"**{run_sign(run)} {escaped(run.verdict)}**"
    return "\n\n".join(
        [
            markdown(replace(number_table(run, bars=20), title=run_heading(run))),
            *([markdown(layers)] if layers.rows else []),
            *findings_markdown(run.findings),
            end,
            *(f"note: {escaped(note)}" for note in run.notes),
        ]
    )


def run_heading(run: TrainingRun) -> str:
    """What was looked at, in one line."""
    captures, weights = len(run.captures), len(run.paths)
    parts = [
        f"isometry {_version.__version__}",
        run.subject,
        run.steps,
        f"{captures} capture{'s' * (captures != 1)}",
        f"{weights} weight{'s' * (weights != 1)}",
    ]
    return " · ".join(parts)


def _verdict(run: TrainingRun, width: int) -> Iterator[Line]:
    if run.findings:
        yield Line(f"{run.counts}; why: isometry explain {run.findings[0].code}", "bold")
    else:
        told = textwrap.wrap(f"{run_sign(run)} {run.verdict}", width, subsequent_indent=INDENT)
        yield from (Line(text, STYLES[run_sign(run)]) for text in told)
    for note in run.notes:
        yield from (Line(text, "dim") for text in wrapped(f"note: {note}", width))
