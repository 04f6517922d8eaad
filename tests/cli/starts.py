"""Models with good and bad starts, and what may go wrong while one is looked at."""

from functools import partial

import torch
from torch import nn

DEPTH, WIDTH = 12, 32


def net(start: float) -> nn.Sequential:
    """Square layers of tanh under orthogonal weights times a number: it is what a layer does."""
    layers = [nn.Linear(WIDTH, WIDTH) for _ in range(DEPTH)]
    for layer in layers:
        nn.init.orthogonal_(layer.weight, start)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(*(one for layer in layers for one in (layer, nn.Tanh())))


def bad() -> nn.Module:
    """It shrinks whatever comes, both ways."""
    return net(0.5)


def good() -> nn.Module:
    """It keeps it, nearly."""
    return net(1.2)


half = partial(net, 0.5)


def batch() -> torch.Tensor:
    """Inputs."""
    return torch.randn(16, WIDTH, generator=torch.Generator().manual_seed(0))


def loss(output: torch.Tensor) -> torch.Tensor:
    """A number."""
    return output.square().mean()


def many(output: torch.Tensor) -> torch.Tensor:
    """Several numbers."""
    return output


def raising(output: torch.Tensor) -> torch.Tensor:
    """A loss that fails."""
    raise ValueError(f"no loss for {output.dim()} axes")


class Layer(nn.Module):
    """One layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(WIDTH, WIDTH)


class Stops(Layer):
    """It runs one layer and then fails."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One layer of two."""
        return torch.as_tensor(self.first(x)) @ torch.zeros(3, 3)


class Refuses(Layer):
    """It fails before its first step."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Nothing."""
        raise ValueError("not today")


class Waits(Layer):
    """Somebody presses Ctrl-C while it runs."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Nothing."""
        raise KeyboardInterrupt


def empty() -> torch.Tensor:
    """A function of inputs that fails."""
    raise OSError("no data")


def failing() -> nn.Module:
    """A factory that fails."""
    raise RuntimeError("no such size")
