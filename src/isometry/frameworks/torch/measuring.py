"""A torch model measured on a batch, in the paths that its plan speaks."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from isometry import measurements
from isometry.frameworks.torch import paths
from isometry.frameworks.torch.describe import described
from isometry.frameworks.torch.graphing import names_of, renamed
from isometry.frameworks.torch.observing.losses import LossLike
from isometry.frameworks.torch.observing.observe import observe, unwrapped
from isometry.frameworks.torch.observing.statistics import values
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.examples import example_for


def measure(model: nn.Module, batch: Any = None, loss: LossLike = None) -> measurements.Measurement:
    """What one forward and one backward show; the model stays as it is, bit for bit.

    Args:
        model: A module with values.
        batch: The forward's arguments; made from what the model says of its inputs if not given.
        loss: A function of the output, targets, or nothing.

    Returns:
        The measurement.
    """
    inner = unwrapped(model)
    given = example_for(inner) if batch is None else batch
    names = names_of(inner)
    seen = observe(inner, given, loss)
    gradients = {names.get(p) or paths.normalise(p): v for p, v in seen.gradients.items()}
    seen = replace(seen, graph=renamed(seen.graph, names), gradients=gradients)
    slots = described(inner)
    return measurements.measure(
        seen,
        [parameter for _, parameter in slots],
        dict(_tensors(slots)),
        model=type(inner).__name__,
        frozen=[p.path for slot, p in slots if not slot.tensor.requires_grad],
    )


def _tensors(slots: Any) -> Iterator[tuple[str, measurements.Values]]:
    """Moments of every tensor of fractions, by each of its paths."""
    with torch.no_grad():
        for slot, parameter in slots:
            if slot.tensor.is_floating_point():
                moments = values(_weight(slot).detach())
                for path in (parameter.path, *parameter.ties):
                    yield path, moments


def _weight(slot: Slot) -> torch.Tensor:
    """The values that the layer uses; those of a parametrized weight are computed."""
    return slot.tensor if slot.parametrization is None else slot.parametrization.read()
