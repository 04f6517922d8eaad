"""One tensor as a stream of flat pieces in order, for files that are larger than memory."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from isometry import plans, schemes
from isometry.plans import Assignment
from isometry.weights.realisation import write

CHUNK = 2**22
"""Elements made at a time: 16 MiB of float32, which allocators hand out again without new pages."""


def stream(
    assignment: Assignment,
    seed: int,
    *,
    dtype: str = "",
    chunk: int = CHUNK,
    member: int | None = None,
    threads: int | None = None,
) -> Iterator[NDArray[np.generic]]:
    """The values of one tensor in row-major order, piece by piece.

    A scheme that draws all values together, such as an orthogonal one, is made once and cut.

    Args:
        assignment: The tensor and its scheme.
        seed: Which weights.
        dtype: Storage dtype; the tensor's own where not given.
        chunk: Elements a piece; the last one may be shorter.
        member: Which of several models drawn under the same seed.
        threads: How many threads fill; the values do not depend on it.

    Yields:
        One-dimensional arrays of ``dtype``.

    >>> from isometry.parameters import Parameter
    >>> fill = Assignment(Parameter("w", (4, 6)), schemes.Normal(std=0.02), "", "")
    >>> [piece.size for piece in stream(fill, 0, chunk=10)]
    [10, 10, 4]
    """
    parameter = assignment.parameter
    stored = plans.numpy_dtype(dtype or parameter.dtype, path=parameter.path)
    if _must_be_whole(assignment):
        whole = np.empty(parameter.shape, stored)
        write(whole, assignment, seed, member=member, threads=threads)
        flat = whole.reshape(-1)
        yield from (flat[at : at + chunk] for at in range(0, flat.size, chunk))
        return
    for start in range(0, parameter.size, chunk):
        part = range(start, min(start + chunk, parameter.size))
        piece = np.empty(len(part), stored)
        write(piece, assignment, seed, runs=part, member=member, threads=threads)
        yield piece


def _must_be_whole(assignment: Assignment) -> bool:
    scheme = assignment.scheme
    return scheme is not None and _holds_whole(scheme.draw(assignment.parameter))


def _holds_whole(draw: schemes.Draw) -> bool:
    match draw:
        case schemes.Whole() | schemes.Derived():
            return True
        case schemes.Pieces():
            parts = (draw.base, *(piece.draw for piece in draw.pieces))
            return any(_holds_whole(part) for part in parts)
        case _:
            return False
