"""What is compared: a cell is one net on one task with one optimizer under one start."""

from __future__ import annotations

from dataclasses import dataclass, replace

ACTIVATIONS = (
    "relu",
    "leaky_relu",
    "gelu",
    "silu",
    "mish",
    "elu",
    "selu",
    "tanh",
    "sigmoid",
    "softplus",
    "hardswish",
)
CLASSICS = ("torch", "xavier", "he", "lecun", "kumar", "orthogonal")
"""Rivals that are recipes of this package, held to parity with the frameworks by its tests."""
PACKAGES = ("lsuv", "anyinit", "anyinit-data", "gradinit")
"""Rivals that are packages of their own."""
RIVALS = (*CLASSICS, *PACKAGES)
OURS = "auto"
STARTS = (OURS, *RIVALS, "delta")
"""Every start; delta-orthogonal kernels are for convolutions."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One net on one task with one optimizer under one start.

    Attributes:
        task: The data.
        net: The kind of net.
        activation: Its activation.
        depth: Its hidden layers or blocks.
        recipe: The start.
        optimizer: ``"adam"``, or ``"sgd"`` with momentum 0.9.
    """

    task: str
    net: str
    activation: str
    depth: int
    recipe: str
    optimizer: str = "adam"

    @property
    def key(self) -> str:
        """The cell in one word, as results name it."""
        parts = (self.task, self.net, self.activation, self.depth, self.recipe, self.optimizer)
        return "/".join(str(part) for part in parts)

    @property
    def file(self) -> str:
        """The file of its results: a recipe that changes is run again by deleting its files."""
        return f"{self.task}-{self.net}-{self.recipe}.jsonl"

    def under(self, recipe: str) -> Cell:
        """The same net under another start."""
        return replace(self, recipe=recipe)

    @property
    def question(self) -> Cell:
        """What cells of one comparison share: the cell without its start."""
        return self.under("")


def cell(key: str) -> Cell:
    """The cell that a key names.

    Args:
        key: As in :attr:`Cell.key`.

    Returns:
        The cell.
    """
    task, net, activation, depth, recipe, optimizer = key.split("/")
    return Cell(task, net, activation, int(depth), recipe, optimizer)
