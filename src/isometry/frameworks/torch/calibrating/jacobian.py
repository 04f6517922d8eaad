"""Local Jacobians of mean squared norm 1, layer after layer (He, Doshi & Gromov 2022)."""

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils import _pytree as pytree
from typing_extensions import override

from isometry.calibrations import Calibration, Jacobian
from isometry.calibrations.factors import Array
from isometry.frameworks.torch.calibrating.corrector import corrected
from isometry.frameworks.torch.calibrating.learned import Learned
from isometry.frameworks.torch.calibrating.lines import Change
from isometry.frameworks.torch.calibrating.lsuv import LOOKUPS, refresh
from isometry.frameworks.torch.calibrating.onepass import OnePass
from isometry.frameworks.torch.calibrating.rule import NOT_FINITE, Rule, Sight
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.calibrating.uses import Use
from isometry.frameworks.torch.tracing.preserving import as_measured
from isometry.frameworks.torch.undo import Undo

FIRST = "nothing before it can be differentiated by"
DEAD = "small differences do not come through it"


class Isometric(Rule):
    """The Jacobian of a layer's output by the outputs of the layers before it becomes of norm 1.

    Args:
        method: What is wanted.
    """

    def __init__(self, method: Jacobian) -> None:
        self.method = method
        self.backwards = 0
        self._starts: list[Tensor] = []
        self._generator = torch.Generator().manual_seed(method.seed)

    @override
    def spares(self, path: str, use: Use) -> str:
        return "it is an embedding" if use.op in LOOKUPS else ""

    @override
    def leaves(self, result: Tensor) -> Tensor:
        """A start of its own for the Jacobians behind; a copy, which may be written in place."""
        if not result.is_floating_point():
            return result
        start = result.detach().requires_grad_()
        self._starts.append(start)
        return start.clone()

    @override
    def decide(self, sight: Sight) -> Change | str:
        if not sight.result.requires_grad:
            return FIRST
        found = np.array([self._norm(sight.result, mask) for mask in _masks(sight)])
        if not np.isfinite(found).all():
            return NOT_FINITE
        if not (found > 0).all():
            return DEAD
        c: Array = np.sqrt(self.method.target / found)
        before, after = (float(np.sqrt(one.mean())) for one in (found, found * c**2))
        return Change(c, np.zeros_like(c), before, after)

    def _norm(self, result: Tensor, mask: Tensor | None) -> float:
        """``E‖∂h'/∂h‖² / n'`` by random directions; mean over the starts that ``h'`` depends on.

        For a direction ``v`` of independent unit normals, ``E‖Jᵀv‖² = ‖J‖²`` (Hutchinson 1989).
        """
        count = result.numel() if mask is None else int(mask.expand_as(result).sum())
        total, reached = 0.0, 1
        for _ in range(self.method.probes):
            v = torch.randn(result.shape, generator=self._generator).to(result)
            v = v if mask is None else v * mask
            found: tuple[Tensor | None, ...] = torch.autograd.grad(
                result, self._starts, v, retain_graph=True, allow_unused=True
            )
            self.backwards += 1
            squares = [float(one.float().square().sum()) for one in found if one is not None]
            total, reached = total + sum(squares), max(len(squares), 1)
        return total / (self.method.probes * count * reached)


def _masks(sight: Sight) -> list[Tensor | None]:
    """What is 1 at the units of each part of a packed weight; nothing for a whole one."""
    if not sight.sizes:
        return [None]
    parts = np.eye(len(sight.sizes))
    return [
        sight.use.on_output(sight.spread(part), sight.result).to(sight.result) for part in parts
    ]


def jacobian(subject: Subject, method: Jacobian) -> Calibration:
    """Give every layer a local Jacobian of the wanted mean squared norm.

    Args:
        subject: The model and its batch.
        method: What is wanted.

    Returns:
        The record; the model is as it was where an exception stopped it.
    """
    start, undo, rule = time.perf_counter(), Undo(copies=True), Isometric(method)
    learned = Learned(slot for slot, _ in subject.held)
    passing = OnePass(subject, learned, rule, undo)
    try:
        with as_measured(subject.model), torch.enable_grad():
            given: Any = pytree.tree_map(lambda leaf: _start(rule, leaf), subject.given)
            corrected(subject.model, given, learned, passing)
        refresh(subject)
    except BaseException:
        undo.roll_back()
        raise
    return Calibration(
        method,
        subject.record(passing.adjustments()),
        forwards=1,
        backwards=rule.backwards,
        seconds=time.perf_counter() - start,
        notes=("a backward pass goes from one layer to those right before it",),
    )


def _start(rule: Isometric, leaf: Any) -> Any:
    return rule.leaves(leaf) if isinstance(leaf, Tensor) else leaf
