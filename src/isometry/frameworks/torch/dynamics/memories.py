"""What an optimizer remembers of each entry of a weight, and how that follows the weight."""

from collections.abc import Iterator

import torch
from torch import Tensor

from isometry import errors
from isometry.frameworks.torch.dynamics.pairs import Pair
from isometry.frameworks.torch.slots import Slot

POWERS = {
    "acc_delta": -2,
    "ax": -1,
    "exp_avg": 1,
    "exp_avg_sq": 2,
    "exp_inf": 1,
    "grad_avg": 1,
    "max_exp_avg_sq": 2,
    "momentum_buffer": 1,
    "prev": 1,
    "square_avg": 2,
    "step_size": -1,
    "sum": 2,
}
"""Names in the states of torch's optimizers ↦ of which power of the gradient each is a mean, or of
the weight where it is negative."""


def memories(slot: Slot, optimizer: torch.optim.Optimizer | None) -> Iterator[tuple[Tensor, int]]:
    """Every tensor that holds one number for each entry of a weight, with its power.

    Args:
        slot: The weight.
        optimizer: Whose memory.

    Yields:
        The tensor and the power.

    Raises:
        ModelError: The optimizer remembers something else of the weight.
    """
    state = {} if optimizer is None else optimizer.state.get(slot.tensor, {})
    for name, kept in state.items():
        if not isinstance(kept, Tensor) or kept.dim() == 0:
            continue  # counts of steps
        if name not in POWERS or kept.shape != slot.tensor.shape:
            raise errors.ModelError(
                f"{type(optimizer).__name__} remembers {name!r} of shape {tuple(kept.shape)}",
                needed=f"one number an entry, known as one of {', '.join(POWERS)}",
                do="use another optimizer, such as torch.optim.SGD or Adam",
                path=slot.path,
            )
        yield kept, POWERS[name]


def touched(one: Pair, optimizer: torch.optim.Optimizer | None) -> list[Tensor]:
    """All tensors that a change of a pair's units writes to."""
    slots = (one.before, *one.biases, one.after)
    kept = [memory for slot in slots for memory, _ in memories(slot, optimizer)]
    return [*(slot.tensor for slot in slots), *kept]


def forget(one: Pair, mask: Tensor, optimizer: torch.optim.Optimizer | None) -> None:
    """Clear the means of gradients of some units' incoming and outgoing weights and biases.

    Args:
        one: The pair of layers.
        mask: Which units, shape (units,).
        optimizer: Whose memory.
    """
    for slot in (one.before, *one.biases, one.after):
        for memory, power in memories(slot, optimizer):
            if power > 0:
                view = one.outgoing_of(memory) if slot is one.after else memory.unsqueeze(0)
                view[:, mask] = 0.0


def follow(one: Pair, factor: Tensor, optimizer: torch.optim.Optimizer | None) -> None:
    """Scale the memory as a pair's weights were scaled: by ``d`` before, by ``1/d`` after.

    With ``W' = d W`` and the same function, the gradient by ``W'`` is ``g / d``: a mean of ``g^p``
    becomes its ``d^-p``-fold, to rounding what it would be had the weights always been ``W'``.

    Args:
        one: The pair of layers.
        factor: ``d`` of each unit, shape (units,).
        optimizer: Whose memory.
    """
    for slot in (one.before, *one.biases, one.after):
        for memory, power in memories(slot, optimizer):
            if slot is one.after:
                one.outgoing_of(memory).mul_((factor**power)[:, None])
            else:
                memory.view(one.units, -1).mul_((factor**-power)[:, None])


def rescale(slot: Slot, factor: float, optimizer: torch.optim.Optimizer | None) -> None:
    """Scale the memory of a whole tensor that became ``factor`` times as large."""
    for memory, power in memories(slot, optimizer):
        memory.mul_(factor**-power)
