"""One step of a model's dataflow, and the kinds of steps there are."""

from dataclasses import dataclass
from typing import Literal, get_args

Family = Literal[
    "activation",
    "add",
    "attention",
    "concatenation",
    "constant",
    "contraction",
    "dropout",
    "gate",
    "input",
    "mask",
    "norm",
    "parameter",
    "pooling",
    "reduction",
    "scale",
    "softmax",
    "unknown",
    "view",
    "weight",
    "write",
]
"""What a step does to a signal.

``weight`` maps its input by a parameter; ``contraction`` multiplies two signals; ``gate``
multiplies two signals element by element; ``scale`` multiplies or shifts by something that is no
signal; ``view`` moves values and changes none; ``unknown`` is a step that no rule describes,
named in the graph.
"""

FAMILIES: tuple[str, ...] = get_args(Family)

Scalar = bool | int | float | str
Attribute = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class Node:
    """One step: what was called, on which earlier steps, with which parameters.

    Attributes:
        index: Place in the graph; every input has a smaller one.
        op: Canonical name of the operation: ``"linear"``, ``"conv2d"``, ``"relu"``, ``"add"`` …
        family: What it does to a signal.
        inputs: Indices of the steps whose values go in, in argument order; signals, weights and
            constants alike.
        slots: Name of the argument that each input fills: ``("input", "weight", "bias")``.
        shape: Shape of the value that comes out.
        dtype: Its dtype.
        path: For a parameter, its path; for any other step, the path of the module that called it.
        attributes: Arguments that are no tensors, by name, sorted: ``("dim", -1)``, ``("p",
            0.1)`` …
        signal: Whether the value depends on the model's input.
    """

    index: int
    op: str
    family: Family
    inputs: tuple[int, ...]
    slots: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str = "float32"
    path: str = ""
    attributes: tuple[tuple[str, Attribute], ...] = ()
    signal: bool = True

    def attribute(self, name: str) -> Attribute:
        """The argument of that name, or ``None`` where it was not given."""
        return dict(self.attributes).get(name)
