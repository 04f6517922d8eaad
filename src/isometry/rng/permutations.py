"""Permutations from words."""

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from isometry.rng import philox
from isometry.rng.keys import Key


def permutation(key: Key, size: int) -> NDArray[int64]:
    """The order that sorts the first ``size`` words; equal words keep their order.

    Uniform but for those ties, whose chance is below ``size**2 / 2**33``.

    Args:
        key: From ``derive_key``.
        size: How many entries.

    Returns:
        Shape ``(size,)``: each of ``0 .. size - 1`` once, exact.

    >>> from isometry.rng import derive_key
    >>> sorted(permutation(derive_key(0, "w"), 5).tolist())
    [0, 1, 2, 3, 4]
    """
    return np.argsort(philox.words(key, 0, size), kind="stable").astype(int64, copy=False)
