"""Averages, maxima and sums over places."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

from isometry.graphs import Node
from isometry.plans.forecast import bends, layouts, moments
from isometry.plans.forecast.signal import Layout, Signal
from isometry.plans.forecast.steps import Step


def pooled(step: Step) -> Signal | None:
    """A mean, or a maximum; the latter is taken before a rising activation: the two commute."""
    windows = windows_of(step.node)
    layout = layouts.channels_first(step.node.shape, windows)
    before, held = step.first, sizes(step, windows)
    if before is None:
        return None
    if "max" in step.node.op:
        risen = _risen(step, step.node.inputs[0], held)
        return (risen or maximum(before, lambda x: x, held)).placed(layout)
    return averaged(before, held, whole=_counts_padding(step, windows)).placed(layout)


def windows_of(node: Node) -> int:
    """How many axes a pooling runs over: its name says."""
    return int(node.op[-2])


def averaged(before: Signal, held: dict[int, float], *, whole: int = 0) -> Signal:
    """A mean over ``n`` places: ``c + (q - c)/n``; of a padded window, less by what is missing."""
    square = positions = mean = 0.0
    for places, share in held.items():
        full = places / whole if whole else 1.0
        one = before.positions + (before.square - before.positions) / places
        square += share * full**2 * one
        mean += share * full * before.mean
        positions += share * full
    shrunk = positions**2
    return replace(
        before,
        mean=mean,
        square=square,
        positions=before.positions * shrunk,
        samples=before.samples * shrunk,
        kurtosis=3.0,
        alive=1.0,
    )


def _counts_padding(step: Step, windows: int) -> int:
    included = step.node.attribute("count_include_pad") is not False
    kernel = math.prod(each(step.node, "kernel_size", windows, 1))
    return int(kernel) if included and not step.node.op.startswith("adaptive") else 0


def maximum(before: Signal, function: moments.Function, held: dict[int, float]) -> Signal:
    """A rising function of the largest of some equally correlated Gaussian places."""
    within, across = before.positions - before.mean**2, before.samples - before.mean**2
    first = second = shared = apart = 0.0
    for places, share in held.items():
        one = moments.largest(function, before.mean, before.var, within, among=places)
        two = moments.largest(function, before.mean, before.var, across, among=places)
        first, second = first + share * one[0], second + share * one[1]
        shared, apart = shared + share * one[2], apart + share * two[2]
    return replace(before, mean=first, square=second, positions=shared, samples=apart, kurtosis=3.0)


def sizes(step: Step, windows: int) -> dict[int, float]:
    """How many places windows hold, padding left out, with their shares."""
    image = step.shape(step.node.inputs[0])[-windows:]
    out = step.node.shape[-windows:]
    if step.node.op.startswith("adaptive"):
        return {max(math.prod(image) // max(math.prod(out), 1), 1): 1.0}
    kernel, pad = each(step.node, "kernel_size", windows, 1), each(step.node, "padding", windows, 0)
    strides = each(step.node, "stride", windows, 0)
    stride = [s or k for s, k in zip(strides, kernel, strict=True)]
    counts = [list(_held(*one)) for one in zip(image, out, kernel, stride, pad, strict=True)]
    found: dict[int, float] = {}
    total = math.prod(len(axis) for axis in counts)
    for one in itertools.product(*[_tally(axis) for axis in counts]):
        places = math.prod(n for n, _ in one)
        found[places] = found.get(places, 0.0) + math.prod(times for _, times in one) / total
    return found


def _tally(counts: list[int]) -> list[tuple[int, int]]:
    return [(n, counts.count(n)) for n in sorted(set(counts))]


def _held(length: int, outputs: int, kernel: float, stride: float, pad: float) -> Iterator[int]:
    for place in range(outputs):
        start = place * stride - pad
        yield max(int(min(start + kernel, length) - max(start, 0)), 1)


def each(node: Node, name: str, windows: int, default: float) -> list[float]:
    """An option for each axis, given once or for each."""
    value = node.attribute(name)
    if isinstance(value, tuple):
        numbers = [float(v) for v in value if isinstance(v, int | float)]
        return numbers if len(numbers) == windows else (numbers[:1] or [default]) * windows
    return [float(value) if isinstance(value, int | float) else default] * windows


def reduced(step: Step) -> Signal | None:
    """Means and sums over channels, positions or samples."""
    before = step.first
    if before is not None and step.node.op in LARGEST and (largest := _largest(step, before)):
        return largest
    if before is None or step.node.op not in ("mean", "sum"):
        return None if before is None else before.placed(layouts.of_input(step.node.shape))
    axes = step.axes()
    known = len(before.layout) > max(axes, default=-1)
    held = layouts.letters(before.layout, axes) if known else {}
    after = replace(before, kurtosis=3.0)
    if (n := held.get("P", 1)) > 1:
        after = replace(after, square=after.positions + (after.square - after.positions) / n)
    if (n := held.get("C", 1)) > 1:
        after = _over_channels(after, n)
    if (n := held.get("N", 1)) > 1:
        after = replace(after, square=after.samples + (after.square - after.samples) / n)
    total = float(math.prod(held.values())) if step.node.op == "sum" else 1.0
    return after.scaled(total).placed(_left(step, before.layout, axes))


LARGEST = ("amax", "max")
"""Reductions to the largest value."""


def _largest(step: Step, before: Signal) -> Signal | None:
    """The largest of some positions; of other axes nothing is said."""
    axes, source = step.axes(), step.source
    if source is None or len(before.layout) <= max(axes, default=-1):
        return None
    held = layouts.letters(before.layout, axes)
    if not step.node.signal or set(held) - {"P"} - {x for x, n in held.items() if n == 1}:
        return None
    whole = {held.get("P", 1): 1.0}
    made = _risen(step, source, whole) or maximum(before, lambda x: x, whole)
    return made.placed(_left(step, before.layout, axes))


def _risen(step: Step, source: int, held: dict[int, float]) -> Signal | None:
    """The largest after an activation that rises, which is taken before it: the two commute."""
    region = step.parts.regions.get(source)
    if region is None or not region.nonlinear or region.root not in step.signals:
        return None
    function = bends.function_of(step.parts, region.root, region.steps)
    return None if function is None else maximum(step.signals[region.root], function, held)


def _over_channels(before: Signal, n: int) -> Signal:
    level = before.mean**2
    return replace(
        before,
        square=level + (before.square - level) / n,
        positions=level + (before.positions - level) / n,
        samples=level + (before.samples - level) / n,
    )


def _left(step: Step, layout: Layout, axes: tuple[int, ...]) -> Layout:
    if step.node.attribute("keepdim") is True:
        return tuple((("C", 1),) if i in axes else axis for i, axis in enumerate(layout))
    kept = tuple(axis for i, axis in enumerate(layout) if i not in axes)
    return kept if len(kept) == len(step.node.shape) else layouts.of_input(step.node.shape)
