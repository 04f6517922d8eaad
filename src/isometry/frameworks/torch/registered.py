"""Parametrizations registered with ``torch.nn.utils.parametrize``."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import _SpectralNorm
from typing_extensions import override

from isometry import errors, rng
from isometry.frameworks.torch import kinds, paths
from isometry.frameworks.torch.parametrization import Parametrization, Stored, singular_vectors


@dataclass(frozen=True, slots=True, eq=False)
class Registered(Parametrization):
    """One made by ``torch.nn.utils.parametrize``."""

    module: nn.Module
    name: str

    @property
    def steps(self) -> parametrize.ParametrizationList:
        """The parametrizations in order, together with the originals."""
        found = self.module.parametrizations[self.name]  # type: ignore[index]  # a ModuleDict once parametrized
        assert isinstance(found, parametrize.ParametrizationList)
        return found

    @property
    @override
    def hides(self) -> tuple[nn.Module, ...]:
        return (self.steps, *(step for step in self.steps if _is_torchs(step)))

    @override
    def stored(self) -> tuple[Stored, ...]:
        return tuple((module, name) for module in self.hides for name in _tensor_names(module))

    @override
    def keys(self) -> tuple[str, ...]:
        prefix = f"parametrizations.{self.name}"
        steps = ((f"{prefix}.{at}", step) for at, step in enumerate(self.steps) if _is_torchs(step))
        return (
            *(paths.normalise(f"{prefix}.{name}") for name in _tensor_names(self.steps)),
            *(f"{path}.{name}" for path, step in steps for name in _tensor_names(step)),
        )

    @override
    def stand_in(self, path: str) -> Tensor:
        if all(
            _is_torchs(step) for step in self.steps
        ):  # these keep the shape of what they replace
            largest = max(_originals(self.steps), key=lambda original: original.numel())
            return torch.empty_like(largest, device="meta", requires_grad=False)
        try:
            return torch.empty_like(self.read(), device="meta", requires_grad=False)
        except Exception as cause:
            raise errors.UnsupportedTensorError(
                f"its parametrization raised {type(cause).__name__}: {cause}",
                needed="a parametrization that can be evaluated",
                do="materialize the model first, or register the parametrization afterwards",
                path=path,
            ) from cause

    @override
    def problem(self) -> tuple[str, str] | None:
        for step in self.steps:
            if not callable(getattr(step, "right_inverse", None)):
                return (
                    f"its parametrization {type(step).__name__} has no right_inverse",
                    "give it a right_inverse, or keep this tensor with a rule or skip=",
                )
        if any(kinds.is_dtensor(tensor) for tensor in self.tensors()):
            return ("its originals are DTensors", "apply the plan before the model is sharded")
        return None

    @override
    def store(self, value: Tensor, key: rng.Key) -> None:
        inverse: Any = value
        with torch.no_grad(), _TorchSeeded(key):
            for step in reversed(list(self.steps)):
                inverse = step.right_inverse(inverse)  # type: ignore[operator]  # checked by problem()
                if isinstance(step, _SpectralNorm) and inverse.ndim > 1:
                    singular_vectors(inverse, step.dim, step._u, step._v, key)
            parts = (inverse,) if isinstance(inverse, Tensor) else tuple(inverse)
            for original, part in zip(_originals(self.steps), parts, strict=True):
                original.detach().copy_(part)

    @override
    def read(self) -> Tensor:
        modes = [(step, step.training) for step in self.steps.modules()]
        try:
            self.steps.eval()  # spectral_norm iterates, and so changes its vectors, while training
            with torch.no_grad():
                weight: Tensor = self.steps()
                return weight.detach()
        finally:
            for step, training in modes:
                step.training = training

    @override
    def refresh(self) -> None:
        """Nothing is derived: the weight is a property."""


def _is_torchs(step: nn.Module) -> bool:
    return type(step).__module__ == "torch.nn.utils.parametrizations"


def _tensor_names(module: nn.Module) -> tuple[str, ...]:
    return (*module._parameters, *module._buffers)


def _originals(steps: parametrize.ParametrizationList) -> tuple[Tensor, ...]:
    tensors = (getattr(steps, name) for name in _tensor_names(steps))
    return tuple(tensor for tensor in tensors if tensor is not None)


class _TorchSeeded:
    """Torch's own generator seeded from ``key`` inside, and as it was afterwards.

    The orthogonal parametrization completes a basis with ``torch.randn``.
    """

    def __init__(self, key: rng.Key) -> None:
        self._seed = key.words[0] | key.words[1] << 32

    def __enter__(self) -> None:
        self._state = torch.default_generator.get_state()
        torch.default_generator.manual_seed(self._seed)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        torch.default_generator.set_state(self._state)
