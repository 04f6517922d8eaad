"""Everything that was measured of a model on one batch, as one frozen record."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from isometry.graphs import read, surrounded
from isometry.graphs.labels import Parts, origins, parts
from isometry.measurements.activations import Activated, activated
from isometry.measurements.blocked import Unreached, Zeros, unreached, zeroed, zeros
from isometry.measurements.broken import Broken, broken
from isometry.measurements.courses import Course, courses
from isometry.measurements.layers import Layer, layers
from isometry.measurements.observed import Loss, Observation, Values
from isometry.measurements.spectrum import Spectrum
from isometry.measurements.tensors import TensorMeasurement
from isometry.parameters import Parameter


@dataclass(frozen=True, slots=True)
class Attention:
    """One attention, on one sample or the batch.

    Attributes:
        step: The step that weighs the keys.
        path: The module that runs.
        entropy: Mean entropy of a query's weights over the logarithm of the keys that it sees: 1
            where all keys count alike, 0 where one takes all.
        visible: How many keys a query sees in the mean.
        logits: Std of the logits; NaN where they were not seen.
    """

    step: int
    path: str
    entropy: float
    visible: float
    logits: float = math.nan


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured.

    Attributes:
        model: Name of the model's class.
        batch: How many samples went in; 0 where that is not known.
        loss: Where the gradient started.
        parameters: What every tensor is, with what the graph shows around it.
        layers: Every use of a weight, in execution order.
        activations: Every activation, in execution order.
        attentions: Every attention, in execution order.
        tensors: What the values of every tensor of fractions look like, in the model's order.
        courses: What layers follow each other, longest first.
        broken: Who made values that are not finite.
        broken_gradients: Paths of parameters whose gradient is not finite.
        unreached: Trainable parameters that take part and get no gradient or only zeros, and why.
        zeros: Trainable tensors of zeros that multiply a signal.
        unused: Paths of parameters that no step took.
        frozen: Paths of tensors that ask for no gradient, buffers included.
        spectrum: The Jacobian between the ends of the longest course, ``None`` where it was not
            looked at.
        raised: What stopped the model midway; empty if nothing did.
        notes: What could not be seen.
    """

    model: str
    batch: int
    loss: Loss
    parameters: tuple[Parameter, ...]
    layers: tuple[Layer, ...]
    activations: tuple[Activated, ...]
    attentions: tuple[Attention, ...]
    courses: tuple[Course, ...]
    tensors: tuple[TensorMeasurement, ...] = ()
    broken: tuple[Broken, ...] = ()
    broken_gradients: tuple[str, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    zeros: tuple[Zeros, ...] = ()
    unused: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    spectrum: Spectrum | None = None
    raised: str = ""
    notes: tuple[str, ...] = field(default=())

    def of(self, path: str) -> tuple[Layer, ...]:
        """The uses of one weight."""
        return tuple(layer for layer in self.layers if layer.path == path)


def measure(
    seen: Observation,
    parameters: Sequence[Parameter],
    tensors: Mapping[str, Values],
    *,
    model: str = "model",
    frozen: Sequence[str] = (),
    looks: Sequence[TensorMeasurement] = (),
) -> Measurement:
    """What an observation says.

    Args:
        seen: One forward and backward.
        parameters: The model's tensors; their paths are the graph's.
        tensors: Moments of each by path.
        model: The model's name.
        frozen: Paths that ask for no gradient.
        looks: What the values of each look like.

    Returns:
        The measurement.
    """
    found, reading = parts(seen.graph), read(seen.graph)
    placed = surrounded(parameters, seen.graph)
    pairs = {path: (values, seen.gradients.get(path)) for path, values in tensors.items()}
    known = {path: one for one in placed for path in (one.path, *one.ties)}
    steps = dict(seen.steps)
    still, trained = zeroed(found, steps, tensors), tensors.keys() - {*frozen}
    bent = (_activated(found, step, seen) for step in found.regions)
    return Measurement(
        *(model, seen.batch, seen.loss, placed),
        layers=layers(found, reading.uses, steps, known, pairs),
        activations=tuple(one for one in bent if one is not None),
        attentions=_attentions(seen),
        courses=courses(found, reading.joins, steps),
        tensors=tuple(looks),
        broken=broken(seen.graph, steps, tensors),
        broken_gradients=tuple(p for p, v in seen.gradients.items() if v.broken),
        unreached=tuple(unreached(still, seen.gradients, trained)),
        zeros=tuple(zeros(still, seen.gradients, trained)),
        unused=seen.graph.unused,
        frozen=tuple(frozen),
        raised=seen.raised,
        notes=seen.graph.notes,
    )


def _activated(found: Parts, step: int, seen: Observation) -> Activated | None:
    region = found.regions[step]
    if not region.nonlinear:
        return None
    return activated(found, region, dict(seen.steps), _layer_before(found, region.root))


def _layer_before(found: Parts, step: int) -> str:
    """The one weight whose output a step is, norms looked through; empty if several or none."""
    while True:
        behind = origins(found, step) if step not in found.maps else (step,)
        if len(behind) != 1:
            return ""
        if behind[0] in found.maps:
            weights = found.maps[behind[0]].weights
            return weights[0] if weights else ""
        norm = found.sources.norms.get(behind[0])
        if norm is None and found.links.node(behind[0]).family == "norm":
            signals = found.links.signals(behind[0])
            norm = signals[0] if signals else None
        if norm is None or norm == step:
            return ""
        step = norm


def _attentions(seen: Observation) -> tuple[Attention, ...]:
    return tuple(
        Attention(index, seen.graph.nodes[index].path, one.entropy, one.visible, one.logits)
        for index, one in seen.steps.items()
        if math.isfinite(one.entropy)
    )
