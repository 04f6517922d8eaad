"""Where the gradient of a diagnosis starts: a loss, targets, or noise at the outputs."""

import math
from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from isometry import errors
from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.capture import STATE
from isometry.measurements import Loss

LossLike = Callable[[Any], Tensor] | Tensor | Literal["auto"] | None
"""A function of the model's output, targets, targets drawn by chance, or nothing."""

SEED = 0


def started(outputs: Any, loss: LossLike) -> tuple[Tensor | None, Loss]:
    """The scalar to go back from, and what is known of it.

    Args:
        outputs: What the model returned.
        loss: A function from that to a scalar; targets, whole numbers for classes along the last
            axis but one of images' (as torch's cross entropy takes them) and others for a mean
            square; ``"auto"`` for targets drawn by chance; or nothing, for the loss that the model
            returns itself, else for noise.

    Returns:
        The scalar, ``None`` where no output depends on a parameter.
    """
    if isinstance(loss, Tensor):
        return _of_targets(_logits(outputs), loss)
    if isinstance(loss, str):
        logits = _logits(outputs)
        return _of_targets(logits, _chance(logits, loss))
    if loss is not None:
        return _given(loss(outputs), outputs)
    own = getattr(outputs, "loss", None)
    if isinstance(own, Tensor) and own.numel() == 1 and own.requires_grad:
        return own, _classified("model", float(own.detach()), logits_or_none(outputs))
    return noise(outputs), Loss("cotangent")


def _given(value: Any, outputs: Any) -> tuple[Tensor, Loss]:
    if not isinstance(value, Tensor) or value.numel() != 1:
        found = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise errors.InputError(
            f"the loss returned {found}",
            needed="one number, as a tensor",
            do="reduce it: loss=lambda output: function(output, target).mean()",
        )
    return value, _classified("given", float(value.detach()), logits_or_none(outputs))


def _classified(kind: str, value: float, logits: Tensor | None) -> Loss:
    """A loss of unknown formula; no number of classes is claimed for it."""
    if logits is None or logits.dim() < 2 or logits.shape[-1] < 2 or kind == "given":
        return Loss(kind, value)
    classes = logits.shape[-1]
    spread = float(logits.detach().float().std(-1).mean())
    return Loss(kind, value, classes, math.log(classes), spread)


def _of_targets(logits: Tensor, targets: Tensor) -> tuple[Tensor, Loss]:
    targets = targets.to(logits.device)
    if targets.is_floating_point():
        if targets.shape != logits.shape:
            raise _unfit(logits, targets, f"targets of shape {tuple(logits.shape)}")
        value = functional.mse_loss(logits, targets)
        variance = float(targets.float().var(correction=0))
        return value, Loss("mean-square", float(value.detach()), uninformed=variance)
    axis = 1 if logits.dim() == targets.dim() + 1 and logits.dim() > 2 else -1
    if logits.dim() > 2 and logits.shape[:-1] == targets.shape:
        logits, axis = logits.movedim(-1, 1), 1  # language models have the classes last
    if logits.shape[:1] + logits.shape[2:] != targets.shape:
        raise _unfit(logits, targets, "one whole number for each place that the model classifies")
    value = functional.cross_entropy(logits.float(), targets)
    classes, spread = logits.shape[axis], float(logits.detach().float().std(axis).mean())
    return value, Loss("cross-entropy", float(value.detach()), classes, math.log(classes), spread)


def _chance(logits: Tensor, word: str) -> Tensor:
    """Targets that have nothing to do with the input: classes, or normal numbers for one output.

    Classes lie along the last axis, for images along the one after the samples'.
    """
    if word != "auto":
        raise errors.InputError(
            f"the loss is {word!r}",
            needed="a function of the output, targets, or 'auto' for targets drawn by chance",
            do="pass one of them as loss=",
        )
    generator, places = torch.Generator().manual_seed(SEED), list(logits.shape)
    classes = places.pop(1 if len(places) > 3 else -1) if places else 1
    if classes < 2 or not places:
        return torch.randn(logits.shape, generator=generator)
    return torch.randint(classes, places, generator=generator)


def _unfit(logits: Tensor, targets: Tensor, needed: str) -> errors.InputError:
    return errors.InputError(
        f"targets of shape {tuple(targets.shape)} for an output of shape {tuple(logits.shape)}",
        needed=needed,
        do="pass targets of the batch, or a function of the output as loss=",
    )


def _logits(outputs: Any) -> Tensor:
    found = logits_or_none(outputs)
    if found is None:
        raise errors.InputError(
            "the model returns no tensor that targets can be compared with",
            needed="a tensor, a tuple that starts with one, or an output with logits",
            do="pass a function of the output as loss=",
        )
    return found


def logits_or_none(outputs: Any) -> Tensor | None:
    """What targets are compared with: the output called logits, else the first tensor.

    Args:
        outputs: What a model returned.

    Returns:
        The tensor, ``None`` where there is none of real numbers.
    """
    named = getattr(outputs, "logits", None)
    if isinstance(named, Tensor):
        return named
    first = next((tensor for _, tensor in calls.tensors_in(outputs)), None)
    return first if first is not None and first.is_floating_point() else None


def noise(outputs: Any, seed: int = SEED) -> Tensor | None:
    """Outputs times independent noise of unit variance, from a generator of its own.

    Args:
        outputs: What a model returned.
        seed: Of the noise.

    Returns:
        The sum, ``None`` where no output depends on a parameter.
    """
    generator = torch.Generator().manual_seed(seed)
    total: Tensor | None = None
    for name, tensor in calls.tensors_in(outputs):
        if STATE in name or not tensor.is_floating_point() or not tensor.requires_grad:
            continue
        drawn = torch.randn(tensor.shape, generator=generator)
        part = (tensor * drawn.to(tensor.device, tensor.dtype)).float().sum()
        total = part if total is None else total + part
    return total
