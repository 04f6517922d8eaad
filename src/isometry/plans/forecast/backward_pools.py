"""Averages, maxima, sums and views, backwards: where the gradient of one place goes."""

import math
from collections.abc import Iterator
from dataclasses import replace

from isometry.plans.forecast import bends, layouts, moments, pools, profiles
from isometry.plans.forecast.backward_state import GradientSignal, Share, Shares
from isometry.plans.forecast.backward_sums import counted, slope_of
from isometry.plans.forecast.signal import Letter
from isometry.plans.forecast.steps import Step


def pooled(step: Step, gradient: GradientSignal) -> Shares:
    """A mean spreads over its window; a maximum goes to the largest, before the activation."""
    before, source = step.first, step.source
    if before is None or source is None:
        return
    held = pools.sizes(step, pools.windows_of(step.node))
    if "max" in step.node.op:
        yield _routed(step, gradient, held)
        return
    overlap = _size(step.node.shape) * _mean(held) / _size(step.shape(source))
    square = sum(share / places for places, share in held.items()) / _mean(held) * overlap
    square *= gradient.square + max(overlap - 1, 0.0) * gradient.positions
    yield source, _conserved(step, source, gradient, square=square)


def _size(shape: tuple[int, ...]) -> int:
    return max(math.prod(shape), 1)


def _mean(held: dict[int, float]) -> float:
    return sum(share * places for places, share in held.items())


def _conserved(
    step: Step, source: int, gradient: GradientSignal, *, square: float
) -> GradientSignal:
    """A mean hands on all it gets, ``Σ δ_in = Σ δ_out``, which leaves this for pairs of places."""
    before, after = counted(step, source)["P"], counted(step, step.node.index)["P"]
    total = after * (gradient.square + (after - 1) * gradient.positions)
    pairs = (total - before * square) / (before * (before - 1)) if before > 1 else square
    others = after / before**2 * (gradient.samples + (after - 1) * gradient.cross)
    return GradientSignal(square, pairs, others, depth=gradient.depth, cross=others)


def _routed(step: Step, gradient: GradientSignal, held: dict[int, float]) -> Share:
    """The largest of a window gets all, times ``φ'`` there where a rising ``φ`` came before."""
    index, function = _risen(step)
    root = step.signals[index]
    within = root.positions - root.mean**2
    slope = slope_of(function, root.var)
    square = shared = pull = own = 0.0
    for places, share in held.items():
        _, one, two = moments.largest(slope, root.mean, root.var, within, among=places)
        leaning = moments.largest(
            lambda x: slope(x) * (x - root.mean), root.mean, root.var, within, among=places
        )
        square, shared = square + share * one, shared + share * two
        own, pull = own + share * leaning[1], pull + share * leaning[2]
    made = picked(step, index, gradient.met(square, shared, shared))
    whole = picked(step, index, gradient)
    excess = whole.positions * pull - made.positions * within
    return index, made.pulled((excess, 0.0, whole.square * own - made.square * root.var))


def _risen(step: Step) -> tuple[int, moments.Function]:
    """The value before a rising activation that a maximum is taken of, and the activation."""
    index = step.node.inputs[0]
    region = step.parts.regions.get(index)
    if region is not None and region.root in step.signals:
        function = bends.function_of(step.parts, region.root, region.steps)
        if function is not None:
            return region.root, function
    return index, lambda x: x


