"""Scales for which the first step of training helps the most (Zhu et al. 2021)."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from isometry.calibrations import Calibration, Descent, GradInit
from isometry.calibrations.descents import Array
from isometry.frameworks.torch.calibrating.iterating import Task, iterate
from isometry.frameworks.torch.calibrating.states import Score
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.calibrating.trials import Trials, scalable

LOSS, NORM = 0, 1
"""Objectives: each has a momentum of its own."""
NUDGE = 1e-3
"""Length of the step along the gradient by which the norm's own gradient is found without second
derivatives, as a part of the norm of all tensors."""


class FirstStep(Task):
    """The loss after one step of training, where the gradient is not too long.

    Args:
        trials: Runs the model at scales.
        method: What is wanted.
    """

    bound = "‖g‖/gamma, 1 where it is less"

    def __init__(self, trials: Trials, method: GradInit) -> None:
        super().__init__(trials)
        self.method = method
        # A bias may vanish, a weight may not: nothing would come through it any more.
        dims = (one.start.dim() for one in trials.scaled)
        self._least = np.array([method.least if dim > 1 else 0.0 for dim in dims])

    @override
    def step(self, descent: Descent) -> Descent:
        first, second = self.trials.chosen(descent.step)
        weights = self.trials.weights(descent.scales)
        twice = not self.method.first_order
        loss = self.trials.loss(weights, first)
        g = self.trials.gradient(loss, weights, twice=twice)
        norm = self.norm(g)
        if not float(norm) <= self.method.gamma:
            found = self._of_norm(weights, g, norm, first)
            objective = NORM
        else:
            after = self.trials.loss(self._stepped(weights, g, norm), second)
            found = self.trials.gradient(after, weights, twice=False)
            objective = LOSS
        derivative = self.trials.by_scale(found)
        return descent.adam(derivative, self.method.rate, self._least, objective=objective)

    def norm(self, g: Sequence[Tensor]) -> Tensor:
        """The norm that ``gamma`` bounds."""
        if self.method.form == "sgd":
            return torch.stack([one.square().sum() for one in g]).sum().sqrt()
        count = sum(one.numel() for one in g)
        return torch.stack([one.abs().sum() for one in g]).sum() / math.sqrt(count)

    def _stepped(
        self, weights: Sequence[Tensor], g: Sequence[Tensor], norm: Tensor
    ) -> list[Tensor]:
        """The tensors after one step of length ``eta``: along the gradient, or along its signs."""
        eta = self.method.eta
        if self.method.form == "sgd":
            return [w - eta * one / norm for w, one in zip(weights, g, strict=True)]
        count = sum(one.numel() for one in g)
        return [w - eta / math.sqrt(count) * one.sign() for w, one in zip(weights, g, strict=True)]

    def _of_norm(
        self, weights: Sequence[Tensor], g: Sequence[Tensor], norm: Tensor, part: Tensor | None
    ) -> Sequence[Tensor]:
        """The gradient of the norm by the tensors: ``H·u`` with ``u`` the norm's own by ``g``.

        Without second derivatives it is ``(g(w + h·u) - g(w)) / h``.
        """
        if not self.method.first_order:
            return self.trials.gradient(norm, weights, twice=False)
        u = self._direction(g)
        length = math.sqrt(sum(float(one.square().sum()) for one in u)) or 1.0
        size = math.sqrt(sum(float(w.detach().square().sum()) for w in weights))
        h = NUDGE * size / length
        moved = [(w + h * one).detach().requires_grad_() for w, one in zip(weights, u, strict=True)]
        there = self.trials.gradient(self.trials.loss(moved, part), moved, twice=False)
        return [(one - other) / h for one, other in zip(there, g, strict=True)]

    def _direction(self, g: Sequence[Tensor]) -> list[Tensor]:
        if self.method.form == "sgd":
            return [one / self.norm(g) for one in g]
        count = sum(one.numel() for one in g)
        return [one.sign() / math.sqrt(count) for one in g]

    @override
    def look(self, scales: Array) -> Score:
        first, second = self.trials.chosen(0)
        weights = self.trials.weights(scales)
        g = self.trials.gradient(self.trials.loss(weights, first), weights, twice=False)
        norm = self.norm(g)
        with torch.no_grad():
            after = self.trials.loss(self._stepped(weights, g, norm), second)
        return max(float(norm) / self.method.gamma, 1.0), float(after)


def gradinit(subject: Subject, method: GradInit) -> Calibration:
    """Seek the scales.

    Args:
        subject: The model, its batch and its loss.
        method: What is wanted.

    Returns:
        The record.
    """
    found, left = scalable(subject, least_dim=1)
    trials = Trials(subject, found, samples=method.samples, seed=method.seed)
    return iterate(subject, method, FirstStep(trials, method), left)
