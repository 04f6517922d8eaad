"""Filling arrays in place: whole tensors, slices and shards."""

import math

import numpy as np
from numpy.typing import NDArray

from isometry import errors
from isometry.rng import boxes, engines, philox, workers
from isometry.rng.casts import check_holds, supported_dtype
from isometry.rng.integers import IntegerLaw
from isometry.rng.keys import Key
from isometry.rng.laws import Law


def fill(
    out: NDArray[np.generic],
    key: Key,
    law: Law,
    *,
    start: int = 0,
    threads: int | None = None,
    engine: engines.Name = "auto",
) -> None:
    """Write the elements from ``start`` on, in row-major order, into ``out``.

    Args:
        out: C-contiguous and writable, any shape; float32, float64, float16, bfloat16 or float8.
        key: From ``derive_key``.
        law: Any law.
        start: Row-major index of ``out``'s first element in the whole tensor.
        threads: How many to use; all processors this process may use if none is given. They do not
            change a bit.
        engine: ``"numpy"``, ``"compiled"``, or ``"auto"``, which takes the compiled engine where it
            is installed and the fill large enough to repay loading it. They do not change a bit.

    Raises:
        DtypeError: The dtype cannot hold weights.
        ShapeError: ``out`` is not C-contiguous.
        InputError: ``out`` cannot be written, its dtype cannot hold the law's largest value, or the
            range leaves the stream.
        MissingDependencyError: ``engine="compiled"`` without numba.

    >>> from isometry.rng import Normal, derive_key
    >>> whole, part = np.empty(8, np.float32), np.empty((2, 2), np.float32)
    >>> fill(whole, derive_key(0, "w"), Normal())
    >>> fill(part, derive_key(0, "w"), Normal(), start=3)
    >>> bool((part.ravel() == whole[3:7]).all())
    True
    """
    integer = _checked(out, law)
    philox.check_range(start, out.size)
    flat = out.reshape(-1)
    engines.select(engine, out.size).fill(flat, key, integer, start, workers.count(threads))


def fill_box(  # noqa: PLR0913 - a shard needs its tensor's shape beside what fill needs
    out: NDArray[np.generic],
    key: Key,
    law: Law,
    *,
    shape: tuple[int, ...],
    runs: boxes.Selection,
    threads: int | None = None,
    engine: engines.Name = "auto",
) -> None:
    """Write a shard of a tensor of the given shape, without making the rest.

    Args:
        out: As in ``fill``; its shape holds the number of entries selected in each dimension.
        key: From ``derive_key``.
        law: Any law.
        shape: Shape of the whole tensor, at most ``2**64`` elements.
        runs: Per dimension the selected ranges ``(start, stop)``, in the order of the shard.
        threads: As in ``fill``.
        engine: As in ``fill``.

    Raises:
        ShapeError: The ranges leave ``shape`` or do not fill ``out``; also as ``fill``.

    >>> from isometry.rng import Normal, derive_key
    >>> key, whole, part = derive_key(0, "w"), np.empty((4, 6)), np.empty((2, 3))
    >>> fill(whole, key, Normal())
    >>> fill_box(part, key, Normal(), shape=(4, 6), runs=[[(1, 3)], [(0, 2), (5, 6)]])
    >>> bool((part == whole[1:3][:, [0, 1, 5]]).all())
    True
    """
    integer = _checked(out, law)
    boxes.check_selection(out.shape, shape, runs)
    if math.prod(shape) > 2**64:
        raise errors.ShapeError(
            f"a shape of {math.prod(shape)} elements",
            needed="at most 2**64",
            do="split the tensor into several paths",
        )
    inner, pieces = boxes.split(shape, runs)
    if out.size == 0:
        return
    chosen, crew = engines.select(engine, out.size), workers.count(threads)
    rows = out.reshape(-1, inner)
    for piece in pieces:
        chosen.fill_runs(rows, piece, key, integer, crew)


def _checked(out: NDArray[np.generic], law: Law) -> IntegerLaw:
    """The law as engines see it, if ``out`` can take it."""
    dtype = supported_dtype(out.dtype)
    if not out.flags.c_contiguous:
        raise errors.ShapeError(
            f"an array of shape {out.shape} and strides {out.strides}",
            needed="a C-contiguous array",
            do="fill a contiguous array and copy it",
        )
    if not out.flags.writeable:
        raise errors.InputError(
            "the array is read-only", needed="a writable array", do="pass a copy"
        )
    integer = law.integer
    check_holds(integer.largest, dtype)
    return integer
