"""From float32 to the dtype of a tensor, with one rounding."""

import ml_dtypes
import numpy as np
from numpy import float32
from numpy.typing import DTypeLike, NDArray

from isometry import errors

SUPPORTED: tuple[np.dtype[np.generic], ...] = tuple(
    np.dtype(scalar)
    for scalar in (
        np.float32,
        np.float64,
        np.float16,
        ml_dtypes.bfloat16,
        ml_dtypes.float8_e3m4,
        ml_dtypes.float8_e4m3,
        ml_dtypes.float8_e4m3b11fnuz,
        ml_dtypes.float8_e4m3fn,
        ml_dtypes.float8_e4m3fnuz,
        ml_dtypes.float8_e5m2,
        ml_dtypes.float8_e5m2fnuz,
    )
)
"""Every dtype that can be written."""

LIMITS: dict[np.dtype[np.generic], float] = {
    # ml_dtypes leaves finfo without annotations
    dtype: float(ml_dtypes.finfo(dtype).max)  # type: ignore[no-untyped-call]
    for dtype in SUPPORTED
}
"""Largest finite value of each."""


def cast(values: NDArray[np.floating], dtype: DTypeLike) -> NDArray[np.generic]:
    """Values in another dtype: the float32 value rounded once, to the nearest, ties to even.

    Args:
        values: float32, or float64 that is first rounded to float32; any shape, finite.
        dtype: One of ``SUPPORTED``: float32, float64, float16, bfloat16 or a float8 with a sign.

    Returns:
        Same shape, exact; ``values`` itself where nothing changes.

    Raises:
        DtypeError: ``dtype`` is not supported.
        InputError: A value is too large for ``dtype``.

    >>> cast(np.float32([1.0, 1.00390625]), ml_dtypes.bfloat16).astype(float).tolist()
    [1.0, 1.0]
    """
    target = supported_dtype(dtype)
    single = values.astype(float32, copy=False)
    if single.size:
        check_holds(float(max(single.max(), -single.min())), target)
    return single.astype(target, copy=False)


def supported_dtype(dtype: DTypeLike) -> np.dtype[np.generic]:
    """``dtype`` as NumPy's object, if weights can be written in it."""
    target = np.dtype(dtype)
    if target not in SUPPORTED:
        names = ", ".join(each.name for each in SUPPORTED)
        raise errors.DtypeError(
            f"the dtype is {target.name}",
            needed=f"one of {names}",
            do="fill float32 and convert it yourself",
        )
    return target


def check_holds(largest: float, dtype: np.dtype[np.generic]) -> None:
    """Refuse a magnitude that ``dtype`` would turn into infinity or NaN.

    Args:
        largest: The largest magnitude to be written.
        dtype: A supported dtype.

    Raises:
        InputError: ``largest`` is above the largest finite value of ``dtype``, or is NaN.
    """
    limit = LIMITS[dtype]
    if not largest <= limit:
        raise errors.InputError(
            f"values reach {largest:.6g}",
            needed=f"magnitudes up to {limit:.6g}, the largest {dtype.name}",
            do="choose a smaller std or a wider dtype",
        )
