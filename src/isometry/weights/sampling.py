"""What a tensor holds, measured on a sample that costs next to nothing."""

import math
from dataclasses import dataclass
from functools import cache

import ml_dtypes
import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import plans, schemes
from isometry.schemes import Draw, Moments

Array = NDArray[np.generic]

INDEPENDENT = 2**14
"""Elements that are measured of a tensor whose elements are independent: std to 0.6 percent."""
WHOLE = 2**20
"""Elements up to which a tensor whose parts may differ, as packed gates do, is measured whole."""
DEPENDENT = 2**18
"""Elements that are measured of a larger one."""
CHUNK = 2**10
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


@dataclass(frozen=True, slots=True)
class Sample:
    """Some elements of a tensor.

    Attributes:
        values: The elements, one-dimensional, of the tensor's dtype.
        independent: How many of them count as independent: all, or one a chunk where neighbours may
            be alike.
    """

    values: Array
    independent: int


def sample(flat: Array, draw: Draw) -> Sample:
    """All of an array, or chunks at equal distances from its first to its last element.

    Args:
        flat: One-dimensional.
        draw: How it was drawn, which says whether its parts are alike.

    Returns:
        The sample.

    >>> from isometry import rng
    >>> drawn = schemes.Elementwise(rng.Normal())
    >>> sample(np.zeros(20), drawn).values.size, sample(np.zeros(2**20), drawn).values.size
    (20, 16384)
    """
    if isinstance(draw, schemes.Elementwise):
        values = chunks(flat, INDEPENDENT)
        return Sample(values, values.size)
    if flat.size <= WHOLE:
        return Sample(flat, flat.size)
    return Sample(chunks(flat, DEPENDENT), DEPENDENT // CHUNK)


def chunks(flat: Array, limit: int) -> Array:
    """An array, or chunks of it that hold ``limit`` elements together."""
    if flat.size <= limit:
        return flat
    last = limit // CHUNK - 1
    starts = ((flat.size - CHUNK) * place // last for place in range(last + 1))
    return np.concatenate([flat[start : start + CHUNK] for start in starts])


def measure(taken: Sample, target: Moments) -> Measured:
    """Moments of a sample against what its scheme has stated.

    The sampling error of the mean is ``std / sqrt(n)``, that of the std is
    ``std * sqrt((kurtosis - 1) / (4 n))``. What rounding to the tensor's dtype can add is taken off
    first, so that a coarse dtype raises no alarm.

    Args:
        taken: The sample.
        target: Stated moments.

    Returns:
        The moments, and how far they are from the stated ones.
    """
    values = schemes.real_parts(taken.values)
    deviation = values.astype(float64)
    count = deviation.size
    if count == 0:
        return Measured(0, math.nan, math.nan, 0.0, 0.0)
    deviation -= target.mean
    mean = target.mean + float(deviation.mean())
    # Not a dot product, for which a BLAS would wake its threads; that takes longer than the sum.
    deviation *= deviation
    std = math.sqrt(float(deviation.mean()))
    mean_slack, std_slack = _slack(values.dtype, target)
    mean_error = target.std / math.sqrt(taken.independent)
    std_error = target.std * math.sqrt(max(target.kurtosis - 1, 0.0) / (4 * taken.independent))
    z_mean = _sigmas(mean - target.mean, mean_slack, mean_error)
    return Measured(count, mean, std, z_mean, _sigmas(std - target.std, std_slack, std_error))


def _slack(dtype: "np.dtype[np.generic]", target: Moments) -> tuple[float, float]:
    """What rounding to a dtype can add to mean and std."""
    unit, least = _resolution(dtype)
    step = unit * (abs(target.mean) + target.std) + least
    return step, step if target.std == 0 else step**2 / target.std + unit * target.std


@cache
def _resolution(dtype: "np.dtype[np.generic]") -> tuple[float, float]:
    """Half a unit in the last place, relative; and half the smallest step around zero, absolute."""
    if not plans.is_floating(dtype):
        return 0.0, 0.0
    found = ml_dtypes.finfo(dtype)  # type: ignore[no-untyped-call]  # has no annotations
    # In float64 too a value is that of float32, so this is the finest that there is.
    finest = float(np.finfo(np.float32).eps)
    return max(float(found.eps), finest) / 2, float(found.smallest_subnormal) / 2


def _sigmas(difference: float, slack: float, error: float) -> float:
    """A difference in sampling errors, less what rounding explains; infinite without any."""
    beyond = math.copysign(max(0.0, abs(difference) - slack), difference)
    if math.isnan(difference):
        return math.inf
    if beyond == 0:
        return 0.0
    return beyond / error if error > 0 else math.copysign(math.inf, beyond)
