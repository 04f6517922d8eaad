"""CPU tensors as NumPy arrays over the same memory, in every dtype that either knows."""

import ctypes

import ml_dtypes
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from isometry.frameworks.torch import kinds, memory


def array(tensor: Tensor) -> NDArray[np.generic]:
    """The elements of a CPU tensor; writing into the result writes into ``tensor``.

    ``Tensor.numpy`` is not used: it makes the storage of the user's tensor unresizable for ever,
    which FSDP cannot live with, and knows neither bfloat16 nor float8.

    Args:
        tensor: On the CPU and strided, of any shape and strides.

    Returns:
        The same shape and strides, and the tensor is kept alive; bfloat16 and float8 as ml_dtypes
        has them.

    >>> import torch
    >>> weight = torch.zeros(2, dtype=torch.bfloat16)
    >>> array(weight)[:] = 1.5
    >>> weight.tolist()
    [1.5, 1.5]
    """
    name = kinds.dtype_name(tensor.dtype)
    dtype: np.dtype[np.generic] = np.dtype(getattr(ml_dtypes, name, name))
    shape = tuple(tensor.shape)
    if tensor.numel() == 0:
        return np.empty(shape, dtype)
    bytes_type = ctypes.c_char * (memory.reach(tensor) * tensor.itemsize)
    held = bytes_type.from_address(tensor.data_ptr())
    held.tensor = tensor  # type: ignore[attr-defined]  # the array's base keeps it, so this lives
    strides = tuple(step * tensor.itemsize for step in tensor.stride())
    return np.ndarray(shape, dtype, buffer=memoryview(held).cast("B"), strides=strides)
