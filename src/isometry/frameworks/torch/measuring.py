"""A torch model measured on a batch, in the paths that its plan speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from isometry import measurements
from isometry.frameworks.torch import arrays, paths
from isometry.frameworks.torch.describe import described
from isometry.frameworks.torch.graphing import names_of, renamed
from isometry.frameworks.torch.observing.jacobians import spectrum
from isometry.frameworks.torch.observing.losses import LossLike
from isometry.frameworks.torch.observing.observe import observe, unwrapped
from isometry.frameworks.torch.observing.statistics import values
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.examples import example_for
from isometry.parameters import Parameter


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
    found = measurements.measure(
        seen,
        [parameter for _, parameter in slots],
        dict(_tensors(slots)),
        model=type(inner).__name__,
        frozen=[parameter.path for slot, parameter in slots if not trainable(slot)],
        looks=tuple(_looks(slots)),
    )
    if not found.courses or found.broken or found.raised:
        return found
    course = found.courses[0]
    return replace(found, spectrum=spectrum(inner, given, seen.graph, course, seen.batch))


def trainable(slot: Slot) -> bool:
    """Whether a tensor, or what it is computed from, asks for a gradient."""
    made = slot.parametrization
    return any(one.requires_grad for one in (slot.tensors if made is None else made.tensors()))


def value(slot: Slot) -> Tensor:
    """The tensor as a layer uses it."""
    with torch.no_grad():
        made = slot.parametrization
        return (slot.tensor if made is None else made.read()).detach()


def _tensors(
    slots: Sequence[tuple[Slot, Parameter]],
) -> Iterator[tuple[str, measurements.Values]]:
    """Moments of every tensor of fractions, by each of its paths."""
    for slot, parameter in slots:
        if slot.tensor.is_floating_point():
            moments = values(value(slot))
            for path in (parameter.path, *parameter.ties):
                yield path, moments


def _looks(
    slots: Sequence[tuple[Slot, Parameter]],
) -> Iterator[measurements.TensorMeasurement]:
    """What the values of every tensor of fractions look like."""
    known = {parameter.path: slot for slot, parameter in slots}
    for slot, parameter in slots:
        if slot.tensor.is_floating_point():
            beside = known.get(_bias_of(parameter.path))
            bias = None if beside is None or beside is slot else _array(beside)
            yield measurements.measure_tensor(parameter, _array(slot), bias=bias)


def _bias_of(path: str) -> str:
    """Where the bias lies that is added to what a weight makes."""
    owner, dot, name = path.rpartition(".")
    return f"{owner}{dot}{name.replace('weight', 'bias', 1)}"


def _array(slot: Slot) -> NDArray[np.generic]:
    return arrays.array(value(slot).cpu())
