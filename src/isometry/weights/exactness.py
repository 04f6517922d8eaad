"""Values that are not drawn go into their dtype exactly, also where it holds whole numbers."""

import numpy as np
from numpy.typing import NDArray

from isometry import errors, plans

Array = NDArray[np.generic]


def converted(values: Array, dtype: "np.dtype[np.generic]", *, path: str) -> Array:
    """Recorded values in a tensor's dtype: unchanged, or where it is a narrow floating one rounded.

    As for drawn values, a narrow dtype holds the float32 value rounded once.

    Args:
        values: The values, any shape.
        dtype: The tensor's dtype.
        path: The tensor that a message should speak of.

    Returns:
        The same shape; ``values`` itself where nothing changes.

    Raises:
        DtypeError: The dtype holds whole numbers and would change a value.

    >>> converted(np.array([0.0, 1.0]), np.dtype(bool), path="mask").tolist()
    [False, True]
    """
    if values.dtype == dtype:
        return values
    if plans.is_floating(dtype):
        wide = values if dtype.itemsize >= 4 else values.astype(np.float32)
        return wide.astype(dtype)
    with np.errstate(invalid="ignore"):
        whole = values.astype(dtype)
    if not np.array_equal(whole.astype(values.dtype), values):
        raise errors.DtypeError(
            f"the values are not all whole numbers of {dtype.name}",
            needed="values that the dtype holds exactly",
            do="record the values in the tensor's own dtype",
            path=path,
        )
    return whole
