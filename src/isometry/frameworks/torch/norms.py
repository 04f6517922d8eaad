"""Norm layers of other libraries, told by what their class is called and by what it computes.

Nearly every model family brings a norm class of its own, ``LlamaRMSNorm`` or ``T5LayerNorm``. The
name of the *class* says that it is a norm; it does not say whether the layer multiplies by
``weight`` or by ``1 + weight``, as Gemma's does, and a wrong answer doubles or erases every signal.
So a copy of the layer, with weights of its own, is run twice.
"""

import copy
from typing import Literal

import torch
from torch import Tensor, nn

from isometry.parameters import Layer

_SUFFIXES: tuple[tuple[str, Layer], ...] = (("RMSNorm", "rms_norm"), ("LayerNorm", "layer_norm"))

Convention = tuple[Literal["offset", "scale"], Layer]
"""Whether it multiplies by ``weight`` (scale) or by ``1 + weight`` (offset), and its kind."""


def convention(module: nn.Module) -> Convention | None:
    """How a norm uses its weight; ``None`` where ``module`` is no norm or cannot be asked."""
    layer = _kind(module)
    if layer is None or _width(module) is None:
        return None
    match _response(module, 0.0), _response(module, -1.0):
        case (0.0, answer) if answer:
            return ("scale", layer)
        case (answer, 0.0) if answer:
            return ("offset", layer)
        case _:
            return None


def _kind(module: nn.Module) -> Layer | None:
    name = type(module).__name__
    return next((layer for suffix, layer in _SUFFIXES if name.endswith(suffix)), None)


def _width(module: nn.Module) -> int | None:
    weight = module._parameters.get("weight")
    known = set(module._parameters) <= {"weight", "bias"} and not module._modules
    return weight.shape[0] if known and weight is not None and weight.ndim == 1 else None


def _response(module: nn.Module, weight: float) -> float | None:
    """Largest output of the layer for an input that is not constant, with every weight as given."""
    width = _width(module) or 0
    layer = copy.copy(module)
    layer._parameters = {
        name: None if tensor is None else nn.Parameter(_filled(width, weight, name))
        for name, tensor in module._parameters.items()
    }
    try:
        with torch.no_grad(), torch.device("cpu"):
            # Not layer(...), which would run the user's hooks.
            answer = layer.forward(torch.linspace(-1.0, 2.0, 2 * width).reshape(1, 2, width))
    except Exception:  # whatever a class of its own may raise: then it is not known what it does
        return None
    return float(answer.abs().max()) if isinstance(answer, Tensor) and answer.numel() else None


def _filled(width: int, weight: float, name: str) -> Tensor:
    return torch.full((width,), weight if name == "weight" else 0.0, device="cpu")
