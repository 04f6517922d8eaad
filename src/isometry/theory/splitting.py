"""Cutting an unknown function into pieces on which it is smooth, and differentiating it there.

Each piece carries a Chebyshev interpolant. A piece whose last coefficients have not died out holds
a kink or a sharp bend and is halved; so pieces shrink onto every kink, to rounding. A jump shows in
pieces that stay unresolved however narrow they get.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from isometry.errors import InputError
from isometry.theory.activations import Array, Function

DEGREE = 16
TOLERANCE = 1e-13
"""Largest last coefficients of a resolved piece, relative to the sizes there and near 0."""
NEAR_ZERO = np.linspace(-2.0, 2.0, 65)
JUMP = 1e-6
"""Least difference of slopes, relative to the larger of 1 and all slopes, that counts as a kink."""
NARROW = 1e-3
"""Pieces narrower than this stand around a kink or a very sharp bend."""
SIDE = 2.0**-13
"""Distance from a kink at which the fits of its two sides begin; they end at twice that."""
SIDE_DEGREE = 4
NARROWEST = 2.0**-46
MOST_PIECES = 20_000


@dataclass(frozen=True, slots=True)
class Pieces:
    """A piecewise Chebyshev interpolant.

    Attributes:
        cuts: Ascending ends of the pieces, shape (pieces + 1,).
        coefficients: Chebyshev coefficients on each piece, shape (DEGREE + 1, pieces).
    """

    cuts: Array
    coefficients: Array

    def slope(self, x: Array) -> Array:
        """The interpolant's slope at points between the outermost cuts, shape of ``x``."""
        last = len(self.cuts) - 2
        index = np.clip(np.searchsorted(self.cuts, x, side="right") - 1, 0, last)
        return self._derivative(index, x, 1)

    def kinks(self) -> tuple[float, ...]:
        """Inner cuts at which slope or curvature jumps, ascending.

        Of several within a millionth, which stand for one kink, the first is given.
        """
        wide = np.minimum(np.diff(self.cuts)[:-1], np.diff(self.cuts)[1:]) > NARROW
        jumps = self._jumps(1) | (self._jumps(2) & wide)
        found = self.cuts[1:-1][jumps]
        first = np.diff(found, prepend=-np.inf) > 1e-6
        return tuple(float(cut) for cut in found[first])

    def _jumps(self, order: int) -> NDArray[np.bool_]:
        """At which inner cuts the derivative of that order differs on the two sides."""
        inner = self.cuts[1:-1]
        index = np.arange(len(inner))
        left = self._derivative(index, inner, order)
        right = self._derivative(index + 1, inner, order)
        jumps: NDArray[np.bool_] = np.abs(left - right) > JUMP * max(1.0, float(np.abs(left).max()))
        return jumps

    def _derivative(self, index: NDArray[np.intp], x: Array, order: int) -> Array:
        """The derivative on the pieces ``index``, by Clenshaw's recurrence."""
        half = np.diff(self.cuts)[index] / 2
        t = (x - self.cuts[index]) / half - 1.0
        rows = chebyshev.chebder(self.coefficients, order)
        above, here = np.zeros_like(t), np.zeros_like(t)
        for row in rows[:0:-1]:
            above, here = here, row[index] + 2.0 * t * here - above
        values: Array = (rows[0][index] + t * here - above) / half**order
        return values


def split(function: Function, cuts: Array) -> Pieces:
    """Pieces on which ``function`` is resolved to ``TOLERANCE``, cut at ``cuts`` and between.

    Args:
        function: What to take apart.
        cuts: Ascending first cuts, shape (cuts,).

    Returns:
        The pieces, from the first cut to the last.

    Raises:
        InputError: The function jumps, is too rough, or has a value that is not finite.
    """
    low, high = cuts[:-1], cuts[1:]
    size = max(1.0, float(np.abs(evaluate(function, NEAR_ZERO)).max()))
    ends: list[Array] = []
    coefficients: list[Array] = []
    while len(low):
        fitted, resolved = _fit(function, low, high, size)
        ends.append(low[resolved])
        coefficients.append(fitted[:, resolved])
        low, high = _halved(low[~resolved], high[~resolved])
        _check(low, high, sum(len(end) for end in ends))
    order = np.argsort(np.concatenate(ends))
    starts = np.concatenate(ends)[order]
    return Pieces(np.append(starts, cuts[-1]), np.concatenate(coefficients, axis=1)[:, order])


