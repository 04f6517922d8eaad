"""A small transformer over the rows of a digit: without norm, or with norm before or after."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

WIDTH = 32
HEADS = 4
SIDE = 8
"""Rows of a digit, and pixels of a row."""


class Attention(nn.Module):
    """Self-attention over all rows."""

    def __init__(self) -> None:
        """Make the four maps."""
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """What each row takes from all rows."""
        heads = [
            each(rows).reshape(-1, SIDE, HEADS, WIDTH // HEADS).transpose(1, 2)
            for each in (self.query, self.key, self.value)
        ]
        mixed = functional.scaled_dot_product_attention(*heads)
        taken: torch.Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return taken


class Layer(nn.Module):
    """One branch with its norm: ``"pre"``, ``"post"`` or none."""

    def __init__(self, branch: nn.Module, norm: str) -> None:
        """Keep the branch and make the norm."""
        super().__init__()
        self.branch = branch
        self.before = nn.LayerNorm(WIDTH) if norm == "pre" else nn.Identity()
        self.after = nn.LayerNorm(WIDTH) if norm == "post" else nn.Identity()

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """The stream with what the branch adds."""
        stream: torch.Tensor = self.after(rows + self.branch(self.before(rows)))
        return stream


class Transformer(nn.Module):
    """Rows as tokens, learned positions, blocks of attention and a small net, a mean, a head."""

    def __init__(
        self, depth: int, bent: Callable[[], nn.Module], classes: int, *, norm: str
    ) -> None:
        """Make ``depth`` blocks of two branches each."""
        super().__init__()
        self.embed = nn.Linear(SIDE, WIDTH)
        self.positions = nn.Embedding(SIDE, WIDTH)
        branches: list[nn.Module] = []
        for _ in range(depth):
            inner = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), bent(), nn.Linear(2 * WIDTH, WIDTH))
            branches += [Attention(), inner]
        self.layers = nn.Sequential(*(Layer(branch, norm) for branch in branches))
        self.last = nn.LayerNorm(WIDTH) if norm == "pre" else nn.Identity()
        self.head = nn.Linear(WIDTH, classes)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """One score for each class."""
        rows = self.embed(pixels.reshape(-1, SIDE, SIDE)) + self.positions(torch.arange(SIDE))
        scores: torch.Tensor = self.head(self.last(self.layers(rows)).mean(dim=1))
        return scores
