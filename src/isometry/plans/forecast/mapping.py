"""Linear maps by parameters: what a random weight does to the moments of its input.

For independent weights of mean ``μ`` and variance ``σ²`` and ``n`` inputs of mean ``m``, every
second moment ``c`` (of one place, of two positions, of two samples) becomes
``n σ² c + μ² (n c + n(n - 1) m²) + E b²``; with ``μ = 0`` this is He et al. 2015, eq. 10, with any
correlation (Poole et al. 2016, eq. 5). Of a convolution, ``n`` counts the taps that fall on values.
"""

from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from isometry.graphs.maps import Map
from isometry.plans.forecast import layouts, pools, widths
from isometry.plans.forecast.signal import TINY, Layout, Signal
from isometry.plans.forecast.steps import Step
from isometry.plans.forecast.textures import SMOOTH


def mapped(step: Step, made: Map) -> Signal | None:
    """The output of a linear map."""
    before = step.signals.get(made.signal) if made.signal is not None else None
    weight = _weight(step)
    if before is None or weight is None:
        return None
    if made.kind == "bilinear":
        before = _paired(step, before)
    inputs, layout = fan(step, made), _layout(step, made, before)
    out = _through(before, weight, inputs)
    if before.positions != before.square:
        out = _apart(out, before, weight, (inputs, shared(step, made)), layout)
    bias = _bias(step)
    after = out if bias is None else _plus(out, bias)
    if mixes_positions(before.layout, made):
        after = replace(after, positions=after.mean**2)
    share = out.square / max(after.square, TINY)
    return replace(
        after,
        square=after.square + _own_row(before, weight, made),
        layout=layout,
        depth=share**2 * widths.total(before),
        rank=max(inputs, 1.0),
        alive=before.alive if after.square == out.square else 1.0,
        texture=before.texture if made.kind == "linear" else SMOOTH,
    )


def _apart(
    out: Signal, before: Signal, weight: Signal, fans: tuple[float, float], layout: Layout
) -> Signal:
    """What two positions share, and two samples at all pairs of theirs."""
    own, together = fans
    places = max(layouts.count(layout, "P"), 1)
    pairs = (own + (places - 1) * together) / places
    return replace(
        out,
        positions=_through(before, weight, together).positions,
        samples=_through(before, weight, pairs).samples,
    )


def mixes_positions(layout: Layout, made: Map) -> bool:
    """Whether a map runs over positions beside channels, so that it draws each of its positions."""
    if made.kind not in ("linear", "matmul") or not layout:
        return False
    last = {letter for letter, n in layout[-1] if n > 1}
    return last == {"P"} and layouts.count(layout, "C") > 1


def _through(before: Signal, weight: Signal, fan: float) -> Signal:
    level = weight.mean**2
    apart = max(weight.square - level, 0.0)
    common = level * (fan**2 - fan) * before.mean**2

    def through(moment: float) -> float:
        return fan * (apart + level) * moment + common

    return Signal(
        fan * weight.mean * before.mean,
        through(before.square),
        through(before.positions),
        through(before.samples),
        before.layout,
    )


def _plus(out: Signal, bias: Signal) -> Signal:
    more = bias.square + 2 * out.mean * bias.mean
    return replace(
        out,
        mean=out.mean + bias.mean,
        square=out.square + more,
        positions=out.positions + more,
        samples=out.samples + more,
    )


def _weight(step: Step) -> Signal | None:
    """Moments of the entries of the weight as it is used, its own or computed from parameters."""
    named = step.slot("weight")
    if named is not None:
        return named
    learned = [i for i in step.node.inputs if step.parts.links.learned[i] and i in step.signals]
    aside = step.index("bias")
    return next((step.signals[i] for i in learned if i != aside), None)


def _bias(step: Step) -> Signal | None:
    index = step.index("bias")
    learned = index is not None and step.parts.links.learned[index]
    return step.slot("bias") if learned else None


def _paired(step: Step, before: Signal) -> Signal:
    other = step.slot("input2") or before
    return Signal(
        before.mean * other.mean,
        before.square * other.square,
        before.positions * other.positions,
        before.samples * other.samples,
        before.layout,
    )


