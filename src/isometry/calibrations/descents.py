"""Descent on one scale a tensor: plain numbers, so that a state is a small file."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BETAS = (0.9, 0.999)
EPSILON = 1e-8
CLIP = 1.0
"""No scale's derivative counts for more (Zhu et al. 2021, their code)."""


def _zeros(count: int) -> Array:
    return np.zeros(count)


@dataclass(frozen=True, slots=True)
class Descent:
    """The state of a descent.

    Attributes:
        scales: What each tensor is multiplied by, shape (tensors,).
        first: Running means of derivatives, one row an objective, shape (objectives, tensors).
        second: Running mean of their squares, shape (tensors,).
        step: How many steps were made.
        counts: How many of them for each objective.
    """

    scales: Array
    first: Array
    second: Array
    step: int = 0
    counts: tuple[int, ...] = field(default=(0, 0))

    @classmethod
    def start(cls, tensors: int, objectives: int = 2) -> "Descent":
        """All scales 1, nothing known."""
        return cls(
            np.ones(tensors),
            np.zeros((objectives, tensors)),
            _zeros(tensors),
            counts=(0,) * objectives,
        )

    def adam(self, gradient: Array, rate: float, least: Array, *, objective: int = 0) -> "Descent":
        """One step of Adam, whose momentum belongs to one objective (Zhu et al. 2021, 4.3).

        Args:
            gradient: Derivative by each scale; clipped to ±1.
            rate: Learning rate.
            least: The least that each scale may become.
            objective: Which objective's momentum is used.

        Returns:
            The next state.
        """
        gradient = np.clip(np.nan_to_num(gradient), -CLIP, CLIP)
        first, counts = self.first.copy(), list(self.counts)
        counts[objective] += 1
        first[objective] = BETAS[0] * first[objective] + (1 - BETAS[0]) * gradient
        second = BETAS[1] * self.second + (1 - BETAS[1]) * gradient**2
        mean = first[objective] / (1 - BETAS[0] ** counts[objective])
        spread = np.sqrt(second / (1 - BETAS[1] ** (self.step + 1)))
        scales = np.maximum(self.scales - rate * mean / (spread + EPSILON), least)
        return replace(
            self,
            scales=scales,
            first=first,
            second=second,
            step=self.step + 1,
            counts=tuple(counts),
        )

    def signed(self, gradient: Array, norms: Array, rate: float, momentum: float) -> "Descent":
        """One step of signed descent with momentum on norms (Dauphin & Schoenholz 2019, alg. 1).

        Args:
            gradient: Derivative by each scale.
            norms: Norm of each tensor at scale 1; a norm never changes its sign.
            rate: Learning rate, in units of a norm.
            momentum: Of the velocity.

        Returns:
            The next state.
        """
        velocity = momentum * self.first[0] - rate * np.sign(np.nan_to_num(gradient))
        moved = self.scales * norms + velocity
        floor = norms * SMALLEST
        scales = np.divide(
            np.maximum(moved, floor), norms, out=np.ones_like(norms), where=norms > 0
        )
        first = self.first.copy()
        first[0] = velocity
        return replace(self, scales=scales, first=first, step=self.step + 1)

    def to_data(self) -> dict[str, Any]:
        """The state as what JSON can hold, to the last bit."""
        return {
            key: value.tolist() if isinstance(value, np.ndarray) else value
            for key, value in asdict(self).items()
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Descent":
        """The state that :meth:`to_data` wrote."""
        arrays = {key: np.asarray(data[key], np.float64) for key in ("scales", "first", "second")}
        return cls(**arrays, step=int(data["step"]), counts=tuple(data["counts"]))


SMALLEST = 1e-3
"""The least part of its norm that a weight keeps: at norm 0 no gradient would bring it back."""
