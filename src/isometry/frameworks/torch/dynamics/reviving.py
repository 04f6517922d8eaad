"""Dormant units get fresh incoming weights, and outgoing ones of zero (Sokar et al. 2023)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from isometry import plans, weights
from isometry.frameworks.torch.dynamics.pairs import Pair, pairs
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.capture import call
from isometry.frameworks.torch.tracing.preserving import preserved

MOMENTS = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer")
"""What optimizers remember of each entry of a parameter."""


def revive(
    model: nn.Module,
    batch: Any,
    plan: plans.Plan,
    optimizer: torch.optim.Optimizer | None = None,
    *,
    tau: float = 0.0,
    seed: int = 0,
) -> dict[str, int]:
    """Start dormant units anew.

    The score of a unit is ``E|h_i|`` over the mean of its layer, and it is dormant where that is at
    most ``tau``. Its incoming weights become those of the plan, its bias and its outgoing weights
    zero, and so does what the optimizer remembers of all of them. At ``tau=0`` the outputs on the
    batch stay as they were.

    Args:
        model: A module with values.
        batch: The forward's arguments, on which units are judged.
        plan: Where fresh weights come from.
        optimizer: Whose memory is cleared.
        tau: Greatest score of a dormant unit.
        seed: Which weights; another one each time, or a unit gets the same again.

    Returns:
        Path of each weight concerned ↦ how many of its units were started anew.
    """
    found = pairs(model, batch)
    dormant = {path: score <= tau for path, score in _scores(model, batch, found).items()}
    for one in found:
        if (mask := dormant[one.before.path]).any():
            _renew(one, mask, plan, seed)
            _forget(one, mask, optimizer)
    return {path: int(mask.sum()) for path, mask in dormant.items() if mask.any()}


def _scores(model: nn.Module, batch: Any, found: Sequence[Pair]) -> dict[str, Tensor]:
    """``E|h_i| / mean_k E|h_k|`` of each unit; zero all over where a layer is silent."""
    sizes: dict[str, Tensor] = {}
    with torch.no_grad(), preserved(model), _heard(found, sizes):
        call(model, batch)
    return {path: size / size.mean().clamp_min(1e-30) for path, size in sizes.items()}


@contextmanager
def _heard(found: Sequence[Pair], sizes: dict[str, Tensor]) -> Iterator[None]:
    handles = [one.after.owner.register_forward_pre_hook(_hook(one, sizes)) for one in found]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(one: Pair, sizes: dict[str, Tensor]) -> Any:
    linear = one.after.tensor.dim() == 2

    def hear(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        size = given[0].detach().abs().movedim(-1 if linear else 1, 0).flatten(1).mean(1)
        sizes[one.before.path] = size.view(one.units, -1).mean(1)

    return hear


def _renew(one: Pair, mask: Tensor, plan: plans.Plan, seed: int) -> None:
    fresh = torch.from_numpy(weights.values(plan[one.before.path], seed=seed))
    incoming = one.incoming()
    incoming[mask] = fresh.to(incoming).view(one.units, -1)[mask]
    one.outgoing()[:, mask] = 0.0
    for bias in one.biases:
        bias.tensor.detach()[mask] = 0.0


def _forget(one: Pair, mask: Tensor, optimizer: torch.optim.Optimizer | None) -> None:
    for slot in (one.before, *one.biases, one.after):
        for moment in _moments(slot, optimizer):
            if slot is one.after:
                moment.view(moment.shape[0], one.units, -1)[:, mask] = 0.0
            else:
                moment[mask] = 0.0


def _moments(slot: Slot, optimizer: torch.optim.Optimizer | None) -> list[Tensor]:
    state = {} if optimizer is None else optimizer.state.get(slot.tensor, {})
    return [state[name] for name in MOMENTS if isinstance(state.get(name), Tensor)]
