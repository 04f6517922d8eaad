"""Where a function crosses zero; SciPy's solvers would take a third of a second to load."""

from collections.abc import Callable

MOST_STEPS = 400
ROUNDING = 4 * 2.0**-52
"""Width of the last bracket, relative to the root."""


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero of ``function`` between two points at which its signs differ, to rounding.

    Each step interpolates by an inverse parabola where that is safe and halves the bracket where it
    is not (Chandrupatla 1997), so it never needs many more steps than halving alone.

    Args:
        function: Continuous, with values of different signs at the ends.
        low: One end.
        high: The other end.

    Returns:
        The end of the last bracket at which the function is smaller.

    >>> round(root(lambda x: x * x - 2.0, 0.0, 2.0), 12)
    1.414213562373
    """
    a, b, c = high, low, high
    f_a, f_b, f_c = function(high), function(low), 0.0
    t = 0.5
    for _ in range(MOST_STEPS):
        best = a if abs(f_a) < abs(f_b) else b
        reach = ROUNDING * abs(best) / abs(b - a)
        if reach >= 1.0 or 0.0 in (f_a, f_b):
            break
        x = a + min(max(t, reach / 2), 1.0 - reach / 2) * (b - a)
        f_x = function(x)
        if (f_x > 0) == (f_a > 0):
            c, f_c = a, f_a
        else:
            c, f_c, b, f_b = b, f_b, a, f_a
        a, f_a = x, f_x
        t = _fraction((a, b, c), (f_a, f_b, f_c))
    return a if abs(f_a) < abs(f_b) else b


def _fraction(x: tuple[float, float, float], f: tuple[float, float, float]) -> float:
    """How far from ``a`` to ``b`` to go next: to the parabola's zero if it is monotone there."""
    (a, b, c), (f_a, f_b, f_c) = x, f
    xi, phi = (a - b) / (c - b), (f_a - f_b) / (f_c - f_b)
    if not (phi * phi < xi and (1.0 - phi) ** 2 < 1.0 - xi):
        return 0.5
    straight = f_a / (f_b - f_a) * f_c / (f_b - f_c)
    return straight + (c - a) / (b - a) * f_a / (f_c - f_a) * f_b / (f_c - f_b)
