"""Linear maps by parameters: what a random weight does to the moments of its input."""

import math
from dataclasses import replace

from isometry.graphs.maps import Map
from isometry.plans.forecast import layouts
from isometry.plans.forecast.signal import Layout, Signal
from isometry.plans.forecast.steps import Step


def mapped(step: Step, made: Map) -> Signal | None:
    """The output of a linear map; exact for independent weights, whatever their mean."""
    if made.kind == "embedding":
        return looked_up(step, made)
    before = step.signals.get(made.signal) if made.signal is not None else None
    if before is None:
        return None
    if made.kind == "bilinear":
        other = step.slot("input2") or before
        before = replace(before, square=before.square * other.square, samples=before.samples * other.samples)
    fan = made.fan_in * _inside(step, made)
    square, mean = step.squares(made.weights), step.mean_of(made.weights)
    var = square - mean**2
    bias, shift = step.squares(made.biases), step.mean_of(made.biases)

    def through(moment: float) -> float:
        spread = (fan**2 - fan) * before.mean**2
        return fan * var * moment + mean**2 * (fan * moment + spread) + bias

    out = fan * mean * before.mean + shift
    width = before.depth + _noise(before, made)
    layout = _layout(step, made, before)
    return Signal(out, through(before.square), through(before.positions), through(before.samples), layout, None, width)


def _noise(before: Signal, made: Map) -> float:
    """``(kurtosis - 1) / fan_in`` for a Gaussian input; the draw of a layer's own weights."""
    return 2.0 / max(made.fan_in, 1.0)


def _layout(step: Step, made: Map, before: Signal) -> Layout:
    shape = step.node.shape
    if made.kind in ("conv", "conv_transpose"):
        return layouts.channels_first(shape, int(step.node.op[-2]))
    if len(before.layout) == len(shape):
        return layouts.with_last_channels(before.layout, shape[-1])
    return layouts.of_input(shape)


def _inside(step: Step, made: Map) -> float:
    """The share of a convolution's taps that fall on values and not on padding."""
    if made.kind != "conv":
        return 1.0
    windows = int(step.node.op[-2])
    kernel, image = step.shape_of("weight")[2:], step.shape_of("input")[-windows:]
    padding = step.node.attribute("padding")
    if padding in ("valid", 0, None):
        return 1.0
    stride, dilation = _each(step, "stride", windows), _each(step, "dilation", windows)
    pads = [d * (k - 1) / 2 for d, k in zip(dilation, kernel, strict=True)] if padding == "same" else _each(step, "padding", windows)
    return math.prod(_share(*one) for one in zip(image, kernel, stride, pads, dilation, strict=True))


def _each(step: Step, name: str, windows: int) -> list[float]:
    value = step.node.attribute(name)
    if isinstance(value, tuple):
        numbers = [float(v) for v in value if isinstance(v, int | float)]
        return numbers if len(numbers) == windows else numbers[:1] * windows
    return [float(value)] * windows if isinstance(value, int | float) else [1.0] * windows


def _share(length: int, kernel: int, stride: float, pad: float, dilation: float) -> float:
    outputs = int((length + 2 * pad - dilation * (kernel - 1) - 1) // stride) + 1
    hits = sum(
        0 <= o * stride - pad + t * dilation < length for o in range(max(outputs, 1)) for t in range(kernel)
    )
    return hits / (max(outputs, 1) * kernel)


def looked_up(step: Step, made: Map) -> Signal:
    """Rows of a table: the same row in all samples where the index does not depend on the input."""
    mean, std = step.weights(made.weights[0])
    square = mean**2 + std**2
    rows = step.shape_of("weight")[0]
    layout = (*layouts.of_input((*step.node.shape[:-1], 1))[:-1], (("C", step.node.shape[-1]),))
    layout = tuple((("N" if i == 0 else "P", axis[0][1]),) for i, axis in enumerate(layout[:-1])) + layout[-1:]  # type: ignore[assignment]
    index = step.parts.links.slot(step.node.index, "input")
    origin = _index_origin(step, index)
    again = square / rows + mean**2 * (1 - 1 / rows)
    match origin:
        case "input":
            return Signal(mean, square, again, again, layout)
        case "same":
            return Signal(mean, square, square, square, layout)
        case _:
            return Signal(mean, square, mean**2, square, layout)


def _index_origin(step: Step, index: int | None) -> str:
    """Whether indices come from the input, are one number everywhere, or count positions."""
    if index is None:
        return "input"
    ops, waiting, seen = set(), [index], set()
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            node = step.parts.links.node(at)
            steady = node.op == "buffer" and step.weights(node.path)[1] == 0
            ops.add("zeros" if steady else node.op)
            waiting += node.inputs
    if "arange" in ops or "cumsum" in ops:
        return "position"
    if "input" in ops:
        return "input"
    return "same" if ops & {"zeros", "zeros_like", "ones", "full", "new_zeros"} else "position"
