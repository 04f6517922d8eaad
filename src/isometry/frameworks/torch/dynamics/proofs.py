"""What the model says on the example before and after, and whether that is the same function."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from isometry import errors
from isometry.frameworks.torch.dynamics.pairs import Pair
from isometry.frameworks.torch.tracing.capture import call, eager
from isometry.frameworks.torch.tracing.preserving import preserved

SAME = 1e-4
"""Outputs that differ by more than this part of the greatest are not the same function …"""
ROUNDINGS = 64
"""… unless by less than so many roundings of the terms that the last layer adds up."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a model says.

    Attributes:
        outputs: All tensors of fractions that it gives.
        rounding: What one rounding of the terms ``w h`` of its last layer can change at most.
    """

    outputs: tuple[Tensor, ...]
    rounding: float

    def apart(self, other: "Said") -> float:
        """The greatest difference of an entry over the greatest entry; the worst of all tensors."""
        found = [
            float((one - two).abs().max()) / max(float(one.abs().max()), 1e-30)
            for one, two in zip(self.outputs, other.outputs, strict=True)
        ]
        return max(found, default=0.0)

    def differs(self, other: "Said") -> bool:
        """Whether the two are not the same function, rounding apart."""
        return any(
            float((one - two).abs().max())
            > SAME * float(one.abs().max()) + ROUNDINGS * self.rounding
            for one, two in zip(self.outputs, other.outputs, strict=True)
        )


def said(model: nn.Module, batch: Any, found: Sequence[Pair] = ()) -> Said:
    """Run the model as in evaluation; it stays as it is.

    Args:
        model: The model.
        batch: The forward's arguments.
        found: Pairs of its layers, in execution order.

    Returns:
        Copies of what it gives.
    """
    sums = [0.0]
    with torch.no_grad(), preserved(model), eager(), _summed(found, sums):
        made = pytree.tree_leaves(call(model, batch))
    outputs = (one.clone() for one in made if isinstance(one, Tensor) and one.numel())
    return Said(tuple(one for one in outputs if one.is_floating_point()), sums[-1])


def refuse_another(before: Said, after: Said, name: str) -> None:
    """Refuse weights that should compute the same and do not.

    Args:
        before: What the model said.
        after: What it says.
        name: The model's.

    Raises:
        ModelError: Something between two layers is not homogeneous.
    """
    if before.differs(after):
        raise errors.ModelError(
            "balanced weights computed something else and were put back",
            needed="layers between which only positively homogeneous steps lie",
            do="leave this model as it is",
            path=name,
        )


@contextlib.contextmanager
def _summed(found: Sequence[Pair], sums: list[float]) -> Iterator[None]:
    """Hear what the last layer adds up: its terms can be far greater than their sum."""
    last = next((one for one in reversed(found) if one.audible), None)
    if last is None:
        yield
        return

    def hear(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        size = last.by_unit(given[0].detach()).abs().amax(1)
        terms = (last.outgoing().abs().sum(2) * size).sum(1).max()
        sums.append(float(terms) * torch.finfo(terms.dtype).eps)

    handle = last.after.owner.register_forward_pre_hook(hear)
    try:
        yield
    finally:
        handle.remove()
