"""Unit variance of each unit, then layers that learn at one rate (Krähenbühl et al. 2016)."""

import time
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from isometry import graphs
from isometry.calibrations import LSUV, Adjustment, Calibration, Krahenbuhl
from isometry.calibrations.chains import chain
from isometry.calibrations.factors import equalising
from isometry.frameworks.torch.calibrating.corrector import as_measured
from isometry.frameworks.torch.calibrating.lsuv import UnitVariance, refresh, run
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.graphing import graph
from isometry.frameworks.torch.observing.losses import noise
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.tracing.capture import call
from isometry.frameworks.torch.undo import Undo

EQUALISED = "its units have mean 0 and unit variance, then a factor was moved to the next layer"
ROWS = ("conv", "linear")
"""Maps whose weights have their units along the first axis."""
WITHIN = LSUV(per="channel", mean=0.0)


def krahenbuhl(subject: Subject, method: Krahenbuhl) -> Calibration:
    """Both parts of the method; the second only for plain stacks.

    Args:
        subject: The model and its batch.
        method: What is wanted.

    Returns:
        The record; the model is as it was where an exception stopped it.
    """
    start, undo = time.perf_counter(), Undo(copies=True)
    try:
        passing, forwards = run(subject, UnitVariance(WITHIN, subject), undo)
        done = passing.adjustments()
        layers = stack(subject) if method.rounds else "rounds is 0"
        if not isinstance(layers, str):
            done = _equalised(subject, method, layers, undo, done)
        refresh(subject)
    except BaseException:
        undo.roll_back()
        raise
    plain = not isinstance(layers, str)
    rounds = method.rounds if plain else 0
    notes = () if plain else (f"rates were not equalised: {layers}",)
    seconds = time.perf_counter() - start
    record = subject.record(done)
    return Calibration(method, record, forwards + rounds, rounds, seconds, notes=notes)


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


def _equalised(
    subject: Subject,
    method: Krahenbuhl,
    layers: tuple[Layer, ...],
    undo: Undo,
    done: dict[str, Adjustment],
) -> dict[str, Adjustment]:
    for slot in (slot for layer in layers for slot in layer if slot):
        undo.keep(slot.tensor)
    weights = [weight.tensor for weight, _ in layers]
    total = dict.fromkeys(range(len(layers)), 1.0)
    with as_measured(subject.model):
        for round_ in range(method.rounds):
            found = rates(subject, weights, method.seed + round_)
            for k, r in enumerate(equalising(found, method.strength)):
                _move(layers, k, r)
                total[k] *= r
    factors = {k: total[k] / total.get(k - 1, 1.0) for k in total}
    for k, (weight, bias) in enumerate(layers):
        done[weight.path] = _further(done[weight.path], factors[k], total[k])
        if bias is not None:
            done[bias.path] = _further(done[bias.path], total[k], total[k])
    return done


@torch.no_grad()
def _move(layers: tuple[Layer, ...], k: int, r: float) -> None:
    weight, bias = layers[k]
    weight.tensor.mul_(r)
    layers[k + 1][0].tensor.div_(r)
    if bias is not None:
        bias.tensor.mul_(r)


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
