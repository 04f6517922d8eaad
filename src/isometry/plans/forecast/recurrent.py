"""Recurrent nets: a short simulation, the same every time.

The hidden state meets the same weights at every step, so its moments follow no recursion of a few
numbers. Some draws of a net of at most ``WIDTH`` units are run instead, on Gaussian inputs of the
right mean and correlations; variances of weights are scaled so that sums keep theirs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from isometry import rng
from isometry.graphs.maps import GATES, Map
from isometry.plans.forecast import bends, layouts, unrolled, widths
from isometry.plans.forecast.signal import Layout, Letter, Signal
from isometry.plans.forecast.steps import Step

Array = NDArray[np.float64]
Cell = Callable[[Array, Array, Array, Array], tuple[Array, Array]]
"""From the input's and the state's share of the preactivations, and the state, to the next one."""

WIDTH = 64
"""Units that are simulated at most; scaling keeps the variance of sums."""

SAMPLES, STEPS = 4, 48
"""Samples, and time steps at most."""

LOOP = 12
"""Turns of a loop of cells that are simulated with the one that is asked for."""

UNITS = 12288
"""Units of all draws together: their root mean square is then right to 1 %."""


@dataclass(frozen=True, slots=True)
class Run:
    """What ran, all arrays of shape (draws, samples, steps or layers, units).

    Attributes:
        states: States of the last layer, step by step.
        last: Last state of every layer and direction.
        cells: Last cell of every layer and direction.
    """

    states: Array
    last: Array
    cells: Array


def _tanh(x: Array, h: Array, _: Array, __: Array) -> tuple[Array, Array]:
    state = np.tanh(x + h)
    return state, state


def _relu(x: Array, h: Array, _: Array, __: Array) -> tuple[Array, Array]:
    state = np.maximum(x + h, 0.0)
    return state, state


def _lstm(x: Array, h: Array, _: Array, cell: Array) -> tuple[Array, Array]:
    """Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000."""
    i, f, g, o = np.split(x + h, 4, axis=-1)
    cell = bends.sigmoid(f) * cell + bends.sigmoid(i) * np.tanh(g)
    return bends.sigmoid(o) * np.tanh(cell), cell


def _gru(x: Array, h: Array, state: Array, _: Array) -> tuple[Array, Array]:
    """Cho et al. 2014, with the reset gate after the state's map."""
    x_r, x_z, x_n = np.split(x, 3, axis=-1)
    h_r, h_z, h_n = np.split(h, 3, axis=-1)
    z = bends.sigmoid(x_z + h_z)
    state = (1 - z) * np.tanh(x_n + bends.sigmoid(x_r + h_r) * h_n) + z * state
    return state, state


CELLS: dict[str, Cell] = {"gru": _gru, "lstm": _lstm, "rnn_relu": _relu, "rnn_tanh": _tanh}
"""One step of each kind of recurrence."""


def recurred(step: Step, made: Map) -> Signal | None:
    """The states of a whole sequence, or what is left after its last step."""
    before = step.first
    if before is None:
        return None
    kind = step.node.op.removesuffix("_cell")
    if step.node.op.endswith("_cell"):
        first, count = unrolled.start(step, LOOP)
        over = unrolled.sequence(step, first, before)
        run, names = _simulated(first, made, over, kind, count), RESULTS["cell"]
    else:
        run, names = _simulated(step, made, before, kind, _steps(step)), RESULTS["sequence"]
    place = int(step.number("output", 0.0))
    return _measured(getattr(run, names[place]), before, _layout(step))


RESULTS = {"cell": ("last", "cells"), "sequence": ("states", "last", "cells")}
"""What calls return, in their order."""


def _simulated(step: Step, made: Map, before: Signal, kind: str, steps: int) -> Run:
    width = min(int(made.fan_in), WIDTH)
    again = _columns(step, made.weights[1])
    draws = math.ceil(UNITS / min(again, WIDTH))
    x = _inputs(before, (draws, SAMPLES, steps, width))
    both = 2 if step.node.attribute("bidirectional") is True else 1
    matrices = list(zip(made.weights[::2], made.weights[1::2], strict=False))
    pairs: list[tuple[str, ...]] = list(zip(made.biases[::2], made.biases[1::2], strict=False))
    biases = pairs or [()] * len(matrices)
    last, cells = [], []
    for start in range(0, len(matrices), both):
        found = []
        for way in range(both):
            paths = Paths(*matrices[start + way], biases[start + way])
            states, cell = _layer(step, kind, x[:, :, :: 1 - 2 * way], paths)
            last.append(states[:, :, -1])
            cells.append(cell)
            found.append(states[:, :, :: 1 - 2 * way])
        x = np.concatenate(found, -1)
    return Run(x, np.stack(last, 2), np.stack(cells, 2))


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths of one layer's weights: of the input's map, of the state's, and of the two biases."""

    into: str
    again: str
    biases: tuple[str, ...]


