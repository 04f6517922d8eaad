"""Sums, products and joins of signals: ``E (a + b)²`` and ``E (ab)²`` of independent ones.

What is learned or constant takes part as a signal that all samples share; it also is the same at
all positions unless it has an axis of its own for them.
"""

import math
from dataclasses import replace

from isometry.plans.forecast import bends, layouts, twins
from isometry.plans.forecast.signal import TINY, Layout, Signal
from isometry.plans.forecast.steps import Step

Side = tuple[int, Signal]


def sides(step: Step) -> list[Side]:
    """The operands of an elementwise step, each as it is seen along the axes of the widest."""
    found = step.known
    if not found:
        return []
    widest = max(found, key=lambda i: (len(step.shape(i)), math.prod(step.shape(i))))
    over = step.signals[widest].layout
    return [(i, met(step, i, over)) for i in found]


def met(step: Step, index: int, over: Layout) -> Signal:
    """A value without signal beside one: learned, it is independent along the axes of its own.

    Fixed numbers beside a value whose last axis holds positions vary along it as they do.
    """
    made, node = step.signals[index], step.parts.links.node(index)
    if node.signal:
        return made
    own = _letters(node.shape, over)
    level, spread = made.mean**2, node.attribute("spread")
    if isinstance(spread, float) and "P" in _letters(node.shape[-1:], over):
        return replace(made, positions=made.square - spread)
    return replace(
        made,
        positions=made.positions if "P" not in own or made.positions != made.square else level,
        samples=level if "N" in own else made.samples,
    )


def _letters(shape: tuple[int, ...], over: Layout) -> set[str]:
    """What the axes along which a value varies mean, once it is broadcast."""
    axes = zip(reversed(shape), reversed(over), strict=False)
    return {letter for length, axis in axes if length > 1 for letter, n in axis if n > 1}


def added(step: Step) -> Signal | None:
    """Sums and differences; of independent values, squares add and means multiply twice."""
    found = sides(step)
    sight = step.sight()
    sign = -1.0 if step.node.op == "sub" else 1.0
    if not found:
        return None
    first = found[0][1].scaled(-1.0) if step.node.op == "rsub" else found[0][1]
    if len(step.node.inputs) > 1 and step.node.inputs[0] == step.node.inputs[1]:
        made = first.scaled(1 + sign)
    elif len(found) == 1:
        made = first.shifted(sign * step.number("other", 0.0))
    else:
        times = sign * step.number("alpha", 1.0)
        made = summed(first, found[1][1].scaled(times))
        if twins.are_twins(step.parts.links, found[0][0], found[1][0]):
            made = _of_twins(made, found[0][1], -times if step.node.op == "rsub" else times)
    return replace(made, sight=sight or made.sight)


def _of_twins(made: Signal, one: Signal, times: float) -> Signal:
    """A sum of two values that share their weights: ``E ab`` is that of two samples."""
    more = 2 * times * (one.samples - one.mean**2)
    return replace(
        made,
        square=made.square + more,
        positions=made.positions + more,
        samples=made.samples + more,
    )


def summed(a: Signal, b: Signal) -> Signal:
    """Two independent signals, added."""
    cross = 2 * a.mean * b.mean
    share = a.square / max(a.square + b.square, TINY)
    return Signal(
        a.mean + b.mean,
        a.square + b.square + cross,
        a.positions + b.positions + cross,
        a.samples + b.samples + cross,
        wider(a, b).layout,
        share**2 * a.kurtosis + (1 - share) ** 2 * b.kurtosis + 6 * share * (1 - share),
        share**2 * a.depth + (1 - share) ** 2 * b.depth,
        max(a.rank, b.rank) if share not in (0.0, 1.0) else wider(a, b).rank,
        sight=a.sight or b.sight,
        alive=max(_alive(a), _alive(b)),
        rows=merged(a, b),
        texture=a.texture.mixed(b.texture, _free(a) / max(_free(a) + _free(b), TINY)),
    )


def _free(of: Signal) -> float:
    """What positions do not share."""
    return max(of.square - of.positions, 0.0)


def _alive(of: Signal) -> float:
    """Share of the places that hold something."""
    return of.alive if of.square else 0.0


def merged(a: Signal, b: Signal) -> tuple[tuple[str, float], ...]:
    """Own rows of either side, those of one table added up."""
    held = dict(a.rows)
    for path, kept in b.rows:
        held[path] = held.get(path, 0.0) + kept
    return tuple(held.items())


