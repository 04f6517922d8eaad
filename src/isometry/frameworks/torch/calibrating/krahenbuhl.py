"""Unit variance of each unit, then layers that learn at one rate (Krähenbühl et al. 2016)."""

import time
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from isometry import graphs
from isometry.calibrations import LSUV, Adjustment, Calibration, Ending, Krahenbuhl
from isometry.calibrations.chains import chain
from isometry.calibrations.factors import equalising
from isometry.frameworks.torch.calibrating.lsuv import UnitVariance, refresh, run
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.graphing import graph
from isometry.frameworks.torch.observing.losses import noise
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.capture import call
from isometry.frameworks.torch.tracing.preserving import as_measured
from isometry.frameworks.torch.undo import Undo

EQUALISED = "its units have mean 0 and unit variance, then a factor was moved to the next layer"
ROWS = ("conv", "linear")
"""Maps whose weights have their units along the first axis."""
DONE: Ending = "done"
WITHIN = LSUV(per="channel", mean=0.0)


def krahenbuhl(subject: Subject, method: Krahenbuhl) -> Calibration:
    """Both parts of the method; the second only for plain stacks.

    Args:
        subject: The model and its batch.
        method: What is wanted.

    Returns:
        The record. Where an exception stopped the first part, the model is as it was; where one
        stopped the second, it holds the last whole round, and after Ctrl-C the record tells of it.
    """
    start, undo = time.perf_counter(), Undo(copies=True)
    try:
        passing, forwards = run(subject, UnitVariance(WITHIN, subject), undo)
        done = passing.adjustments()
        layers = stack(subject) if method.rounds else "rounds is 0"
        refresh(subject)
    except BaseException:
        undo.roll_back()
        raise
    rounds, ended, notes = 0, DONE, [f"rates were not equalised: {layers}"]
    if not isinstance(layers, str):
        sharing = Sharing(layers)
        ended, rounds = _equalised(subject, method, sharing)
        done |= sharing.adjustments(done)
        notes = [f"{rounds} of {method.rounds} rounds were done"] * (ended == "interrupted")
    seconds, record = time.perf_counter() - start, subject.record(done)
    forwards += rounds
    return Calibration(method, record, forwards, rounds, seconds, ended=ended, notes=tuple(notes))


Layer = tuple[Slot, Slot | None]
"""Weight and bias."""


def stack(subject: Subject) -> tuple[Layer, ...] | str:
    """The layers of a plain stack in order, or why the model is none."""
    found = graph(subject.model, subject.given)
    uses = graphs.read(found).uses
    reason = chain(found, uses)
    if reason:
        return reason
    other = next((use.map.kind for use in uses if use.map.kind not in ROWS), "")
    if other:
        return f"a weight is used as {other}"
    slots = {slot.path: slot for slot, _ in subject.slots}
    layers = [_layer(slots, use) for use in uses]
    odd = [slot for layer in layers for slot in layer if slot and slot.parametrization]
    if odd:
        return f"{odd[0].path} is parametrized"
    kept = [slot.path for layer in layers for slot in layer if slot and subject.kept(slot.path)]
    return f"{kept[0]} is kept" if kept else tuple(layers)


def _layer(slots: dict[str, Slot], use: graphs.Use) -> Layer:
    biases = [slots[path] for path in use.map.biases]
    return slots[use.map.weights[0]], biases[0] if biases else None


class Sharing:
    """The layers of a plain stack, and the factor that each has on what it puts out.

    Args:
        layers: Weight and bias of each.
    """

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers
        self.outputs = [1.0] * len(layers)
        self._starts = {
            slot.path: slot.tensor.detach().clone() for pair in layers for slot in pair if slot
        }

    @property
    def weights(self) -> list[float]:
        """The factor on each weight: that of its output, without that of what comes in."""
        return [out / into for out, into in zip(self.outputs, [1.0, *self.outputs], strict=False)]

    @torch.no_grad()
    def write(self) -> None:
        """Set all tensors; from their starts, so that one that was written is not moved again."""
        for (weight, bias), factor, output in zip(
            self.layers, self.weights, self.outputs, strict=True
        ):
            weight.tensor.copy_(self._starts[weight.path] * factor)
            if bias is not None:
                bias.tensor.copy_(self._starts[bias.path] * output)

    def adjustments(self, done: dict[str, Adjustment]) -> dict[str, Adjustment]:
        """The lines of the first part with these factors on top."""
        further = {}
        for (weight, bias), factor, output in zip(
            self.layers, self.weights, self.outputs, strict=True
        ):
            further[weight.path] = _further(done[weight.path], factor, output)
            if bias is not None:
                further[bias.path] = _further(done[bias.path], output, output)
        return further


def _equalised(subject: Subject, method: Krahenbuhl, sharing: Sharing) -> tuple[Ending, int]:
    """How the rounds ended, and how many were done; the model holds the last whole one."""
    weights, outputs = [weight.tensor for weight, _ in sharing.layers], sharing.outputs
    for round_ in range(method.rounds):
        try:
            with as_measured(subject.model):
                found = rates(subject, weights, method.seed + round_)
            factors = [*equalising(found, method.strength), 1.0]
            sharing.outputs = [one * r for one, r in zip(outputs, factors, strict=True)]
            sharing.write()
            outputs = sharing.outputs
        except BaseException as problem:
            sharing.outputs = outputs
            sharing.write()
            if isinstance(problem, KeyboardInterrupt):
                return "interrupted", round_
            problem.add_note(f"The model holds {round_} whole rounds of {method.name}.")
            raise
    return "done", method.rounds


def _further(one: Adjustment, factor: float, output: float) -> Adjustment:
    """A line with one more factor on the whole tensor, and one on what the layer puts out."""
    low, high = one.factors
    least, most = one.shifts
    return replace(
        one,
        factors=(low * factor, high * factor),
        shifts=(least * factor, most * factor),
        after=one.after * output,
        reason=EQUALISED,
    )


def rates(subject: Subject, weights: list[Tensor], seed: int) -> list[float]:
    """``C = √(mean E‖∇W‖² / ‖W‖²)`` of each layer, the mean over its units.

    The gradient starts as independent noise at every output of every sample, so that the products
    of two samples' gradients vanish in the mean, and the square of the sum is the sum of squares.

    Args:
        subject: The model and its batch, inside ``as_measured``.
        weights: The weights, units along the first axis.
        seed: Of the noise.

    Returns:
        One rate a layer.
    """
    with torch.enable_grad():
        scalar: Any = noise(call(subject.model, subject.given), seed)
        gradients = torch.autograd.grad(scalar, weights)
    pairs = zip(weights, gradients, strict=True)
    return [_rate(weight.detach().flatten(1), gradient.flatten(1)) for weight, gradient in pairs]


def _rate(weight: Tensor, gradient: Tensor) -> float:
    size, speed = weight.double().square().sum(1), gradient.double().square().sum(1)
    alive = size > 0
    return float((speed[alive] / size[alive]).mean().sqrt())
