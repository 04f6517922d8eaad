"""Units of a layer: what each says on the example, and what it takes to start some anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from isometry import plans, weights
from isometry.frameworks.torch.dynamics.memories import forget
from isometry.frameworks.torch.dynamics.pairs import Pair
from isometry.frameworks.torch.tracing.capture import call, eager
from isometry.frameworks.torch.tracing.preserving import preserved


def scores(model: nn.Module, batch: Any, found: Sequence[Pair]) -> dict[str, Tensor]:
    """``E|h_i| / mean_k E|h_k|`` of each unit; zero all over where a layer is silent.

    Args:
        model: The model.
        batch: The forward's arguments.
        found: Its pairs.

    Returns:
        Path of the incoming weights ↦ scores, shape (units,).
    """
    sizes: dict[str, Tensor] = {}
    with torch.no_grad(), preserved(model), eager(), _heard(found, sizes):
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
    def hear(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        sizes[one.before.path] = one.by_unit(given[0].detach()).abs().mean(1)

    return hear


def fresh(plan: plans.Plan, path: str, seed: int, member: int | None = None) -> Tensor:
    """Values of a tensor as the plan draws them.

    Args:
        plan: The plan.
        path: The tensor.
        seed: Which weights.
        member: Which of several drawings under that seed.

    Returns:
        Numbers of single precision.
    """
    return torch.from_numpy(weights.values(plan[path], seed=seed, member=member))


def restart(
    one: Pair, mask: Tensor, values: Tensor, optimizer: torch.optim.Optimizer | None
) -> None:
    """Give some units fresh incoming weights, biases and outgoing weights of 0, and no memory.

    Args:
        one: The pair of layers.
        mask: Which units, shape (units,).
        values: A whole fresh tensor of incoming weights.
        optimizer: Whose memory is cleared.
    """
    incoming = one.incoming()
    incoming[mask] = values.to(incoming).view(one.units, -1)[mask]
    one.outgoing()[:, mask] = 0.0
    for bias in one.biases:
        bias.tensor.detach()[mask] = 0.0
    forget(one, mask, optimizer)
