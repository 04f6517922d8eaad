"""Softmax over random logits, and averages by its weights.

With logits independent from key to key, ``E Σ a²`` over the keys of a query says how much of what
tells two values apart survives the average, ``E Σ a a'`` over the keys of two queries how alike
they become.
"""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from isometry import rng, theory
from isometry.plans.forecast import layouts, sums
from isometry.plans.forecast.signal import Mix, Sight, Signal
from isometry.plans.forecast.steps import Step
from isometry.plans.forecast.textures import SMOOTH

LARGEST_LOGIT_VAR = 25.0
"""Softmax of a larger one has settled on one key."""

EXACT = 64
"""Up to so many keys a causal mask's rows are summed one by one."""


def mix(keys: int, logit_var: float, sight: Sight | None = None) -> Mix:
    """How far a softmax averages, over all keys or over those in sight."""
    var = float(f"{max(logit_var, 0.0):.4g}")  # layers nearly alike share one integral
    if sight is None:
        return Mix(_same(keys, var), 1.0 / keys)
    pairs = zip(sight.counts, sight.shares, strict=True)
    return Mix(sum(share * _same(max(count, 1), var) for count, share in pairs), sight.overlap)


@lru_cache(maxsize=256)
def causal(keys: int) -> Sight:
    """Query ``t`` sees the first ``t`` keys; two queries share what the earlier one sees."""
    if keys <= EXACT:
        return Sight(tuple(range(1, keys + 1)), (1 / keys,) * keys, _overlap(keys))
    stops = sorted({1, 2, 3, 4, *(round(4 * (keys / 4) ** (i / 40)) for i in range(41))})
    edges = [0, *stops]
    shares = tuple((stop - edges[i]) / keys for i, stop in enumerate(stops))
    return Sight(tuple(stops), shares, _overlap(keys))


@lru_cache(maxsize=256)
def _overlap(keys: int) -> float:
    """``E 1/max(t, t')`` over two different queries ``t, t'`` of as many keys."""
    if keys == 1:
        return 1.0
    return sum(2 * (t - 1) / t for t in range(2, keys + 1)) / (keys * (keys - 1))


@lru_cache(maxsize=4096)
def _same(keys: int, logit_var: float) -> float:
    if keys == 1 or logit_var <= 0:
        return 1.0 / keys
    place = math.log(min(logit_var, LARGEST_LOGIT_VAR)) / SPACING
    below = math.floor(place)
    ends = (_logarithm(keys, below), _logarithm(keys, below + 1))
    return math.exp(ends[0] + (place - below) * (ends[1] - ends[0])) / keys


SPACING = 0.02
"""Distance of tabled logit variances, in their logarithm: lines between are right to 1e-4."""


@lru_cache(maxsize=4096)
def _logarithm(keys: int, place: int) -> float:
    """``log m2`` at a tabled logit variance; deep models ask for thousands that nearly agree."""
    var = min(math.exp(place * SPACING), LARGEST_LOGIT_VAR)
    return math.log(theory.softmax_moments(keys, logit_var=var).m2)


def softened(step: Step) -> Signal | None:
    """Softmax: only what differs from key to key counts."""
    before = step.first
    if before is None:
        return None
    axis = step.axes()[0]
    keys = step.node.shape[axis]
    letters = {letter for letter, n in before.layout[axis] if n > 1} if before.layout else set()
    level = before.mean**2 if letters == {"C"} else before.positions
    made = mix(keys, before.square - level, before.sight)
    return Signal(
        1 / keys, made.same / keys, made.other / keys, 1 / keys**2, before.layout, mix=made
    )


def chosen(step: Step) -> Signal | None:
    """The largest of softmax's weights, as a router takes them; others go on as they are."""
    before, source = step.first, step.source
    if before is None or source is None:
        return None
    made = before.placed(layouts.viewed(step.node, before.layout, step.shape(source)))
    many, few = step.shape(source)[-1], step.node.shape[-1]
    if before.mix is None or not step.node.signal or few >= many:
        return made
    mean, square = largest(few, many, round(before.square / before.mean**2, 4))
    more = mean**2 / before.mean**2
    return replace(
        made,
        mean=mean,
        square=square,
        positions=min(before.positions * more, square),
        samples=min(before.samples * more, square),
        mix=None,
    )


NUMBERS = 2**14
"""Numbers that are drawn for the largest of some weights."""


@lru_cache(maxsize=256)
def largest(few: int, many: int, spread: float) -> tuple[float, float]:
    """Mean and mean square of the largest of softmax's weights, ``spread = E a²/(E a)²`` of all.

    A normal logit of variance ``v`` makes ``e^{v (1 - 1/K)}`` of it.
    """
    var = math.log(max(spread, 1.0)) / (1 - 1 / many)
    values = np.empty((max(NUMBERS // many, 64), many), np.float32)
    rng.fill(values, rng.derive_key(0, "largest"), rng.Normal(), engine="numpy")
    weights = np.exp(math.sqrt(var) * values.astype(np.float64))
    weights = np.sort(weights / weights.sum(-1, keepdims=True), -1)[:, -few:]
    return float(weights.mean()), float((weights**2).mean())


def attended(step: Step) -> Signal | None:
    """Queries, keys, scores, mask, softmax and average in one call."""
    query, key, value = step.slot("query"), step.slot("key"), step.slot("value")
    if query is None or key is None or value is None:
        return value or step.first
    width, keys = step.shape_of("query")[-1], step.shape_of("key")[-2]
    scale = step.number("scale", 1 / math.sqrt(width))
    bias = _bias(step, "attn_mask")
    var = scale**2 * width * query.square * max(key.square - key.positions, 0.0)
    var += bias.square - bias.positions if bias else 0.0
    sight = step.sight() or (bias.sight if bias else None)
    if step.node.attribute("is_causal") is True:
        sight = causal(keys)
    made = averaged(value, mix(keys, var, sight))
    return made.placed(query.layout[:-1] + value.layout[-1:])


def _bias(step: Step, slot: str) -> Signal | None:
    """What is added to scores."""
    index = step.index(slot)
    if index is None or index not in step.signals:
        return None
    return sums.met(step, index, layouts.scores(step.shape(index)))


def averaged(value: Signal, made: Mix) -> Signal:
    """Values averaged with random weights that sum to one: ``c + Σa² (q - c)``."""
    apart = value.square - value.positions
    return replace(
        value,
        square=value.positions + made.same * apart,
        positions=value.positions + made.other * apart,
        kurtosis=3.0,
        mix=None,
        sight=None,
        alive=1.0,
        rows=(),
        texture=SMOOTH,
    )


def is_aside(step: Step, index: int) -> bool:
    """Whether an operand is added to the product: a bias, or a mask."""
    slots = [slot for slot, i in zip(step.node.slots, step.node.inputs, strict=True) if i == index]
    return "bias" in slots or "offsets" in slots