def wider(a: Signal, b: Signal) -> Signal:
    """The side that the other is broadcast to."""
    size_a, size_b = (math.prod(n for axis in x.layout for _, n in axis) for x in (a, b))
    return b if (len(b.layout), size_b) > (len(a.layout), size_a) else a


def multiplied(step: Step) -> Signal | None:
    """Gates, learned gains, and products with numbers."""
    found = sides(step)
    if not found:
        return None
    first = found[0][1]
    match step.node.op:
        case "neg":
            return first.scaled(-1.0)
        case "div" if len(found) == 1:
            return _divided(step, first)
        case "div" | "lerp" | "addcmul":
            return first
        case _ if len(found) == 1:
            return first.scaled(step.number("other", 1.0))
        case _:
            return product(first, found[1][1])


def _divided(step: Step, before: Signal) -> Signal:
    by = step.number("other", 1.0)
    return before.scaled(1 / by) if by else before


def product(a: Signal, b: Signal) -> Signal:
    """Two independent signals, multiplied element by element: every moment multiplies."""
    return Signal(
        a.mean * b.mean,
        a.square * b.square,
        a.positions * b.positions,
        a.samples * b.samples,
        wider(a, b).layout,
        a.kurtosis * b.kurtosis,
        a.depth + b.depth,
        min(a.rank, b.rank),
        mix=a.mix or b.mix,
        alive=min(a.alive, b.alive),
        rows=tuple((path, kept * b.mean) for path, kept in a.rows),
    )


def gated(step: Step) -> Signal | None:
    """``glu``: one half times the sigmoid of the other."""
    before = step.first
    if before is None:
        return None
    gate = bends.bent(before, bends.sigmoid)
    return product(before, gate).placed(layouts.regrouped(before.layout, step.node.shape))


def joined(step: Step) -> Signal | None:
    """Concatenation and stacking: an average by size; along positions, pairs meet across parts."""
    parts = sides(step)
    sizes = [float(math.prod(step.shape(i))) for i, _ in parts]
    if not sum(sizes):
        return None
    shares = [size / sum(sizes) for size in sizes]
    held = [signal for _, signal in parts]
    mean, square, positions, samples, depth = (
        sum(share * getattr(one, name) for share, one in zip(shares, held, strict=True))
        for name in ("mean", "square", "positions", "samples", "depth")
    )
    first = next((one for i, one in parts if step.parts.links.node(i).signal), held[0])
    along = step.axes()[0] if step.node.attribute("dim") is not None else 0
    layout = _joined_layout(step, first.layout)
    along_channels = "P" not in {x for x, n in layout[along % max(len(layout), 1)] if n > 1}
    if not along_channels:
        positions = sum(
            s * t * (a.positions if a is b else a.mean * b.mean)
            for s, a in zip(shares, held, strict=True)
            for t, b in zip(shares, held, strict=True)
        )
    rank, each = min(one.rank for one in held), [_alive(one) for one in held]
    mixed = sum(share * alive for share, alive in zip(shares, each, strict=True))
    alive = max(each) if along_channels else mixed
    return Signal(mean, square, positions, samples, layout, 3.0, depth, rank, alive=alive)


def _joined_layout(step: Step, layout: Layout) -> Layout:
    if len(layout) == len(step.node.shape):
        return layouts.stretched(layout, step.node.shape)
    return layouts.regrouped(layout, step.node.shape)


def written(step: Step) -> Signal | None:
    """Writes into a part: an average by size; additions to rows add what they bring."""
    into, value = step.slot("input", "self", "arg0"), step.slot("value", "source", "src")
    if value is None:
        return step.first
    index = next(i for name in ("value", "source", "src") if (i := step.index(name)) is not None)
    share = math.prod(step.shape(index)) / max(math.prod(step.node.shape), 1)
    layout = into.layout if into is not None else layouts.regrouped(value.layout, step.node.shape)
    if step.node.op in ("index_add", "scatter_add"):
        brought = value.times(share, share).placed(layout)
        return brought if into is None else summed(into, brought)
    share = min(share, 1.0)
    kept = value.times(0.0, 0.0) if into is None else into.times(1 - share, 1 - share)
    made = summed(kept, value.times(share, share))
    return replace(made, square=kept.square + share * value.square, layout=layout)
