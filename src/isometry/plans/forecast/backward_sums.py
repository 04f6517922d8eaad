"""Sums, products and joins, backwards: each side gets its share."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from isometry.plans.forecast import bends, layouts, moments, profiles, sums
from isometry.plans.forecast.backward_state import GradientSignal, Share, Shares, unbroadcast
from isometry.plans.forecast.signal import TINY, Layout, Letter, Signal
from isometry.plans.forecast.steps import Step


def added(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """Every side gets the whole gradient; a side that is added to itself gets it twice over."""
    sides = [i for i, _ in sums.sides(step)]
    if len(step.node.inputs) > 1 and step.node.inputs[0] == step.node.inputs[1]:
        twice = 4.0 if step.node.op == "add" else 0.0
        yield from ((i, gradient.times(twice)) for i in sides[:1])
        return
    for place, index in enumerate(sides):
        factor = step.number("alpha", 1.0) ** 2 if place else 1.0
        share = factor * step.signals[index].var / max(step.signals[step.node.index].var, TINY)
        made = gradient.times(factor).pulled(gradient.pull, share**2)
        made = replace(made, hidden=(gradient.hidden[0], gradient.hidden[1] * min(share, 1.0)))
        yield index, unbroadcast(made, _layout(step), step.shape(index))


def _layout(step: Step) -> Layout:
    return step.signals[step.node.index].layout


def multiplied(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """A side gets the gradient times the other side."""
    sides = sums.sides(step)
    match step.node.op:
        case "neg":
            yield from ((i, gradient) for i, _ in sides[:1])
        case "div" | "lerp" | "addcmul" if len(sides) > 1:
            yield sides[0][0], unbroadcast(gradient, _layout(step), step.shape(sides[0][0]))
        case _ if len(sides) == 1:
            yield sides[0][0], gradient.times(_factor(step) ** 2).pulled(gradient.pull)
        case _ if len(sides) == 2:
            (a, first), (b, second) = sides
            yield a, _times(step, gradient, (second, first), a)
            yield b, _times(step, gradient, (first, second), b)


def _factor(step: Step) -> float:
    by = step.number("other", 1.0)
    return 1 / by if step.node.op == "div" and by else by


def _times(
    step: Step, gradient: GradientSignal, sides: tuple[Signal, Signal], to: int
) -> GradientSignal:
    """``δ x`` for the side that meets ``x``; a slope that pulls along ``x y`` pulls along ``x``."""
    other, own = sides
    made = gradient.met(other.square, other.positions, other.samples, keys=other.square)
    along, across = (pull / max(own.square, TINY) for pull in gradient.pull[:2])
    made = replace(
        made,
        positions=made.positions + along,
        samples=made.samples + across,
        cross=made.cross + across,
    )
    return unbroadcast(made, _layout(step), step.shape(to))


def gated(step: Step, gradient: GradientSignal) -> Shares:
    """``glu``: its halves get what the other half lets through, ``σ(b)`` and ``a σ'(b)``."""
    before, source = step.first, step.source
    if before is None or source is None:
        return
    gate = bends.bent(before, bends.sigmoid)
    steep = bent(gradient, before, bends.sigmoid)
    value = gradient.met(gate.square, gate.positions, gate.samples)
    other = steep.met(before.square, before.positions, before.samples)
    yield source, replace(value.plus(other).times(0.5), depth=gradient.depth)


def bent(gradient: GradientSignal, before: Signal, function: moments.Function) -> GradientSignal:
    """An elementwise ``φ``: ``E φ'²``, and ``E φ'φ'`` of two places (Poole et al. 2016, eq. 8)."""
    mean, var = before.mean, before.var
    slope = slope_of(function, var)
    alone = moments.steepness(function, mean, var)
    fourth = moments.single(slope, mean, var)[2]

    def both(shared: float, moment: float) -> tuple[float, float]:
        """``E δ δ'`` of two places, and their pull."""
        if not shared:
            return 0.0, 0.0
        covariance = moment - mean**2
        alike = moments.pair(slope, mean, var, covariance)
        pulled = moments.pair(lambda x: slope(x) * (x - mean), mean, var, covariance)
        return shared * alike, shared * (pulled - alike * covariance)

    steep = moments.single(lambda x: slope(x) * (x - mean), mean, var)[1]
    leant = gradient.square * (steep - alone * var) if var > 0 else 0.0
    positions, along = both(gradient.positions, before.positions)
    samples, _ = both(gradient.samples, before.samples)
    cross, across = both(gradient.cross, min(before.positions, before.samples))
    return replace(
        gradient.times(alone),
        positions=positions,
        samples=samples,
        cross=cross,
        kurtosis=gradient.kurtosis * fourth / max(alone**2, TINY),
        pull=(along, across, leant),
    )


LETTERS: tuple[Letter, ...] = ("N", "P", "C")

SPACING = 1e-3
"""Half of the distance over which a slope is taken, in standard deviations."""


def slope_of(function: moments.Function, var: float) -> moments.Function:
    """``φ'``, from differences."""
    half = SPACING * math.sqrt(var) if var > 0 else SPACING

    def slope(x: moments.Array) -> moments.Array:
        made: moments.Array = (function(x + half) - function(x - half)) / (2 * half)
        return made

    return slope


def joined(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """Every part gets its own places of the gradient."""
    start, axis = 0, step.axes()[0] if step.node.attribute("dim") is not None else 0
    for index in step.known:
        shape = step.shape(index)
        size = shape[axis] if len(shape) > axis else 0
        part = np.array(gradient.profile[start : start + size])
        start += size
        yield index, _part(gradient, part)


def _part(gradient: GradientSignal, part: NDArray[np.float64]) -> GradientSignal:
    """The gradient of some of the positions."""
    if not len(part):
        return gradient
    return replace(gradient.times(float(part.mean())), profile=profiles.settled(part))


def written(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """What is written gets its places; what it is written over gets the rest."""
    names = ("value", "source", "src", "input.3")
    value = next((i for name in names if (i := step.index(name)) is not None), None)
    into = next((i for i in step.known if i != value), None)
    share = min(_size(step, value) / max(math.prod(step.node.shape), 1), 1.0)
    if value is not None and value in step.signals:
        yield value, gradient
    if into is not None:
        adds = step.node.op in ("index_add", "scatter_add")
        yield into, gradient if adds else gradient.times(1 - share)


def _size(step: Step, index: int | None) -> float:
    return 0.0 if index is None else math.prod(step.shape(index))


def counted(step: Step, index: int) -> dict[Letter, int]:
    """How many samples, positions and channels a step's value has."""
    layout = step.signals[index].layout
    n, p, c = (max(layouts.count(layout, letter), 1) for letter in LETTERS)
    return {"N": n, "P": p, "C": c}
