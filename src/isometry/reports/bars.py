"""One quantity along the depth, or over a run, as a line of bars."""

import math
from collections.abc import Sequence

from isometry.reports.charts import spark

LEAST = 1e-38
"""Zeros are drawn as the least number that float32 has."""

HALF_BAR = 1 / 16
"""A level line is drawn in the middle of a bar, so that small noise does not change the bar."""


def depth_bars(values: Sequence[float], width: int) -> str:
    """Positive values on a logarithmic scale of at least two decades, at most ``width`` bars.

    Neighbours share a bar, the mean of their logarithms, where there are more of them; what is not
    finite leaves a gap. A course that keeps its size is a level line, whatever its noise.

    >>> depth_bars([1.0, 0.1, 0.01], 8), depth_bars([1.0, 1.01, 0.99], 8)
    ('█▅▁', '▅▅▅')
    """
    logs = [math.log10(max(v, LEAST)) if math.isfinite(v) else math.nan for v in values]
    return even_bars(logs, width, least=2.0)


def even_bars(values: Sequence[float], width: int, *, least: float) -> str:
    """Values on an even scale, at most ``width`` bars; neighbours share a bar, their mean.

    Args:
        values: What is not finite leaves a gap.
        width: How many bars there are at most.
        least: What the height of all bars spans at least, so that noise is a level line.

    Returns:
        The bars; nothing where no value is finite.

    >>> even_bars([0.0, 1.0, 2.0], 8, least=1.0), even_bars([0.0, 0.01], 8, least=1.0)
    ('▁▅█', '▅▅')
    """
    parts = [_mean(values[start:end]) for start, end in _cuts(len(values), width)]
    known = [part for part in parts if math.isfinite(part)]
    if not known:
        return ""
    middle, height = (max(known) + min(known)) / 2, max(known) - min(known)
    span = max(height, least) or 1.0
    level = 0.5 + HALF_BAR * (1 - height / span)
    return "".join(
        spark([level + (part - middle) / span]) if math.isfinite(part) else " " for part in parts
    )


def _cuts(count: int, width: int) -> list[tuple[int, int]]:
    places = min(count, width)
    return [(count * i // places, count * (i + 1) // places) for i in range(places)]


def _mean(logs: Sequence[float]) -> float:
    known = [value for value in logs if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan
