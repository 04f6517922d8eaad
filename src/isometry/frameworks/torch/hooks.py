"""Parametrizations by the older hooks ``torch.nn.utils.weight_norm`` and ``spectral_norm``."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm
from typing_extensions import override

from isometry import rng
from isometry.frameworks.torch.parametrization import Parametrization, Stored, singular_vectors


@dataclass(frozen=True, slots=True, eq=False)
class NormHook(Parametrization):
    """One made by the older ``torch.nn.utils.weight_norm``: ``weight_g`` and ``weight_v``."""

    module: nn.Module
    name: str
    hook: WeightNorm

    @property
    @override
    def hides(self) -> tuple[nn.Module, ...]:
        return ()

    @override
    def stored(self) -> tuple[Stored, ...]:
        return ((self.module, f"{self.name}_g"), (self.module, f"{self.name}_v"))

    @override
    def keys(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.stored())

    @override
    def stand_in(self, path: str) -> Tensor:
        return torch.empty_like(self.tensors()[1], device="meta", requires_grad=False)

    @override
    def problem(self) -> tuple[str, str] | None:
        return None

    @override
    def store(self, value: Tensor, key: rng.Key) -> None:
        g, v = self.tensors()
        with torch.no_grad():
            v.copy_(value)
            g.copy_(torch.norm_except_dim(value, 2, self.hook.dim))
        self.refresh()

    @override
    def read(self) -> Tensor:
        with torch.no_grad():
            weight: Tensor = self.hook.compute_weight(self.module)
            return weight.detach()

    @override
    def refresh(self) -> None:
        setattr(self.module, self.name, self.hook.compute_weight(self.module))


@dataclass(frozen=True, slots=True, eq=False)
class SpectralHook(Parametrization):
    """One made by the older ``torch.nn.utils.spectral_norm``: ``weight_orig`` and its vectors."""

    module: nn.Module
    name: str
    hook: SpectralNorm

    @property
    @override
    def hides(self) -> tuple[nn.Module, ...]:
        return ()

    @override
    def stored(self) -> tuple[Stored, ...]:
        return tuple((self.module, f"{self.name}_{part}") for part in ("orig", "u", "v"))

    @override
    def keys(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.stored())

    @override
    def stand_in(self, path: str) -> Tensor:
        return torch.empty_like(self.tensors()[0], device="meta", requires_grad=False)

    @override
    def problem(self) -> tuple[str, str] | None:
        return None

    @override
    def store(self, value: Tensor, key: rng.Key) -> None:
        original, u, v = self.tensors()
        with torch.no_grad():
            original.copy_(value)
            singular_vectors(value, self.hook.dim, u, v, key)
        self.refresh()

    @override
    def read(self) -> Tensor:
        with torch.no_grad():
            return self.hook.compute_weight(self.module, do_power_iteration=False).detach()

    @override
    def refresh(self) -> None:
        setattr(self.module, self.name, self.read())
