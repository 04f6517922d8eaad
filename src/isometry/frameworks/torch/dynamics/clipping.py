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
class Clipping(Work):
    """What :class:`~isometry.calibrations.Clip` does to a model.

    Attributes:
        clipped: Path ↦ the last step at which it was clipped, and how often it was.
        inner: The parameters that are looked at.
    """

    part: Clip
    clipped: dict[str, Change] = field(default_factory=dict)
    inner: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        self.inner = tuple(_inner(self.scene))

    @override
    def before(self, step: int, scale: Tensor | float) -> list[Change]:
        found = [(slot, _factors(slot.tensor, self.part.limit * scale)) for slot in self._with()]
        for slot, factors in found:  # all are known by now: nothing fails between two tensors
            _gradient_of(slot.tensor).mul_(factors)
        for slot, factors in found:
            self._note(step, slot.path, factors.flatten())
        return []

    def _with(self) -> list[Slot]:
        """The parameters that have a gradient now."""
        grads = ((slot, slot.tensor.grad) for slot in self.inner)
        return [slot for slot, grad in grads if grad is not None and not grad.is_sparse]

    def _note(self, step: int, path: str, factors: Tensor) -> None:
        mask = factors < 1.0
        if mask.any():
            known = self.clipped.get(path)
            units = tuple(mask.nonzero().flatten().tolist()) if len(factors) > 1 else ()
            span = float(factors.min()), float(factors.max())
            times = 1 if known is None else known.times + 1
            self.clipped[path] = Change(step, self.part.name, path, units, span, times=times)

    @override
    def summary(self) -> tuple[Change, ...]:
        return tuple(self.clipped.values())

    @override
    def state(self) -> State:
        return {path: one.to_data() for path, one in self.clipped.items()}

    @override
    def load(self, state: State) -> None:
        self.clipped = {path: Change.from_data(one) for path, one in state.items()}


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
