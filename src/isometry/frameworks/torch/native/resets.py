"""A built module started afresh: an empty copy on which its modules' own resets run."""

import copy
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import _SpectralNorm, _WeightNorm

from isometry.frameworks.torch import parametrized
from isometry.frameworks.torch.parametrization import Parametrization
from isometry.frameworks.torch.registered import Registered

__all__ = ["rebuilt"]

_RESETS = ("reset_parameters", "_reset_parameters", "init_weights")
"""Methods that write a module's own tensors; the first that it has runs."""
_APPLIED = "_init_weights"
"""The method that many libraries apply to every module below."""
_MARK = "_is_hf_initialized"
"""What transformers leaves on a module that is not to be initialized again."""


def rebuilt(model: nn.Module) -> nn.Module:
    """An empty copy of ``model`` after its own resets, children before parents."""
    made = _empty(model)
    modules = list(made.modules())[::-1]
    for module in modules:
        vars(module).pop(_MARK, None)
        _bare(module)
    for module in modules:
        _reset(module)
    return made


def _empty(model: nn.Module) -> nn.Module:
    """A copy whose tensors hold nothing; ``model`` is read, never written."""
    memo: dict[int, Any] = {}
    for tensor in _tensors(model):
        blank = _blank(tensor)
        is_parameter = isinstance(tensor, nn.Parameter)
        memo[id(tensor)] = nn.Parameter(blank, tensor.requires_grad) if is_parameter else blank
    return copy.deepcopy(model, memo)


def _blank(tensor: Tensor) -> Tensor:
    """The same layout without memory; ``empty_like`` would load torch's symbolic shapes for it."""
    if tensor.layout != torch.strided:
        return torch.empty_like(tensor, device="meta", requires_grad=False)
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")


def _tensors(model: nn.Module) -> Iterator[Tensor]:
    """All tensors that a copy would copy; older hooks keep one as a plain attribute."""
    for module in model.modules():
        held = (*module._parameters.values(), *module._buffers.values(), *vars(module).values())
        yield from (value for value in held if isinstance(value, Tensor))


def _bare(module: nn.Module) -> None:
    """Make normalized weights plain ones again, which a reset can reach."""
    found = tuple(parametrized.of(module))
    if not all(_keeps(one) for one in found):
        return
    blanks = {one.name: nn.Parameter(one.stand_in(one.name)) for one in found}
    for one in found:
        for owner, name in one.stored():
            if owner is module:
                delattr(module, name)
        vars(module).pop(one.name, None)
    if parametrize.is_parametrized(module):
        del module._modules["parametrizations"]
        module.__class__ = type(module).__bases__[0]  # the class that torch derived it from
    module._forward_pre_hooks.clear()
    for name, blank in blanks.items():
        module.register_parameter(name, blank)


def _keeps(found: Parametrization) -> bool:
    """Whether a weight that is set is stored as it is, with whatever divides it beside it."""
    if not isinstance(found, Registered):
        return True
    return all(isinstance(step, _WeightNorm | _SpectralNorm) for step in found.steps)


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
