"""What a finite width adds to gradients: how far one draw's mean square lies from that of many.

As for signals: with ``C`` channels of kurtosis ``κ`` at places whose squared correlation is ``R``
on average, the mean square of one draw has the relative variance ``(κ - 1)/C · R``; over layers the
variances of the logarithm add up (Hanin and Nica 2018). A weight's gradient ``Σ δ x`` varies with
both factors, and of each only where the other's places are alike does the sum not average it out.
"""

import math

from isometry.plans.forecast import layouts, widths
from isometry.plans.forecast.backward_state import GradientSignal, Profile
from isometry.plans.forecast.signal import TINY, Layout, Signal

RULE = 0.05
"""What the backward rules are allowed to be off, relative, beside the draw."""

Alike = tuple[float, float]
"""Squared correlation, in one draw, of two positions and of two samples."""


def alike(gradient: GradientSignal) -> Alike:
    """How alike two places of a gradient are; by chance too, where few directions are mixed."""
    level, chance = max(gradient.square, TINY), 1 / gradient.rank
    return (gradient.positions / level) ** 2 + chance, (gradient.samples / level) ** 2 + chance


def alike_of(signal: Signal) -> Alike:
    """The same of a signal."""
    level, chance = max(signal.square, TINY), 1 / signal.rank
    return (signal.positions / level) ** 2 + chance, (signal.samples / level) ** 2 + chance


def agreement(layout: Layout, both: Alike, profile: Profile = ()) -> float:
    """Mean squared correlation over all pairs of places, each weighed by its mean square."""
    samples, positions = (max(layouts.count(layout, letter), 1) for letter in ("N", "P"))
    within, across = (min(one, 1.0) for one in both)
    own = sum(one**2 for one in profile) / len(profile) if profile else 1.0
    pairs = own + (positions - 1) * within + (samples - 1) * positions * across
    return min(pairs / (samples * positions), 1.0)


def drawn(gradient: GradientSignal, layout: Layout) -> float:
    """Relative variance of the mean square that the draw of this gradient's channels adds."""
    channels = max(layouts.count(layout, "C"), 1)
    return (gradient.kurtosis - 1) / channels * agreement(layout, alike(gradient), gradient.profile)


def total(gradient: GradientSignal, layout: Layout) -> float:
    """Variance of ``log(mean square)`` of one draw."""
    return gradient.depth + drawn(gradient, layout)


def of_weight(gradient: GradientSignal, layout: Layout, before: Signal | None) -> float:
    """The same of the weight's gradient ``Σ δ x``."""
    if before is None:
        return total(gradient, layout)
    pairs = zip(alike(gradient), alike_of(before), strict=True)
    within, across = (a + b for a, b in pairs)
    share = agreement(layout, (within, across), gradient.profile)
    outputs, inputs = (max(layouts.count(one, "C"), 1) for one in (layout, before.layout))
    varied = (gradient.kurtosis - 1) / outputs + max(before.kurtosis - 1, 0.0) / inputs
    return gradient.depth + before.depth + varied * share


def band(rms: float, variance: float) -> tuple[float, float]:
    """Where the root mean square of one draw lies, in 95 of 100 layers."""
    half = widths.CHANCE * math.sqrt(max(variance, 0.0)) / 2 + RULE
    return widths.around(rms, half)
