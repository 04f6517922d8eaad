"""What each kind of step does to the moments of a signal: one function a kind, one table."""

import math
from collections.abc import Callable
from dataclasses import replace

from isometry.graphs import Family
from isometry.plans.forecast import attention, layouts, moments
from isometry.plans.forecast.signal import Signal, constant
from isometry.plans.forecast.steps import Step

Rule = Callable[[Step], Signal | None]


def unchanged(step: Step) -> Signal | None:
    """Views, dropout at evaluation, masks, writes: values move, moments stay."""
    before = step.slot("value", "input", "self", "input.0", "tensor") or step.first
    if before is None:
        return None
    source = next(i for i in step.node.inputs if step.signals.get(i) is before)
    shape = step.parts.links.node(source).shape
    return before.placed(layouts.viewed(step.node, before.layout, shape))


def normalised(step: Step) -> Signal | None:
    """Layer, RMS, batch, group and instance norm, then their gain and shift."""
    before = step.first
    if before is None:
        return None
    made = NORMS[step.node.op](step, before)
    return affine(step, made)


def affine(step: Step, before: Signal) -> Signal:
    """Times a learned gain, plus a learned shift."""
    scale = step.parts.links.slot(step.node.index, "weight")
    shift = step.parts.links.slot(step.node.index, "bias")
    after = before
    if scale is not None:
        after = times(after, *_moments_of(step, scale))
    return after if shift is None else plus(after, *_moments_of(step, shift))


def times(before: Signal, mean: float, std: float) -> Signal:
    """Times a random factor that all places and samples share."""
    f2 = mean**2 + std**2
    return replace(
        before,
        mean=before.mean * mean,
        square=before.square * f2,
        positions=before.positions * f2,
        samples=before.samples * f2,
    )


def plus(before: Signal, mean: float, std: float) -> Signal:
    """Plus a random shift that all places and samples share."""
    more = mean**2 + std**2 + 2 * before.mean * mean
    return replace(
        before,
        mean=before.mean + mean,
        square=before.square + more,
        positions=before.positions + more,
        samples=before.samples + more,
    )


def _moments_of(step: Step, index: int) -> tuple[float, float]:
    node = step.parts.links.node(index)
    return step.weights(node.path) if node.family == "parameter" else (1.0, 0.0)


def _layer_norm(step: Step, before: Signal) -> Signal:
    var = max(before.var, 1e-30)
    keep = [(m - before.mean**2) / var for m in (before.positions, before.samples)]
    return Signal(0.0, 1.0, *keep, before.layout, None, 0.0)


def _rms_norm(step: Step, before: Signal) -> Signal:
    return replace(before.scaled(1 / math.sqrt(max(before.square, 1e-30))), depth=0.0)


def _batch_norm(step: Step, before: Signal) -> Signal:
    if step.node.attribute("training") is False and not TRAINING:
        return before
    samples = max(layouts.count(before.layout, "N"), 1)
    places = max(layouts.count(before.layout, "P"), 1)
    mean_square = (
        before.square / (samples * places)
        + (places - 1) / (samples * places) * before.positions
        + (1 - 1 / samples) * before.samples
    )
    return _whitened(before, mean_square, mean_square)


TRAINING = True
"""A batch norm is forecast as it acts in training, on the statistics of the batch."""


def _whitened(before: Signal, mean_square: float, across: float) -> Signal:
    var = max(before.square - mean_square, 1e-30)
    c, d = (before.positions - mean_square) / var, (before.samples - across) / var
    return Signal(0.0, 1.0, c, d, before.layout, None, 0.0)


def _group_norm(step: Step, before: Signal) -> Signal:
    groups = step.number("num_groups", 1.0)
    channels = max(layouts.count(before.layout, "C") / groups, 1.0)
    return _in_group(before, channels)


def _instance_norm(step: Step, before: Signal) -> Signal:
    return _in_group(before, 1.0)


def _in_group(before: Signal, channels: float) -> Signal:
    places = max(layouts.count(before.layout, "P"), 1)
    one = (before.square + (places - 1) * before.positions) / (channels * places)
    mean_square = one + (1 - 1 / channels) * before.mean**2
    across = before.samples / channels + (1 - 1 / channels) * before.mean**2
    return _whitened(before, mean_square, across)


def _unit_length(step: Step, before: Signal) -> Signal:
    size = math.prod(step.node.shape[i] for i in step.axes())
    return before.scaled(1 / math.sqrt(max(before.square * size, 1e-30)))


NORMS: dict[str, Callable[[Step, Signal], Signal]] = {
    "batch_norm": _batch_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "layer_norm": _layer_norm,
    "local_response_norm": lambda _, before: before,
    "normalize": _unit_length,
    "rms_norm": _rms_norm,
}


