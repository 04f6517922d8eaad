"""What every parametrization can be asked, whichever of torch's mechanisms made it."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from isometry import rng

POWER_STEPS = 15
"""Power iterations after which torch's ``spectral_norm`` trusts its singular vectors."""

Stored = tuple[nn.Module, str]
"""A tensor that a parametrization keeps: the module that holds it and the attribute's name."""


class Parametrization(ABC):
    """What stands between the stored tensors and the weight ``module.name``."""

    __slots__ = ()

    module: nn.Module
    name: str

    @property
    def identity(self) -> object:
        """Equal for two parametrizations exactly when they are the same one."""
        return (id(self.module), self.name)

    @property
    def is_parameter(self) -> bool:
        """Whether what is trained is a parameter."""
        return any(isinstance(tensor, nn.Parameter) for tensor in self.tensors())

    def tensors(self) -> tuple[Tensor, ...]:
        """The stored tensors; those that are not there yet are left out."""
        found = (getattr(owner, name) for owner, name in self.stored())
        return tuple(tensor for tensor in found if tensor is not None)

    @property
    @abstractmethod
    def hides(self) -> tuple[nn.Module, ...]:
        """Modules whose tensors belong to the parametrization and are no weights of their own."""

    @abstractmethod
    def stored(self) -> tuple[Stored, ...]:
        """Everything it stores."""

    @abstractmethod
    def keys(self) -> tuple[str, ...]:
        """Names in a state dict of what it stores, below the module."""

    @abstractmethod
    def stand_in(self, path: str) -> Tensor:
        """A tensor on the meta device with the weight's shape and dtype."""

    @abstractmethod
    def problem(self) -> tuple[str, str] | None:
        """Why the weight cannot be set, as (found, do); ``None`` where it can."""

    @abstractmethod
    def store(self, value: Tensor, key: rng.Key) -> None:
        """Set the stored tensors so that the weight is ``value``, as far as it can be."""

    @abstractmethod
    def read(self) -> Tensor:
        """The weight that the layer uses, without a side effect."""

    @abstractmethod
    def refresh(self) -> None:
        """Recompute what was derived from the stored tensors, after they changed."""


def estimate(weight: Tensor, dim: int, u: Tensor, v: Tensor, key: rng.Key) -> None:
    """Set ``u`` and ``v`` to the first singular vectors of ``weight``; to rounding, not exact.

    Power iteration from a start that ``key`` gives, so that no generator is touched.
    """
    matrix = weight.movedim(dim, 0).flatten(1)
    start = torch.from_numpy(rng.gaussian(key, 0, u.numel())).to(u)
    left = nn.functional.normalize(start, dim=0)
    right = nn.functional.normalize(matrix.mT @ left, dim=0)
    for _ in range(POWER_STEPS):
        left = nn.functional.normalize(matrix @ right, dim=0)
        right = nn.functional.normalize(matrix.mT @ left, dim=0)
    u.copy_(left)
    v.copy_(right)
