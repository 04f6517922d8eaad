"""A forward and backward of our own on a fixed batch; the model stays as it is."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from isometry.frameworks.torch.monitoring.live import Live
from isometry.frameworks.torch.monitoring.numbers import Numbers
from isometry.frameworks.torch.observing.losses import LossLike, started
from isometry.frameworks.torch.observing.observe import unwrapped
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.capture import call, eager, placed
from isometry.frameworks.torch.tracing.failures import failed
from isometry.frameworks.torch.tracing.preserving import as_measured


def probe(
    model: nn.Module, batch: Any, loss: LossLike, weights: Sequence[Slot], numbers: Numbers
) -> dict[str, str]:
    """Hear one forward and backward as in evaluation; gradients go into no ``.grad``.

    Args:
        model: A module with values; wrappers are seen through.
        batch: The forward's arguments.
        loss: Where the gradient starts, as ``isometry.diagnose`` takes it.
        weights: The weights whose layers are heard.
        numbers: Where sizes go.

    Returns:
        Path of each layer that was heard ↦ the activation behind it, in execution order.

    Raises:
        ModelError: The forward fails.
    """
    inner = unwrapped(model)
    with (
        torch.inference_mode(mode=False),
        torch.enable_grad(),
        as_measured(inner),
        eager(),
    ):
        live = Live(inner, weights, numbers)  # its hooks go with the module's other attributes
        outputs = _outputs(inner, batch)
        scalar, _ = started(outputs, loss)
        held = [parameter for parameter in inner.parameters() if parameter.requires_grad]
        if scalar is not None and held:
            torch.autograd.grad(scalar, held, allow_unused=True)
    return live.order


def _outputs(model: nn.Module, batch: Any) -> Any:
    try:
        return call(model, placed(batch, model, None))
    except Exception as problem:
        raise failed(
            model, problem, what="the forward on the probe", do="pass one as probe="
        ) from problem
