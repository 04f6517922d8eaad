"""What can be said of a tensor by looking once at every element."""

import hashlib
import math
from dataclasses import dataclass
from functools import cache

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from isometry import plans
from isometry.measurements.pieces import Array, pieces, real


@dataclass(frozen=True, slots=True)
class Range:
    """Where the numbers of a dtype end; nowhere for whole numbers.

    Attributes:
        least: The least normal number above 0.
        smallest: The smallest number above 0, which is subnormal.
        greatest: The greatest number.
        eps: Distance from 1 to the next number.
    """

    least: float
    smallest: float
    greatest: float
    eps: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Moments and counts over all elements; moments, bounds and shares are of the finite ones.

    Attributes:
        count: Elements.
        nonfinite: How many are NaN or infinite.
        mean: Mean.
        std: Root mean square deviation from the mean.
        low: Least.
        high: Greatest.
        zeros: Share that is exactly 0.
        subnormal: Share that is not 0 and below the dtype's least normal number.
        clipped: Share at the dtype's greatest number, of either sign.
        digest: Hash of shape, dtype and bits.
    """

    count: int
    nonfinite: int
    mean: float
    std: float
    low: float
    high: float
    zeros: float
    subnormal: float
    clipped: float
    digest: str

    @property
    def rms(self) -> float:
        """Root mean square."""
        return math.hypot(self.mean, self.std)


def tally(values: Array) -> Tally:
    """Looks at every element once, in little memory.

    Means and squared deviations of pieces are joined as in Chan, Golub and LeVeque 1983, eq. 2.1,
    which loses no digits to a mean far from 0.

    Args:
        values: Of any shape, strides and dtype.

    Returns:
        Exact counts; moments to rounding.

    >>> found = tally(np.array([[0.0, 2.0], [np.inf, 4.0]]))
    >>> found.mean, found.nonfinite, found.high
    (2.0, 1, 4.0)
    """
    ends, digest = range_of(values.dtype), hashlib.blake2b(digest_size=16, person=b"values")
    digest.update(f"{values.dtype.name}{values.shape}".encode())
    rows = []
    for piece in pieces(values):
        digest.update(piece.view(np.uint8).data)
        # The square of a float64 may be infinite, and then so is the std.
        with np.errstate(over="ignore", invalid="ignore"):
            rows.append(_piece(real(piece), ends))
    table = np.array(rows or [_nothing(0)])
    return _joined(values.size, table, digest.hexdigest())


@cache
def range_of(dtype: "np.dtype[np.generic]") -> Range:
    """Where the numbers of a dtype end.

    >>> range_of(np.dtype(np.float16)).greatest
    65504.0
    """
    if dtype.kind in "biu" or not plans.is_floating(dtype):
        return Range(0.0, 0.0, math.inf, 0.0)
    found = ml_dtypes.finfo(dtype)  # type: ignore[no-untyped-call]  # has no annotations
    least, greatest = float(found.smallest_normal), float(found.max)
    return Range(least, float(found.smallest_subnormal), greatest, float(found.eps))


def _piece(x: NDArray[np.floating], ends: Range) -> tuple[float, ...]:
    """Count, finite ones, mean, squared deviations, bounds, zeros, subnormal, clipped."""
    wide = x.astype(np.float64)
    if not math.isfinite(float(wide.sum())):
        wide = wide[np.isfinite(wide)]
        if not wide.size:
            return _nothing(x.size)
    size, low, high, mean = wide.size, float(wide.min()), float(wide.max()), float(wide.mean())
    zeros, small, clipped = _counts(wide, ends, max(high, -low))
    wide -= mean
    # Not a dot product, for which a BLAS would wake its threads; that takes longer than the sum.
    wide *= wide
    return x.size, size, mean, float(wide.sum()), low, high, zeros, small, clipped


def _counts(wide: NDArray[np.float64], ends: Range, top: float) -> tuple[int, int, int]:
    size = np.abs(wide)
    clipped = int(np.count_nonzero(size >= ends.greatest)) if top >= ends.greatest else 0
    if float(size.min()) > 0 and float(size.min()) >= ends.least:
        return 0, 0, clipped
    zeros = int(np.count_nonzero(size == 0))
    return zeros, int(np.count_nonzero(size < ends.least)) - zeros if ends.least else 0, clipped


def _nothing(size: int) -> tuple[float, ...]:
    return size, 0, 0.0, 0.0, math.inf, -math.inf, 0, 0, 0


def _joined(count: int, table: NDArray[np.float64], digest: str) -> Tally:
    size = table[:, 1]
    finite, numbers = float(size.sum()), int(table[:, 0].sum())
    if not finite:
        nan = math.nan
        return Tally(count, numbers, nan, nan, nan, nan, 0.0, 0.0, 0.0, digest)
    mean = float((size * table[:, 2]).sum()) / finite
    squares = float(table[:, 3].sum() + (size * (table[:, 2] - mean) ** 2).sum())
    zeros, small, clipped = (float(column.sum()) / finite for column in table[:, 6:].T)
    low, high = float(table[:, 4].min()), float(table[:, 5].max())
    lost = numbers - int(finite)
    std = math.sqrt(squares / finite)
    return Tally(count, lost, mean, std, low, high, zeros, small, clipped, digest)
