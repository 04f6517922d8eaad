"""Which part of a tensor is wanted, as boxes: where each lies in the whole and in the part."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from types import EllipsisType

from isometry import errors
from isometry.parameters import Box, whole_box

Runs = Sequence[Sequence[tuple[int, int]]]
"""A shard: per dimension the selected ranges ``(start, stop)`` in global indices, in its order."""

Part = Runs | range | None
"""A shard, a range of row-major indices, or all."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One box of the whole tensor and where it goes.

    Attributes:
        source: Its place in the whole tensor, global indices.
        target: Its place in the part, local indices.
    """

    source: Box
    target: Box


def index(box: Box) -> tuple[slice | EllipsisType, ...]:
    """A box as an index that gives a view, of a tensor without dimensions too."""
    return (*(slice(start, stop) for start, stop in box), ...)


def meet(one: Box, other: Box) -> Box | None:
    """What two boxes share; ``None`` where that is nothing.

    >>> meet(((0, 4), (0, 2)), ((2, 6), (1, 2)))
    ((2, 4), (1, 2))
    """
    shared = tuple((max(a, c), min(b, d)) for (a, b), (c, d) in zip(one, other, strict=True))
    return shared if all(start < stop for start, stop in shared) else None


def within(box: Box, outer: Box) -> Box:
    """A box counted from the corner of another.

    >>> within(((2, 4),), ((1, 9),))
    ((1, 3),)
    """
    return tuple((a - c, b - c) for (a, b), (c, _) in zip(box, outer, strict=True))


def patches(shape: tuple[int, ...], runs: Runs | None, *, path: str = "") -> tuple[Patch, ...]:
    """A shard as patches, one for every combination of its ranges.

    Args:
        shape: The tensor's shape.
        runs: The shard, or ``None`` for all.
        path: The tensor that a message should speak of.

    Returns:
        The patches; together they are the shard.

    Raises:
        ShapeError: The ranges leave the shape.
    """
    if runs is None:
        return (Patch(whole_box(shape), whole_box(shape)),)
    _check(shape, runs, path)
    placed = [tuple(_placed(ranges)) for ranges in runs]
    return tuple(
        Patch(tuple(a for a, _ in combination), tuple(b for _, b in combination))
        for combination in product(*placed)
    )


def part_shape(shape: tuple[int, ...], part: Part) -> tuple[int, ...]:
    """The shape of a part: the tensor's own, that of a shard, or that of a flat range."""
    if part is None:
        return shape
    if isinstance(part, range):
        return (len(part),)
    return tuple(sum(stop - start for start, stop in ranges) for ranges in part)


def boxes_of_range(shape: tuple[int, ...], start: int, stop: int) -> Iterator[Box]:
    """A range of row-major indices as boxes, in order; each is contiguous in the tensor.

    >>> list(boxes_of_range((3, 4), 2, 9))
    [((0, 1), (2, 4)), ((1, 2), (0, 4)), ((2, 3), (0, 1))]
    """
    if start >= stop:
        return
    if not shape:
        yield ()
        return
    inner = math.prod(shape[1:])
    first, last = -(-start // inner), stop // inner
    if first > last:
        yield from _in_row(shape, start // inner, start, stop)
        return
    yield from _in_row(shape, first - 1, start, first * inner)
    if first < last:
        yield ((first, last), *whole_box(shape[1:]))
    yield from _in_row(shape, last, last * inner, stop)


def check_range(size: int, part: range, *, path: str = "") -> None:
    """Refuse a range that is not a run of the tensor's indices.

    Args:
        size: Elements of the tensor.
        part: The range.
        path: The tensor that a message should speak of.

    Raises:
        ShapeError: It has steps, or leaves the tensor.
    """
    if part.step != 1 or not 0 <= part.start <= max(part.stop, part.start) <= size:
        raise errors.ShapeError(
            f"the part is {part}",
            needed=f"range(start, stop) within the tensor's {size} elements",
            do="pass row-major indices of the whole tensor",
            path=path,
        )


def _in_row(shape: tuple[int, ...], row: int, start: int, stop: int) -> Iterator[Box]:
    inner = math.prod(shape[1:])
    for box in boxes_of_range(shape[1:], start - row * inner, stop - row * inner):
        yield ((row, row + 1), *box)


def _placed(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    end = 0
    for start, stop in ranges:
        yield (start, stop), (end, end + stop - start)
        end += stop - start


def _check(shape: tuple[int, ...], runs: Runs, path: str) -> None:
    inside = len(shape) == len(runs) and all(
        0 <= start <= stop <= length
        for length, ranges in zip(shape, runs, strict=True)
        for start, stop in ranges
    )
    if not inside:
        raise errors.ShapeError(
            f"the shard is {[list(ranges) for ranges in runs]}",
            needed=f"ranges (start, stop) within each dimension of {shape}",
            do="pass one list of ranges a dimension, in global indices",
            path=path,
        )
