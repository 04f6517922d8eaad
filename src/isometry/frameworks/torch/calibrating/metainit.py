"""Norms for which the gradient changes little along itself (Dauphin & Schoenholz 2019)."""

from collections.abc import Sequence

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


class Quotient(Task):
    """The gradient quotient.

    Args:
        trials: Runs the model at scales.
        method: What is wanted.
    """

    def __init__(self, trials: Trials, method: MetaInit) -> None:
        super().__init__(trials)
        self.method = method
        self._norms = np.array([one.norm for one in trials.scaled])

    @override
    def step(self, descent: Descent) -> Descent:
        part, _ = self.trials.chosen(descent.step)
        weights = self.trials.weights(descent.scales)
        quotient = self._quotient(weights, part, thrice=True)
        found = self.trials.gradient(quotient, weights, twice=False)
        return descent.signed(
            self.trials.by_scale(found), self._norms, self.method.rate, self.method.momentum
        )

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
        return (float(self._quotient(self.trials.weights(scales), part, thrice=False).detach()),)


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
