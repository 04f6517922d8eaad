"""Small graphs, written line by line."""

from isometry import graphs
from isometry.graphs import operations
from isometry.graphs.node import Attribute

SOURCES: dict[str, graphs.Family] = {
    "input": "input",
    "parameter": "parameter",
    "constant": "constant",
}


class Builder:
    """Appends steps; each call returns the index of the step that it made."""

    def __init__(self) -> None:
        self.nodes: list[graphs.Node] = []

    def input(self, *shape: int) -> int:
        """A value that the model is given."""
        return self._add("input", {}, shape, signal=True)

    def parameter(self, path: str, *shape: int) -> int:
        """A parameter."""
        return self._add("parameter", {}, shape, path=path, signal=False)

    def constant(self) -> int:
        """A fixed number."""
        return self._add("constant", {}, (), signal=False)

    def linear(self, x: int, path: str, fan_in: int, fan_out: int) -> int:
        """A linear map by a new parameter."""
        weight = self.parameter(path, fan_out, fan_in)
        shape = (*self.nodes[x].shape[:-1], fan_out)
        return self._add("linear", {"input": x, "weight": weight}, shape)

    def call(self, op: str, *inputs: int, shape: tuple[int, ...] = (), **options: Attribute) -> int:
        """Any other call; its shape is that of its first input unless given."""
        slots = dict(zip(("input", "other", "third"), inputs, strict=False))
        return self._add(op, slots, shape or self.nodes[inputs[0]].shape, options=options)

    def graph(self, *outputs: int) -> graphs.Graph:
        """The graph, returning the last step or those named."""
        return graphs.Graph(tuple(self.nodes), outputs or (len(self.nodes) - 1,))

    def _add(
        self,
        op: str,
        inputs: dict[str, int],
        shape: tuple[int, ...],
        *,
        path: str = "",
        signal: bool | None = None,
        options: dict[str, Attribute] | None = None,
    ) -> int:
        index = len(self.nodes)
        carries = any(self.nodes[i].signal for i in inputs.values()) if signal is None else signal
        family = SOURCES.get(op) or operations.family(op)
        node = graphs.Node(
            index, op, family, tuple(inputs.values()), tuple(inputs), shape, path=path,
            attributes=tuple(sorted((options or {}).items())), signal=carries,
        )  # fmt: skip
        self.nodes.append(node)
        return index