def added(step: Step) -> Signal | None:
    """Sums and differences of independent signals; a sum with a number or a learned shift."""
    sides = step.known
    sign = -1.0 if step.node.op == "sub" else 1.0
    if not sides:
        return None
    if len(sides) == 1:
        return _shift(step, sides[0], sign)
    a, b = sides[0], sides[1].scaled(sign * step.number("alpha", 1.0))
    same = len(step.node.inputs) > 1 and step.node.inputs[0] == step.node.inputs[1]
    cross = 2 * a.mean * b.mean if not same else 2 * a.square
    wide = a if len(a.layout) >= len(b.layout) else b
    weight = a.square / max(a.square + b.square, 1e-30)
    return Signal(
        a.mean + b.mean,
        a.square + b.square + cross,
        a.positions + b.positions + cross,
        a.samples + b.samples + cross,
        wide.layout,
        None,
        weight**2 * a.depth + (1 - weight) ** 2 * b.depth,
    )


def _shift(step: Step, before: Signal, sign: float) -> Signal:
    learned = [i for i in step.node.inputs if step.parts.links.learned[i]]
    if learned and step.parts.links.node(learned[0]).family == "parameter":
        mean, std = step.weights(step.parts.links.node(learned[0]).path)
        return plus(before, sign * mean, std)
    return before.shifted(sign * step.number("other", 0.0))


def multiplied(step: Step) -> Signal | None:
    """Gates: products of independent signals; a product with a number or a learned gain."""
    sides = step.known
    if step.node.op == "neg" and sides:
        return sides[0].scaled(-1.0)
    if len(sides) == 2:
        return _product(*sides) if step.node.op != "div" else sides[0]
    if not sides:
        return None
    learned = [i for i in step.node.inputs if step.parts.links.learned[i]]
    if learned and step.parts.links.node(learned[0]).family == "parameter":
        return times(sides[0], *step.weights(step.parts.links.node(learned[0]).path))
    factor = step.number("other", 1.0)
    return sides[0].scaled(1 / factor if step.node.op == "div" and factor else factor)


def _product(a: Signal, b: Signal) -> Signal:
    wide = a if len(a.layout) >= len(b.layout) and math.prod(n for x in a.layout for _, n in x) >= math.prod(n for x in b.layout for _, n in x) else b
    return Signal(
        a.mean * b.mean,
        a.square * b.square,
        a.positions * b.positions,
        a.samples * b.samples,
        wide.layout,
        a.mix or b.mix,
        a.depth + b.depth,
    )


def gated(step: Step) -> Signal | None:
    """``glu``: one half times the sigmoid of the other."""
    before = step.first
    if before is None:
        return None
    gate = bent(before, lambda x: 1 / (1 + moments.np.exp(-x)))
    return _product(before, gate).placed(layouts.regrouped(before.layout, step.node.shape))


def bent(before: Signal, function: moments.Function) -> Signal:
    """An elementwise function of a Gaussian signal."""
    mean, square, _ = moments.single(function, before.mean, before.var)

    def joint(moment: float) -> float:
        return moments.pair(function, before.mean, before.var, moment - before.mean**2)

    return Signal(mean, square, joint(before.positions), joint(before.samples), before.layout, None, before.depth)


def pooled(step: Step) -> Signal | None:
    """Averages over windows; maxima are taken before the activation, with which they commute."""
    before = step.first
    if before is None:
        return None
    windows = int(step.node.op[-2]) if step.node.op[-2].isdigit() else 2
    places = window(step, windows)
    layout = layouts.channels_first(step.node.shape, windows)
    if "max" in step.node.op:
        return maximum(before, lambda x: x, places).placed(layout)
    square = before.positions + (before.square - before.positions) / places
    return Signal(before.mean, square, before.positions, before.samples, layout, None, before.depth)


def maximum(before: Signal, function: moments.Function, places: int) -> Signal:
    """A rising function of the largest of some equally correlated Gaussian places."""
    first, second, shared = moments.largest(
        function, before.mean, before.var, before.positions - before.mean**2, places
    )
    _, _, across = moments.largest(
        function, before.mean, before.var, before.samples - before.mean**2, places
    )
    return Signal(first, second, shared, across, before.layout, None, before.depth)


