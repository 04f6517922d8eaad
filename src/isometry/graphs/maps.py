"""Linear maps: which parameter maps which signal, and with which fans."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from isometry.graphs import operations
from isometry.graphs.links import Links
from isometry.graphs.node import Node

Kind = Literal["bilinear", "conv", "conv_transpose", "embedding", "linear", "matmul", "recurrent"]


@dataclass(frozen=True, slots=True)
class Map:
    """One use of a weight.

    Attributes:
        step: The step that maps.
        weights: Paths of the parameters that the weight is computed from; one unless it is made of
            several, as under weight normalisation.
        biases: Paths of the parameters that are added.
        signal: The input that is mapped, ``None`` for a look-up without signal.
        kind: Which map.
        fan_in: Inputs that feed one output, from the weight as it is used; 1 for a look-up.
        fan_out: Outputs that one input feeds.
    """

    step: int
    weights: tuple[str, ...]
    biases: tuple[str, ...]
    signal: int | None
    kind: Kind
    fan_in: float
    fan_out: float


def maps(links: Links) -> dict[int, Map]:
    """Every linear map by a parameter, by its step."""
    found: dict[int, Map] = {}
    for node in links.graph.nodes:
        made = _map(links, node)
        if made is not None:
            found[node.index] = made
    return found


def _map(links: Links, node: Node) -> Map | None:
    if node.family == "weight":
        return _called(links, node)
    if node.family == "contraction":
        return _contracted(links, node)
    return None


def parameters(links: Links, index: int) -> tuple[str, ...]:
    """Paths of all parameters that a value without signal is computed from, in order."""
    seen, waiting, paths = set(), [index], []
    while waiting:
        step = waiting.pop()
        if step not in seen:
            seen.add(step)
            node = links.node(step)
            paths += [node.path] if node.family == "parameter" else []
            waiting += node.inputs
    return tuple(sorted(paths))


def _called(links: Links, node: Node) -> Map | None:
    if node.op in RECURRENT:
        return _recurrent(links, node)
    weight = links.slot(node.index, "weight")
    if weight is None or not links.learned[weight]:
        return None
    bias = links.slot(node.index, "bias")
    kind, (fan_in, fan_out) = KINDS[node.op], _fans(node, links.node(weight).shape)
    signal = next(
        (i for slot in ("input", "input1") if (i := links.slot(node.index, slot)) is not None), None
    )
    return Map(
        node.index,
        parameters(links, weight),
        () if bias is None else parameters(links, bias),
        signal,
        kind,
        fan_in,
        fan_out,
    )


KINDS: dict[str, Kind] = {
    "bilinear": "bilinear",
    "conv1d": "conv",
    "conv2d": "conv",
    "conv3d": "conv",
    "conv_transpose1d": "conv_transpose",
    "conv_transpose2d": "conv_transpose",
    "conv_transpose3d": "conv_transpose",
    "embedding": "embedding",
    "embedding_bag": "embedding",
    "linear": "linear",
}
"""Calls with a slot for their weight, and what they do with it."""

RECURRENT = operations.WEIGHTS - KINDS.keys()
GATES = {"gru": 3, "lstm": 4}


def _fans(node: Node, shape: tuple[int, ...]) -> tuple[float, float]:
    window, stride = math.prod(shape[2:]), _product(node, "stride", len(shape) - 2)
    groups = node.attribute("groups")
    groups = groups if isinstance(groups, int) else 1
    match KINDS[node.op]:
        case "conv":
            return shape[1] * window, shape[0] / groups * window / stride
        case "conv_transpose":
            return shape[0] / groups * window / stride, shape[1] * window
        case "embedding":
            return 1.0, float(shape[-1])
        case "bilinear":
            return shape[1] * shape[2], float(shape[0])
        case _:
            return float(shape[1]), float(shape[0])


def _product(node: Node, name: str, dimensions: int) -> float:
    value = node.attribute(name)
    if isinstance(value, tuple):
        numbers = [float(v) for v in value if isinstance(v, int | float)]
        return math.prod(numbers) if len(numbers) == dimensions else numbers[0] ** dimensions
    return float(value) ** dimensions if isinstance(value, int | float) else 1.0


def _recurrent(links: Links, node: Node) -> Map:
    held = [i for slot, i in zip(node.slots, node.inputs, strict=True) if links.learned[i]]
    matrices = [i for i in held if len(links.node(i).shape) == 2]
    gates = next((count for name, count in GATES.items() if node.op.startswith(name)), 1)
    first = links.node(matrices[0]).shape
    weights = tuple(path for i in matrices for path in parameters(links, i))
    biases = tuple(path for i in held if i not in matrices for path in parameters(links, i))
    return Map(node.index, weights, biases, node.inputs[0], "recurrent", first[1], first[0] / gates)


def apart(links: Links, made: Map) -> tuple[Map, ...]:
    """One map for each matrix of a recurrent layer, with that matrix's own fans."""
    node = links.node(made.step)
    held = [i for i in node.inputs if links.learned[i] and len(links.node(i).shape) == 2]
    return tuple(_matrix(made, parameters(links, i), links.node(i).shape) for i in held)


def _matrix(made: Map, weights: tuple[str, ...], shape: tuple[int, ...]) -> Map:
    return replace(made, weights=weights, fan_in=float(shape[1]))


def _contracted(links: Links, node: Node) -> Map | None:
    operands = [
        (slot, i)
        for slot, i in zip(node.slots, node.inputs, strict=True)
        if slot.split(".")[0] not in ("bias", "offsets")
    ]
    learned = [i for _, i in operands if links.learned[i]]
    signals = [i for _, i in operands if links.node(i).signal]
    if len(learned) != 1 or len(signals) != 1:
        return None
    bias = links.slot(node.index, "bias")
    weight_first = [i for _, i in operands].index(learned[0]) == 0
    fan_in, fan_out = _contraction_fans(node, links.node(learned[0]).shape, first=weight_first)
    return Map(
        node.index,
        parameters(links, learned[0]),
        parameters(links, bias) if bias is not None and links.learned[bias] else (),
        signals[0],
        "matmul",
        fan_in,
        fan_out,
    )


def _contraction_fans(node: Node, weight: tuple[int, ...], *, first: bool) -> tuple[float, float]:
    """Fans of a product by a learned matrix: the contracted length, and the length it becomes."""
    if node.op == "einsum":
        return _einsum_fans(str(node.attribute("equation")), weight, first=first)
    if len(weight) == 1:
        return float(weight[0]), 1.0
    return (
        (float(weight[-1]), float(weight[-2])) if first else (float(weight[-2]), float(weight[-1]))
    )


def _einsum_fans(equation: str, weight: tuple[int, ...], *, first: bool) -> tuple[float, float]:
    terms, _, result = equation.replace(" ", "").replace("...", "").partition("->")
    letters = terms.split(",")
    ours, other = (letters[0], letters[-1]) if first else (letters[-1], letters[0])
    size = dict(zip(ours, weight, strict=False))
    fan_in = math.prod(size[c] for c in ours if c in other and c not in result)
    fan_out = math.prod(size[c] for c in ours if c in result and c not in other)
    return float(fan_in), float(fan_out)
