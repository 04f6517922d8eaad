"""A diagnosis or a run in a notebook: plain HTML that is whole without script and style sheet.

Notebooks that are not trusted, and the sites that show them, take both away.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from math import log10
from typing import TYPE_CHECKING

from isometry.findings.counting import counts
from isometry.findings.judged import Judged
from isometry.measurements import Course

if TYPE_CHECKING:
    from isometry.findings.diagnosis import Diagnosis
    from isometry.findings.training_run import TrainingRun

POINTS = 60
"""Points of a small curve."""
WIDTH, HEIGHT = 160, 28


def html(diagnosis: "Diagnosis") -> str:
    """The verdict, the longest course both ways, and the findings, folded.

    Args:
        diagnosis: What was found.

    Returns:
        HTML of some kilobytes.
    """
    model, verdict = escape(diagnosis.measurement.model), escape(diagnosis.verdict)
    parts = [f"<p><strong>{model}</strong>: {verdict}</p>"]
    courses = diagnosis.measurement.courses
    if courses:
        parts.append(_table(courses[0]))
    return f"<div>{''.join([*parts, *_findings(diagnosis)])}</div>"


def run_html(run: "TrainingRun") -> str:
    """The verdict, the loss, and the findings, folded.

    Args:
        run: A training run.

    Returns:
        HTML of some kilobytes.
    """
    told = [run.subject, f"{len(run.captures)} captures", run.steps]
    parts = [f"<p><strong>{escape(', '.join(told))}</strong>: {escape(run.verdict)}</p>"]
    losses = [one.loss for one in run.captures if math.isfinite(one.loss)]
    if losses:
        drawn = curve(losses, along="over the run")
        parts.append(f"<p>loss {_end(losses[0])} … {_end(losses[-1])} {drawn}</p>")
    return f"<div>{''.join([*parts, *_findings(run)])}</div>"


def _table(course: Course) -> str:
    rows = (("forward std", course.stds), ("backward δ", course.deltas))
    cells = "".join(
        f"<tr><th>{name}</th><td>{_end(values[0])} … {_end(values[-1])}</td>"
        f"<td>{curve(values)}</td></tr>"
        for name, values in rows
    )
    return f"<table><tbody>{cells}</tbody></table>"


def _end(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "–"


def curve(values: Sequence[float], *, along: str = "over the depth") -> str:
    """A quantity by decades, as SVG; empty where it has fewer than two values above 0."""
    known = [log10(value) for value in values if math.isfinite(value) and value > 0]
    if len(known) < 2:
        return ""
    step = max(len(known) // POINTS, 1)
    shown = known[::step]
    low, span = min(shown), max(max(shown) - min(shown), 1.0)
    places = " ".join(
        f"{2 + (WIDTH - 4) * i / (len(shown) - 1):.1f},"
        f"{HEIGHT - 3 - (HEIGHT - 6) * (value - low) / span:.1f}"
        for i, value in enumerate(shown)
    )
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{along}">'
        f'<polyline points="{places}" fill="none" stroke="#0072B2" stroke-width="1.5"/></svg>'
    )


def _findings(judged: Judged) -> Iterator[str]:
    if not judged.findings:
        return
    yield f"<details><summary>{escape(counts(judged.findings))}</summary><ul>"
    for one in judged.findings:
        head = f"{one.severity} {one.code} {one.name}, {one.where or 'whole model'}"
        code = f"<pre>{escape(one.mend.code)}</pre>" if one.mend.code else ""
        yield (
            f"<li><strong>{escape(head)}</strong>: {escape(one.message)} "
            f"{escape(one.mend.words)}{code}</li>"
        )
    yield "</ul></details>"
