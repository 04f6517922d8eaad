"""Some draws of a recurrent net, run step by step with all that a backward pass needs."""

import math
from dataclasses import dataclass

import numpy as np

from isometry import rng
from isometry.graphs.maps import GATES
from isometry.plans.forecast import recurrent
from isometry.plans.forecast.backward_cells import Array, Moment
from isometry.plans.forecast.steps import Step

UNITS = 1024
"""Units that are drawn in all, at least: narrow nets are drawn more often."""

SAMPLES, LEAST, MOST = 4, 6, 64
"""Samples of each draw, and draws at least and at most."""

Moments = tuple[float, float, float, float]
"""Mean, mean square, and mean product of two positions and of two samples."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated: draws of all weights, and steps of the sequence."""

    draws: int
    steps: int


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer in one direction as it ran.

    Attributes:
        parameters: Steps of the two matrices, then of the two biases where there are some.
        into: Matrix of the input.
        again: Matrix of the state.
        inputs: What entered, of shape (draws, samples, steps, units).
        moments: Its steps in their order.
        states: What it made.
    """

    parameters: tuple[int, ...]
    into: Array
    again: Array
    inputs: Array
    moments: tuple[Moment, ...]
    states: Array


def size_of(step: Step, rows: int) -> Size:
    """How much of a net of so many units is run."""
    draws = min(max(UNITS // max(rows, 1), LEAST), MOST)
    return Size(draws, min(length(step), recurrent.STEPS))


def length(step: Step) -> int:
    """Steps of the sequence."""
    shape = step.shape(step.node.inputs[0])
    if is_cell(step):
        return 1
    first = step.node.attribute("batch_first") is True and len(shape) > 2
    return shape[1 if first else 0]


def is_cell(step: Step) -> bool:
    """Whether the call makes one step only."""
    return step.node.op.endswith("_cell")


def kind(step: Step) -> str:
    """Which recurrence."""
    return step.node.op.removesuffix("_cell")


def ran(step: Step, x: Array, parameters: tuple[int, ...], size: Size) -> Layer:
    """One layer, from what enters in its direction."""
    rows, count = step.shape(parameters[1])[1], GATES.get(kind(step), 1)
    width, columns = min(rows, recurrent.WIDTH), step.shape(parameters[0])[1]
    into = _drawn(step, parameters[0], (size.draws, x.shape[-1], count * width), columns)
    again = _drawn(step, parameters[1], (size.draws, width, count * width), rows)
    shifts = [_drawn(step, i, (size.draws, 1, count * width), 1) for i in parameters[2:]]
    b_x, b_h = shifts or (np.zeros((size.draws, 1, 1)),) * 2
    state, cell = _started(step, size, width)
    moments, states = [], []
    for t in range(x.shape[2]):
        entered, kept = x[:, :, t] @ into + b_x, state @ again + b_h
        after, filled = recurrent.CELLS[kind(step)](entered, kept, state, cell)
        moments.append(Moment(entered, kept, state, cell, filled))
        state, cell = after, filled
        states.append(state)
    return Layer(parameters, into, again, x, tuple(moments), np.stack(states, 2))


def _drawn(step: Step, index: int, shape: tuple[int, ...], rows: int) -> Array:
    """A matrix whose fewer rows add up to the variance of them all."""
    path, wider = step.parts.links.node(index).path, rows / shape[1]
    mean, std = step.weights(path)
    return np.asarray(mean * wider + std * math.sqrt(wider) * _normal(path, shape))


def _started(step: Step, size: Size, width: int) -> tuple[Array, Array]:
    """State and cell before the first step."""
    found = []
    for names in (("state", "state.0"), ("state.1",)):
        held = step.slot(*names)
        moments = (held.mean, held.square, held.square, held.samples) if held else (0.0,) * 4
        found.append(gaussian(names[-1], moments, Size(size.draws, 1), width)[:, :, 0])
    return found[0], found[1]


def gaussian(name: str, moments: Moments, size: Size, width: int) -> Array:
    """Gaussian places that share what their moments say."""
    mean, square, positions, samples = moments
    level, free = mean**2, max(square - mean**2, 0.0)
    across = min(max(samples - level, 0.0), free)
    along = min(max(positions - level - across, 0.0), free - across)
    parts = (
        (across, (size.draws, 1, 1, width)),
        (along, (size.draws, SAMPLES, 1, width)),
        (free - across - along, (size.draws, SAMPLES, size.steps, width)),
    )
    values = np.full((size.draws, SAMPLES, size.steps, width), mean)
    for number, (var, shape) in enumerate(parts):
        values = values + math.sqrt(var) * _normal(f"{name} {number}", shape)
    return values


def _normal(key: str, shape: tuple[int, ...]) -> Array:
    values = np.empty(shape, np.float32)
    rng.fill(values, rng.derive_key(0, key), rng.Normal(), engine="numpy")
    return values.astype(np.float64)
