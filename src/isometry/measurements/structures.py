"""What a weight is beyond the law of its entries: identity, orthogonal, mirrored, of few values."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry.measurements import units as seen
from isometry.measurements.pieces import Array, real
from isometry.measurements.units import Units
from isometry.parameters import Axes

Values = NDArray[float64]

ROWS = 512
"""Rows of which all pairs are compared."""
FIRST = 16
"""Rows that are compared first, as most matrices fail there."""
FEWEST = 4
"""Rows below which chance makes orthogonal ones: of 4 there are 6 pairs."""
ENTRIES = 2**22
"""Entries that are read of one matrix."""
ANGLE = 0.1
"""Cosines and lengths of orthonormal rows, in units of what chance does to normal ones, which is
``1 / sqrt(columns)``. Rounding to bfloat16 gives 0.006, to float8_e4m3 0.05; chance gives less than
this to 4 rows once in 10**5, and to more rows less often."""
ABOVE = 10.0
"""How far a diagonal stands above the median of the other entries, to be an identity with noise."""
EVEN = 0.25
"""Spread of a diagonal, relative, that still is one value."""
FEW = 8
"""Magnitudes that a drawn tensor exceeds; even in float8 a normal has about 80."""
SMOOTH = 0.5
"""Correlation of neighbours above which values follow a course; drawn ones have 0."""
SOME = 64
"""Entries of which these two can be said."""
RISING = 12
"""Entries of which chance makes a rising or falling series once in 10**8, being 2 of 12! orders."""


@dataclass(frozen=True, slots=True)
class Weight:
    """The part of a tensor that is looked at.

    Attributes:
        values: All of it, or the one tap of a kernel that is not 0.
        axes: Meaning of the axes.
        tap: Whether it is that tap.
    """

    values: Array
    axes: Axes | None
    tap: bool = False


def weight(values: Array, axes: Axes | None, nonzeros: int) -> Weight:
    """A tensor, or the central tap of its kernel where all others are 0."""
    window = axes.window if axes is not None else ()
    lengths = [values.shape[axis] for axis in window]
    if max(lengths, default=1) == 1 or nonzeros * 2 > values.size:
        return Weight(values, axes)
    for upper in (0, 1):
        place = [slice(None)] * values.ndim
        for axis, length in zip(window, lengths, strict=True):
            centre = (length - 1 + upper) // 2
            place[axis] = slice(centre, centre + 1)
        tap = values[tuple(place)]
        if np.count_nonzero(tap) == nonzeros:
            return Weight(tap, axes, tap=True)
    return Weight(values, axes)


def is_identity(one: Weight) -> bool:
    """Whether the diagonal of each weight is one value that stands out of all else."""
    return all(map(_has_diagonal, seen.matrices(one.values, one.axes)))


def is_mirrored(one: Weight) -> bool:
    """Whether half of each weight's rows, or columns, is exactly minus the other half."""
    found = seen.matrices(one.values, one.axes)
    return all(map(_halves, found)) or all(_halves(each.turned) for each in found)


def is_orthogonal(one: Weight) -> bool:
    """Whether rows or columns are orthogonal and of one length, of each weight or of the whole.

    Frameworks orthogonalise a tensor as it is stored, with the first or the last axis for rows.
    """
    if all(map(_orthonormal, seen.matrices(one.values, one.axes))):
        return True
    axes = tuple(range(one.values.ndim))
    return _orthonormal(Units(one.values, axes[:1], axes[1:])) or _orthonormal(
        Units(one.values, axes[-1:], axes[:-1])
    )


def is_sign(values: Values) -> bool:
    """Whether all entries, and not too few, have one magnitude and both signs occur."""
    size = np.abs(values)
    one = size.size >= FIRST and size.min() == size.max()
    return bool(one and values.min() < 0 < values.max())


def is_structured(values: Values) -> bool:
    """Whether entries have very few magnitudes, or follow a course along the last axis."""
    steps = np.diff(values)
    if values.size >= RISING and bool((steps > 0).all() or (steps < 0).all()):
        return True
    if values.size < SOME:
        return False
    if has_few_magnitudes(values):
        return True
    centred = values - values.mean()
    return abs(_correlation(centred[1:], centred[:-1])) > SMOOTH + 4 / sqrt(values.size)


def follows_rows(one: Weight) -> bool:
    """Whether entries follow a course along the first axis, as in a table of positions.

    About the mean of their column, so that columns of different levels do not count.
    """
    axes = tuple(range(one.values.ndim))
    table = Units(one.values, axes[:1], axes[1:])
    if table.height < FIRST or table.width > ENTRIES // FIRST:
        return False
    place = seen.spread(table.height - 1, min(ROWS, max(FIRST, 2**16 // max(table.width, 1))))
    upper, lower = (real(table.read(rows)).astype(float64) for rows in (place, place + 1))
    middle = (upper.mean(axis=0) + lower.mean(axis=0)) / 2
    return _correlation(upper - middle, lower - middle) > SMOOTH + 4 / sqrt(upper.size)


def has_few_magnitudes(values: NDArray[np.floating]) -> bool:
    """Whether entries, and not too few of them, have at most `FEW` magnitudes."""
    some = np.abs(values[:: max(1, values.size // 2**12)])
    return values.size >= SOME and np.unique(some).size <= FEW


def _correlation(one: Values, other: Values) -> float:
    """Of numbers of mean 0; 0 where they do not vary."""
    size = float((one * one).mean() + (other * other).mean()) / 2
    return float((one * other).mean()) / size if size else 0.0


def _has_diagonal(matrix: Units) -> bool:
    length = min(matrix.height, matrix.width)
    if length < 2 or matrix.width > ENTRIES:
        return False
    place = seen.spread(length, min(ROWS, max(2, ENTRIES // matrix.width)))
    diagonal = real(matrix.pick(place, place)).astype(float64)
    value = float(np.median(diagonal))
    if not value or float(diagonal.std()) > EVEN * abs(value):
        return False
    some = place[seen.spread(len(place), FIRST)]
    others = np.abs(real(matrix.read(some)).astype(float64))
    others[np.arange(len(some)), some] = np.nan
    # Two entries beside two others are small by chance; three rows hardly ever all are.
    level = np.nanmedian(others) if length > 2 else np.nanmax(others)
    return bool(level * ABOVE < abs(value)) and (length > 2 or level == 0)


def _halves(matrix: Units) -> bool:
    half, rest = divmod(matrix.height, 2)
    if rest or not half or matrix.width > ENTRIES:
        return False
    place = seen.spread(half, FIRST)
    upper, lower = real(matrix.read(place)), real(matrix.read(place + half))
    return bool(upper.any() and np.array_equal(upper, -lower))


def _orthonormal(matrix: Units) -> bool:
    flat = matrix if matrix.height <= matrix.width else matrix.turned
    if flat.height < FEWEST or flat.width > ENTRIES // FEWEST:
        return False
    most = max(FEWEST, min(ROWS, ENTRIES // flat.width))
    return all(_alike(flat, seen.spread(flat.height, min(some, most))) for some in (FIRST, most))


def _alike(matrix: Units, place: NDArray[np.intp]) -> bool:
    rows = real(matrix.read(place)).astype(float64)
    products = rows @ rows.T
    squares = products.diagonal().copy()
    length = float(squares.mean())
    if not length > 0:
        return False
    np.fill_diagonal(products, 0.0)
    count = len(place)
    cosine = sqrt(float((products**2).sum()) / (count * (count - 1))) / length
    spread = float(squares.std()) / length / sqrt(2)
    return max(cosine, spread) * sqrt(matrix.width) < ANGLE
