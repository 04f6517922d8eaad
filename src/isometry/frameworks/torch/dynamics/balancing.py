"""Balance of each unit's incoming and outgoing weights; what the model computes stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from typing_extensions import override

from isometry.calibrations import Balance, Change
from isometry.frameworks.torch.dynamics.memories import follow, touched
from isometry.frameworks.torch.dynamics.pairs import Pair, pairs
from isometry.frameworks.torch.dynamics.proofs import refuse_another, said
from isometry.frameworks.torch.dynamics.work import Work
from isometry.frameworks.torch.undo import Undo

HOMOGENEOUS = ("", "linear", "prelu", "relu")
"""Activations with ``φ(dx) = d φ(x)`` for every ``d > 0``; and all that begin as below."""
LEAKY = "leaky_relu"


def balance(
    model: nn.Module,
    batch: Any,
    *,
    sweeps: int = 20,
    optimizer: torch.optim.Optimizer | None = None,
) -> tuple[float, ...]:
    """Give each unit's incoming and outgoing weights one norm, leaving the function as it is.

    For a positively homogeneous activation, ``d`` times the incoming and ``1/d`` times the outgoing
    weights compute the same. ``d = √(‖outgoing‖ / ‖incoming‖)`` has the least sum of squares, and
    sweeps over all pairs of layers converge to the least sum of the model (Stock et al. 2019). The
    model is run before and after; where its outputs differ, weights are put back.

    Args:
        model: A module with values.
        batch: The forward's arguments, for the graph and the proof.
        sweeps: How often all pairs are gone through, at most.
        optimizer: Whose memory of the weights is scaled with them.

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
    found = tuple(one for one in pairs(model, batch) if homogeneous(one.activation))
    undo = Undo(copies=True)
    try:
        with torch.no_grad():
            return _evened(Subject(model, batch, optimizer, found), sweeps, undo).sums
    except BaseException:
        undo.roll_back()
        raise


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is balanced: a model, a batch for the proof, an optimizer, and pairs of layers."""

    model: nn.Module
    batch: Any
    optimizer: torch.optim.Optimizer | None
    found: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of it.

    Attributes:
        sums: Sums of squares, at first and after each sweep.
        factors: What the units of each pair were multiplied by in all.
        moved: How far the outputs moved, over the greatest.
    """

    sums: tuple[float, ...]
    factors: list[Tensor]
    moved: float


def _evened(subject: Subject, sweeps: int, undo: Undo) -> Outcome:
    """Balance, let the optimizer's memory follow, and prove that the function stayed."""
    model, batch, found, optimizer = subject.model, subject.batch, subject.found, subject.optimizer
    undo.keep(*(tensor for one in found for tensor in touched(one, optimizer)))
    before = said(model, batch, found)
    sums, factors = swept(found, sweeps)
    for one, factor in zip(found, factors, strict=True):
        follow(one, factor, optimizer)
    after = said(model, batch)
    refuse_another(before, after, type(model).__name__)
    return Outcome(sums, factors, before.apart(after))


def homogeneous(activation: str) -> bool:
    """Whether ``φ(dx) = d φ(x)`` for positive ``d``."""
    return activation in HOMOGENEOUS or activation.startswith(LEAKY)


def swept(found: Sequence[Pair], sweeps: int) -> tuple[tuple[float, ...], list[Tensor]]:
    """Go through all pairs until the sum of squares stays.

    Args:
        found: The pairs.
        sweeps: How often, at most.

    Returns:
        The sums at first and after each sweep; and what each pair's units were multiplied by in
        all.
    """
    factors = [torch.ones_like(one.incoming()[:, 0]) for one in found]
    sums = [_squares(found)]
    for _ in range(sweeps):
        for one, factor in zip(found, factors, strict=True):
            factor.mul_(_balanced(one))
        sums.append(_squares(found))
        if sums[-1] > sums[-2] * (1 - 1e-7):
            break
    return tuple(sums), factors


def scale(one: Pair, factor: Tensor) -> None:
    """Multiply what makes each unit by ``factor`` and divide what takes it, shape (units,)."""
    one.incoming().mul_(factor[:, None])
    one.outgoing().div_(factor[:, None])
    for bias in one.biases:
        bias.tensor.detach().mul_(factor)


def _balanced(one: Pair) -> Tensor:
    factor = (one.outgoing().norm(dim=(0, 2)) / one.incoming().norm(dim=1)).sqrt()
    factor = torch.where(factor.isfinite() & (factor > 0), factor, torch.ones_like(factor))
    scale(one, factor)
    return factor


def _squares(found: Sequence[Pair]) -> float:
    return sum(float(tensor.double().square().sum()) for tensor in _weights(found))


def _weights(found: Sequence[Pair]) -> list[Tensor]:
    weights = {slot.path: slot.tensor for one in found for slot in (one.before, one.after)}
    return [tensor.detach() for tensor in weights.values()]


@dataclass(slots=True)
class Balancing(Work):
    """What :class:`~isometry.calibrations.Balance` does to a model."""

    part: Balance
    pairs: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        self.pairs = tuple(one for one in self.scene.pairs if homogeneous(one.activation))

    @override
    def after(self, step: int, undo: Undo) -> list[Change]:
        scene = self.scene
        subject = Subject(scene.model, scene.example, scene.optimizer, self.pairs)
        made = _evened(subject, self.part.sweeps, undo)
        spans = [(float(factor.min()), float(factor.max())) for factor in made.factors]
        return [
            Change(step, self.part.name, one.before.path, (), span, made.moved)
            for one, span in zip(self.pairs, spans, strict=True)
        ]
