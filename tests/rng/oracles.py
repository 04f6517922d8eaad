"""Independent statements of what the package should do, sharing no code with it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def philox_block(counter: Sequence[int], key: Sequence[int]) -> list[int]:
    """Philox 4x32-10 as Random123's documentation writes it, in Python's integers."""
    (x, y, z, w), (k, j) = counter, key
    for _ in range(10):
        xm, zm = x * 0xD2511F53, z * 0xCD9E8D57
        x, y, z, w = (zm >> 32) ^ y ^ k, zm % 2**32, (xm >> 32) ^ w ^ j, xm % 2**32
        k, j = (k + 0x9E3779B9) % 2**32, (j + 0xBB67AE85) % 2**32
    return [x, y, z, w]


def finite(dtype: np.dtype[np.generic], bits: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Bit patterns and values of all finite numbers of ``dtype``."""
    patterns = np.arange(2**bits, dtype=f"u{bits // 8}")
    with np.errstate(invalid="ignore"):  # signalling NaNs
        numbers = patterns.view(dtype).astype(np.float64)
    held = np.isfinite(numbers)
    return patterns[held].astype(np.int64), numbers[held]


def nearest(value: float, dtype: np.dtype[np.generic], bits: int) -> float:
    """The representable number nearest to ``value``, found by looking at all of them.

    A tie goes to the one whose bit pattern is even.
    """
    patterns, numbers = finite(dtype, bits)
    distance = np.abs(numbers - value)
    candidates = np.flatnonzero(distance == distance.min())
    return float(numbers[min(candidates, key=lambda place: patterns[place] % 2)])


def middles(dtype: np.dtype[np.generic], bits: int) -> NDArray[np.float32]:
    """Halfway points between neighbouring numbers of ``dtype``, where float32 holds them."""
    numbers = np.unique(finite(dtype, bits)[1])
    return ((numbers[1:] + numbers[:-1]) / 2).astype(np.float32)
