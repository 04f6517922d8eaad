"""What each kind of step does to a gradient: one table, one rule a family, like that of signals."""

import math
from collections.abc import Callable

from isometry.graphs import Family
from isometry.plans.forecast import (
    backward_attention,
    backward_maps,
    backward_norms,
    backward_pools,
    backward_sums,
    layouts,
    spectral,
)
from isometry.plans.forecast.backward_state import GradientSignal, Shares
from isometry.plans.forecast.signal import TINY
from isometry.plans.forecast.steps import Step

Rule = Callable[[Step, GradientSignal], Shares]


def kept(_: Step, __: GradientSignal) -> Shares:
    """Where a gradient ends: inputs, constants and parameters."""
    return ()


def dropped(step: Step, gradient: GradientSignal) -> Shares:
    """Dropout: the kept ones, scaled up, ``E δ²/(1 - p)``; two places are dropped independently."""
    p = step.number("p", 0.0)
    active = step.conditions.dropout and p < 1
    by = 1 / (1 - p) if active else 1.0
    return () if step.source is None else ((step.source, gradient.met(by, 1.0, 1.0, keys=1.0)),)


def masked(step: Step, gradient: GradientSignal) -> Shares:
    """Masks pass a gradient on; softmax sends none to what they hide."""
    return [(i, gradient) for i in step.known if step.shape(i) == step.node.shape]


def steady(step: Step, gradient: GradientSignal) -> Shares:
    """Steps without a rule: the gradient goes on, unchanged; the forecast's notes name them."""
    return () if step.source is None else ((step.source, gradient),)


def chosen(step: Step, gradient: GradientSignal) -> Shares:
    """The larger or smaller of two signals gets the gradient: each at half of the places."""
    sides = [i for i in step.known if step.parts.links.node(i).signal]
    if len(sides) < 2 or sides[0] == sides[1]:
        return steady(step, gradient)
    share = 1 / len(sides)
    return [(i, gradient.met(share, share**2, share**2)) for i in sides]


def weighted(step: Step, gradient: GradientSignal) -> Shares:
    """``g v / ‖v‖`` (Salimans and Kingma 2016, eq. 3): ``g/‖v‖`` times the gradient, for ``v``."""
    direction, length = step.node.inputs[:2]
    if not {direction, length, step.node.index} <= set(step.signals):
        return
    made, before = step.signals[step.node.index], step.signals[direction]
    entries = math.prod(step.shape(direction)) / max(math.prod(step.shape(length)), 1)
    yield direction, gradient.times(made.square / max(before.square, TINY) * (1 - 1 / entries))
    yield length, gradient


def scaled(step: Step, gradient: GradientSignal) -> Shares:
    """Products; of a weight and its own largest singular value, spectral norm."""
    if spectral.divides(step.parts.links, step.node):
        return _unstretched(step, gradient)
    return backward_sums.multiplied(step, gradient)


def _unstretched(step: Step, gradient: GradientSignal) -> Shares:
    """``(G - ⟨G, W/σ⟩ u vᵀ)/σ``: what would stretch the largest direction is of no use.

    Miyato et al. 2018, eq. 12. Of a white ``G``, that leaves ``1 + ‖W/σ‖²/mn - 2/mn``.
    """
    source, made = step.node.inputs[0], step.signals[step.node.index]
    if source in step.signals:
        kept = max(1 + made.square - 2 / math.prod(step.node.shape), 0.0)
        yield source, gradient.times(kept * made.square / max(step.signals[source].var, TINY))


def mapped_by_signal(step: Step, gradient: GradientSignal) -> Shares:
    """A linear map whose weight is a signal, as in a hypernetwork: both sides of the products."""
    if step.node.op != "linear":
        yield from steady(step, gradient)
        return
    value, weight = step.index("input"), step.index("weight")
    if value is None or weight is None or not {value, weight} <= set(step.signals):
        return
    x, w = step.signals[value], step.signals[weight]
    outputs, places = step.node.shape[-1], math.prod(step.node.shape[:-1])
    yield value, gradient.times(outputs * w.square)
    samples = max(layouts.count(step.signals[step.node.index].layout, "N"), 1)
    spread = (samples, places / samples)
    alike = (x.square, x.positions, x.samples)
    yield weight, backward_maps.gathered(gradient, alike, places=places, spread=spread)


TABLE: dict[Family, Rule] = {
    "activation": chosen,
    "add": backward_sums.added,
    "attention": backward_attention.attended,
    "concatenation": backward_sums.joined,
    "constant": kept,
    "contraction": backward_attention.contracted,
    "dropout": dropped,
    "gate": backward_sums.gated,
    "input": kept,
    "mask": masked,
    "norm": backward_norms.normalised,
    "parameter": kept,
    "pooling": backward_pools.pooled,
    "reduction": backward_pools.reduced,
    "scale": scaled,
    "softmax": backward_attention.softened,
    "unknown": steady,
    "view": backward_pools.moved,
    "weight": mapped_by_signal,
    "write": backward_sums.written,
}
"""The rule of each family; maps, regions and hand-written norms are recognised before."""

SPECIAL: dict[str, Rule] = {"_weight_norm": weighted, "topk": backward_attention.chosen}
"""Operations with a rule of their own."""
