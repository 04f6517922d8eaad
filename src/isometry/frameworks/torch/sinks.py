"""Getting values into one tensor, whatever its strides, dtype and device."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isometry import errors, plans, rng, schemes, weights
from isometry.frameworks.torch import arrays, engine, memory

SAMPLE = 2**18
"""Elements that are read back from another device, to be measured."""


def put(
    tensor: Tensor,
    assignment: plans.Assignment,
    *,
    seed: int,
    runs: weights.Part = None,
    threads: int | None = None,
) -> NDArray[np.generic]:
    """Write the values of ``assignment`` into ``tensor``, rounded once to its dtype.

    Args:
        tensor: Strided, with memory; its shape is that of the parameter or of the shard.
        assignment: Which values; its scheme is given.
        seed: Of the whole model.
        runs: What a shard holds: global ranges per dimension, or a ``range`` of row-major indices;
            the whole tensor if none.
        threads: How many may fill.

    Returns:
        What was written or, from another device, the first of it: to be measured, not kept.

    Raises:
        UnsupportedTensorError: Elements that share memory would have to differ.
    """
    with torch.no_grad():
        if tensor.device.type != "cpu":
            return put_on_device(tensor, assignment, seed=seed, runs=runs, threads=threads)
        if memory.overlaps_itself(tensor):
            return _put_expanded(tensor, assignment, seed=seed)
        out = arrays.array(tensor)
        if out.flags.c_contiguous:
            weights.write(out, assignment, seed, runs=runs, threads=threads)
        else:
            out[...] = _values(tensor, assignment, seed=seed, runs=runs, threads=threads)
        # The write went around autograd, which must know that saved tensors are no longer theirs.
        torch.autograd.graph.increment_version(tensor)
        return out


def put_on_device(
    tensor: Tensor,
    assignment: plans.Assignment,
    *,
    seed: int,
    runs: weights.Part = None,
    threads: int | None = None,
) -> NDArray[np.generic]:
    """:func:`put` without NumPy's view of the memory: drawn in place where the law allows it."""
    drawing = _draw(assignment)
    plain = tensor.detach()
    if isinstance(drawing, schemes.Elementwise) and tensor.is_floating_point():
        key = rng.derive_key(seed, assignment.parameter.path)
        if runs is None or isinstance(runs, range):
            engine.fill(plain, key, drawing.law, start=runs.start if runs else 0)
        else:
            engine.fill_box(plain, key, drawing.law, shape=assignment.parameter.shape, runs=runs)
    else:
        made = torch.empty(tensor.shape, dtype=tensor.dtype)
        weights.write(arrays.array(made), assignment, seed, runs=runs, threads=threads)
        plain.copy_(made)
    return arrays.array(plain.flatten()[:SAMPLE].cpu())


def _put_expanded(
    tensor: Tensor, assignment: plans.Assignment, *, seed: int
) -> NDArray[np.generic]:
    """An expanded dimension holds one element in memory: the values along it must be one."""
    made = torch.empty(tensor.shape, dtype=tensor.dtype)
    weights.write(arrays.array(made), assignment, seed)
    kept = memory.collapsed(made, like=tensor)
    apart = memory.collapsed(tensor.detach(), like=tensor)
    if memory.overlaps_itself(apart) or not torch.equal(kept.expand(made.shape), made):
        raise errors.UnsupportedTensorError(
            f"its strides {tensor.stride()} make several elements share memory, and "
            f"{assignment.parameter.path!r} is planned with different values for them",
            needed="a tensor whose elements are apart",
            do="call .contiguous() or .clone() on it in the model's constructor",
            path=assignment.parameter.path,
        )
    apart.copy_(kept)
    return arrays.array(made)


def _values(
    tensor: Tensor,
    assignment: plans.Assignment,
    *,
    seed: int,
    runs: weights.Part,
    threads: int | None,
) -> NDArray[np.generic]:
    """The values in a fresh array of the tensor's shape, row-major."""
    made = arrays.array(torch.empty(tensor.shape, dtype=tensor.dtype))
    weights.write(made, assignment, seed, runs=runs, threads=threads)
    return made


def _draw(assignment: plans.Assignment) -> schemes.Draw:
    assert assignment.scheme is not None
    return assignment.scheme.draw(assignment.parameter)
