"""Weights that are computed from stored originals: torch's parametrizations, and its older hooks.

The plan speaks of the weight that the layer uses. To write it, its originals are found through the
parametrization's own ``right_inverse``.
"""

from collections.abc import Iterator

from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm

from isometry.frameworks.torch.hooks import NormHook, SpectralHook
from isometry.frameworks.torch.parametrization import Parametrization
from isometry.frameworks.torch.registered import Registered


def of(module: nn.Module) -> Iterator[Parametrization]:
    """The parametrizations of ``module``'s own tensors."""
    if parametrize.is_parametrized(module):
        for name in module.parametrizations:  # type: ignore[union-attr]  # a ModuleDict once parametrized
            yield Registered(module, str(name))
    for hook in module._forward_pre_hooks.values():
        if isinstance(hook, WeightNorm):
            yield NormHook(module, hook.name, hook)
        elif isinstance(hook, SpectralNorm):
            yield SpectralHook(module, hook.name, hook)


def taken(module: nn.Module) -> frozenset[str]:
    """Names of ``module``'s own tensors that a parametrization of it stores."""
    return frozenset(
        name for found in of(module) for owner, name in found.stored() if owner is module
    )
