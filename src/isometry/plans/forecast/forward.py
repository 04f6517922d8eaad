"""The forecast of the forward pass: moments carried along the graph, step by step."""

import math

import numpy as np

from isometry.graphs import Graph, replay
from isometry.graphs.labels import Parts, parts
from isometry.plans.forecast import layouts, mapping, moments, rules
from isometry.plans.forecast.signal import Signal
from isometry.plans.forecast.steps import Step, Weights


def forward(graph: Graph, weights: Weights) -> dict[int, Signal]:
    """What is known of every value, by step.

    Args:
        graph: The model's dataflow.
        weights: Mean and std of a parameter's entries, by path.
    """
    found = parts(graph)
    known: dict[int, Signal] = {}
    for node in graph.nodes:
        made = _signal(Step(node, found, known, weights))
        if made is not None and math.isfinite(made.square):
            known[node.index] = made
    return known


def _signal(step: Step) -> Signal | None:
    index, found = step.node.index, step.parts
    if index in found.maps:
        return mapping.mapped(step, found.maps[index])
    if not step.node.signal:
        return None
    region = found.regions.get(index)
    if region is not None and region.nonlinear:
        before = step.signals.get(region.root)
        return None if before is None else _bent(found, region.root, region.steps, before)
    if index in found.sources.norms:
        return _normalised(step, found.sources.norms[index])
    if index in found.sources.inside:
        return step.first
    if index in found.rotations:
        return step.first
    if step.node.family == "pooling":
        return _pooled(step)
    return rules.TABLE[step.node.family](step)


def _pooled(step: Step) -> Signal | None:
    """A maximum after a rising activation is the activation of the maximum, which is of Gaussians."""
    region = step.parts.regions.get(step.node.inputs[0])
    if "max" not in step.node.op or region is None or region.root not in step.signals:
        return rules.pooled(step)
    windows = int(step.node.op[-2])
    before = step.signals[region.root]
    made = rules.maximum(before, _function(step.parts, region.root, region.steps), rules.window(step, windows))
    return made.placed(layouts.channels_first(step.node.shape, windows))


def _bent(found: Parts, root: int, steps: tuple[int, ...], before: Signal) -> Signal:
    return rules.bent(before, _function(found, root, steps))


def _function(found: Parts, root: int, steps: tuple[int, ...]) -> moments.Function:
    def function(x: moments.Array) -> moments.Array:
        with np.errstate(all="ignore"):
            made = replay.replayed(found.links, root, steps, x)
        return x if made is None else np.broadcast_to(np.nan_to_num(made), x.shape)

    return function


def _normalised(step: Step, root: int) -> Signal | None:
    """A norm written by hand: with a mean taken off, a layer norm; without, an RMS norm."""
    before = step.signals.get(root)
    if before is None:
        return None
    centred = any(step.parts.links.node(i).op == "sub" for i, exit_ in step.parts.sources.inside.items() if exit_ == step.node.index)
    made = rules.NORMS["layer_norm" if centred else "rms_norm"](step, before)
    return made
