"""Balance of each unit's incoming and outgoing weights; what the model computes stays."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from isometry import errors
from isometry.frameworks.torch.dynamics.pairs import Pair, pairs
from isometry.frameworks.torch.tracing.capture import call
from isometry.frameworks.torch.tracing.preserving import preserved

HOMOGENEOUS = ("", "linear", "prelu", "relu")
"""Activations with ``φ(dx) = d φ(x)`` for every ``d > 0``; and all that begin as below."""
LEAKY = "leaky_relu"
SAME = 1e-4
"""Outputs that differ by more than this part of the greatest are not the same function."""


def balance(model: nn.Module, batch: Any, *, sweeps: int = 20) -> tuple[float, ...]:
    """Give each unit's incoming and outgoing weights one norm, leaving the function as it is.

    For a positively homogeneous activation, ``d`` times the incoming and ``1/d`` times the outgoing
    weights compute the same. ``d = √(‖outgoing‖ / ‖incoming‖)`` has the least sum of squares, and
    sweeps over all pairs of layers converge to the least sum of the model (Stock et al. 2019). The
    model is run before and after; where its outputs differ, weights are put back.

    Args:
        model: A module with values.
        batch: The forward's arguments, for the graph and the proof.
        sweeps: How often all pairs are gone through, at most.

    Returns:
        The sum of squares of all weights concerned, at first and after each sweep; never rising.

    Raises:
        ModelError: The outputs differ: something between two layers is not homogeneous.

    >>> net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU(), nn.Linear(2, 1, bias=False))
    >>> for weight, value in zip(net.parameters(), (4.0, 1.0), strict=True):
    ...     _ = nn.init.constant_(weight, value)
    >>> [round(total, 3) for total in balance(net, torch.ones(1, 2), sweeps=1)]
    [66.0, 22.627]
    """
    found = [one for one in pairs(model, batch) if homogeneous(one.activation)]
    before, held = _outputs(model, batch), _copies(found)
    sums = [_squares(found)]
    for _ in range(sweeps):
        for one in found:
            _scale(one)
        sums.append(_squares(found))
        if sums[-1] > sums[-2] * (1 - 1e-7):
            break
    if not _same(before, _outputs(model, batch)):
        for tensor, copy in held:
            tensor.copy_(copy)
        raise errors.ModelError(
            "balanced weights computed something else and were put back",
            needed="layers between which only positively homogeneous steps lie",
            do="leave this model as it is",
            path=type(model).__name__,
        )
    return tuple(sums)


def homogeneous(activation: str) -> bool:
    """Whether ``φ(dx) = d φ(x)`` for positive ``d``."""
    return activation in HOMOGENEOUS or activation.startswith(LEAKY)


def _scale(one: Pair) -> None:
    incoming, outgoing = one.incoming(), one.outgoing()
    norms = incoming.norm(dim=1), outgoing.norm(dim=(0, 2))
    factor = (norms[1] / norms[0]).sqrt()
    factor = torch.where(factor.isfinite() & (factor > 0), factor, torch.ones_like(factor))
    incoming.mul_(factor[:, None])
    outgoing.div_(factor[:, None])
    for bias in one.biases:
        bias.tensor.detach().mul_(factor)


def _squares(found: Sequence[Pair]) -> float:
    weights = {slot.path: slot.tensor for one in found for slot in (one.before, one.after)}
    return sum(float(tensor.detach().double().square().sum()) for tensor in weights.values())


def _copies(found: Sequence[Pair]) -> list[tuple[Tensor, Tensor]]:
    touched = [slot for one in found for slot in (one.before, one.after, *one.biases)]
    return [(slot.tensor.detach(), slot.tensor.detach().clone()) for slot in touched]


def _outputs(model: nn.Module, batch: Any) -> list[Tensor]:
    with torch.no_grad(), preserved(model):
        made = pytree.tree_leaves(call(model, batch))
    return [one.clone() for one in made if isinstance(one, Tensor)]


def _same(before: Sequence[Tensor], after: Sequence[Tensor]) -> bool:
    return all(
        float((one - two).abs().max()) <= SAME * float(one.abs().max())
        for one, two in zip(before, after, strict=True)
        if one.is_floating_point() and one.numel()
    )
