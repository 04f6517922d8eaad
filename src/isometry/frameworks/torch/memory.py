"""Which memory a tensor covers: what makes two tensors one, and what makes one of them two."""

from collections.abc import Iterable

import numpy as np
from torch import Tensor

from isometry import errors
from isometry.frameworks.torch import kinds


def identity(tensor: Tensor) -> object:
    """Equal for two tensors exactly when they are the same elements of the same memory.

    A transposed view of a tensor is the same elements; so is a second ``Parameter`` over the same
    data. A tensor without strided memory of its own is only equal to itself.
    """
    if not kinds.has_strided_memory(tensor) or tensor.numel() == 0:
        return id(tensor)
    steps = sorted(zip(tensor.stride(), tensor.shape, strict=True))
    walk = tuple((step, size) for step, size in steps if size > 1)
    # _cdata is the address of the storage object; data_ptr() is 0 on the meta device.
    return (tensor.untyped_storage()._cdata, tensor.storage_offset(), tensor.dtype, walk)


def refuse_partial_overlap(tensors: Iterable[tuple[str, Tensor]]) -> None:
    """Refuse two different tensors that have an element in common: what one writes the other loses.

    Args:
        tensors: Each with its path.

    Raises:
        UnsupportedTensorError: They do; both are named.
    """
    by_storage: dict[int, list[tuple[str, Tensor]]] = {}
    for path, tensor in tensors:
        if kinds.has_strided_memory(tensor) and tensor.numel():
            by_storage.setdefault(tensor.untyped_storage()._cdata, []).append((path, tensor))
    for sharers in by_storage.values():
        if len(sharers) > 1:
            _refuse_overlap(sharers)


def _refuse_overlap(sharers: list[tuple[str, Tensor]]) -> None:
    ordered = sorted(sharers, key=lambda sharer: _extent(sharer[1])[0])
    end, last = -1, ordered[0]
    for path, tensor in ordered:
        start, stop = _extent(tensor)
        if start < end and _meet(last[1], tensor):
            raise errors.UnsupportedTensorError(
                f"it shares a part of its memory with {last[0]!r}",
                needed="tensors that are the same or apart",
                do="clone one of the two in the model's constructor",
                path=path,
            )
        if stop > end:
            end, last = stop, (path, tensor)


def _extent(tensor: Tensor) -> tuple[int, int]:
    """First and one past the last byte of the storage that ``tensor`` reaches."""
    start = int(tensor.storage_offset()) * tensor.itemsize
    return start, start + reach(tensor) * tensor.itemsize


def reach(tensor: Tensor) -> int:
    """Elements of memory from the first of ``tensor`` to its last, those between included."""
    if tensor.numel() == 0:
        return 0
    last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride(), strict=True))
    return int(last) + 1


def _meet(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors of one storage have a byte in common, by marking the first's bytes."""
    marks = np.zeros(one.untyped_storage().nbytes(), np.bool_)
    _bytes(marks, one)[...] = True
    return bool(_bytes(marks, other).any())


def _bytes(
    marks: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", tensor: Tensor
) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    width = tensor.itemsize
    return np.lib.stride_tricks.as_strided(
        marks[tensor.storage_offset() * width :],
        (*tensor.shape, width),
        (*(step * width for step in tensor.stride()), 1),
    )


def overlaps_itself(tensor: Tensor) -> bool:
    """Whether one place in memory stands for several elements, as in an expanded tensor."""
    reach = 1
    for step, size in sorted(zip(tensor.stride(), tensor.shape, strict=True)):
        if size > 1:
            if step < reach:
                return True
            reach = step * (size - 1) + reach
    return False


def collapsed(tensor: Tensor, *, like: Tensor) -> Tensor:
    """``tensor`` with one element left of every dimension along which ``like`` is expanded."""
    for dim, (size, step) in enumerate(zip(like.shape, like.stride(), strict=True)):
        if step == 0 and size > 1:
            tensor = tensor.narrow(dim, 0, 1)
    return tensor
