"""Shards of a tensor as runs of row-major indices.

A shard is an outer product: per dimension, one or several ranges of global indices. All dimensions
that are selected whole at the end of the shape merge into the one before, so that runs are as long
as memory allows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from isometry import errors

Range = tuple[int, int]
Selection = Sequence[Sequence[Range]]
"""Per dimension, the selected ranges ``(start, stop)`` in global indices, in the shard's order."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of equal length, regularly placed in the shard.

    Attributes:
        starts: Row-major global index of each run's first element, ``(runs,)``.
        length: Elements in a run.
        place: Where the runs lie in the shard seen as ``(runs, inner)``: the columns.
    """

    starts: NDArray[uint64]
    length: int
    place: slice


def check_selection(selected: tuple[int, ...], shape: tuple[int, ...], runs: Selection) -> None:
    """Refuse ranges that leave ``shape`` or do not fill an array of shape ``selected``.

    Args:
        selected: Shape of the shard.
        shape: Shape of the whole tensor.
        runs: Per dimension the selected ranges.

    Raises:
        ShapeError: Says which dimension does not fit.
    """
    if not len(selected) == len(shape) == len(runs):
        raise errors.ShapeError(
            f"an array of {len(selected)} dimensions and runs of {len(runs)} for shape {shape}",
            needed="as many of each",
            do="pass one tuple of ranges a dimension",
        )
    for axis, (size, extent, ranges) in enumerate(zip(selected, shape, runs, strict=True)):
        inside = all(0 <= start <= stop <= extent for start, stop in ranges)
        if not inside or sum(stop - start for start, stop in ranges) != size:
            raise errors.ShapeError(
                f"ranges {tuple(ranges)} in dimension {axis}, for {size} of {extent} entries",
                needed="ranges inside the shape that together have the array's size",
                do="pass (start, stop) pairs in global indices",
            )


def split(shape: tuple[int, ...], runs: Selection) -> tuple[int, Iterator[Runs]]:
    """The runs of a checked selection.

    Args:
        shape: Shape of the whole tensor.
        runs: Per dimension the selected ranges.

    Returns:
        The number of columns ``inner`` of the shard seen as ``(runs, inner)``, and the runs, which
        together cover it once.
    """
    outer, inner_ranges, inner_extent = _merge(shape, runs)
    starts = _outer_starts(outer, inner_extent)
    lengths = [stop - start for start, stop in inner_ranges]
    ends = [0, *accumulate(lengths)]
    pieces = (
        Runs(starts + uint64(start), length, slice(end, end + length))
        for (start, _), length, end in zip(inner_ranges, lengths, ends[:-1], strict=True)
        if length
    )
    return ends[-1], pieces


def _merge(
    shape: tuple[int, ...], runs: Selection
) -> tuple[list[tuple[int, Sequence[Range]]], list[Range], int]:
    """Outer dimensions, and the innermost one after merging whole dimensions into it."""
    dimensions = list(zip(shape, runs, strict=True))
    width = 1
    while dimensions and list(dimensions[-1][1]) == [(0, dimensions[-1][0])]:
        width *= dimensions.pop()[0]
    if not dimensions:
        return [], [(0, width)], width
    extent, ranges = dimensions.pop()
    return dimensions, [(start * width, stop * width) for start, stop in ranges], extent * width


def _outer_starts(outer: list[tuple[int, Sequence[Range]]], inner_extent: int) -> NDArray[uint64]:
    """Row-major global index of entry 0 of every selected row."""
    starts = np.zeros(1, dtype=uint64)
    strides = [math.prod(extent for extent, _ in outer[axis + 1 :]) for axis in range(len(outer))]
    for (_, ranges), stride in zip(outer, strides, strict=True):
        chosen = [np.arange(start, stop, dtype=uint64) for start, stop in ranges]
        index = np.concatenate(chosen) if chosen else np.zeros(0, dtype=uint64)
        step = uint64(stride * inner_extent)
        starts = (starts[:, None] + index * step).reshape(-1)
    return starts
