"""Nets along a stream: residual blocks, and a cell that reads a picture pixel by pixel."""

from collections.abc import Callable

import torch
from torch import nn

WIDTH = 64
CHANNELS = 16
SIDE = 8


class Block(nn.Module):
    """What a branch adds to its input."""

    def __init__(self, branch: nn.Module) -> None:
        """Keep the branch."""
        super().__init__()
        self.branch = branch

    def forward(self, stream: torch.Tensor) -> torch.Tensor:
        """The stream with what the branch adds."""
        added: torch.Tensor = self.branch(stream)
        return stream + added


def residual(
    depth: int, bent: Callable[[], nn.Module], classes: int, *, kernels: bool, norm: str
) -> nn.Module:
    """A stem, blocks of two layers each, and a head.

    Args:
        depth: How many blocks.
        bent: The activation.
        classes: How many scores.
        kernels: Whether layers are convolutions.
        norm: ``"ln"`` or ``"bn"`` for a norm before each block's first layer, else none.

    Returns:
        The net.
    """
    layer = _kernel if kernels else _dense
    norms: dict[str, Callable[[], nn.Module]] = {
        "ln": lambda: nn.LayerNorm(WIDTH),
        "bn": lambda: nn.BatchNorm2d(CHANNELS),
    }
    normed = [norms[norm]] if norm else []
    blocks = [
        Block(nn.Sequential(*(make() for make in normed), layer(), bent(), layer()))
        for _ in range(depth)
    ]
    if kernels:
        stem = [nn.Unflatten(1, (1, SIDE, SIDE)), nn.Conv2d(1, CHANNELS, 3, padding=1)]
        head = [nn.Flatten(), nn.Linear(CHANNELS * SIDE * SIDE, classes)]
        return nn.Sequential(*stem, *blocks, *(make() for make in normed), *head)
    last = nn.Linear(WIDTH, classes)
    return nn.Sequential(nn.Linear(SIDE * SIDE, WIDTH), *blocks, *(make() for make in normed), last)


def _dense() -> nn.Module:
    return nn.Linear(WIDTH, WIDTH)


def _kernel() -> nn.Module:
    return nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)


class PixelReader(nn.Module):
    """A recurrent net that sees one pixel a step, and must remember all 64 of them."""

    def __init__(self, kind: type[nn.LSTM] | type[nn.GRU], classes: int) -> None:
        """Make the recurrent layer and the head."""
        super().__init__()
        self.memory = kind(1, WIDTH, batch_first=True)
        self.head = nn.Linear(WIDTH, classes)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Scores after the last pixel."""
        states, _ = self.memory(pixels.unsqueeze(-1))
        scores: torch.Tensor = self.head(states[:, -1])
        return scores
