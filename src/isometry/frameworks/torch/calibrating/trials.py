"""A model run with its tensors scaled, while its own stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from isometry import errors
from isometry.calibrations.descents import Array
from isometry.frameworks.torch.calibrating.corrector import counted, rows
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.observing.losses import logits_or_none, started
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.capture import eager


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """One tensor that a scale is sought for.

    Attributes:
        slot: The model's tensor.
        start: Its values at the start.
    """

    slot: Slot
    start: Tensor

    @property
    def norm(self) -> float:
        """Its Euclidean norm at the start."""
        return float(self.start.double().norm())


class Trials:
    """Losses and gradients of a model at other scales of its tensors.

    Args:
        subject: The model, its batch and its loss.
        scaled: The tensors.
        samples: How many samples of the batch one trial sees.
        seed: Of their choice.
    """

    def __init__(
        self, subject: Subject, scaled: Sequence[Scaled], *, samples: int, seed: int
    ) -> None:
        self.subject = subject
        self.scaled = tuple(scaled)
        self.seed = seed
        self.samples = samples
        self.count = counted(subject.given)
        self.forwards = 0
        self.backwards = 0
        self._names = {
            id(tensor): name for name, tensor in reversed(list(subject.model.named_parameters()))
        }

    def weights(self, scales: Array) -> list[Tensor]:
        """The tensors at these scales, to be differentiated by."""
        return [
            (one.start * float(scale)).requires_grad_()
            for one, scale in zip(self.scaled, scales, strict=True)
        ]

    def by_scale(self, gradients: Sequence[Tensor | None]) -> Array:
        """Derivatives by the scales from those by the tensors: ``dL/dα = ⟨dL/d(αw), w⟩``."""
        return np.array(
            [
                0.0 if gradient is None else float((gradient * one.start).sum())
                for gradient, one in zip(gradients, self.scaled, strict=True)
            ]
        )

    def chosen(self, step: int) -> tuple[Tensor | None, Tensor | None]:
        """The samples of a step, and half of them with as many others; all where none are chosen.

        A loss that is a function cannot be asked for a part of the batch.
        """
        if callable(self.subject.loss) or self.samples >= self.count:
            return None, None
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        order = torch.randperm(self.count, generator=generator)
        half = self.samples // 2
        return order[: self.samples], order[half : half + self.samples]

    def loss(self, weights: Sequence[Tensor], part: Tensor | None) -> Tensor:
        """The loss of the model with these tensors, on a part of the batch.

        Args:
            weights: In the order of the scaled tensors.
            part: Which samples; all if ``None``.

        Returns:
            One number, to be differentiated.

        Raises:
            InputError: There is no loss.
        """
        loss = self.subject.loss
        loss = loss[part] if isinstance(loss, Tensor) and part is not None else loss
        scalar, info = started(self._outputs(weights, part), loss)
        if scalar is None or info.kind == "cotangent":
            raise errors.InputError(
                "there is no loss",
                needed="targets, a function of the output, or a model that returns its loss",
                do="pass loss=",
            )
        return scalar

    @torch.no_grad()
    def size(self, scales: Array) -> float:
        """Standard deviation of what the model puts out, on samples that are always the same.

        Args:
            scales: One for each tensor.

        Returns:
            The deviation over samples, places and units together.

        Raises:
            InputError: The model returns no tensor.
        """
        part, _ = self.chosen(0)
        found = logits_or_none(self._outputs(self.weights(scales), part))
        if found is None:
            raise errors.InputError(
                "the model returns no tensor whose size could be held",
                needed="a tensor, a tuple that starts with one, or an output with logits",
                do="pass output=None",
            )
        return float(found.double().std(correction=0))

    def _outputs(self, weights: Sequence[Tensor], part: Tensor | None) -> Any:
        given = self.subject.given if part is None else rows(self.subject.given, part)
        pairs = zip(self.scaled, weights, strict=True)
        named = {self._names[id(one.slot.tensor)]: weight for one, weight in pairs}
        self.forwards += 1
        with eager(), sdpa_kernel(SDPBackend.MATH):  # the others have no second derivative
            return _called(self.subject, named, given)

    def gradient(self, scalar: Tensor, weights: Sequence[Tensor], *, twice: bool) -> list[Tensor]:
        """The gradient by the tensors, zero where none arrives."""
        self.backwards += 1
        found = torch.autograd.grad(
            scalar, list(weights), create_graph=twice, allow_unused=True, materialize_grads=True
        )
        return list(found)


def _called(subject: Subject, named: dict[str, Tensor], given: Any) -> Any:
    if isinstance(given, dict):
        return functional_call(subject.model, named, (), given)
    return functional_call(subject.model, named, given)


def scalable(subject: Subject, *, least_dim: int) -> tuple[list[Scaled], dict[str, str]]:
    """The tensors that scales can be sought for, and why others are left out.

    Args:
        subject: The model.
        least_dim: How many axes they must have.

    Returns:
        Both.
    """
    found, left = [], {}
    for slot, _ in subject.slots:
        reason = _unfit(subject, slot, least_dim)
        if reason:
            left[slot.path] = reason
        else:
            found.append(Scaled(slot, slot.tensor.detach().clone()))
    return found, left


def _unfit(subject: Subject, slot: Slot, least_dim: int) -> str:
    kept, tensor = subject.kept(slot.path), slot.tensor
    if kept:
        return f"kept by {kept}"
    if slot.parametrization is not None:
        return "it is parametrized"
    if not tensor.requires_grad:
        return "it is frozen"
    if tensor.dim() < least_dim:
        return "it is no matrix"
    return "" if bool(tensor.detach().any()) else "it is zero"