def _own_row(before: Signal, weight: Signal, made: Map) -> float:
    """A tied head meets the row that its input contains: ``(n a E w²)²`` at one of ``V`` words."""
    kept = dict(before.rows).get(made.weights[0], 0.0) if made.weights else 0.0
    return (made.fan_in * kept * weight.square) ** 2 / max(made.fan_out, 1.0)


def _layout(step: Step, made: Map, before: Signal) -> Layout:
    shape = step.node.shape
    if made.kind in ("conv", "conv_transpose"):
        return layouts.channels_first(shape, int(step.node.op[-2]))
    if mixes_positions(before.layout, made) and len(before.layout) == len(shape):
        return (*before.layout[:-1], (("P", shape[-1]),))
    if len(before.layout) == len(shape):
        return layouts.with_last_channels(before.layout, shape[-1])
    return layouts.of_input(shape)


def fan(step: Step, made: Map) -> float:
    """How many inputs an output sees on average, padding and borders left out."""
    if made.kind not in ("conv", "conv_transpose"):
        return made.fan_in
    return _channels(step, made) * float(np.prod([one.sum(1).mean() for one in _used(step, made)]))


def shared(step: Step, made: Map) -> float:
    """How many weights two different places of an output have in common.

    At a border a convolution loses taps, and two places of a strided transposed one use the same
    taps only where they lie alike on its grid.
    """
    own = fan(step, made)
    if made.kind not in ("conv", "conv_transpose"):
        return own
    used = _used(step, made)
    pairs = _channels(step, made) * float(np.prod([(one.mean(0) ** 2).sum() for one in used]))
    places = float(np.prod([len(one) for one in used]))
    return (places * pairs - own) / (places - 1) if places > 1 else own


def taps(step: Step, made: Map) -> NDArray[np.float64]:
    """How many taps fall on values at each place of an output."""
    counts = [one.sum(1).astype(np.float64) for one in _used(step, made)]
    return np.asarray(reduce(np.multiply.outer, counts)).ravel()


def meetings(step: Step, made: Map) -> list[NDArray[np.float64]]:
    """For each axis, at how many places of its output a tap falls on a value."""
    return [one.sum(0).astype(np.float64) for one in _used(step, made)]


def _channels(step: Step, made: Map) -> float:
    shape = step.shape_of("weight")
    return shape[1] if made.kind == "conv" else shape[0] / step.number("groups", 1.0)


def _used(step: Step, made: Map) -> list[NDArray[np.bool_]]:
    """For each axis, which taps fall on values at which place."""
    windows = int(step.node.op[-2])
    kernel = step.shape_of("weight")[2:]
    image, out = step.shape_of("input")[-windows:], step.node.shape[-windows:]
    stride = pools.each(step.node, "stride", windows, 1.0)
    dilation = pools.each(step.node, "dilation", windows, 1.0)
    steps = zip(stride, _pads(step, kernel, dilation), dilation, strict=True)
    return [hits(made.kind, *axis) for axis in zip(image, out, kernel, steps, strict=True)]


def _pads(step: Step, kernel: tuple[int, ...], dilation: list[float]) -> list[float]:
    if step.node.attribute("padding") == "same":
        return [float(d * (k - 1) // 2) for d, k in zip(dilation, kernel, strict=True)]
    return pools.each(step.node, "padding", len(kernel), 0.0)


Steps = tuple[float, float, float]
"""Stride, padding and dilation along one axis."""


def hits(kind: str, length: int, outputs: int, kernel: int, steps: Steps) -> NDArray[np.bool_]:
    """Which taps of a kernel fall on values, for each place of its output.

    Args:
        kind: ``conv`` or ``conv_transpose``.
        length: Values along the axis.
        outputs: Places of the output.
        kernel: Taps of the kernel.
        steps: Stride, padding and dilation.

    Returns:
        One row a place, one column a tap.

    >>> hits("conv", 4, 4, 3, (1, 1, 1)).sum(1).tolist()
    [2, 3, 3, 2]
    """
    stride, pad, dilation = steps
    places, taps = np.arange(outputs)[:, None], np.arange(kernel)[None, :] * dilation
    if kind == "conv":
        at = places * stride - pad + taps
        return np.asarray((at >= 0) & (at < length))
    at = places + pad - taps
    return np.asarray((at % stride == 0) & (at >= 0) & (at < length * stride))
