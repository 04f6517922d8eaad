"""Calls of torch that never reach its dispatcher, or would fail there without memory."""

from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

__all__ = ["Redirects"]

_FROM_DATA = frozenset({torch.tensor, torch.as_tensor, torch.asarray})
"""Functions that would lose the data that they are given when asked for the meta device."""
_TO_PYTHON = frozenset({"__array__", "__bool__", "__float__", "__index__", "__int__"})
_TO_PYTHON |= {"item", "numpy", "tolist"}
"""Methods that hand values to Python."""
_SET_DATA = torch.Tensor.data.__set__  # type: ignore[attr-defined]  # a descriptor at run time
_MEMORY = frozenset({"cpu", "meta"})


class Redirects(TorchFunctionMode):
    """Keeps data real, wherever the model's code wants it."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one call of torch."""
        kwargs = kwargs or {}
        if func == _SET_DATA:  # a new object at each access
            return func(args[0], _alike(args[0], args[1]))
        if getattr(func, "__name__", "") in _TO_PYTHON and args and args[0].is_meta:
            return func(args[0].to("cpu"), *args[1:], **kwargs)  # real where no draw is behind it
        if kwargs.get("device") is not None and _needs_other_device(func, kwargs["device"]):
            kwargs = {**kwargs, "device": "cpu"}
        return func(*args, **kwargs)


def _needs_other_device(func: Any, device: Any) -> bool:
    return func in _FROM_DATA or torch.device(device).type not in _MEMORY


def _alike(tensor: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """The value with or without memory, as the tensor is: torch lets no tensor change that."""
    if tensor.is_meta == value.is_meta:
        return value
    if tensor.is_meta:
        return torch.empty_like(value, device="meta").copy_(value)
    blank = torch.from_numpy(np.zeros(value.shape, np.uint8)).to(value.dtype)
    return blank.copy_(value)
