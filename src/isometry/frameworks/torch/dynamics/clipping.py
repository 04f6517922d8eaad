"""Adaptive gradient clipping: no gradient longer than a part of its weight (Brock et al. 2021)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor
from typing_extensions import override

from isometry.calibrations import Change, Clip
from isometry.frameworks.torch.dynamics.scene import Scene
from isometry.frameworks.torch.dynamics.work import State, Work
from isometry.frameworks.torch.slots import Slot

LEAST = 1e-3
"""``ε``: a weight counts as that long at least, so that one of zeros can grow."""


@dataclass(slots=True)
class Tally:
    """How often one tensor was clipped; kept where the tensor lives, so that no step waits for it.

    Attributes:
        factors: What its rows were multiplied by when it was clipped last.
        counts: The step at which that was, and how often it was, shape (2,).
    """

    factors: Tensor
    counts: Tensor

    def take(self, step: int, factors: Tensor) -> None:
        """Count one step."""
        clipped = (factors < 1.0).any()
        self.factors = torch.where(clipped, factors, self.factors)
        moved = torch.stack((torch.full_like(self.counts[0], step), self.counts[1] + 1))
        self.counts = torch.where(clipped, moved, self.counts)

    def change(self, part: str, path: str) -> Change:
        """The line of the record."""
        step, times = self.counts.tolist()
        rows = (self.factors < 1.0).nonzero().flatten().tolist() if len(self.factors) > 1 else []
        span = float(self.factors.min()), float(self.factors.max())
        return Change(step, part, path, tuple(rows), span, times=times)


@dataclass(slots=True)
class Clipping(Work):
    """What :class:`~isometry.calibrations.Clip` does to a model.

    Attributes:
        inner: The parameters that are looked at.
        tallies: How often each was clipped, by path.
    """

    part: Clip
    inner: tuple[Slot, ...] = ()
    tallies: dict[str, Tally] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inner = tuple(_inner(self.scene))

    @override
    def before(self, step: int, scale: Tensor | float) -> list[Change]:
        found = [(slot, _factors(slot.tensor, self.part.limit * scale)) for slot in self._with()]
        for slot, factors in found:  # all are known by now: nothing fails between two tensors
            _gradient_of(slot.tensor).mul_(factors)
        for slot, factors in found:
            if slot.path not in self.tallies:
                counts = torch.zeros(2, dtype=torch.int64, device=factors.device)
                self.tallies[slot.path] = Tally(torch.ones_like(factors).flatten(), counts)
            self.tallies[slot.path].take(step, factors.flatten())
        return []

    def _with(self) -> list[Slot]:
        """The parameters that have a gradient now."""
        grads = ((slot, slot.tensor.grad) for slot in self.inner)
        return [slot for slot, grad in grads if grad is not None and not grad.is_sparse]

    @override
    def summary(self) -> tuple[Change, ...]:
        found = (one.change(self.part.name, path) for path, one in self.tallies.items())
        return tuple(one for one in found if one.times)

    @override
    def state(self) -> State:
        return {path: (one.factors, one.counts) for path, one in self.tallies.items()}

    @override
    def load(self, state: State) -> None:
        self.tallies = {path: Tally(*kept) for path, kept in state.items()}


def _inner(scene: Scene) -> Iterator[Slot]:
    """The parameters of all layers but those that make the output."""
    last = {
        path
        for uses in scene.uses.values()
        for use in uses
        if "output" in use.after
        for path in (*use.map.weights, *use.map.biases)
    }
    for path, (slot, _) in scene.slots.items():
        if path not in last and slot.tensor.is_floating_point():
            yield slot


def _factors(parameter: Tensor, limit: Tensor | float) -> Tensor:
    """``min(1, λ max(‖W_i‖, ε) / ‖G_i‖)``, to be multiplied by the gradient."""
    gradient = _gradient_of(parameter)
    sizes = _norms(parameter.detach()).clamp_min(LEAST) * limit
    return (sizes / _norms(gradient).clamp_min(1e-30)).clamp_max(1.0).to(gradient.dtype)


def _norms(tensor: Tensor) -> Tensor:
    """The length of each row; of a vector, its own."""
    axes = [*range(1, tensor.dim())] if tensor.dim() > 1 else None
    size: Tensor = torch.linalg.vector_norm(tensor, dim=axes, keepdim=True, dtype=torch.float32)
    return size


def _gradient_of(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None  # only those that have one are asked
    return parameter.grad
