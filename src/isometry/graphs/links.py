"""Who follows whom: the graph read forwards, and the signals among a step's inputs."""

from collections.abc import Iterable
from dataclasses import dataclass

from isometry.graphs.graph import Graph
from isometry.graphs.node import Node


@dataclass(frozen=True, slots=True)
class Links:
    """A graph with its arrows in both directions.

    Attributes:
        graph: The graph.
        followers: For each step, the steps that take its value, in order.
        learned: For each step, whether its value is computed from parameters and constants only,
            and from one parameter at least.
    """

    graph: Graph
    followers: tuple[tuple[int, ...], ...]
    learned: tuple[bool, ...]

    def node(self, index: int) -> Node:
        """The step of that index."""
        return self.graph.nodes[index]

    def signals(self, index: int) -> list[int]:
        """The inputs of a step that carry signal, each once, in argument order."""
        nodes = self.graph.nodes
        return list(dict.fromkeys(i for i in nodes[index].inputs if nodes[i].signal))

    def slot(self, index: int, name: str) -> int | None:
        """The input that fills the argument ``name``, if a tensor does."""
        node = self.graph.nodes[index]
        return dict(zip(node.slots, node.inputs, strict=True)).get(name)

    def is_output(self, index: int) -> bool:
        """Whether the model returns the value of a step."""
        return index in self.graph.outputs


def linked(graph: Graph) -> Links:
    """The graph with its arrows in both directions."""
    followers: list[list[int]] = [[] for _ in graph.nodes]
    for node in graph.nodes:
        for index in dict.fromkeys(node.inputs):
            followers[index].append(node.index)
    return Links(graph, tuple(map(tuple, followers)), tuple(_learned(graph.nodes)))


def _learned(nodes: Iterable[Node]) -> list[bool]:
    learned: list[bool] = []
    for node in nodes:
        from_parameters = any(learned[i] for i in node.inputs)
        learned.append(node.family == "parameter" or (not node.signal and from_parameters))
    return learned
