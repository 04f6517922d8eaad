"""A diagnosis in a notebook: plain HTML that is whole without script and style sheet.

Notebooks that are not trusted, and the sites that show them, take both away.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from math import log10
from typing import TYPE_CHECKING

from isometry.measurements import Course

if TYPE_CHECKING:
    from isometry.findings.diagnosis import Diagnosis

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
    if diagnosis.findings:
        parts += ["<details><summary>", escape(diagnosis.counts), "</summary><ul>"]
        parts += _findings(diagnosis)
        parts.append("</ul></details>")
    return f"<div>{''.join(parts)}</div>"


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


def curve(values: Sequence[float]) -> str:
    """A quantity over depth by decades, as SVG; empty where it has fewer than two values."""
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
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="over the depth">'
        f'<polyline points="{places}" fill="none" stroke="#0072B2" stroke-width="1.5"/></svg>'
    )


def _findings(diagnosis: "Diagnosis") -> Iterator[str]:
    for one in diagnosis.findings:
        head = f"{one.severity} {one.code} {one.name}, {one.where or 'whole model'}"
        code = f"<pre>{escape(one.mend.code)}</pre>" if one.mend.code else ""
        yield (
            f"<li><strong>{escape(head)}</strong>: {escape(one.message)} "
            f"{escape(one.mend.words)}{code}</li>"
        )