def window(step: Step, windows: int) -> int:
    if step.node.op.startswith("adaptive"):
        image = step.parts.links.node(step.node.inputs[0]).shape[-windows:]
        return max(math.prod(image) // max(math.prod(step.node.shape[-windows:]), 1), 1)
    kernel = step.node.attribute("kernel_size")
    if isinstance(kernel, tuple):
        numbers = [int(k) for k in kernel if isinstance(k, int)]
        return math.prod(numbers) if len(numbers) == windows else numbers[0] ** windows
    return int(kernel) ** windows if isinstance(kernel, int) else 1


def reduced(step: Step) -> Signal | None:
    """Means and sums over channels, positions or samples."""
    before = step.first
    if before is None or step.node.op not in ("mean", "sum"):
        return None if before is None else before.placed(layouts.of_input(step.node.shape))
    axes = step.axes()
    held = layouts.letters(before.layout, axes) if len(before.layout) > max(axes, default=-1) else {}
    total = math.prod(held.values())
    after = before
    if (n := held.get("P", 1)) > 1:
        after = replace(after, square=after.positions + (after.square - after.positions) / n)
    if (n := held.get("C", 1)) > 1:
        level = after.mean**2
        after = replace(
            after,
            square=level + (after.square - level) / n,
            positions=level + (after.positions - level) / n,
            samples=level + (after.samples - level) / n,
        )
    if (n := held.get("N", 1)) > 1:
        after = replace(after, square=after.samples + (after.square - after.samples) / n)
    kept = tuple(axis for i, axis in enumerate(before.layout) if i not in axes)
    layout = kept if len(kept) == len(step.node.shape) else layouts.of_input(step.node.shape)
    if step.node.attribute("keepdim"):
        layout = tuple((("C", 1),) if i in axes else axis for i, axis in enumerate(before.layout))
    return after.scaled(float(total) if step.node.op == "sum" else 1.0).placed(layout)


def joined(step: Step) -> Signal | None:
    """Concatenation and stacking: an average by size."""
    sizes = {i: math.prod(step.parts.links.node(i).shape) for i in step.node.inputs if i in step.signals}
    total = sum(sizes.values())
    if not total:
        return None
    parts = [(step.signals[i], size / total) for i, size in sizes.items()]
    average = [
        sum(getattr(one, name) * share for one, share in parts)
        for name in ("mean", "square", "positions", "samples")
    ]
    first = parts[0][0]
    layout = layouts.regrouped(first.layout, step.node.shape)
    if len(first.layout) == len(step.node.shape):
        layout = layouts._stretched(first.layout, step.node.shape)
    return Signal(*average, layout, None, max(one.depth for one, _ in parts))


def softened(step: Step) -> Signal | None:
    """Softmax: only the spread between keys counts."""
    before = step.first
    if before is None:
        return None
    keys = step.node.shape[step.axes()[0]]
    made = attention.mix(keys, max(before.square - before.positions, 0.0), causal=False)
    return Signal(1 / keys, made.same / keys, 1 / keys**2, 1 / keys**2, before.layout, made)


def attended(step: Step) -> Signal | None:
    """``scaled_dot_product_attention``: queries, keys, scores, softmax and averaging in one."""
    query, key, value = step.slot("query"), step.slot("key"), step.slot("value")
    if query is None or key is None or value is None:
        return value or step.first
    width, keys = step.shape_of("query")[-1], step.shape_of("key")[-2]
    scale = step.number("scale", 1 / math.sqrt(width))
    var = scale**2 * width * query.square * max(key.square - key.positions, 0.0)
    made = attention.mix(keys, var, causal=step.node.attribute("is_causal") is True)
    return averaged(value, made).placed(query.layout[:-1] + value.layout[-1:])


def averaged(value: Signal, made: "attention.Mix") -> Signal:
    """Values averaged with random weights."""
    apart = value.square - value.positions
    return replace(
        value,
        square=value.positions + made.same * apart,
        positions=value.positions + made.other * apart,
        mix=None,
    )


def contracted(step: Step) -> Signal | None:
    """Products of two signals: scores, or an average by weights that softmax made."""
    sides = step.known
    if len(sides) < 2:
        return step.first
    first, second = sides[0], sides[1]
    if first.mix is not None:
        return averaged(second, first.mix).placed(first.layout[:-1] + second.layout[-1:] if len(first.layout) == len(step.node.shape) else layouts.of_input(step.node.shape))
    a, b = step.parts.links.node(step.node.inputs[0]).shape, step.node.shape
    length = a[-1]
    del b
    layout = first.layout[:-1] + second.layout[-1:] if len(first.layout) == len(step.node.shape) == len(second.layout) else layouts.of_input(step.node.shape)
    return Signal(
        length * first.mean * second.mean,
        length * first.square * second.square,
        length * first.square * second.positions,
        length * first.samples * second.samples,
        layout,
    )


def started(step: Step) -> Signal | None:
    """The model's input: white noise of unit variance."""
    if not step.node.signal:
        return None
    return Signal(0.0, 1.0, 0.0, 0.0, layouts.of_input(step.node.shape))


def steady(step: Step) -> Signal | None:
    """Steps without a rule: the first signal goes on, unchanged; the graph names them."""
    before = step.first
    return None if before is None else before.placed(layouts.regrouped(before.layout, step.node.shape))


TABLE: dict[Family, Rule] = {
    "activation": steady,
    "add": added,
    "attention": attended,
    "concatenation": joined,
    "contraction": contracted,
    "dropout": unchanged,
    "gate": gated,
    "input": started,
    "mask": unchanged,
    "norm": normalised,
    "pooling": pooled,
    "reduction": reduced,
    "scale": multiplied,
    "softmax": softened,
    "unknown": steady,
    "view": unchanged,
    "write": unchanged,
}
"""The rule of each family; weights, regions and hand-written norms are recognised before."""

__all__ = ["TABLE", "Rule", "affine", "bent", "constant", "normalised"]
