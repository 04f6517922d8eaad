"""What each kind of step does to the moments of a signal: one table, one rule a family."""

import math
from collections.abc import Callable
from dataclasses import replace

from isometry.graphs import Family
from isometry.plans.forecast import (
    attention,
    contractions,
    layouts,
    norms,
    pools,
    spectral,
    sums,
    tables,
)
from isometry.plans.forecast.signal import Letter, Signal, noise
from isometry.plans.forecast.steps import Step

Rule = Callable[[Step], Signal | None]


def moved(step: Step) -> Signal | None:
    """Views: values move, moments stay."""
    before, source = step.first, step.source
    if before is None or source is None:
        return None
    made = before.placed(layouts.viewed(step.node, before.layout, step.shape(source)))
    return _pictured(step, made)


def _pictured(step: Step, made: Signal) -> Signal:
    """Channels that what follows takes for places of an image: independent ones."""
    nodes = [step.parts.links.node(i) for i in step.parts.links.followers[step.node.index]]
    if not any(node.op.endswith(IMAGES) for node in nodes) or layouts.count(made.layout, "P") > 1:
        return made
    image = layouts.pictured(made.layout)
    return made if image == made.layout else replace(made, layout=image, positions=made.mean**2)


IMAGES = ("batch_norm", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d")
"""Ends of the names of calls that hold places from the third axis on."""


def masked(step: Step) -> Signal | None:
    """Masks: those on logits are remembered for the softmax; others leave what they let through."""
    sight, before = step.sight(), moved(step)
    return before if before is None or sight is None else replace(before, sight=sight)


def dropped(step: Step) -> Signal | None:
    """Dropout keeps the mean, and the product of two places; the square grows by ``1/(1 - p)``.

    Srivastava et al. 2014, section 10, with the kept values scaled up.
    """
    before, p = moved(step), step.number("p", 0.0)
    if before is None or not step.conditions.dropout or p >= 1:
        return before
    return replace(before, square=before.square / (1 - p), kurtosis=before.kurtosis / (1 - p))


def started(step: Step) -> Signal | None:
    """The model's input: white noise of unit variance."""
    return noise(layouts.of_input(step.node.shape)) if step.node.signal else None


def learned(step: Step) -> Signal | None:
    """A parameter: independent entries, the same for all samples."""
    mean, std = step.weights(step.node.path)
    square = mean**2 + std**2
    channels: list[Letter] = ["C"]
    layout = layouts.named(channels * len(step.node.shape), step.node.shape)
    return Signal(mean, square, square, square, layout)


def fixed(step: Step) -> Signal | None:
    """A constant, where something is known of it."""
    square = step.node.attribute("square")
    if not isinstance(square, float):
        return None
    mean, again = step.number("mean", 0.0), step.number("again", square)
    return Signal(mean, square, again, square, layouts.of_input(step.node.shape), kurtosis=1.0)


def steady(step: Step) -> Signal | None:
    """Steps without a rule: the first signal goes on, unchanged; the forecast's notes name them."""
    before = step.first
    if before is None:
        return None
    return replace(before, layout=layouts.regrouped(before.layout, step.node.shape))


def weighted(step: Step) -> Signal | None:
    """``g v / ‖v‖`` along all axes but one (Salimans and Kingma 2016, eq. 2): ``E w² = E g²/n``."""
    direction, length = step.slot("v", "arg0"), step.slot("g", "arg1")
    if direction is None or length is None or _planned_whole(step):
        return steady(step)
    entries = math.prod(step.node.shape) / max(math.prod(step.shape(step.node.inputs[1])), 1)
    square = length.square / entries
    return replace(direction, mean=0.0, square=square, positions=square, samples=square)


def _planned_whole(step: Step) -> bool:
    """Whether the plan speaks of the weight as it is used, and not of what it is computed from."""
    nodes = (step.parts.links.node(i) for i in step.node.inputs)
    return any(tables.PARAMETRIZED in node.path for node in nodes)


def mapped_by_signal(step: Step) -> Signal | None:
    """A linear map whose weight is a signal, as in a hypernetwork: a sum of products."""
    return contractions.contracted(step) if step.node.op == "linear" else steady(step)


def scaled(step: Step) -> Signal | None:
    """Products; of a weight and its own largest singular value, spectral norm."""
    if spectral.divides(step.parts.links, step.node):
        return spectral.normed(step)
    return sums.multiplied(step)


TABLE: dict[Family, Rule] = {
    "activation": steady,
    "add": sums.added,
    "attention": attention.attended,
    "concatenation": sums.joined,
    "constant": fixed,
    "contraction": contractions.contracted,
    "dropout": dropped,
    "gate": sums.gated,
    "input": started,
    "mask": masked,
    "norm": norms.normalised,
    "parameter": learned,
    "pooling": pools.pooled,
    "reduction": pools.reduced,
    "scale": scaled,
    "softmax": attention.softened,
    "unknown": steady,
    "view": moved,
    "weight": mapped_by_signal,
    "write": sums.written,
}
"""The rule of each family; maps, regions and hand-written norms are recognised before."""

SPECIAL: dict[str, Rule] = {"_weight_norm": weighted, "topk": attention.chosen}
"""Operations with a rule of their own."""

PLAIN_REDUCTIONS = ("mean", "sum")
"""Reductions that have a rule."""
