"""A forward and backward of our own on a fixed batch; the model stays as it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from isometry import measurements
from isometry.frameworks.torch.describe import described
from isometry.frameworks.torch.graphing import names_of, renamed
from isometry.frameworks.torch.measuring import value
from isometry.frameworks.torch.observing.losses import LossLike
from isometry.frameworks.torch.observing.observe import observe, unwrapped
from isometry.frameworks.torch.observing.statistics import values
from isometry.measurements import LayerCapture


def probed(model: nn.Module, batch: Any, loss: LossLike) -> dict[str, LayerCapture]:
    """Sizes of signal and gradient of each weight, and its idle units, in execution order."""
    inner = unwrapped(model)
    seen = observe(inner, batch, loss)
    seen = replace(seen, graph=renamed(seen.graph, names_of(inner)))
    slots = described(inner)
    tensors = {p.path: values(value(s)) for s, p in slots if s.tensor.is_floating_point()}
    found = measurements.measure(seen, [parameter for _, parameter in slots], tensors)
    rows = {one.path: _sizes(one) for one in found.layers}
    return rows | {path: _idle(rows[path], found.activations) for path in rows}


def _sizes(layer: measurements.Layer) -> LayerCapture:
    delta = layer.gradient.rms if layer.gradient else float("nan")
    return LayerCapture(layer.path, act_std=layer.values.rms, delta_norm=delta)


def _idle(row: LayerCapture, activations: Sequence[measurements.Activated]) -> LayerCapture:
    behind = [one for one in activations if one.path == row.path and one.units]
    if not behind:
        return row
    return replace(
        row,
        units=sum(one.units for one in behind),
        dead=sum(one.dead for one in behind),
        saturated=max(one.saturated for one in behind),
    )
