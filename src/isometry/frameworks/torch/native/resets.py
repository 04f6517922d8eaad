"""A built module started afresh: an empty copy on which its modules' own resets run."""

import copy
import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["rebuilt"]

_RESETS = ("reset_parameters", "_reset_parameters", "init_weights")
"""Methods that write a module's own tensors, first found runs."""
_APPLIED = "_init_weights"
"""The method that many libraries apply to every module below."""


def rebuilt(model: nn.Module) -> nn.Module:
    """An empty copy of ``model`` after its own resets, children before parents."""
    made = _empty(model)
    for module in reversed(list(made.modules())):
        _reset(module)
    return made


def _empty(model: nn.Module) -> nn.Module:
    """A copy whose tensors hold nothing; ``model`` is read, never written."""
    memo: dict[int, Any] = {}
    for tensor in _tensors(model):
        blank = torch.empty_like(tensor, device="meta", requires_grad=tensor.requires_grad)
        is_parameter = isinstance(tensor, nn.Parameter)
        memo[id(tensor)] = nn.Parameter(blank, tensor.requires_grad) if is_parameter else blank
    return copy.deepcopy(model, memo)


def _tensors(model: nn.Module) -> list[Tensor]:
    return [*model.parameters(), *model.buffers()]


def _reset(module: nn.Module) -> None:
    for name in _RESETS:
        method = getattr(module, name, None)
        if callable(method) and _takes(method, 0):
            method()
            return
    method = getattr(module, _APPLIED, None)
    if callable(method):
        module.apply(method) if _takes(method, 1) else method()


def _takes(method: Callable[..., Any], count: int) -> bool:
    """Whether the method can be called with ``count`` positional arguments."""
    try:
        inspect.signature(method).bind(*[None] * count)
    except TypeError:
        return False
    return True
