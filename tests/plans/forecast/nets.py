"""Small wide nets, one for each rule, that the forecast is measured on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations

Example = Callable[[int], Any]


@dataclass(frozen=True, slots=True)
class Net:
    """A net, an example for each seed, and how far its forecast may be off."""

    name: str
    build: Callable[[], nn.Module]
    example: Example
    within: float = 0.05


def noise(*shape: int) -> Example:
    return lambda seed: torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def words(*shape: int) -> Example:
    return lambda seed: torch.randint(0, 100, shape, generator=torch.Generator().manual_seed(seed))


class Causal(nn.Module):
    """Attention by hand under a causal mask, after an embedding of words and positions."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(100, 128), nn.Embedding(16, 128)
        self.qkv, self.out = nn.Linear(128, 384), nn.Linear(128, 128)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.words(ids) + self.places(torch.arange(ids.shape[1]))
        q, k, v = self.qkv(x).chunk(3, -1)
        scores = q @ k.transpose(-2, -1) / 128**0.5
        hidden = torch.ones(16, 16, dtype=torch.bool).triu(1)
        return torch.as_tensor(
            self.out(functional.softmax(scores.masked_fill(hidden, -torch.inf), -1) @ v)
        )


class Tied(nn.Module):
    """A table that is embedding and head at once."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(100, 128)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return functional.linear(self.table(ids), self.table.weight)


class Recurrent(nn.Module):
    """Two layers of a recurrence and a head."""

    def __init__(self, kind: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.body = kind(64, 128, num_layers=2, batch_first=True)
        self.head = nn.Linear(128, 128)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self.body(x)[0]
        return torch.as_tensor(self.head(states))


class Gated(nn.Module):
    """SwiGLU in a residual branch with RMS norm, and a scale learned for each channel."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.scale = nn.RMSNorm(128), nn.Parameter(torch.full((128,), 0.5))
        self.up, self.gate, self.down = (nn.Linear(128, 128) for _ in range(3))
        self.head = nn.Linear(128, 128)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(x)
        branch = self.down(functional.silu(self.gate(y)) * self.up(y))
        return torch.as_tensor(self.head(x + self.scale * branch))


def perceptron(activation: type[nn.Module]) -> nn.Module:
    layers = [one for _ in range(4) for one in (nn.Linear(256, 256), activation())]
    return nn.Sequential(*layers, nn.Linear(256, 256))


def convolutional() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Conv2d(64, 64, 3, padding=1),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.ConvTranspose2d(64, 64, 4, stride=2, padding=1),
        nn.GroupNorm(8, 64),
        nn.GELU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 128),
    )


def weight_normed() -> nn.Module:
    first = parametrizations.weight_norm(nn.Linear(256, 256))
    return nn.Sequential(first, nn.ReLU(), nn.Linear(256, 256))


NETS = (
    Net("relu", lambda: perceptron(nn.ReLU), noise(32, 256)),
    Net("tanh", lambda: perceptron(nn.Tanh), noise(32, 256)),
    Net("convolutional", convolutional, noise(16, 3, 16, 16)),
    Net("causal", Causal, words(8, 16)),
    Net("tied", Tied, words(8, 16), 0.1),
    Net("rnn", lambda: Recurrent(nn.RNN), noise(8, 12, 64), 0.1),
    Net("lstm", lambda: Recurrent(nn.LSTM), noise(8, 12, 64), 0.1),
    Net("gru", lambda: Recurrent(nn.GRU), noise(8, 12, 64), 0.1),
    Net("gated", Gated, noise(16, 8, 128)),
    Net("weight norm", weight_normed, noise(32, 256)),
)
