"""Recurrent layers run one layer and direction at a time, their input matrices gate by gate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from isometry.frameworks.torch.calibrating.uses import Use
from isometry.graphs.maps import GATES

Correct = Callable[[Use, Tensor], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """The arguments of ``torch.lstm``, ``torch.gru`` and their kin, whichever form they have.

    Attributes:
        inputs: The sequence; packed where ``sizes`` are given.
        sizes: How many sequences go on at each step, for packed ones.
        state: Initial states, stacked over layers and directions; two of them for an LSTM.
        weights: All tensors, layer by layer and direction by direction.
        biased: Whether there are biases.
        layers: How many layers.
        rest: Dropout, training, whether both directions are run, and whether the batch comes first.
    """

    inputs: Tensor
    sizes: Tensor | None
    state: Any
    weights: Sequence[Tensor]
    biased: bool
    layers: int
    rest: tuple[Any, ...]

    @property
    def directions(self) -> int:
        """2 where both directions are run."""
        return 2 if self.rest[2] else 1


def read(args: tuple[Any, ...]) -> Call:
    """The arguments by name: a packed call has the sizes second, a plain one the states."""
    if isinstance(args[3], list | tuple):
        inputs, sizes, state, weights, biased, layers, *rest = args
        return Call(inputs, sizes, state, weights, biased, layers, tuple(rest))
    inputs, state, weights, biased, layers, *rest = args
    return Call(inputs, None, state, weights, biased, layers, tuple(rest))


def layered(func: Callable[..., Any], op: str, args: tuple[Any, ...], correct: Correct) -> Any:
    """A recurrent layer, each of its layers corrected before it runs.

    Args:
        func: What runs it.
        op: Its canonical name.
        args: Its arguments.
        correct: Corrects the use of one gate's rows of an input matrix.

    Returns:
        What the call gives: the outputs, and the last states.
    """
    given = read(args)
    each = len(given.weights) // given.layers
    inputs, states = given.inputs, []
    for layer in range(given.layers):
        weights = given.weights[layer * each : (layer + 1) * each]
        for way in range(given.directions):
            held = each // given.directions
            correct_inputs(op, inputs, weights[way * held : (way + 1) * held], correct)
        rows = slice(layer * given.directions, (layer + 1) * given.directions)
        inputs, *last = func(*_arguments(given, inputs, weights, rows))
        states.append(last)
    return (inputs, *(torch.cat(kind) for kind in zip(*states, strict=True)))


def correct_inputs(op: str, inputs: Tensor, weights: Sequence[Tensor], correct: Correct) -> None:
    """Correct each gate's rows of the matrix, and of the bias, that meet the inputs.

    Args:
        op: Canonical name of the layer.
        inputs: What the matrix maps, features last.
        weights: The tensors of one layer and direction: matrix of the inputs, matrix of the state,
            and likewise their biases, if there are any.
        correct: Corrects one gate.
    """
    gates = next((count for name, count in GATES.items() if op.startswith(name)), 1)
    matrices = [one for one in weights if one.dim() == 2]
    biases = [one for one in weights if one.dim() == 1]
    pieces = matrices[0].chunk(gates)
    shifts = biases[0].chunk(gates) if biases else (None,) * gates
    for piece, shift in zip(pieces, shifts, strict=True):
        result = functional.linear(inputs, piece, shift)
        correct(Use("linear", inputs, piece, shift, 0, -1), result)


def _arguments(given: Call, inputs: Tensor, weights: Sequence[Tensor], rows: slice) -> list[Any]:
    state = given.state
    part = tuple(one[rows] for one in state) if isinstance(state, tuple | list) else state[rows]
    middle = [part] if given.sizes is None else [given.sizes, part]
    return [inputs, *middle, list(weights), given.biased, 1, *given.rest]
