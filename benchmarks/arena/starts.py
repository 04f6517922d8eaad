"""The starts: this package's recipes, and rival packages called as their users call them."""

from collections.abc import Callable

import torch
from torch import nn

import isometry as iso
from benchmarks.arena.cells import CLASSICS, OURS

Criterion = Callable[[nn.Module], torch.Tensor]
"""The training loss of a model on the next training batch."""

GRADINIT_STEPS = 50
"""Five epochs of the digits. A step goes backward twice, and costs as much as five of training."""
GRADINIT_RATE = 2e-2
"""Each scale can so go from 1 to 0 within the steps; Adam's default, 1e-3, would move it by 5 %."""


def start(
    recipe: str, model: nn.Module, batch: torch.Tensor, criterion: Criterion, seed: int
) -> None:
    """Fill a model in place.

    Args:
        recipe: The name of the start.
        model: The model, as torch built it.
        batch: Training inputs; what a start wants to know of data, it may take from here.
        criterion: The loss on the next batch of training.
        seed: The seed of whatever is drawn.

    Raises:
        KeyError: There is no such start.
    """
    torch.manual_seed(seed)
    if recipe in (OURS, *CLASSICS):
        _isometry(recipe, model, batch, seed)
    elif recipe == "delta":
        _delta(model, batch, seed)
    elif recipe == "lsuv":
        _lsuv(model, batch)
    elif recipe in ("anyinit", "anyinit-data"):
        _anyinit(model, batch, seed, measured=recipe == "anyinit-data")
    elif recipe == "gradinit":
        _gradinit(model, batch, criterion, seed)
    else:
        raise KeyError(recipe)


def _isometry(recipe: str, model: nn.Module, batch: torch.Tensor, seed: int) -> None:
    iso.apply(iso.plan(model, batch, recipe=recipe), model, seed=seed, threads=1)


def _delta(model: nn.Module, batch: torch.Tensor, seed: int) -> None:
    """Orthogonal, of each kernel the central tap alone (Xiao et al. 2018); its gain is He's."""
    kernels = [
        iso.recipes.Rule(
            iso.recipes.Selector(path=f"{name}.weight"),
            iso.schemes.DeltaOrthogonal(gain=_gain(model, name)),
            "Orthogonal at the central tap.",
        )
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d)
    ]
    plan = iso.plan(model, batch, recipe="orthogonal", rules=kernels)
    iso.apply(plan, model, seed=seed, threads=1)


def _gain(model: nn.Module, name: str) -> float:
    """The gain of a net's one activation, and 1 for its first layer, which sees the data."""
    first = next(path for path, one in model.named_modules() if isinstance(one, nn.Conv2d))
    bent = [one for one in model.modules() if type(one).__module__ == "torch.nn.modules.activation"]
    return 1.0 if name == first or not bent else iso.gain(type(bent[0]).__name__.lower())


def _lsuv(model: nn.Module, batch: torch.Tensor) -> None:
    import lsuv  # noqa: PLC0415 - a rival that may be missing is a result, not a crash

    lsuv.lsuv_with_singlebatch(model, batch, verbose=False)


def _anyinit(model: nn.Module, batch: torch.Tensor, seed: int, *, measured: bool) -> None:
    import anyinit  # noqa: PLC0415 - a rival that may be missing is a result, not a crash

    if measured:
        anyinit.initialize(model, "empirical", batch, seed=seed)
    else:
        anyinit.initialize(model, "analytic", tuple(batch.shape), seed=seed)


def _gradinit(model: nn.Module, batch: torch.Tensor, criterion: Criterion, seed: int) -> None:
    from gradinit import gradinit  # noqa: PLC0415 - a rival that may be missing is a result

    # Its authors start from He's rule.
    _isometry("he", model, batch, seed)
    with gradinit.GradInitWrapper(model) as scales:
        optimizer = torch.optim.Adam(model.parameters(), lr=GRADINIT_RATE)
        for _ in range(GRADINIT_STEPS):
            loss = scales.grad_loss(criterion(model), 1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scales.clamp_scales()
