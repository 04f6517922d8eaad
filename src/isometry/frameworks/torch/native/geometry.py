"""How two regions of one storage lie to each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from isometry.frameworks.torch.native.tape import Region

__all__ = ["Box", "box_within", "same_elements", "touching"]

Box = tuple[tuple[int, int], ...]
"""A rectangle of a region: one ``(start, stop)`` an axis."""


@dataclass(frozen=True, slots=True)
class _Axis:
    stride: int
    size: int


def same_elements(first: Region, second: Region) -> bool:
    """Whether both hold exactly the same elements, each once, in any order.

    >>> same_elements(Region(0, (2, 3), (3, 1)), Region(0, (3, 2), (1, 3)))
    True
    """
    return first.offset == second.offset and _merged(first) == _merged(second)


def box_within(inner: Region, outer: Region) -> Box | None:
    """The rectangle of ``outer`` that ``inner`` covers; ``None`` where it is no rectangle of it.

    >>> box_within(Region(6, (2,), (1,)), Region(0, (4, 3), (3, 1)))
    ((2, 3), (0, 2))
    """
    rest = inner.offset - outer.offset
    lengths = {axis.stride: axis.size for axis in _axes(inner)}
    bounds: dict[int, tuple[int, int]] = {}
    order = sorted(range(len(outer.size)), key=lambda i: -outer.stride[i])
    for i in order:
        if outer.size[i] == 1:
            bounds[i] = (0, 1)
            continue
        start, rest = divmod(rest, outer.stride[i]) if outer.stride[i] else (0, rest)
        length = lengths.pop(outer.stride[i], 1)
        if start < 0 or start + length > outer.size[i]:
            return None
        bounds[i] = (start, start + length)
    return None if rest or lengths else tuple(bounds[i] for i in range(len(outer.size)))


def touching(first: Region, second: Region) -> bool:
    """Whether they may share an element, judged by their spans."""
    if first.numel == 0 or second.numel == 0:
        return False
    return first.offset <= _last(second) and second.offset <= _last(first)


def _last(region: Region) -> int:
    steps = zip(region.size, region.stride, strict=True)
    return region.offset + sum((size - 1) * stride for size, stride in steps)


def _axes(region: Region) -> list[_Axis]:
    pairs = zip(region.stride, region.size, strict=True)
    return sorted((_Axis(*pair) for pair in pairs if pair[1] != 1), key=lambda a: -a.stride)


def _merged(region: Region) -> list[_Axis]:
    """The axes from the largest stride down, neighbours that run on merged into one."""
    merged: list[_Axis] = []
    for axis in _axes(region):
        runs_on = bool(merged) and merged[-1].stride == axis.stride * axis.size
        merged.append(_Axis(axis.stride, axis.size * merged.pop().size) if runs_on else axis)
    return merged


def covers(outer: Region, inner: Region) -> bool:
    """Whether every element of ``inner`` is one of ``outer``."""
    if inner.numel == 0 or same_elements(outer, inner) or box_within(inner, outer) is not None:
        return True
    return _dense(outer) and outer.offset <= inner.offset and _last(inner) <= _last(outer)


def tiled(size: tuple[int, ...], boxes: Sequence[Box]) -> bool:
    """Whether the boxes, none over another, fill the whole of ``size``."""
    if any(_overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i]):
        return False
    return sum(_volume(box) for box in boxes) == _volume(tuple((0, length) for length in size))


def _overlap(first: Box, second: Box) -> bool:
    pairs = zip(first, second, strict=True)
    return all(a[0] < b[1] and b[0] < a[1] for a, b in pairs)


def _volume(box: Box) -> int:
    volume = 1
    for start, stop in box:
        volume *= stop - start
    return volume


def _dense(region: Region) -> bool:
    return region.numel == _last(region) - region.offset + 1


def part(region: Region, box: Box) -> Region:
    """The region that a rectangle of ``region`` covers."""
    starts = [start for start, _ in box]
    offset = region.offset + sum(s * step for s, step in zip(starts, region.stride, strict=True))
    return Region(offset, tuple(stop - start for start, stop in box), region.stride)