def _layer(step: Step, kind: str, x: Array, paths: Paths) -> tuple[Array, Array]:
    """States of all steps, and the last cell."""
    rows = _columns(step, paths.again)
    width, count = min(rows, WIDTH), GATES.get(kind, 1)
    inputs = x.shape[-1]
    draws = len(x)
    w_x = _drawn(
        step, paths.into, (draws, inputs, count * width), _columns(step, paths.into) / inputs
    )
    w_h = _drawn(step, paths.again, (draws, width, count * width), rows / width)
    shifts = [_drawn(step, path, (draws, 1, count * width), 1.0) for path in paths.biases]
    b_x, b_h = shifts or [np.zeros((draws, 1, 1))] * 2
    state, cell = (_started(step, one, (draws, SAMPLES, 1, width)) for one in STATES)
    states = []
    for t in range(x.shape[2]):
        state, cell = CELLS[kind](x[:, :, t] @ w_x + b_x, state @ w_h + b_h, state, cell)
        states.append(state)
    return np.stack(states, 2), cell


STATES = (("state", "state.0"), ("state.1",))
"""Names of the arguments that bring the first state, and the first cell."""


def _started(step: Step, names: tuple[str, ...], shape: tuple[int, ...]) -> Array:
    """What a recurrence starts from: nothing, or a state that something else has made."""
    given = step.slot(*names)
    if given is None:
        return np.zeros((*shape[:2], shape[-1]))
    return _inputs(replace(given, positions=given.square), shape, kind=names[-1])[:, :, 0]


def _columns(step: Step, path: str) -> int:
    """Inputs of a matrix."""
    nodes = (step.parts.links.node(i) for i in step.node.inputs)
    return next(n.shape[1] for n in nodes if n.path == path and n.family == "parameter")


def _drawn(step: Step, path: str, shape: tuple[int, ...], wider: float) -> Array:
    mean, std = step.weights(path)
    values = _normal(path, shape)
    return np.asarray(mean * wider + std * np.sqrt(wider) * values)


def _normal(path: str, shape: tuple[int, ...]) -> Array:
    values = np.empty(shape, np.float32)
    rng.fill(values, rng.derive_key(0, path), rng.Normal(), engine="numpy")
    return values.astype(np.float64)


def _inputs(before: Signal, shape: tuple[int, ...], *, kind: str = "input") -> Array:
    """Gaussian inputs whose places share what the signal's correlations say.

    Args:
        before: What is known of them.
        shape: Draws, samples, steps and units.
        kind: Which inputs they are; others are other numbers.

    Returns:
        Numbers of that shape.
    """
    draws, _, _, width = shape
    level = before.mean**2
    samples = min(max(before.samples - level, 0.0), before.var)
    positions = min(max(before.positions - level - samples, 0.0), before.var - samples)
    parts = (
        (samples, (draws, 1, 1, width)),
        (positions, (*shape[:2], 1, width)),
        (before.var - samples - positions, shape),
    )
    values = np.full(shape, before.mean)
    for number, (var, own) in enumerate(parts):
        values = values + np.sqrt(var) * _normal(f"{kind} {number}", own)
    return values


def _steps(step: Step) -> int:
    shape = step.shape(step.node.inputs[0])
    time = 0 if step.node.attribute("batch_first") is not True or len(shape) == 2 else 1
    return min(shape[time], STEPS)


def _layout(step: Step) -> Layout:
    first = step.node.attribute("batch_first") is True
    lasting = step.number("output", 0.0) > 0  # of every layer: its axis comes first
    letters = BATCHED["samples first" if first and not lasting else "steps first"]
    if len(step.node.shape) < len(letters):
        letters = LONE["cell" if step.node.op.endswith("_cell") else "sequence"]
    return layouts.named(letters[-len(step.node.shape) :], step.node.shape)


BATCHED: dict[str, tuple[Letter, ...]] = {
    "samples first": ("N", "P", "C"),
    "steps first": ("P", "N", "C"),
}
LONE: dict[str, tuple[Letter, ...]] = {"cell": ("N", "C"), "sequence": ("P", "C")}
"""Axes of what recurrences return."""


def _measured(states: Array, before: Signal, layout: Layout) -> Signal:
    """Moments over draws, samples, steps and units; pairs of places from sums over them."""
    _, samples, steps, _ = states.shape
    square = float((states**2).mean())
    over_steps = (states.sum(2) ** 2 - (states**2).sum(2)).mean() / max(steps * (steps - 1), 1)
    over_samples = (states.sum(1) ** 2 - (states**2).sum(1)).mean() / (samples * (samples - 1))
    return Signal(
        float(states.mean()),
        square,
        float(over_steps) if steps > 1 else square,
        float(over_samples),
        layout,
        float((states**4).mean()) / max(square**2, 1e-30),
        widths.total(before),
        states.shape[-1],
    )
