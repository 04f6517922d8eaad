"""Which part of a ``DTensor`` this rank holds, as ranges of global indices. No communication."""

import warnings
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import torch

from isometry import errors

if TYPE_CHECKING:
    from torch.distributed.tensor import DTensor

Ranges = tuple[tuple[int, int], ...]
"""Global indices along one dimension, as ``(start, stop)`` in the shard's order."""


def runs(tensor: "DTensor", *, path: str = "") -> tuple[Ranges, ...]:
    """Per dimension, the ranges of global indices that this rank's local tensor holds.

    Placements are applied from left to right, each as ``torch.chunk`` cuts. Where FSDP and tensor
    parallelism cut one dimension unevenly, torch cuts from right to left against its own metadata;
    that order is taken if and only if it fits the local tensor, with a warning.

    Args:
        tensor: Sharded or replicated.
        path: Its address, for messages.

    Returns:
        One tuple of ranges a dimension; an empty one where this rank holds nothing.

    Raises:
        UnsupportedTensorError: A partial sum, or a layout that does not fit the local tensor.
    """
    shape, local = tuple(tensor.shape), tuple(tensor.to_local().shape)
    placements = list(enumerate(tensor.placements))
    if any(placement.is_partial() for _, placement in placements):
        raise errors.UnsupportedTensorError(
            f"its placements are {tuple(tensor.placements)}, and a partial tensor is a sum of what "
            "the ranks hold",
            needed="Shard or Replicate on every mesh dimension",
            do="redistribute it first",
            path=path,
        )
    if tensor.device_mesh.get_coordinate() is None:
        return tuple(((0, size),) for size in local)
    for order in (placements, placements[::-1]):
        found = _cut(tensor, order)
        if tuple(_length(ranges) for ranges in found) == local:
            _warn_of_order(path, changed=order is not placements)
            return found
    raise errors.UnsupportedTensorError(
        f"its placements {tuple(tensor.placements)} of shape {shape} do not give its local shape "
        f"{local}",
        needed="a layout that torch.chunk gives",
        do="write it before it is sharded, or with isometry.torch.fill_local",
        path=path,
    )


def _cut(
    tensor: "DTensor",
    order: Iterable[tuple[int, "torch.distributed.tensor.placement_types.Placement"]],
) -> tuple[Ranges, ...]:
    coordinate: Sequence[int] = tensor.device_mesh.get_coordinate() or ()
    found: list[Ranges] = [((0, size),) for size in tensor.shape]
    for mesh_dim, placement in order:
        if placement.is_replicate():
            continue
        dim: int = placement.dim  # type: ignore[attr-defined]  # every placement that shards has one
        pieces: int = getattr(
            placement, "split_factor", 1
        )  # of a strided shard, which has no public name
        found[dim] = shard(
            found[dim], tensor.device_mesh.size(mesh_dim), coordinate[mesh_dim], pieces=pieces
        )
    return tuple(found)


def shard(ranges: Ranges, count: int, rank: int, *, pieces: int = 1) -> Ranges:
    """What rank ``rank`` of ``count`` holds of ``ranges``, which are first cut in ``pieces``.

    >>> shard(((0, 7),), 3, 2)
    ((6, 7),)
    >>> shard(((0, 8),), 2, 0, pieces=2)
    ((0, 2), (4, 6))
    """
    held = (_chunk(piece, count, rank) for piece in _chunks(ranges, pieces))
    return tuple(span for part in held for span in part)


def _chunks(ranges: Ranges, count: int) -> list[Ranges]:
    return [_chunk(ranges, count, rank) for rank in range(count)]


def _chunk(ranges: Ranges, count: int, rank: int) -> Ranges:
    """``torch.chunk``: equal pieces, rounded up, so that the last ones may be short or empty."""
    length = _length(ranges)
    size = -(-length // count)
    return _taken(ranges, min(rank * size, length), min((rank + 1) * size, length))


def _taken(ranges: Ranges, first: int, last: int) -> Ranges:
    """Elements ``first`` to ``last`` of the concatenated ranges."""
    ends = accumulate((stop - start for start, stop in ranges), initial=0)
    cut = (
        (start + max(first - before, 0), min(stop, start + last - before))
        for (start, stop), before in zip(ranges, ends, strict=False)
    )
    return tuple((start, stop) for start, stop in cut if start < stop)


def _length(ranges: Ranges) -> int:
    return sum(stop - start for start, stop in ranges)


def _warn_of_order(path: str, *, changed: bool) -> None:
    if changed:
        warnings.warn(
            f"{path}: torch's metadata and its local shape disagree about an uneven shard. It is "
            "filled by the local shape; torch itself may not save or run this layout.",
            errors.IsometryWarning,
            stacklevel=2,
        )
