"""The gain of each layer, measured on the example and led to a target in the first steps."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from typing_extensions import override

from isometry.calibrations import Change, Gain
from isometry.frameworks.torch.dynamics.balancing import homogeneous, scale
from isometry.frameworks.torch.dynamics.memories import follow, touched
from isometry.frameworks.torch.dynamics.pairs import Pair
from isometry.frameworks.torch.dynamics.proofs import refuse_another, said
from isometry.frameworks.torch.dynamics.work import Work
from isometry.frameworks.torch.undo import Undo


@dataclass(slots=True)
class Gaining(Work):
    """What :class:`~isometry.calibrations.Gain` does to a model."""

    part: Gain
    pairs: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        fits = [one for one in self.scene.pairs if one.audible]
        exact = [one for one in fits if homogeneous(one.activation)]
        self.pairs = tuple(exact if self.part.compensate else fits)

    @override
    def after(self, step: int, undo: Undo) -> list[Change]:
        scene, sizes = self.scene, dict[int, float]()
        with _heard(self.pairs, sizes):
            before = said(scene.model, scene.example, self.pairs)
        factors = [self._factor(one, sizes) for one in self.pairs]
        for one, factor in zip(self.pairs, factors, strict=True):
            undo.keep(*touched(one, scene.optimizer))
            self._move(one, factor)
        moved = math.nan
        if self.part.compensate:
            after = said(scene.model, scene.example)
            refuse_another(before, after, type(scene.model).__name__)
            moved = before.apart(after)
        return [
            Change(step, self.part.name, one.before.path, (), (factor, factor), moved)
            for one, factor in zip(self.pairs, factors, strict=True)
        ]

    def _factor(self, one: Pair, sizes: dict[int, float]) -> float:
        """``(target / r)^κ``; 1 for a layer that is silent or has overflowed."""
        entered, left = sizes[id(one.before.owner)], sizes[id(one.after.owner)]
        if not 0.0 < entered < math.inf or not 0.0 < left < math.inf:
            return 1.0
        return float((self.part.target * entered / left) ** self.part.kappa)

    def _move(self, one: Pair, factor: float) -> None:
        factors = torch.full_like(one.incoming()[:, 0], factor)
        if self.part.compensate:
            scale(one, factors)
            follow(one, factors, self.scene.optimizer)
            return
        for slot in (one.before, *one.biases):
            slot.tensor.detach().mul_(factor)


@contextmanager
def _heard(pairs: tuple[Pair, ...], sizes: dict[int, float]) -> Iterator[None]:
    owners = {id(slot.owner): slot.owner for one in pairs for slot in (one.before, one.after)}
    handles = [owner.register_forward_pre_hook(_hook(sizes)) for owner in owners.values()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(sizes: dict[int, float]) -> Any:
    def hear(layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        sizes[id(layer)] = float(given[0].detach().float().square().mean())

    return hear
