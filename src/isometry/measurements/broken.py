"""Values that are no numbers: which step made the first, and which only handed them on."""

from collections.abc import Mapping
from dataclasses import dataclass

from isometry.graphs import Graph
from isometry.measurements.observed import Step, Values


@dataclass(frozen=True, slots=True)
class Broken:
    """A step, or a tensor, that made values that are not finite out of finite ones.

    Attributes:
        path: The module that runs, or the tensor's path.
        op: What the step does; ``"parameter"`` for a tensor.
        nans: How many entries are no number.
        infinities: How many are infinite.
        handed: How many later steps only handed them on.
    """

    path: str
    op: str
    nans: int
    infinities: int
    handed: int = 0


def broken(
    graph: Graph, steps: Mapping[int, Step], tensors: Mapping[str, Values]
) -> tuple[Broken, ...]:
    """The producers, in execution order; tensors with such values come first.

    Args:
        graph: The steps.
        steps: What was seen of them.
        tensors: Moments of each tensor by path.

    Returns:
        Who made such values.
    """
    made = [
        Broken(path, "parameter", values.nans, values.infinities)
        for path, values in tensors.items()
        if values.broken
    ]
    bad = {
        node.index
        for node in graph.nodes
        if node.family == "parameter" and node.path in tensors and tensors[node.path].broken
    }
    producers: list[int] = []
    for node in graph.nodes:
        seen = steps.get(node.index)
        fed = any(i in bad for i in node.inputs)
        if seen is None:
            bad |= {node.index} if fed else set()
        elif seen.values.broken:
            bad.add(node.index)
            producers += [] if fed else [node.index]
    handed = sum(1 for i in bad if i in steps) - len(producers)
    made += [_broken(graph, steps[i].values, i, handed) for i in producers]
    return tuple(made)


def _broken(graph: Graph, values: Values, index: int, handed: int) -> Broken:
    node = graph.nodes[index]
    return Broken(node.path, node.op, values.nans, values.infinities, handed)
