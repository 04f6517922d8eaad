"""The forecast of the forward pass: moments carried along the graph, step by step."""

import math
from collections.abc import Iterator
from dataclasses import replace

from isometry.graphs import Graph, Node
from isometry.graphs.labels import Parts, parts
from isometry.plans.forecast import bends, embeddings, mapping, norms, recurrent, rules, spectral
from isometry.plans.forecast.signal import Signal
from isometry.plans.forecast.steps import Conditions, Step, Weights
from isometry.plans.forecast.tables import PARAMETRIZED, Tables, unknown

USUAL = Conditions()
"""Batch norms as in training, no dropout."""


def forward(
    graph: Graph, weights: Weights, *, conditions: Conditions = USUAL, tables: Tables = unknown
) -> dict[int, Signal]:
    """What is known of every value, by step.

    Args:
        graph: The model's dataflow.
        weights: Mean and std of a parameter's entries, by path.
        conditions: Under what the forward runs.
        tables: What is known of a table beside its moments, by its path.

    Returns:
        Moments of every value that a rule reaches.
    """
    found = parts(graph)
    known: dict[int, Signal] = {}
    for node in graph.nodes:
        made = _signal(Step(node, found, known, weights, conditions, tables))
        if made is not None and math.isfinite(made.square):
            known[node.index] = made.settled() if node.signal else made
    return known


def _signal(step: Step) -> Signal | None:
    index, found = step.node.index, step.parts
    if index in found.maps:
        return _mapped(step)
    if not step.node.signal and step.node.attribute("square") is not None:
        return rules.fixed(step)
    region = found.regions.get(index)
    if region is not None and region.nonlinear:
        return _bent(step)
    if index in found.sources.norms:
        return norms.by_hand(step, found.sources.norms[index])
    if index in found.sources.inside or (index in found.rotations and not _tabled(step)):
        return step.first
    rule = rules.SPECIAL.get(step.node.op) or rules.TABLE[step.node.family]
    return rule(step)


def _tabled(step: Step) -> bool:
    """Whether all factors of a rotary sum are known, so that it is a sum like any other."""
    factors = [i for side in step.node.inputs for i in step.parts.links.node(side).inputs]
    return all(i in step.signals for i in factors)


def _mapped(step: Step) -> Signal | None:
    made = step.parts.maps[step.node.index]
    match made.kind:
        case "embedding":
            return embeddings.looked_up(step, made)
        case "recurrent":
            return recurrent.recurred(step, made)
        case _:
            return mapping.mapped(step, made)


def _bent(step: Step) -> Signal | None:
    region = step.parts.regions[step.node.index]
    before = step.signals.get(region.root)
    if before is None:
        return None
    function = bends.function_of(step.parts, region.root, region.steps)
    if function is None:
        return before
    masks = (replace(step, node=step.parts.links.node(i)).sight() for i in region.steps)
    sight = next((mask for mask in masks if mask is not None), None)
    return replace(bends.bent(before, function), sight=sight)


def gaps(found: Parts) -> Iterator[str]:
    """Steps on a signal's way that no rule describes, named."""
    for node in found.links.graph.nodes:
        if _is_computed_otherwise(found, node):
            yield f"{node.path} is parametrized: taken for the weight that the plan fills"
        if not node.signal or node.index in found.maps or node.index in found.sources.inside:
            continue
        region = found.regions.get(node.index)
        if region is not None and region.nonlinear:
            if bends.function_of(found, region.root, region.steps) is None:
                yield _gap(node.op, node.path, "its values go on as before it")
        elif node.family == "unknown" and node.op not in rules.SPECIAL:
            yield _gap(node.op, node.path, "its values go on as before it")
        elif _is_strange_reduction(found, node):
            yield _gap(node.op, node.path, "taken for what it reduces")


def _is_computed_otherwise(found: Parts, node: Node) -> bool:
    """Whether a parametrization without a rule stands between a parameter and its use."""
    after = [found.links.node(i) for i in found.links.followers[node.index]]
    known = any(n.op in rules.SPECIAL or spectral.divides(found.links, n) for n in after)
    drawn = node.family == "parameter"
    return drawn and PARAMETRIZED in node.path and not known


def _is_strange_reduction(found: Parts, node: Node) -> bool:
    plain = node.family != "reduction" or node.op in rules.PLAIN_REDUCTIONS
    return not plain and node.index not in found.sources.statistic


def _gap(op: str, path: str, how: str) -> str:
    return f"{op} in {path or 'the model'} has no rule: {how}"
