"""How far one optimizer step moves each weight; copies live from arming to the capture alone."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import torch
from torch import Tensor, nn

from isometry import errors
from isometry.frameworks.torch.measuring import trainable, value
from isometry.frameworks.torch.monitoring.numbers import Numbers
from isometry.frameworks.torch.slots import Slot, slots


def weights_of(model: nn.Module, select: Sequence[str]) -> tuple[Slot, ...]:
    """The weights that can be watched: trainable, of fractions, of two axes or more.

    Args:
        model: The model.
        select: Globs of paths; all where empty.

    Returns:
        Their slots, in the model's order.

    Raises:
        InputError: None is left.
    """
    found = tuple(
        slot
        for slot in slots(model)
        if slot.kind == "parameter"
        and slot.tensor.is_floating_point()
        and slot.tensor.dim() > 1
        and trainable(slot)
        and (not select or any(fnmatchcase(slot.path, glob) for glob in select))
    )
    if not found:
        raise errors.InputError(
            f"no weight is left to watch, select is {tuple(select)!r}",
            needed="a trainable weight of two axes or more whose path a glob matches",
            do="pass select=() for all weights",
            path=type(model).__name__,
        )
    return found


@dataclass(slots=True)
class Moves:
    """Copies of weights before a step, and what the step made of them.

    Attributes:
        weights: What is watched.
        before: A copy of each.
        learned: Paths of those whose gradients have been looked at.
    """

    weights: tuple[Slot, ...]
    before: tuple[Tensor, ...]
    learned: set[str] = field(default_factory=set)

    def gradients(self, numbers: Numbers, only: Container[int] | None = None) -> None:
        """Keep the norms of gradients as they are now, on their device; the first time counts.

        Args:
            numbers: Where they go.
            only: Ids of the tensors to look at; all where not given.
        """
        learning = {
            slot.path: slot.tensor.grad.to_dense()
            for slot in self.weights
            if slot.tensor.grad is not None
            and not slot.parametrization
            and slot.path not in self.learned
            and (only is None or id(slot.tensor) in only)
        }
        self.learned.update(learning)
        numbers.row(list(learning), "grad_norm", norms(tuple(learning.values())))

    def read(self, numbers: Numbers) -> None:
        """Keep the norms of weight, gradient and update of each, on their device; once."""
        paths = [slot.path for slot in self.weights]
        numbers.row(paths, "weight_norm", norms(self.before))
        with torch.no_grad():
            torch._foreach_sub_(self.before, [value(slot) for slot in self.weights])
        numbers.row(paths, "update_norm", norms(self.before))
        self.gradients(numbers)


def copied(weights: tuple[Slot, ...]) -> Moves:
    """The weights as they are now."""
    return Moves(weights, tuple(value(slot).clone() for slot in weights))


def norms(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Euclidean norm of each, in single precision at least; few kernels for many tensors."""
    wide = [one.detach() for one in tensors]
    if any(one.dtype == torch.float64 for one in wide):
        return [norm(one) for one in wide]
    return list(torch._foreach_norm(wide, 2.0, torch.float32)) if wide else []


def norm(tensor: Tensor) -> Tensor:
    """Euclidean norm, in single precision at least."""
    with torch.no_grad():
        wide = tensor.detach()
        size: Tensor = torch.linalg.vector_norm(
            wide if wide.dtype == torch.float64 else wide.float()
        )
    return size


def rms(tensor: Tensor) -> Tensor:
    """Root mean square of all entries."""
    size: Tensor = norm(tensor) / max(tensor.numel(), 1) ** 0.5
    return size
