"""What a tensor holds, measured on a sample that costs next to nothing."""

import math
from dataclasses import dataclass

import ml_dtypes
import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import plans, schemes
from isometry.schemes import Draw, Moments

Array = NDArray[np.generic]

INDEPENDENT = 2**16
"""Elements that are measured of a tensor whose elements are independent: std to 0.3 percent."""
DEPENDENT = 2**22
"""Elements that are measured where parts of a tensor may differ, as in packed gates."""
CHUNK = 2**12
"""Elements of one chunk: whole pages, so that a sample touches little memory."""

ALARM = 6.0
"""Sampling errors from which a measured moment contradicts its target; chance does that to a normal
one time in 10**9."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Moments of a sample.

    Attributes:
        count: Elements measured.
        mean: Their mean.
        std: Root mean square deviation from the *target* mean.
        z_mean: Distance of the mean from its target, in sampling errors.
        z_std: Distance of the std from its target, in sampling errors.
    """

    count: int
    mean: float
    std: float
    z_mean: float
    z_std: float


def sample(flat: Array, limit: int) -> Array:
    """All of an array, or chunks at equal distances from its first to its last element.

    Args:
        flat: One-dimensional.
        limit: Elements from which on only about so many are taken.

    >>> sample(np.arange(20), 2**16).size, sample(np.arange(2**20), 2**16).size
    (20, 65536)
    """
    if flat.size <= limit:
        return flat
    count = limit // CHUNK
    starts = np.linspace(0, flat.size - CHUNK, count).astype(np.int64)
    return np.concatenate([flat[start : start + CHUNK] for start in starts])


def sample_limit(draw: Draw) -> int:
    """How many elements of a tensor drawn that way are measured."""
    return INDEPENDENT if isinstance(draw, schemes.Elementwise) else DEPENDENT


def measure(values: Array, target: Moments) -> Measured:
    """Moments of a sample against what its scheme has stated.

    The sampling error of the mean is ``std / sqrt(n)``, that of the std is
    ``std * sqrt((kurtosis - 1) / (4 n))``. What rounding to the tensor's dtype can add is taken off
    first, so that a coarse dtype raises no alarm.

    Args:
        values: One-dimensional, of the tensor's dtype.
        target: Stated moments.
    """
    real = values.astype(float64)
    count = real.size
    if count == 0:
        return Measured(0, math.nan, math.nan, 0.0, 0.0)
    mean = float(real.mean())
    std = float(np.sqrt(np.mean((real - target.mean) ** 2)))
    unit, least = _resolution(values.dtype)
    largest = abs(target.mean) + target.std
    mean_slack = unit * largest + least
    std_slack = mean_slack if target.std == 0 else (mean_slack**2 / target.std + unit * target.std)
    std_error = target.std * math.sqrt(max(target.kurtosis - 1, 0.0) / (4 * count))
    return Measured(
        count,
        mean,
        std,
        _sigmas(mean - target.mean, mean_slack, target.std / math.sqrt(count)),
        _sigmas(std - target.std, std_slack, std_error),
    )


def _resolution(dtype: "np.dtype[np.generic]") -> tuple[float, float]:
    """Half a unit in the last place, relative; and half the smallest step around zero, absolute."""
    if not plans.is_floating(dtype):
        return 0.0, 0.0
    # ml_dtypes leaves finfo without annotations
    found = ml_dtypes.finfo(dtype)  # type: ignore[no-untyped-call]
    return float(found.eps) / 2, float(found.smallest_subnormal) / 2


def _sigmas(difference: float, slack: float, error: float) -> float:
    """A difference in sampling errors, less what rounding explains; infinite without any."""
    beyond = math.copysign(max(0.0, abs(difference) - slack), difference)
    if math.isnan(difference):
        return math.inf
    if beyond == 0:
        return 0.0
    return beyond / error if error > 0 else math.copysign(math.inf, beyond)
