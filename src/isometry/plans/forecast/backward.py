"""The forecast of the backward pass: moments of gradients, carried from the outputs to the weights.

Weights going back are taken as independent of those going forth (the gradient independence of
Schoenholz et al. 2017, section 4; Yang 2020 says where it holds), so that every step needs only the
moments of its gradient and those of the signals that the forward forecast left.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from isometry.graphs import Graph
from isometry.graphs.labels import Parts, origins, parts
from isometry.plans.forecast import (
    backward_maps,
    backward_norms,
    backward_rules,
    backward_sums,
    bends,
    layouts,
    profiles,
)
from isometry.plans.forecast.backward_loss import Loss, started
from isometry.plans.forecast.backward_state import GradientSignal, Share, Shares
from isometry.plans.forecast.forward import USUAL
from isometry.plans.forecast.signal import Signal
from isometry.plans.forecast.steps import Conditions, Kurtosis, Step, Weights, normal


def backward(
    graph: Graph,
    signals: Mapping[int, Signal],
    weights: Weights,
    *,
    loss: Loss = "cotangent",
    conditions: Conditions = USUAL,
    kurtosis: Kurtosis = normal,
) -> dict[int, GradientSignal]:
    """What is known of the gradient with respect to every value, by step.

    Args:
        graph: The model's dataflow.
        signals: What the forward forecast knows of every value.
        weights: Mean and std of a parameter's entries, by path.
        loss: ``"cotangent"``: every element of every output is met by a gradient of mean 0 and
            variance 1; ``"cross-entropy"``: outputs are logits over their last axis, of which the
            mean loss is taken, divided by ``log C``.
        conditions: Under what the forward ran.
        kurtosis: Kurtosis of a parameter's entries, by path.

    Returns:
        One entry for every value that a gradient reaches, weights and biases included: the step of
        a parameter holds the gradient of all its uses together.
    """
    found = parts(graph)
    shapes = profiles.profiles(found, signals)
    known: dict[int, GradientSignal] = {}
    _arrive(known, started(graph, signals, loss))
    for node in reversed(graph.nodes):
        gradient = known.get(node.index)
        if gradient is not None and (node.signal or found.links.learned[node.index]):
            step = Step(
                node, found, signals, weights, conditions, profiles=shapes, kurtosis=kurtosis
            )
            _arrive(known, (_fitting(step, share) for share in _shares(step, gradient)))
    return known


def _arrive(known: dict[int, GradientSignal], shares: Iterable[Share]) -> None:
    for index, share in shares:
        if math.isfinite(share.square):
            known[index] = known[index].plus(share) if index in known else share


def _fitting(step: Step, share: Share) -> Share:
    """As it is seen at the value that it arrives at.

    Without the profile, where that has another length than the value has positions; and positions
    that a step took for samples of their own have in common what those have.
    """
    index, made = share
    if index not in step.signals:
        return share
    here, there = (step.signals[i].layout for i in (step.node.index, index))
    if len(made.profile) not in (0, profiles.length(there)):
        made = replace(made, profile=())
    one, many = (layouts.count(layout, "P") for layout in (here, there))
    if one <= 1 < many and layouts.count(here, "N") > layouts.count(there, "N"):
        made = replace(made, positions=made.samples, cross=made.samples)
    return index, made


def _shares(step: Step, gradient: GradientSignal) -> Shares:
    index, found = step.node.index, step.parts
    if index not in step.signals:
        return ()
    if index in found.maps:
        return backward_maps.mapped(step, gradient)
    region = found.regions.get(index)
    if region is not None and region.nonlinear:
        return _bent(step, gradient)
    if index in found.sources.norms:
        return backward_norms.by_hand(step, gradient)
    if index in found.sources.inside:
        return ()
    if index in found.rotations:
        return _turned(found, step, gradient)
    rule = backward_rules.SPECIAL.get(step.node.op) or backward_rules.TABLE[step.node.family]
    return rule(step, gradient)


def _bent(step: Step, gradient: GradientSignal) -> Shares:
    region = step.parts.regions[step.node.index]
    before = step.signals.get(region.root)
    if before is None:
        return ()
    function = bends.function_of(step.parts, region.root, region.steps)
    made = gradient if function is None else backward_sums.bent(gradient, before, function)
    return ((region.root, made),)


def _turned(found: Parts, step: Step, gradient: GradientSignal) -> Shares:
    """A rotation turns the gradient back: its mean square stays, where it was turned at all."""
    size = math.prod(step.node.shape)
    for index in origins(found, step.node.index):
        yield index, gradient.times(min(size / max(math.prod(step.shape(index)), 1), 1.0))