def picked(step: Step, source: int, gradient: GradientSignal) -> GradientSignal:
    """The gradient of a value of which some places were taken: zero at the others."""
    before, after = counted(step, source), counted(step, step.node.index)
    share = {letter: min(after[letter] / n, 1.0) for letter, n in before.items()}
    pairs = {
        letter: share[letter] * min((after[letter] - 1) / (n - 1), 1.0) if n > 1 else 1.0
        for letter, n in before.items()
    }
    whole = min(_size(step.node.shape) / _size(step.shape(source)), 1.0)
    made = gradient.met(
        whole,
        share["C"] * share["N"] * pairs["P"],
        share["C"] * pairs["N"] * share["P"] ** 2,
        keys=whole * (pairs["C"] / share["C"] if after["C"] < before["C"] else 1.0),
    )
    made = replace(
        made,
        profile=_places(step, source, gradient),
        kurtosis=1 + (gradient.kurtosis - 1) / share["C"],
        part=gradient.part * share["C"],
    )
    along, across, own = gradient.pull
    return made.pulled((along * pairs["P"], across * pairs["P"], own * whole))


def _places(step: Step, source: int, gradient: GradientSignal) -> tuple[float, ...]:
    """Which positions get the gradient of those that were picked."""
    layout = step.signals[source].layout
    axis, size = profiles.axis_of(layout), profiles.length(layout)
    taken = None if axis is None else profiles.taken(step.node, axis, size)
    if taken is None:
        return gradient.profile
    if len(gradient.profile) == int(taken.sum()):
        taken[taken > 0] = gradient.profile
    return profiles.settled(taken)


def reduced(step: Step, gradient: GradientSignal) -> Shares:
    """Means and sums: every place that went in gets the same."""
    before, source = step.first, step.source
    if before is None or source is None:
        return
    axes = step.axes()
    if step.node.op in ("max", "amax") and (window := _places_of(step, source, axes)):
        yield _routed(step, gradient, {window: 1.0})
        return
    if step.node.op not in ("mean", "sum") or len(before.layout) <= max(axes, default=-1):
        yield source, picked(step, source, gradient)
        return
    held = layouts.letters(before.layout, axes)
    all_, over = counted(step, source), math.prod(held.values())
    places, copies = all_["P"], held.get("P", 1)
    left = places / copies
    same = (copies - 1) / (places - 1) if places > 1 else 1.0
    positions = same * gradient.square + (1 - same) * (gradient.positions if left > 1 else 0.0)
    samples = _over_samples(gradient, all_["N"], held.get("N", 1))
    spread = copies > 1 or held.get("N", 1) > 1
    cross = samples if spread else gradient.cross
    made = GradientSignal(gradient.square, positions, samples, depth=gradient.depth, cross=cross)
    yield source, made.times(1 / over**2 if step.node.op == "mean" else 1.0)


def _places_of(step: Step, source: int, axes: tuple[int, ...]) -> int:
    """How many positions, and nothing else, some axes hold; 0 where they hold more."""
    layout = step.signals[source].layout
    held = layouts.letters(layout, axes) if len(layout) > max(axes, default=-1) else {}
    rest = math.prod(n for letter, n in held.items() if letter != "P")
    return held.get("P", 0) if rest == 1 else 0


def _over_samples(gradient: GradientSignal, samples: int, copies: int) -> float:
    if copies == 1:
        return gradient.samples
    same = (copies - 1) / max(samples - 1, 1)
    return same * gradient.square + (1 - same) * gradient.samples


def moved(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """Views: copies add up, what was left out gets nothing, what was only moved gets all."""
    source = step.source
    if source is None:
        return
    before, after = _size(step.shape(source)), _size(step.node.shape)
    if after == before or step.node.op == "pad":
        yield source, gradient
    elif after < before:
        yield source, picked(step, source, gradient)
    else:
        yield source, gradient.summed(_copies(step, source, after / before))


def _copies(step: Step, source: int, times: float) -> dict[Letter, int]:
    held, made = counted(step, source), counted(step, step.node.index)
    samples, positions = (max(made[letter] // held[letter], 1) for letter in ("N", "P"))
    if step.node.op in ("expand", "broadcast_to") and held["P"] > 1:
        positions = 1  # keys and values that heads share: they meet a query of each
    rest = max(round(times / (samples * positions)), 1)
    return {"N": samples, "P": positions, "C": rest}
