"""A model's dataflow, frozen and free of any framework."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from isometry.graphs.node import Node

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Graph:
    """Every step of one forward, in the order of its execution.

    Attributes:
        nodes: The steps; ``nodes[i].index == i``.
        outputs: Steps whose values the model returns.
        unused: Paths of parameters that no step took.
        notes: What could not be seen, in words; empty when all was.
    """

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def parents(self, node: Node) -> tuple[Node, ...]:
        """The steps whose values go into ``node``, in argument order."""
        return tuple(self.nodes[index] for index in node.inputs)

    def to_json(self) -> str:
        """The graph as JSON; :func:`from_json` gives an equal one."""
        return json.dumps({"schema": SCHEMA, **asdict(self)})


def from_json(text: str) -> Graph:
    """The graph that :meth:`Graph.to_json` wrote."""
    fields = json.loads(text)
    nodes = tuple(_node(node) for node in fields["nodes"])
    return Graph(nodes, *(tuple(fields[key]) for key in ("outputs", "unused", "notes")))


def _node(fields: dict[str, Any]) -> Node:
    return Node(**{key: _frozen(value) for key, value in fields.items()})


def _frozen(value: Any) -> Any:
    """JSON knows lists only; a graph holds tuples only."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
