"""What every parametrization can be asked, whichever of torch's mechanisms made it."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from isometry import rng

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


def singular_vectors(weight: Tensor, dim: int, u: Tensor, v: Tensor, key: rng.Key) -> None:
    """Set ``u`` and ``v`` to the first singular vectors of ``weight``; to rounding, not exact.

    Torch's own power iteration stops after 15 steps, several percent below the norm of a Gaussian
    matrix; Lanczos iteration converges. Its start comes from ``key``: no generator is touched.
    """
    matrix = weight.movedim(dim, 0).flatten(1).double().cpu().numpy()
    if min(matrix.shape) == 1:
        left, _, right = np.linalg.svd(matrix, full_matrices=False)
    else:
        from scipy.sparse import linalg

        start = rng.gaussian(key, 0, min(matrix.shape))
        left, _, right = linalg.svds(matrix, k=1, v0=start)
    u.copy_(torch.from_numpy(left[:, 0].copy()))
    v.copy_(torch.from_numpy(right[0].copy()))
