"""A number that was measured again and again, in words."""

from collections.abc import Sequence
from math import isnan

from isometry.reports.figures import scales
from isometry.reports.figures.scales import short


def course_words(row: Sequence[float], *, percent: bool = False) -> tuple[str, str, str]:
    """The first, the greatest and the last number.

    Args:
        row: The numbers; NaN where there is none.
        percent: Whether they are shares.

    Returns:
        Three cells.

    >>> course_words([float("nan"), 0.1, 0.5, 0.2], percent=True)
    ('10 %', '50 %', '20 %')
    """
    known = [value for value in row if not isnan(value)]
    if not known:
        return ("none", "none", "none")
    chosen = (known[0], max(known), known[-1])
    first, greatest, last = (scales.percent(v) if percent else short(v) for v in chosen)
    return first, greatest, last
