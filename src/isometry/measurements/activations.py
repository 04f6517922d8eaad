"""What an activation does to the values that it met: dead and saturated units, and straightness."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isometry import theory
from isometry.graphs import replay
from isometry.graphs.labels import Parts
from isometry.graphs.regions import Region
from isometry.measurements.observed import Array, Histogram, Step, Values
from isometry.theory.special import normal_cdf

GRID = 1025
"""Points at which a derivative is looked at, over the values that were met."""
REFERENCE = np.linspace(-8.0, 8.0, GRID)
"""Where the steepest place of an activation is looked for."""
SHARES = np.exp(-(REFERENCE**2) / 2) / np.exp(-(REFERENCE**2) / 2).sum()
"""A standard normal there."""
NORMAL = Histogram(-8.0, 8.0, tuple(int(share) for share in 1e9 * SHARES))
DEAD = 1e-3
"""A unit is dead if its derivative stays below this part of the steepest everywhere it was."""
SATURATED = 0.05
"""A value is saturated where a bounded activation is flatter than this part of its steepest."""
FAR = 1e4
"""Where a bounded activation shows its bounds."""

EQUAL = 1e-9
"""``1 - cos`` below which samples are one."""

Function = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Activated:
    """One activation of the model, on the values that it met.

    Attributes:
        step: The step whose value leaves it.
        root: The step whose value enters it.
        name: What ``theory.activation`` calls it, ``"composite"`` where it has no name.
        path: The layer whose output enters it, norms and sums looked through; empty if several.
        values: Moments of what leaves.
        entering: How what enters is spread, ``None`` where that is not known.
        leaving: How what leaves is spread.
        units: How many units it has.
        dead: How many of them have no slope anywhere in the batch.
        saturated: Share of values on the flat ends of a bounded activation; 0 for others.
        resting: The same share for standard normal values: half of ReLU6 is flat by intent.
        chance: Probability that a healthy unit has no positive value in this batch, from the number
            of samples and how alike they are.
        bend: Share of the output's variance that no straight line explains; NaN where unknown.
    """

    step: int
    root: int
    name: str
    path: str
    values: Values
    entering: Histogram | None = None
    leaving: Histogram | None = None
    units: int = 0
    dead: int = 0
    saturated: float = 0.0
    bend: float = math.nan
    resting: float = 0.0
    chance: float = 0.0


def activated(found: Parts, region: Region, steps: dict[int, Step], path: str) -> Activated | None:
    """One elementwise region on the values that it met, ``None`` where they were not seen.

    Args:
        found: The graph.
        region: The region.
        steps: What was seen.
        path: The layer before it.

    Returns:
        What the activation did.
    """
    before, after = steps.get(region.root), steps.get(region.exit)
    if after is None:
        return None
    whole = Activated(region.exit, region.root, region.name, path, after.values)
    function = function_of(found, region)
    if before is None or function is None or before.values.broken or after.values.broken:
        return whole
    slopes = slopes_of(region.name, function)
    return Activated(
        *(region.exit, region.root, region.name, path, after.values),
        entering=before.histogram,
        leaving=after.histogram,
        units=len(before.unit_low),
        dead=dead_units(slopes, before.unit_low, before.unit_high),
        saturated=saturation(function, slopes, before.histogram),
        bend=bend(function, before.histogram),
        resting=saturation(function, slopes, NORMAL),
        chance=chance(before.cosines),
    )


def function_of(found: Parts, region: Region) -> Function | None:
    """The region as a function of numbers, ``None`` where a step of it has no rule."""
    with np.errstate(all="ignore"):
        if replay.replayed(found.links, region.root, region.steps, np.array([0.5])) is None:
            return None

    def function(x: Array) -> Array:
        with np.errstate(all="ignore"):
            made = replay.replayed(found.links, region.root, region.steps, x)
        assert made is not None  # it was not for another number
        return np.broadcast_to(np.nan_to_num(made), x.shape)

    return function


def slopes_of(name: str, function: Function) -> Function:
    """The absolute derivative: the registry's own where the activation has a name."""
    known = theory.FAMILIES.keys() | theory.ALIASES.keys()
    if name.partition("(")[0] in known:
        derivative = theory.activation(name).derivative
        return lambda x: np.abs(derivative(x))

    def difference(x: Array) -> Array:
        width = 1e-4 * (1 + np.abs(x))
        return np.abs(function(x + width) - function(x - width)) / (2 * width)

    return difference


def steepest(slopes: Function) -> float:
    """The greatest slope around zero."""
    return float(slopes(REFERENCE).max())


def dead_units(slopes: Function, low: Array, high: Array) -> int:
    """How many units have hardly any slope between their least and their greatest value."""
    if not len(low) or not np.isfinite(low).all() or not np.isfinite(high).all():
        return 0
    grid = np.linspace(low.min(), high.max(), GRID)
    lively = np.concatenate([[0], np.cumsum(slopes(grid) > DEAD * steepest(slopes))])
    first = np.searchsorted(grid, low, side="left")
    last = np.searchsorted(grid, high, side="right")
    inside = lively[np.maximum(last, first)] - lively[first] > 0
    ends = np.maximum(slopes(low), slopes(high)) > DEAD * steepest(slopes)
    return int((~inside & ~ends).sum())


def saturation(function: Function, slopes: Function, histogram: Histogram | None) -> float:
    """Share of values on the flat ends, for activations that are bounded on both sides."""
    ends = np.abs(function(np.array([-FAR, FAR])))
    if histogram is None or not (ends < math.sqrt(FAR)).all():
        return 0.0
    counts = np.array(histogram.counts, dtype=float)
    flat = slopes(histogram.centres) < SATURATED * steepest(slopes)
    return float(counts[flat].sum() / counts.sum())


def chance(cosines: Array) -> float:
    """Probability that a normal unit of mean 0 is negative for all of some samples.

    ``P = E[Φ(z √(c / (1 - c)))^n]`` over a standard normal ``z``: given what the samples share,
    they are independent. It is ``2^-n`` for unlike samples and one half for equal ones. Positions
    of a sample are taken for one, so that this is an upper bound.

    Args:
        cosines: Of every two samples, shape (samples, samples).

    Returns:
        The probability; one half where there are no samples.
    """
    count = len(cosines)
    if count < 2 or not np.isfinite(cosines).all():
        return 0.5
    shared = float(np.clip((cosines.sum() - np.trace(cosines)) / (count * (count - 1)), 0, 1))
    if shared > 1 - EQUAL:
        return 0.5
    given = normal_cdf(REFERENCE * math.sqrt(shared / (1 - shared))) ** count
    return float(SHARES @ given)


def bend(function: Function, histogram: Histogram | None) -> float:
    """Share of ``Var φ(z)`` that the best straight line in ``z`` leaves over."""
    if histogram is None:
        return math.nan
    weights = np.array(histogram.counts, dtype=float)
    weights /= weights.sum()
    z, made = histogram.centres, function(histogram.centres)
    z, made = z - weights @ z, made - weights @ made
    total, shared = weights @ made**2, weights @ (z * made)
    if not total > 0:
        return math.nan
    return max(float(1 - shared**2 / (total * (weights @ z**2))), 0.0)
