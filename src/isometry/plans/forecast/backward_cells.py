"""One step of each recurrence, backwards: the chain rule through its gates.

Each rule gets the shares that the input and the state had in the preactivations, the state and cell
before, the cell after, and the gradients of the state and cell that the step made. It returns the
gradients of both shares, what goes to the state before past its matrix, and what goes to the cell.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isometry.plans.forecast.bends import sigmoid

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moment:
    """One step as it ran, all arrays of shape (draws, samples, units).

    Attributes:
        entered: Share of the input in the preactivations.
        kept: Share of the state.
        state: The state before.
        cell: The cell before.
        filled: The cell after.
    """

    entered: Array
    kept: Array
    state: Array
    cell: Array
    filled: Array


Backward = Callable[[Moment, Array, Array], tuple[Array, Array, Array, Array]]


def _tanh(ran: Moment, state: Array, _: Array) -> tuple[Array, Array, Array, Array]:
    inner = state * (1 - np.tanh(ran.entered + ran.kept) ** 2)
    return inner, inner, np.zeros_like(state), np.zeros_like(state)


def _relu(ran: Moment, state: Array, _: Array) -> tuple[Array, Array, Array, Array]:
    inner = state * (ran.entered + ran.kept > 0)
    return inner, inner, np.zeros_like(state), np.zeros_like(state)


def _lstm(ran: Moment, state: Array, cell: Array) -> tuple[Array, Array, Array, Array]:
    """Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000."""
    i, f, g, o = np.split(ran.entered + ran.kept, 4, axis=-1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    shown = np.tanh(ran.filled)
    cell = cell + state * o * (1 - shown**2)
    parts = (
        cell * g * i * (1 - i),
        cell * ran.cell * f * (1 - f),
        cell * i * (1 - g**2),
        state * shown * o * (1 - o),
    )
    inner = np.concatenate(parts, -1)
    return inner, inner, np.zeros_like(state), cell * f


def _gru(ran: Moment, state: Array, _: Array) -> tuple[Array, Array, Array, Array]:
    """Cho et al. 2014, with the reset gate after the state's map."""
    x_r, x_z, x_n = np.split(ran.entered, 3, axis=-1)
    h_r, h_z, h_n = np.split(ran.kept, 3, axis=-1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    update = state * (ran.state - n) * z * (1 - z)
    new = state * (1 - z) * (1 - n**2)
    reset = new * h_n * r * (1 - r)
    entered = np.concatenate((reset, update, new), -1)
    kept = np.concatenate((reset, update, new * r), -1)
    return entered, kept, state * z, np.zeros_like(state)


BACKWARD: dict[str, Backward] = {
    "gru": _gru,
    "lstm": _lstm,
    "rnn_relu": _relu,
    "rnn_tanh": _tanh,
}
"""The rule of each kind of recurrence."""
