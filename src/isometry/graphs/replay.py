"""An elementwise region, run again on numbers: for its name and its moments."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from isometry import theory
from isometry.graphs import operations
from isometry.graphs.links import Links
from isometry.graphs.node import Node

Array = NDArray[np.float64]

UNARY: dict[str, Callable[[Array], Array]] = {
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "neg": np.negative,
    "reciprocal": np.reciprocal,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": np.square,
}
"""Arithmetic on one number, of which composite activations are made."""

BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "add": np.add,
    "div": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "mul": np.multiply,
    "pow": np.power,
    "rsub": lambda a, b: b - a,
    "sub": np.subtract,
}
"""Arithmetic on two."""


def _option(node: Node, name: str, default: float) -> float:
    value = node.attribute(name)
    return float(value) if isinstance(value, int | float) else default


def _between(x: Array, node: Node, low: str, high: str, ends: float) -> Array:
    return np.clip(x, _option(node, low, -ends), _option(node, high, ends))


WITH_OPTIONS: dict[str, Callable[[Array, Node], Array]] = {
    "clamp": lambda x, n: _between(x, n, "min", "max", np.inf),
    "hardtanh": lambda x, n: _between(x, n, "min_val", "max_val", 1.0),
    "softplus": lambda x, n: np.logaddexp(0, x * _option(n, "beta", 1.0)) / _option(n, "beta", 1.0),
    "threshold": lambda x, n: np.where(
        x > _option(n, "threshold", 0.0), x, _option(n, "value", 0.0)
    ),
}
"""Activations whose options the theory's registry does not take."""

PARAMETRIC = {
    "celu": "alpha",
    "elu": "alpha",
    "leaky_relu": "negative_slope",
    "softshrink": "lambd",
}
"""Activations of one option: the name by which torch calls it."""

LEARNED_AT_START: dict[str, float] = {"add": 0.0, "sub": 0.0}
"""What a learned tensor is taken for: a shift starts at 0, a gain at 1."""

OPERANDS = ("self", "input", "tensor", "other", "exponent", "arg1")
"""Arguments that are operands, in their order."""


def spelled(node: Node) -> str:
    """The activation that a single call computes, as ``theory.activation`` reads it."""
    if node.op == "gelu" and node.attribute("approximate") == "tanh":
        return "gelu_tanh"
    option = PARAMETRIC.get(node.op)
    given = node.attribute(option) if option else None
    return node.op if given is None else f"{node.op}({given})"


def replayed(links: Links, root: int, steps: tuple[int, ...], x: Array) -> Array | None:
    """The last of ``steps`` as a function of the root's values, ``None`` without a rule."""
    values: dict[int, Array] = {root: x}
    for index in steps:
        result = _step(links.node(index), values)
        if result is None:
            return None
        values[index] = result
    return values[steps[-1]]


def _step(node: Node, values: dict[int, Array]) -> Array | None:
    operands = _operands(node, values)
    if not operands:  # under a name that no rule knows
        return None
    if node.op in operations.CASTS:
        return operands[0]
    if node.op in WITH_OPTIONS:
        return WITH_OPTIONS[node.op](operands[0], node)
    if node.op in UNARY:
        return UNARY[node.op](operands[0])
    if node.op in BINARY:
        return BINARY[node.op](*operands[:2])
    if node.op in theory.FAMILIES or node.op in theory.ALIASES:
        return theory.activation(spelled(node)).function(operands[0])
    return None


def _operands(node: Node, values: dict[int, Array]) -> list[Array]:
    at = dict(zip(node.slots, node.inputs, strict=True))
    operands: list[Array] = []
    for slot in OPERANDS:
        number = node.attribute(slot)
        if slot in at:
            operands.append(values.get(at[slot], np.array(LEARNED_AT_START.get(node.op, 1.0))))
        elif isinstance(number, int | float) and not isinstance(number, bool):
            operands.append(np.array(float(number)))
    return operands
