"""Fans by the classes of modules alone: what the authors of the layers say about them."""

import math

from torch import nn


def fans(model: nn.Module) -> dict[tuple[str, bool], tuple[float, float]]:
    """Fan-in and fan-out of the weight of every layer whose class has them.

    By path and by whether the layer looks up: a tied weight may be a table and a map.
    """
    paths = {id(parameter): path for path, parameter in model.named_parameters()}
    found = {}
    for module in model.modules():
        pair = _fans(module)
        if pair is not None and id(module.weight) in paths:
            table = isinstance(module, nn.Embedding | nn.EmbeddingBag)
            found[paths[id(module.weight)], table] = pair
    return found


def _fans(module: nn.Module) -> tuple[float, float] | None:
    match module:
        case nn.Linear():
            return float(module.in_features), float(module.out_features)
        case nn.Bilinear():
            return float(module.in1_features * module.in2_features), float(module.out_features)
        case nn.Embedding() | nn.EmbeddingBag():
            return 1.0, float(module.embedding_dim)
        case nn.Conv1d() | nn.Conv2d() | nn.Conv3d():
            return _windows(module, module.in_channels, module.out_channels)
        case nn.ConvTranspose1d() | nn.ConvTranspose2d() | nn.ConvTranspose3d():
            return _windows(module, module.out_channels, module.in_channels)[::-1]
        case _ if type(module).__name__ == "Conv1D":  # of transformers: a linear map, transposed
            return float(module.nx), float(module.nf)  # type: ignore[arg-type]  # two whole numbers
        case _:
            return None


def _windows(
    module: nn.Conv1d
    | nn.Conv2d
    | nn.Conv3d
    | nn.ConvTranspose1d
    | nn.ConvTranspose2d
    | nn.ConvTranspose3d,
    small: int,
    large: int,
) -> tuple[float, float]:
    """A window reads ``small`` channels a group; a value is read by ``window / stride`` of them."""
    window, stride = math.prod(module.kernel_size), math.prod(module.stride)
    return small / module.groups * window, large / module.groups * window / stride
