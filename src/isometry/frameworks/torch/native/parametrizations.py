"""Which tensor holds the values of a parametrized weight."""

from torch import Tensor
from torch.nn.utils.parametrizations import _SpectralNorm, _WeightNorm

from isometry.frameworks.torch.hooks import NormHook, SpectralHook
from isometry.frameworks.torch.parametrization import Parametrization
from isometry.frameworks.torch.registered import Registered
from isometry.frameworks.torch.slots import Slot

__all__ = ["weight"]


def weight(slot: Slot) -> Tensor:
    """The tensor of a slot; for a parametrized one, call it while the recording runs."""
    return slot.tensor if slot.parametrization is None else _logical(slot.parametrization)


def _logical(found: Parametrization) -> Tensor:
    """The tensor whose values ``store`` would have to be given to start as the model's code does.

    Weight norm starts with the norm of its direction, so the weight is the direction as it was
    drawn; spectral norm stores what it divides.
    """
    stored = found.tensors()
    match found:
        case NormHook():
            return stored[1]
        case SpectralHook():
            return stored[0]
        case Registered() if all(isinstance(s, _SpectralNorm) for s in found.steps):
            return stored[0]
        case Registered() if all(isinstance(s, _WeightNorm) for s in found.steps):
            return stored[1]
    return found.read()
