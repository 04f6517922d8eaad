"""Plain stacks of layers through which a factor can be moved without changing the function."""

from collections import Counter
from itertools import pairwise

from isometry.graphs import Graph, Use

HOMOGENEOUS = frozenset("abs leaky_relu prelu relu".split())
"""Activations with ``φ(r·x) = r·φ(x)`` for every ``r > 0``."""

PASSING = frozenset(("dropout", "pooling", "view"))
"""Families whose steps pass a positive factor on."""


def chain(graph: Graph, uses: tuple[Use, ...]) -> str:
    """Why factors cannot be moved from each weight to the next; empty where they can.

    They can where each weight is used once, one after the other, with nothing but positively
    homogeneous steps between them, and nobody else takes what is between.

    Args:
        graph: The model's dataflow.
        uses: The uses of its weights, in execution order.

    Returns:
        The reason.
    """
    if len(uses) < 2:
        return "there are no two layers"
    times = Counter(path for use in uses for path in use.map.weights)
    reused = next((path for path, count in times.items() if count > 1), "")
    if reused or any(len(use.map.weights) != 1 for use in uses):
        return f"{reused or 'a weight'} is used more than once or computed from several tensors"
    for use, following in pairwise(uses):
        reason = _between(graph, use, following)
        if reason:
            return f"between {use.map.weights[0]} and {following.map.weights[0]}: {reason}"
    return ""


def _between(graph: Graph, use: Use, following: Use) -> str:
    followers = Counter(i for node in graph.nodes for i in set(node.inputs))
    step = following.map.signal
    while step is not None and step != use.map.step:
        node = graph.nodes[step]
        taken = [i for i in node.inputs if graph.nodes[i].signal]
        if node.family not in PASSING and node.op not in HOMOGENEOUS:
            return f"{node.op} is not positively homogeneous"
        if len(taken) != 1 or followers[step] != 1 or step in graph.outputs:
            return "they are no plain stack"
        step = taken[0]
    if step is None or followers[step] != 1 or step in graph.outputs:
        return "they are no plain stack"
    return ""
