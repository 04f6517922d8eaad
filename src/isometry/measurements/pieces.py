"""Looking at an array of any size and stride in little memory: piece by piece, or at a sample."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

PIECE = 2**15
"""Elements of one piece: in float64 they fit the second cache level."""
SAMPLE = 2**18
"""Elements of a sample: a share is known to 0.1 percent, a std to 0.14 percent."""
RUN = 2**6
"""Elements of a sample that lie side by side, so that a smooth table shows its smoothness."""


def pieces(values: Array) -> Iterator[Array]:
    """Every element once in row-major order, in one-dimensional contiguous pieces.

    >>> [piece.tolist() for piece in pieces(np.arange(6).reshape(2, 3).T)]
    [[0, 3, 1, 4, 2, 5]]
    """
    if values.flags.c_contiguous:
        flat = values.reshape(-1)
        yield from (flat[start : start + PIECE] for start in range(0, flat.size, PIECE))
    elif values.size <= PIECE:
        yield np.ascontiguousarray(values).reshape(-1)
    else:
        step = max(1, PIECE * len(values) // values.size)
        for start in range(0, len(values), step):
            some = values[start : start + step]
            # One row that is longer than a piece has one axis less, so this ends.
            yield from pieces(some[0] if step == 1 and some.ndim > 1 else some)


def sample(values: Array, limit: int = SAMPLE) -> Array:
    """All elements, or runs at equal distances from the first to the last; always the same ones.

    Args:
        values: Of any shape.
        limit: How many elements at most, of which there are at least two runs.

    Returns:
        One-dimensional, of the same dtype.

    >>> sample(np.arange(10)).size, sample(np.zeros((1000, 1000)), 2**12).size
    (10, 4096)
    """
    if values.size <= limit:
        return np.concatenate([*pieces(values)]) if values.size else values.reshape(-1)
    last = limit // RUN - 1
    starts = (values.size - RUN) * np.arange(last + 1) // last
    places = (starts[:, None] + np.arange(RUN)).reshape(-1)
    flat = values.flags.c_contiguous
    taken: Array = (
        values.reshape(-1)[places] if flat else values[np.unravel_index(places, values.shape)]
    )
    return taken


def real(values: Array) -> NDArray[np.floating]:
    """Numbers that NumPy works on natively and that are exactly the given ones.

    Small floats become float32, whole numbers and truth values float64, and a complex number two.

    >>> real(np.array([1 + 2j])).tolist(), real(np.array([True])).dtype.name
    ([1.0, 2.0], 'float64')
    """
    if values.dtype.kind == "c":
        values = np.ascontiguousarray(values).view(values.real.dtype)
    if values.dtype.kind in "biu":
        return values.astype(np.float64)
    if values.dtype.itemsize >= 4:
        return values  # type: ignore[return-value] # only floats are left
    # Memory that nobody wrote may hold signalling NaNs.
    with np.errstate(invalid="ignore"):
        return values.astype(np.float32)
