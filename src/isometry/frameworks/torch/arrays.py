"""CPU tensors as NumPy arrays over the same memory, in every floating dtype, and the way back."""

import ml_dtypes
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isometry.frameworks.torch import kinds

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
