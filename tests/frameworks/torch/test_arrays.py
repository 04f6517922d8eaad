"""An array over a tensor's memory is the tensor, and leaves no mark on it."""

import gc
import weakref

import numpy as np
import pytest
import torch

from isometry.frameworks.torch.arrays import array

DTYPES = ["float32", "float64", "float16", "bfloat16", "float8_e4m3fn", "int64", "bool", "uint8"]


@pytest.mark.parametrize("name", DTYPES)
def test_it_reads_and_writes_the_tensor(name: str) -> None:
    tensor = torch.ones(3, 4).to(getattr(torch, name))
    view = array(tensor)
    assert (view.shape, view.dtype.name) == ((3, 4), name)
    view[1, 2] = 0
    assert tensor.float().tolist() == view.astype(np.float32).tolist()
    assert tensor[1, 2] == 0


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(12.0).view(3, 4).t(),
        torch.arange(24.0).view(2, 3, 4)[:, 1:, ::2],
        torch.arange(4.0).expand(3, 4),
        torch.tensor(5.0),
        torch.empty(0, 3),
        torch.ones(2, requires_grad=True),
    ],
)
def test_strides_are_the_tensors(tensor: torch.Tensor) -> None:
    assert array(tensor).tolist() == tensor.tolist()


def test_the_storage_can_still_be_resized() -> None:
    tensor = torch.zeros(4)
    array(tensor)[:] = 1.0
    tensor.untyped_storage().resize_(0)
    assert tensor.untyped_storage().nbytes() == 0


def test_the_tensor_lives_as_long_as_the_array() -> None:
    tensor = torch.zeros(1000)
    alive = weakref.ref(tensor)
    view = array(tensor)[10:20].reshape(2, 5)
    del tensor
    gc.collect()
    assert alive() is not None
    del view
    gc.collect()
    assert alive() is None
