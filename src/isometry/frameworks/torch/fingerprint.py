"""One number for all values of a model, which no sharding, wrapper or order changes."""

import torch
from torch import nn

from isometry import errors, weights
from isometry.frameworks.torch import arrays, kinds, sharding, shards
from isometry.frameworks.torch.slots import Slot, slots


def fingerprint(model: nn.Module, *, threads: int | None = None) -> weights.Fingerprint:
    """The fingerprint of every parameter and buffer; ``.total`` and ``str`` sum it up.

    It depends on path, shape, dtype and bits. Tied tensors count once, a parametrized weight counts
    as the weight that the layer uses, and of a sharded model each rank gives its part: the parts of
    the ranks that hold different shards add up to the whole model's.

    Args:
        model: On any device but meta.
        threads: How many threads; they do not change it.

    Returns:
        A sum for every tensor, and their sum.

    Raises:
        UnsupportedTensorError: A tensor has no values to read.

    >>> one, other = nn.Linear(3, 2), nn.Linear(3, 2)
    >>> _ = other.load_state_dict(one.state_dict())
    >>> fingerprint(one) == fingerprint(other)
    True
    """
    with sharding.gathered(model):
        sums = {slot.path: _sum(slot, threads) for slot in slots(model)}
    return weights.Fingerprint(sums)


def _sum(slot: Slot, threads: int | None) -> int:
    tensor = slot.tensor if slot.parametrization is None else slot.parametrization.read()
    shape, runs = tuple(tensor.shape), None
    if kinds.is_dtensor(tensor):
        runs, tensor = shards.runs(tensor, path=slot.path), tensor.to_local()
    if (problem := kinds.unwritable(tensor)) is not None:
        raise errors.UnsupportedTensorError(
            problem[0], needed="a tensor with values", do=problem[1], path=slot.path
        )
    with torch.no_grad():
        array = arrays.array(tensor.detach().cpu())
    return weights.tensor_sum(slot.path, array, shape=shape, runs=runs, threads=threads)
