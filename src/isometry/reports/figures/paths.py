"""Curves as the shortest text that draws them."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

Place = tuple[float, float]

CURVE_POINTS = 200
"""Most points of a curve."""

UNSEEN = 0.25
"""Pixels by which a curve may stray when points are left out."""


def spread_out(count: int, most: int) -> list[int]:
    """Indices of at most ``most`` of ``count`` things, evenly, the first and the last among them.

    >>> spread_out(10, 4), spread_out(3, 4)
    ([0, 3, 6, 9], [0, 1, 2])
    """
    if count <= most:
        return list(range(count))
    return [round(k * (count - 1) / (most - 1)) for k in range(most)]


def sparse(places: Sequence[Place], *, most: int = CURVE_POINTS) -> list[Place]:
    """The points without which a curve would look different (Ramer 1972, Douglas & Peucker 1973).

    Args:
        places: The curve, in pixels.
        most: Points looked at: where there are more, the highest and the lowest of each stretch.

    Returns:
        Some of the points, the first and the last among them.

    >>> sparse([(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (3.0, 5.0)])
    [(0.0, 0.0), (2.0, 0.0), (3.0, 5.0)]
    """
    some = _peaks(places, most)
    kept, spans = {0, len(some) - 1}, [(0, len(some) - 1)]
    while spans:
        first, last = spans.pop()
        between = range(first + 1, last)
        far = max(between, key=lambda k: _stray(some[k], some[first], some[last]), default=None)
        if far is not None and _stray(some[far], some[first], some[last]) > UNSEEN:
            kept.add(far)
            spans += [(first, far), (far, last)]
    return [some[index] for index in sorted(kept)] if some else []


def path(places: Sequence[Place], *, closed: bool = False) -> str:
    """The ``d`` of a path through points, in tenths of a pixel; empty for none.

    Steps are told from point to point, which is shorter; they are exact in tenths, so no point is
    off by more than its own rounding.

    >>> path([(0.0, 1.0), (10.04, 2.5), (10.0, 0.5)], closed=True)
    'M0 1l10 1.5 0-2z'
    """
    if not places:
        return ""
    tenths = [(round(10 * x), round(10 * y)) for x, y in places]
    (x0, y0), steps = tenths[0], ((x1 - x, y1 - y) for (x, y), (x1, y1) in pairwise(tenths))
    words = "".join(_spaced(step) for pair in steps for step in pair)
    line = f"l{words.removeprefix(' ')}" if words else ""
    return f"M{brief(x0 / 10)} {brief(y0 / 10)}{line}{'z' if closed else ''}"


def brief(value: float) -> str:
    """A place to a tenth of a pixel.

    >>> brief(12.04), brief(-0.01), brief(3.25)
    ('12', '0', '3.2')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _spaced(tenths: int) -> str:
    """A number after another one: a minus parts them as well as a space."""
    text = brief(tenths / 10)
    return text if text.startswith("-") else f" {text}"


def _peaks(places: Sequence[Place], most: int) -> list[Place]:
    """At most so many points, with no peak among those left out."""
    if len(places) <= most:
        return list(places)
    ends, size = (0, len(places) - 1), 2 * len(places) / (most - 2)
    kept = {*ends}
    for k in range(most // 2 - 1):
        stretch = range(round(k * size), min(round((k + 1) * size), len(places)))
        kept |= {pick(stretch, key=lambda index: places[index][1]) for pick in (min, max)}
    return [places[index] for index in sorted(kept)]


def _stray(place: Place, start: Place, end: Place) -> float:
    """Distance of a point from a piece of a line."""
    (x, y), (x0, y0), (x1, y1) = place, start, end
    length = hypot(x1 - x0, y1 - y0)
    if length == 0.0:
        return hypot(x - x0, y - y0)
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length**2
    inside = min(max(along, 0.0), 1.0)
    return hypot(x - x0 - inside * (x1 - x0), y - y0 - inside * (y1 - y0))
