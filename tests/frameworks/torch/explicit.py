"""Networks with explicitly transformed activations, written out by hand: what shaping promises."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from isometry import theory


class Shaped(nn.Module):
    """``γ (φ(α x + β) + δ)``."""

    def __init__(self, shape: theory.Shape, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.shape, self.function = shape, function

    def forward(self, x: Tensor) -> Tensor:
        s = self.shape
        return s.gamma * (self.function(s.alpha * x + s.beta) + s.delta)


class Block(nn.Module):
    """``x + second(φ(first(x)))``."""

    def __init__(self, width: int, function: nn.Module) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(x + self.second(self.function(self.first(x))))


def raw(layers: Sequence[nn.Module], gains: Sequence[float]) -> None:
    """Take a layer's known gain out of its weights again, and its bias away."""
    for layer, gain in zip(layers, gains, strict=True):
        assert isinstance(layer, nn.Linear | nn.Conv2d)
        assert layer.bias is not None
        with torch.no_grad():
            layer.weight /= gain
            layer.bias.zero_()
