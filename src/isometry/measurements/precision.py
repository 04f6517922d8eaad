"""What a cast to a smaller dtype would lose: numbers too small or too large for it."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from isometry import errors, plans
from isometry.measurements.pieces import Array, real, sample
from isometry.measurements.tallies import Range, range_of

TARGETS = ("float16", "bfloat16", "float8_e4m3fn")
"""Dtypes that training and inference cast to."""


@dataclass(frozen=True, slots=True)
class CastLoss:
    """What a cast would do to numbers that are finite and not 0.

    Attributes:
        dtype: The dtype that they would be cast to.
        underflow: Share that would become 0.
        subnormal: Share that would become less than the least normal number, and so lose digits;
            those that become 0 are not counted.
        overflow: Share that would become infinite or NaN.
        std_fits: Whether the root mean square lies among the normal numbers.

    >>> cast_losses_of_rms(1e-8, dtypes=("float16",))[0].std_fits
    False
    """

    dtype: str
    underflow: float
    subnormal: float
    overflow: float
    std_fits: bool

    def to_data(self) -> dict[str, Any]:
        """As what JSON can hold."""
        return asdict(self)


def cast_losses(values: Array, *, dtypes: Sequence[str] = TARGETS) -> tuple[CastLoss, ...]:
    """What casts would do to a tensor, counted on a sample of at most 2**18 elements.

    Args:
        values: Of any shape and floating dtype; nothing is written.
        dtypes: Names of the dtypes to cast to.

    Returns:
        One loss for each; a share is known to 0.1 percent of all.

    Raises:
        DtypeError: There is no such dtype.

    >>> lost = cast_losses(np.array([1e-9, 1.0, 1e6]), dtypes=("float16",))[0]
    >>> round(lost.underflow, 3), round(lost.overflow, 3)
    (0.333, 0.333)
    """
    x = real(sample(values))
    x = x[np.isfinite(x) & (x != 0)]
    return tuple(_counted(x, name) for name in dtypes)


def cast_losses_of_rms(rms: float, *, dtypes: Sequence[str] = TARGETS) -> tuple[CastLoss, ...]:
    """What casts would do to normal numbers of mean 0, such as gradients known by their rms.

    ``P(|x| < t) = erf(t / (sqrt(2) rms))``, where half the smallest number is what rounds to 0.

    Args:
        rms: Root mean square, above 0.
        dtypes: Names of the dtypes to cast to.

    Returns:
        One loss for each.

    Raises:
        InputError: ``rms`` is not finite and above 0.
        DtypeError: There is no such dtype.

    >>> [round(lost.underflow, 3) for lost in cast_losses_of_rms(1e-7)]
    [0.234, 0.0, 1.0]
    """
    if not 0 < rms < math.inf:
        raise errors.InputError(
            f"the rms is {rms}", needed="a finite number above 0", do="leave out what has none"
        )
    return tuple(_expected(rms, name) for name in dtypes)


def _counted(x: Array, name: str) -> CastLoss:
    dtype = plans.numpy_dtype(name)
    ends = range_of(dtype)
    if not x.size:
        return CastLoss(name, 0.0, 0.0, 0.0, std_fits=True)
    with np.errstate(all="ignore"):
        cast = real(x.astype(dtype))
    size = np.abs(cast)
    lost, small = float((size == 0).mean()), float((size < ends.least).mean())
    above = float((~np.isfinite(cast)).mean())
    rms = math.sqrt(float((x.astype(np.float64) ** 2).mean()))
    return CastLoss(name, lost, small - lost, above, std_fits=_fits(rms, ends))


def _expected(rms: float, name: str) -> CastLoss:
    ends = range_of(plans.numpy_dtype(name))
    # A number within half a step of the next rounds to it, at either end.
    half, top = ends.smallest / 2, ends.eps * 2.0 ** math.floor(math.log2(ends.greatest)) / 2
    lost = _below(half, rms)
    small = _below(ends.least - half, rms)
    above = math.erfc((ends.greatest + top) / rms / math.sqrt(2.0))
    return CastLoss(name, lost, small - lost, above, std_fits=_fits(rms, ends))


def _below(bound: float, rms: float) -> float:
    return math.erf(bound / rms / math.sqrt(2.0))


def _fits(rms: float, ends: Range) -> bool:
    return ends.least <= rms <= ends.greatest
