"""Weights led back to the nearest orthogonal ones by the iteration of Newton and Schulz."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import Tensor
from typing_extensions import override

from isometry import schemes
from isometry.calibrations import Change, Orthogonal
from isometry.frameworks.torch.dynamics.work import Work
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.undo import Undo
from isometry.parameters import Parameter

EDGE = math.sqrt(3.0)
"""A singular value below it goes to 1, one above it to -1 or beyond."""


def orthogonalised(x: Tensor, iterations: int) -> Tensor:
    """``X ← X (1.5 - 0.5 Xᵀ X)``, several times (Björck & Bowie 1971).

    Args:
        x: A matrix near one with orthonormal rows or columns, of any size.
        iterations: How many times.

    Returns:
        A matrix nearer to it, with the same singular vectors.

    >>> x = torch.diag(torch.tensor([0.5, 2.5]))
    >>> torch.round(orthogonalised(x, 20), decimals=6).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    tall = x if x.shape[0] >= x.shape[1] else x.T
    bound = math.sqrt(float(tall.abs().sum(0).max()) * float(tall.abs().sum(1).max()))
    if bound >= EDGE:  # ‖X‖² ≤ ‖X‖₁ ‖X‖∞, at a fraction of the norm's own cost
        greatest = float(torch.linalg.matrix_norm(tall, 2))
        tall = tall / greatest if greatest >= EDGE else tall
    for _ in range(iterations):
        tall = 1.5 * tall - 0.5 * tall @ (tall.T @ tall)
    return tall if x.shape[0] >= x.shape[1] else tall.T


@dataclass(slots=True)
class Orthogonalising(Work):
    """What :class:`~isometry.calibrations.Orthogonal` does to a model."""

    part: Orthogonal
    held: tuple[tuple[Slot, float], ...] = ()

    def __post_init__(self) -> None:
        self.held = tuple(self._held())

    def _held(self) -> Iterator[tuple[Slot, float]]:
        """The weights, with the singular value that the plan gives them."""
        for path, (slot, known) in self.scene.slots.items():
            scheme = self.scene.plan[path].scheme if path in self.scene.plan else None
            wanted = any(fnmatchcase(path, glob) for glob in self.part.select)
            planned = isinstance(scheme, schemes.Orthogonal) and not self.part.select
            if scheme is not None and (wanted or planned) and _is_one_matrix(known):
                rows = known.shape[0]
                longest = max(rows, math.prod(known.shape) // rows)
                std = scheme.moments(self.scene.plan[path].parameter).std
                if std > 0.0:
                    yield slot, std * math.sqrt(longest)

    @override
    def after(self, step: int, undo: Undo) -> list[Change]:
        for slot, gain in self.held:
            undo.keep(slot.tensor)
            weight = slot.tensor.detach()
            x = weight.flatten(1).to(torch.promote_types(weight.dtype, torch.float32)) / gain
            made = orthogonalised(x, self.part.iterations) * gain
            weight.copy_(made.view_as(weight))
        return [Change(step, self.part.name, slot.path) for slot, _ in self.held]


def _is_one_matrix(known: Parameter) -> bool:
    axes = known.axes
    return (
        axes is not None
        and axes.outputs == (0,)
        and bool(axes.inputs)
        and axes.groups == 1
        and not (axes.stacked or axes.blocks or axes.lookup)
    )