def singular_points(function: Function, pieces: Pieces) -> Array:
    """Where the function is not smooth: amid every run of pieces narrower than ``NARROW``."""
    widths = np.diff(pieces.cuts)
    runs = np.flatnonzero(np.diff(np.concatenate([[0], (widths < NARROW).astype(int), [0]])))
    points = []
    for start, stop in runs.reshape(-1, 2):
        least = start + np.flatnonzero(widths[start:stop] <= 1.5 * widths[start:stop].min())
        centre = float(pieces.cuts[least[0]] + pieces.cuts[least[-1] + 1]) / 2
        points.append(_sharpened(function, centre))
    return _snapped(np.array(points, dtype=np.float64))


def _sharpened(function: Function, point: float) -> float:
    """The kink near ``point``, to rounding: where polynomials fitted to its two sides meet."""
    t = np.linspace(1.0, 2.0, SIDE_DEGREE + 1)
    above = np.polyfit(t, evaluate(function, point + SIDE * t), SIDE_DEGREE)
    below = np.polyfit(-t, evaluate(function, point - SIDE * t), SIDE_DEGREE)
    slope, height = (above - below)[-2:]
    if abs(slope) <= JUMP * SIDE or abs(height) >= abs(slope):
        return point
    return point - SIDE * float(height / slope)


def _fit(
    function: Function, low: Array, high: Array, size: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Coefficients on each piece, shape (DEGREE + 1, pieces), and which pieces are resolved."""
    nodes = np.cos(np.pi * np.arange(DEGREE, -1, -1) / DEGREE)
    middle, half = (low + high) / 2, (high - low) / 2
    x = middle + nodes[:, None] * half
    x[0], x[-1] = low, high
    values = evaluate(function, x.ravel()).reshape(x.shape)
    fitted = np.asarray(np.linalg.solve(chebyshev.chebvander(nodes, DEGREE), values), np.float64)
    size = np.maximum(size, np.abs(values).max(axis=0))
    return fitted, np.abs(fitted[-3:]).max(axis=0) <= TOLERANCE * size


def evaluate(function: Function, x: Array) -> Array:
    """``function(x)``, checked.

    Args:
        function: The user's function.
        x: Where to evaluate it.

    Returns:
        Its values, shape of ``x``.

    Raises:
        InputError: The result is not a float64 array of the same shape, or not finite.
    """
    try:
        with np.errstate(all="ignore"):
            y: object = function(x)
    except (TypeError, ValueError, AttributeError) as error:
        raise _unusable(f"it raises {type(error).__name__}: {error}") from error
    if not isinstance(y, np.ndarray) or y.dtype != np.float64 or y.shape != x.shape:
        kind = f"{y.dtype} of shape {y.shape}" if isinstance(y, np.ndarray) else type(y).__name__
        raise _unusable(f"for float64 of shape {x.shape} it returns {kind}")
    if not np.isfinite(y).all():
        raise _unusable(f"it is not finite at {x[~np.isfinite(y)][0]:g}")
    return y


def _halved(low: Array, high: Array) -> tuple[Array, Array]:
    middle = (low + high) / 2
    return np.concatenate([low, middle]), np.concatenate([middle, high])


def _check(low: Array, high: Array, resolved: int) -> None:
    narrow = (high - low) < NARROWEST * np.maximum(1.0, np.abs(low))
    if narrow.any():
        raise _unusable(f"it jumps, or its slope is infinite, at {low[narrow][0]:.6g}")
    if len(low) + resolved > MOST_PIECES:
        raise _unusable("it is too rough to be integrated; does it compute in float32?")


def _unusable(found: str) -> InputError:
    return InputError(
        f"the function cannot serve as an activation: {found}",
        needed="a continuous, finite function from float64 arrays to float64 arrays of that shape",
        do="write it with NumPy in float64, or build theory.Activation with its derivative",
    )


def _snapped(points: Array) -> Array:
    """Points moved to a short decimal where one is within rounding: kinks are written by hand."""
    short = np.round(points, 10)
    close = np.abs(points - short) <= 1e-12
    return np.where(close, short, points)
