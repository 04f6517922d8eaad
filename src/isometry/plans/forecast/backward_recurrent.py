"""Recurrent nets, backwards: some draws are run, and gradients sent back through time.

A state meets the same weights at every step, forth and back, so that no gradient independence helps
here: Gaussian gradients of the right moments go back through the steps by the chain rule (Werbos
1990), and what arrives is measured. All of it is linear in the gradient, so that several results of
one call are sent back one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from isometry.plans.forecast import backward_unrolled, layouts, recurrent
from isometry.plans.forecast.backward_cells import BACKWARD, Array
from isometry.plans.forecast.backward_state import GradientSignal, Share
from isometry.plans.forecast.backward_unrolled import SAMPLES, Layer
from isometry.plans.forecast.signal import TINY
from isometry.plans.forecast.steps import Step


@dataclass(frozen=True, slots=True)
class Back:
    """Gradients of one layer in one direction, of shape (draws, samples, steps, units).

    Attributes:
        inputs: Of what entered.
        entered: Of the input's share in the preactivations.
        kept: Of the state's share.
        state: Of the state at the start, without steps.
        cell: Of the cell at the start.
    """

    inputs: Array
    entered: Array
    kept: Array
    state: Array
    cell: Array


def recurred(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """The shares of the input, of every matrix and bias, and of the state at the start."""
    before, source = step.first, step.source
    if before is None or source is None:
        return
    rows = _parameters(step)
    real, columns = step.shape(rows[0][1])[1], step.shape(rows[0][0])[1]
    size = backward_unrolled.size_of(step, real)
    moments = (before.mean, before.square, before.positions, before.samples)
    x = backward_unrolled.gaussian("input", moments, size, min(columns, recurrent.WIDTH))
    layers = _layers(step, x, rows, size)
    arriving = _arriving(step, gradient, layers, size)
    wider = real / min(real, recurrent.WIDTH) * x.shape[-1] / columns
    top = arriving.states
    for depth, row in reversed(list(enumerate(layers))):
        below = np.zeros_like(row[0].inputs)
        for way, layer in enumerate(row):
            ends = arriving.of(depth * len(row) + way)
            back = sent_back(backward_unrolled.kind(step), layer, _part(top, layer, way), ends)
            yield from _collected(step, gradient, layer, back)
            yield from _started(step, gradient, back)
            below = below + back.inputs[:, :, :: 1 - 2 * way]
        top = below
    yield source, _measured(gradient, top).times(wider)


def _parameters(step: Step) -> list[tuple[int, ...]]:
    """Steps of the parameters of every layer and direction."""
    held = [i for i in step.node.inputs if step.parts.links.learned[i]]
    matrices = [i for i in held if len(step.shape(i)) == 2]
    biases = [i for i in held if len(step.shape(i)) == 1]
    pairs = zip(matrices[::2], matrices[1::2], strict=False)
    return [(*pair, *biases[2 * i : 2 * i + 2]) for i, pair in enumerate(pairs)]


def _layers(
    step: Step, x: Array, rows: list[tuple[int, ...]], size: backward_unrolled.Size
) -> list[list[Layer]]:
    both = 2 if step.node.attribute("bidirectional") is True else 1
    layers: list[list[Layer]] = []
    for start in range(0, len(rows), both):
        turned = [x[:, :, :: 1 - 2 * way] for way in range(both)]
        row = [backward_unrolled.ran(step, turned[w], rows[start + w], size) for w in range(both)]
        x = np.concatenate([one.states[:, :, :: 1 - 2 * w] for w, one in enumerate(row)], -1)
        layers.append(row)
    return layers


@dataclass(frozen=True, slots=True)
class Arriving:
    """Gradients of the results: of all states, or of the last state or cell of every layer."""

    states: Array
    last: Array
    cells: Array

    def of(self, layer: int) -> tuple[Array, Array]:
        """Those of the last state and cell of one layer and direction."""
        return self.last[:, :, layer], self.cells[:, :, layer]


def _arriving(
    step: Step, gradient: GradientSignal, layers: list[list[Layer]], size: backward_unrolled.Size
) -> Arriving:
    count, width = sum(map(len, layers)), layers[0][0].states.shape[-1]
    wide = width * len(layers[0])
    ends = backward_unrolled.Size(size.draws, count)
    place = int(step.number("output", 0.0)) + backward_unrolled.is_cell(step)
    own = (0.0, gradient.square, gradient.positions, gradient.samples)
    moments = [own if place == i else (0.0,) * 4 for i in range(3)]
    return Arriving(
        backward_unrolled.gaussian("states", moments[0], size, wide),
        backward_unrolled.gaussian("last", moments[1], ends, width),
        backward_unrolled.gaussian("cells", moments[2], ends, width),
    )


def _part(top: Array, layer: Layer, way: int) -> Array:
    """What arrives at the states of one direction, in the order of its steps."""
    width = layer.states.shape[-1]
    return top[..., way * width : (way + 1) * width][:, :, :: 1 - 2 * way]


def sent_back(kind: str, layer: Layer, states: Array, ends: tuple[Array, Array]) -> Back:
    """Back through time, from the gradients of all states, of the last state and the last cell."""
    state, cell = ends
    entered, kept = [], []
    for t in reversed(range(len(layer.moments))):
        made = BACKWARD[kind](layer.moments[t], state + states[:, :, t], cell)
        state, cell = made[2] + made[1] @ layer.again.swapaxes(-1, -2), made[3]
        entered.append(made[0])
        kept.append(made[1])
    first = np.stack(entered[::-1], 2)
    inputs = first @ layer.into.swapaxes(-1, -2)[:, None]
    return Back(inputs, first, np.stack(kept[::-1], 2), state, cell)


def _collected(step: Step, gradient: GradientSignal, layer: Layer, back: Back) -> Iterator[Share]:
    """Of matrices ``Σ_t x_t δ_t``, of biases ``Σ_t δ_t``; over samples, these add up."""
    samples = max(layouts.count(step.signals[step.node.index].layout, "N"), 1)
    longer = backward_unrolled.length(step) / layer.inputs.shape[2]
    before = np.stack([one.state for one in layer.moments], 2)
    ones = np.ones((*layer.inputs.shape[:3], 1))
    pairs = ((layer.inputs, back.entered), (before, back.kept), (ones, back.entered))
    for index, (x, delta) in zip(layer.parameters, (*pairs, (ones, back.kept)), strict=False):
        each = x.swapaxes(-1, -2) @ delta
        own, whole = float((each**2).mean()), float((each.sum(1) ** 2).mean())
        across = (whole - SAMPLES * own) / (SAMPLES * (SAMPLES - 1)) if gradient.samples else 0.0
        square = samples * own + samples * (samples - 1) * across
        depth = gradient.depth + _varied(each)
        yield index, GradientSignal(max(square, 0.0) * longer, depth=depth)


def _started(step: Step, gradient: GradientSignal, back: Back) -> Iterator[Share]:
    """The state and the cell that were handed in."""
    for names, made in ((("state", "state.0"), back.state), (("state.1",), back.cell)):
        index = next((i for name in names if (i := step.index(name)) is not None), None)
        if index is not None and step.parts.links.node(index).signal:
            yield index, _measured(gradient, made[:, :, None])


def _measured(gradient: GradientSignal, values: Array) -> GradientSignal:
    """Moments over draws, samples, steps and units."""
    _, samples, steps, _ = values.shape
    square = float((values**2).mean())
    pairs = (values.sum(2) ** 2 - (values**2).sum(2)).mean() / max(steps * (steps - 1), 1)
    others = (values.sum(1) ** 2 - (values**2).sum(1)).mean() / (samples * (samples - 1))
    shared = float(others) if gradient.samples else 0.0
    return GradientSignal(
        square,
        float(pairs) if steps > 1 else 0.0,
        shared,
        depth=gradient.depth + _varied(values),
        cross=shared,
    )


def _varied(values: Array) -> float:
    """Relative variance of the mean square from draw to draw."""
    squares = (values**2).reshape(len(values), -1).mean(1)
    return float(squares.var() / max(squares.mean() ** 2, TINY))
