"""Dormant units get fresh incoming weights, and outgoing ones of zero (Sokar et al. 2023)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from typing_extensions import override

from isometry import plans
from isometry.calibrations import Change, Revive
from isometry.frameworks.torch.dynamics.memories import touched
from isometry.frameworks.torch.dynamics.pairs import Pair, pairs
from isometry.frameworks.torch.dynamics.proofs import said
from isometry.frameworks.torch.dynamics.units import fresh, restart, scores
from isometry.frameworks.torch.dynamics.work import Work
from isometry.frameworks.torch.undo import Undo


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
    heard = [one for one in pairs(model, batch) if one.audible]
    found = dormant(model, batch, heard, tau)
    with torch.no_grad():
        for one, mask in found:
            restart(one, mask, fresh(plan, one.before.path, seed), optimizer)
    return {one.before.path: int(mask.sum()) for one, mask in found}


def dormant(
    model: nn.Module, batch: Any, found: Sequence[Pair], tau: float
) -> list[tuple[Pair, Tensor]]:
    """The pairs that have dormant units, each with its mask of them.

    Args:
        model: The model.
        batch: The forward's arguments.
        found: Its pairs.
        tau: Greatest score of a dormant unit.

    Returns:
        Pairs and masks, shape (units,).
    """
    score = scores(model, batch, found)
    masks = [(one, score[one.before.path] <= tau) for one in found]
    return [(one, mask) for one, mask in masks if mask.any()]


@dataclass(slots=True)
class Reviving(Work):
    """What :class:`~isometry.calibrations.Revive` does to a model."""

    part: Revive

    def __post_init__(self) -> None:
        _ = self.scene.restartable  # the graph is read now, not at the first look

    @override
    def after(self, step: int, undo: Undo) -> list[Change]:
        scene = self.scene
        found = dormant(scene.model, scene.example, scene.restartable, self.part.tau)
        if not found:
            return []
        before = said(scene.model, scene.example) if self.part.keeps else None
        for one, mask in found:
            undo.keep(*touched(one, scene.optimizer))
            values = fresh(scene.plan, one.before.path, scene.seed, step)
            restart(one, mask, values, scene.optimizer)
        moved = before.apart(said(scene.model, scene.example)) if before else math.nan
        return [
            Change(step, self.part.name, one.before.path, _indices(mask), difference=moved)
            for one, mask in found
        ]


def _indices(mask: Tensor) -> tuple[int, ...]:
    return tuple(mask.nonzero().flatten().tolist())
