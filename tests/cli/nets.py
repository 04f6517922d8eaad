"""Models that the command line is pointed at."""

import torch
from torch import nn


def mlp() -> nn.Module:
    """Two layers."""
    return nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2))


class Bare(nn.Module):
    """A parameter whose meaning nobody states."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(3))


class Odd(nn.Module):
    """A model that does not say what it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One layer after a tanh."""
        return torch.as_tensor(self.fc(torch.tanh(x)))


def odd() -> nn.Module:
    """It."""
    return Odd()


def batch() -> torch.Tensor:
    """What it takes."""
    return torch.zeros(7, 6)


def noise() -> torch.Tensor:
    """A batch that varies."""
    return torch.randn(512, 6, generator=torch.Generator().manual_seed(0))


def classes() -> torch.Tensor:
    """Its targets."""
    return torch.arange(512) % 2


def broken() -> nn.Module:
    """A constructor that fails."""
    raise RuntimeError("no such size")


def text() -> str:
    """A factory that returns no model."""
    return "model"


constant = 3
