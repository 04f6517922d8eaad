"""CPU tensors as NumPy arrays over the same memory, in every floating dtype, and the way back."""

import ml_dtypes
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isometry import plans
from isometry.frameworks.torch import kinds

CACHE_LINE = 64
"""Bytes to which torch aligns its own allocations, and AVX-512 wants its loads aligned."""

_BITS: dict[int, torch.dtype] = {1: torch.uint8, 2: torch.int16}
"""A dtype that NumPy and torch share, by item size; a stand-in where they share no name."""


def array(tensor: Tensor) -> NDArray[np.generic]:
    """The elements of a CPU tensor; writing into the result writes into ``tensor``.

    Args:
        tensor: On the CPU and strided, of any shape and strides.

    Returns:
        The same shape and strides; bfloat16 and float8 as ml_dtypes has them.

    >>> weight = torch.zeros(2, dtype=torch.bfloat16)
    >>> array(weight)[:] = 1.5
    >>> weight.tolist()
    [1.5, 1.5]
    """
    plain = tensor.detach()
    name = kinds.dtype_name(tensor.dtype)
    if not hasattr(ml_dtypes, name):
        return plain.numpy()
    shared: NDArray[np.generic] = plain.view(_BITS[tensor.itemsize]).numpy()
    return shared.view(getattr(ml_dtypes, name))


def empty(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """An uninitialized CPU tensor in memory that NumPy allocated.

    NumPy asks the system for huge pages, torch does not: filling a fresh large array takes half the
    time, since a page fault is paid for every 2 MiB instead of every 4 KiB.
    """
    numpy_dtype = plans.numpy_dtype(kinds.dtype_name(dtype))
    size = int(np.prod(shape, dtype=np.int64)) * numpy_dtype.itemsize
    raw = np.empty(size + CACHE_LINE, dtype=np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return torch.from_numpy(raw[start : start + size]).view(dtype).reshape(shape)
