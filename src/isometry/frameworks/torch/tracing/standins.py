"""Fake tensors in the places of those on meta, so that a model without memory runs as on a CPU.

Code that makes a mask or a table of positions puts it on the CPU; beside parameters on meta it
would fail.
"""

import contextlib
from typing import Any

import torch
from torch import nn


def stand_in(model: nn.Module) -> None:
    """Replace every parameter and buffer on meta; to be called under a fake mode, and undone after.

    Args:
        model: The module that is about to run; tied tensors stay tied.
    """
    made: dict[int, torch.Tensor] = {}
    for module in list(model.modules()):
        for table in (module._parameters, module._buffers):
            held: dict[str, Any] = dict(table)
            for name, tensor in held.items():
                if tensor is not None and tensor.is_meta:
                    # by assignment, since recurrent layers hold their weights in a list as well
                    setattr(module, name, made.setdefault(id(tensor), _fake(tensor)))


def _fake(tensor: torch.Tensor) -> torch.Tensor:
    fake = torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu")
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(fake, requires_grad=tensor.requires_grad)
    return fake


def off_meta() -> contextlib.AbstractContextManager[Any]:
    """The CPU as the default device where it is meta, as while a model is built there."""
    if torch.get_default_device().type == "meta":
        return torch.device("cpu")
    return contextlib.nullcontext()
