"""Norms for which the gradient changes little along itself (Dauphin & Schoenholz 2019)."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from isometry.calibrations import Calibration, Descent, MetaInit
from isometry.calibrations.descents import Array
from isometry.frameworks.torch.calibrating.iterating import Task, iterate
from isometry.frameworks.torch.calibrating.states import Score
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.calibrating.trials import Trials, scalable

ROUNDS = 3
"""How often a common factor is found until the output has its size; one is enough where the output
is homogeneous in all tensors, and where it is not, the next step goes on from here."""
NEAR = 1.05
"""Sizes of outputs that differ by no more count as the same."""


class Quotient(Task):
    """The gradient quotient, among scales at which the output has its size, where one is wanted.

    Args:
        trials: Runs the model at scales.
        method: What is wanted.
    """

    bound = f"size of the output over the wanted one, or its inverse, {NEAR} where it is less"

    def __init__(self, trials: Trials, method: MetaInit) -> None:
        super().__init__(trials)
        self.method = method
        self._norms = np.array([one.norm for one in trials.scaled])

    @override
    def step(self, descent: Descent) -> Descent:
        part, _ = self.trials.chosen(descent.step)
        if descent.step == 0:  # a start that is far off has no derivative worth following
            descent = self._held(descent)
        weights = self.trials.weights(descent.scales)
        quotient = self._quotient(weights, part, thrice=True)
        found = self.trials.gradient(quotient, weights, twice=False)
        derivative = self.trials.by_scale(found)
        return self._held(
            descent.signed(derivative, self._norms, self.method.rate, self.method.momentum)
        )

    def _held(self, descent: Descent) -> Descent:
        """The same, with one factor on all scales for which the output has the wanted size.

        The quotient is least for nets that put out nearly nothing. Of the two things that norms
        decide, how large the output is and how the layers share in it, this leaves the second.
        """
        wanted, scales = self.method.output, descent.scales
        for _ in range(ROUNDS if wanted is not None and len(scales) else 0):
            off = self._off(scales)
            if not 0 < off < math.inf:
                break
            scales = scales * off ** (-1 / len(scales))
            if 1 / NEAR < off < NEAR:
                break
        return replace(descent, scales=scales)

    def _off(self, scales: Array) -> float:
        """Size of the output over the wanted one."""
        return self.trials.size(scales) / (self.method.output or math.nan)

    def _quotient(self, weights: Sequence[Tensor], part: Tensor | None, *, thrice: bool) -> Tensor:
        """``mean |(g - Hg) / (g + ε·sign g) - 1|``, where ``Hg`` is the gradient of ``‖g‖²/2``."""
        g = self.trials.gradient(self.trials.loss(weights, part), weights, twice=True)
        half = torch.stack([one.square().sum() for one in g]).sum() / 2
        hg = self.trials.gradient(half, weights, twice=thrice)
        parts = [
            ((one - other) / (one + self.method.eps * _sign(one)) - 1).abs().sum()
            for one, other in zip(g, hg, strict=True)
        ]
        return torch.stack(parts).sum() / sum(one.numel() for one in g)

    @override
    def look(self, scales: Array) -> Score:
        part, _ = self.trials.chosen(0)
        quotient = float(self._quotient(self.trials.weights(scales), part, thrice=False).detach())
        if self.method.output is None:
            return (quotient,)
        off = self._off(scales)
        return (max(off, 1 / off, NEAR) if off > 0 else math.inf), quotient


def _sign(g: Tensor) -> Tensor:
    """1 or -1 and never 0, and nothing to be differentiated."""
    return torch.where(g.detach() >= 0, 1.0, -1.0).to(g)


def metainit(subject: Subject, method: MetaInit) -> Calibration:
    """Seek the norms of all matrices.

    Args:
        subject: The model, its batch and its loss.
        method: What is wanted.

    Returns:
        The record.
    """
    found, left = scalable(subject, least_dim=2)
    trials = Trials(subject, found, samples=method.samples, seed=method.seed)
    return iterate(subject, method, Quotient(trials, method), left)
