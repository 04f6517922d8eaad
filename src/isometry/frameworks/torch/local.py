"""Filling a shard that no ``DTensor`` describes: Megatron's, DeepSpeed's, one's own."""

from torch import Tensor

from isometry import errors, plans, schemes, weights
from isometry.frameworks.torch import kinds, sinks
from isometry.parameters import Axes, Parameter


def fill_local(
    tensor: Tensor,
    scheme: schemes.Scheme | str,
    *,
    shape: tuple[int, ...],
    offset: tuple[int, ...] | int,
    path: str,
    seed: int = 0,
) -> Tensor:
    """Fill a shard in place with exactly what the whole tensor would hold there.

    Fans are those of the whole: outputs are dimension 0, inputs dimension 1, the rest is window.

    Args:
        tensor: The shard, on any device.
        scheme: A scheme or its name.
        shape: Shape of the whole tensor.
        offset: Index of the shard's first element per dimension; or, for a flat shard as ZeRO
            stage 3 keeps it, the row-major index of its first element.
        path: Address of the whole tensor in the whole model.
        seed: Of the whole model.

    Returns:
        ``tensor``.

    Raises:
        UnsupportedTensorError: The shard cannot be written.
        ShapeError: It leaves the whole tensor.

    >>> import torch
    >>> half = fill_local(torch.empty(2, 3), "he_normal", shape=(2, 6), offset=(0, 3), path="w")
    >>> whole = fill_local(torch.empty(2, 6), "he_normal", shape=(2, 6), offset=(0, 0), path="w")
    >>> torch.equal(half, whole[:, 3:])
    True
    """
    problem = kinds.unwritable(tensor)
    if problem is not None:
        raise errors.UnsupportedTensorError(
            problem[0], needed="a tensor whose memory can be written", do=problem[1], path=path
        )
    sinks.put(
        tensor, _assignment(tensor, scheme, shape, path), seed=seed, runs=_part(tensor, offset)
    )
    return tensor


def _assignment(
    tensor: Tensor, scheme: schemes.Scheme | str, shape: tuple[int, ...], path: str
) -> plans.Assignment:
    axes = Axes(
        outputs=(0,) if shape else (),
        inputs=(1,) if len(shape) > 1 else (),
        window=tuple(range(2, len(shape))),
    )
    dtype = kinds.dtype_name(tensor.dtype)
    parameter = Parameter(
        path, shape, dtype, role="weight" if len(shape) > 1 else "free", axes=axes
    )
    chosen = schemes.scheme(scheme) if isinstance(scheme, str) else scheme
    assignment = plans.Assignment(parameter, chosen, reason="asked for", source="fill_local")
    assignment.check()
    return assignment


def _part(tensor: Tensor, offset: tuple[int, ...] | int) -> weights.Part:
    if isinstance(offset, int):
        return range(offset, offset + tensor.numel())
    return tuple(((start, start + size),) for start, size in zip(offset, tensor.shape, strict=True))
