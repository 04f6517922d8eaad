"""Softmax and averages by its weights, backwards.

With attention weights ``A`` over ``K`` keys, values ``V`` and ``O = A V``: a value collects ``Σ_t
A_tk δ_t``; a weight receives ``δ_t · V_k``, of which softmax passes ``A_k (u_k - Σ_j A_j u_j)``:
only what differs from key to key, and in all nothing, as the weights sum to one. So queries and
keys see only what their partners do not share, and their gradients vanish as tokens become alike
(Noci et al. 2022, section 3).
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from isometry import rng
from isometry.plans.forecast import (
    attention,
    backward_pools,
    backward_widths,
    layouts,
    profiles,
    widths,
)
from isometry.plans.forecast.backward_state import GradientSignal, Share, Shares, unbroadcast
from isometry.plans.forecast.signal import TINY, Mix, Sight, Signal
from isometry.plans.forecast.steps import Step
from isometry.plans.forecast.textures import SMOOTH

DRAWS, LARGEST = 128, 512
"""Draws of a softmax, and the keys that are drawn at most; beyond, what passes goes as ``1/K``."""


def passed(keys: int, logit_var: float, sight: Sight | None) -> float:
    """``E Σ_k A_k² (1 - 2 A_k + Σ A²)``: how much of a white gradient softmax passes, in all."""
    var = round(min(max(logit_var, 0.0), attention.LARGEST_LOGIT_VAR), 4)
    if sight is None:
        return _passed(keys, var)
    pairs = zip(sight.counts, sight.shares, strict=True)
    return sum(share * _passed(max(count, 1), var) for count, share in pairs)


@lru_cache(maxsize=4096)
def _passed(keys: int, logit_var: float) -> float:
    drawn = min(keys, LARGEST)
    weights = np.exp(math.sqrt(logit_var) * _normal(drawn))
    weights /= weights.sum(-1, keepdims=True)
    squares = (weights**2).sum(-1)
    kept = squares - 2 * (weights**3).sum(-1) + squares**2
    return float(kept.mean()) * drawn / keys


@lru_cache(maxsize=64)
def _normal(keys: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    values = np.empty((DRAWS, keys), np.float32)
    rng.fill(values, rng.derive_key(0, "softmax"), rng.Normal(), engine="numpy")
    return values.astype(np.float64)


def passed_together(made: Mix) -> float:
    """The same of two queries: ``E Σ_k A_k A'_k`` less its square, exact for equal weights."""
    return made.other - made.other**2


def softened(step: Step, gradient: GradientSignal) -> Shares:
    """Softmax: of what arrives at its keys, the part that they do not share."""
    before, source = step.first, step.source
    if before is None or source is None:
        return
    axis = step.axes()[0]
    keys = step.node.shape[axis]
    if step.node.op == "log_softmax":
        spread = attention.mix(keys, _spread(before, axis)).same
        yield source, gradient.times(1 - 2 / keys + spread)
        return
    made = step.signals[step.node.index].mix or attention.mix(keys, 0.0)
    kept = passed(keys, _spread(before, axis), before.sight)
    kept *= _leaning(gradient, step.signals[step.node.index])
    logits = _passed_on(gradient, made, keys, kept)
    yield source, replace(logits, seen=0.0) if _holds_channels(before, axis) else logits


def chosen(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """The largest weights of a router: what arrives leans on them, and two places differ in them.

    They choose alike as far as their weights are correlated.
    """
    before, made, source = step.first, step.signals[step.node.index], step.source
    if before is None or source is None:
        return
    whole = backward_pools.picked(step, source, gradient)
    share = step.node.shape[-1] / step.shape(source)[-1]
    both = share + (1 - share) * (before.positions - before.mean**2) / max(before.var, TINY)
    whole = replace(whole, positions=whole.positions * min(max(both, 0.0), 1.0))
    yield source, whole.pulled((0.0, 0.0, whole.square * (made.square - before.square)))


def _leaning(gradient: GradientSignal, weights: Signal) -> float:
    """How much more passes of a gradient that the largest weights get."""
    return 1 + gradient.pull[2] / max(gradient.square * weights.square, TINY)


def _spread(before: Signal, axis: int) -> float:
    level = before.mean**2 if _holds_channels(before, axis) else before.positions
    return before.square - level


def _holds_channels(before: Signal, axis: int) -> bool:
    """Whether softmax is over channels, as in a router, and not over keys."""
    return bool(before.layout) and {x for x, n in before.layout[axis] if n > 1} == {"C"}


def _hidden(square: float, keys: int) -> float:
    """Gradients of ``K`` keys that sum to zero: each pair is alike by ``-1/(K - 1)``."""
    return -square / (keys - 1) if keys > 1 else 0.0


def attended(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """Queries, keys and values of an attention that is one call."""
    ends = [step.index(name) for name in ("query", "key", "value")]
    if any(i is None or i not in step.signals for i in ends):
        return
    q, k, v = (i for i in ends if i is not None)
    query, key, value = (step.signals[i] for i in (q, k, v))
    width, keys, queries = step.shape(q)[-1], step.shape(k)[-2], step.shape(q)[-2]
    heads = math.prod(step.shape(q)[:-1]) / max(math.prod(step.shape(k)[:-1]) * queries / keys, 1)
    scale = step.number("scale", 1 / math.sqrt(width))
    sight, var = _looked(step, scale**2 * width, query, key)
    made = attention.mix(keys, var, sight)
    yield v, averaged(gradient, made, queries, keys).times(heads)
    weights = _weights(step, gradient, value, step.shape(v)[-1])
    logits = _passed_on(weights, made, keys, passed(keys, var, sight)).times(scale**2)
    if step.index("attn_mask") is not None:
        yield from _biased(step, logits.times(1 / scale**2), math.prod(step.shape(q)[:-1]) * keys)
    square, level = _uneven((key, value), sight)
    if value.texture != SMOOTH:
        logits = replace(logits, seen=0.0)  # a texture counts what agrees by chance, too
    yield q, _queried(logits, key, keys).times(square)
    collected = _keyed(step, logits, q, queries).times(heads * level)
    yield k, replace(collected, seen=collected.seen + square / level - 1)


def _passed_on(weights: GradientSignal, made: Mix, keys: int, kept: float) -> GradientSignal:
    """The gradient of logits: of what arrives at their weights, the part that keys do not share."""
    free = max(weights.square - weights.keys, 0.0)
    alike = weights.positions / max(weights.square, TINY)
    own, both = free * kept / keys, free * alike * passed_together(made) / keys
    seen = (1 - made.same) / max(kept, TINY)
    logits = GradientSignal(own, both, 0.0, _hidden(own, keys), weights.depth, seen)
    return replace(logits, profile=weights.profile)


def _uneven(ends: tuple[Signal, Signal], sight: Sight | None) -> tuple[float, float]:
    """What uneven positions make of the gradients of queries and of keys.

    Keys and values are taken for maps of one input, with its texture both; and a mask for causal.
    """
    key, value = ends
    if SMOOTH in (key.texture, value.texture):
        return 1.0, 1.0
    made = key.texture
    return (made.full, 1.0) if sight is None else (made.causal, made.level)


def _looked(step: Step, scale: float, query: Signal, key: Signal) -> tuple[Sight | None, float]:
    """What the mask leaves in sight, and the variance of logits from key to key."""
    bias = step.slot("attn_mask")
    var = scale * query.square * max(key.square - key.positions, 0.0)
    var += bias.square - bias.positions if bias else 0.0
    keys = step.shape_of("key")[-2]
    seen = step.sight() or (bias.sight if bias else None)
    return attention.causal(keys) if step.node.attribute("is_causal") is True else seen, var


def _biased(step: Step, logits: GradientSignal, places: int) -> Iterator[Share]:
    """What is added to logits gets their gradient, from all that it is added to."""
    index = step.index("attn_mask")
    if index is not None and index in step.signals:
        copies = places / max(math.prod(step.shape(index)), 1)
        yield index, GradientSignal(logits.square * copies, depth=logits.depth)


def averaged(gradient: GradientSignal, made: Mix, queries: int, keys: int) -> GradientSignal:
    """``Σ_t A_tk δ_t``: a value collects from the queries that look at it.

    In all, a sample's values receive what its queries send, ``Σ_k Σ_t A_tk δ_t = Σ_t δ_t``.
    """
    alike = (queries - 1) * gradient.positions
    square = queries / keys * (made.same * gradient.square + made.other * alike)
    total = queries * (gradient.square + alike)
    positions = (total - keys * square) / (keys * (keys - 1)) if keys > 1 else square
    shared = queries / keys**2 * (gradient.samples + (queries - 1) * gradient.cross)
    return replace(
        gradient,
        square=square,
        positions=positions,
        samples=shared,
        keys=0.0,
        profile=(),
        cross=shared,
        hidden=(0, 0),
    )


def _weights(step: Step, gradient: GradientSignal, value: Signal, width: float) -> GradientSignal:
    """``δ_t · V_k`` over the channels of a head."""
    drawn = backward_widths.drawn(gradient, step.signals[step.node.index].layout)
    return GradientSignal(
        width * gradient.square * value.square,
        width * gradient.positions * value.square,
        0.0,
        width * gradient.square * value.positions,
        gradient.depth + drawn + widths.total(value),
        profile=gradient.profile,
    )


def _queried(logits: GradientSignal, key: Signal, keys: int) -> GradientSignal:
    """``Σ_k δ_tk K_k``: the part that keys share meets gradients that sum to zero.

    Keys and values are maps of one input, in whose ``rank`` directions two keys agree by chance.
    """
    lone = (keys - 1) * key.positions
    alike = logits.keys / max(logits.square, TINY)
    chance = logits.seen / key.rank * (key.square - key.positions)
    width = layouts.letters(key.layout, [len(key.layout) - 1]).get("C", 1) if key.layout else 1
    return GradientSignal(
        keys * (logits.square * (key.square + chance) + logits.keys * lone),
        keys * logits.positions * (key.square + alike * lone),
        depth=logits.depth + widths.total(key),
        kurtosis=shared_tails(width),
        rank=max(keys - 1, 1),
        profile=logits.profile,
    )


def shared_tails(width: int) -> float:
    """A kurtosis for channels of a head that share the size of their logits' gradients.

    Of ``C`` channels in heads of a width, ``2/C`` and ``2 · width/C`` add up.
    """
    return 3.0 + 2.0 * width


def _keyed(step: Step, logits: GradientSignal, q: int, queries: int) -> GradientSignal:
    """``Σ_t δ_tk Q_t``: over all queries, of which two may send alike."""
    query, met = step.signals[q], profiles.met(step.profiles.get(q, ()), logits.profile)
    lone = (queries - 1) * query.positions
    alike = logits.positions / max(logits.square, TINY)
    width = layouts.letters(query.layout, [len(query.layout) - 1]).get("C", 1)
    return GradientSignal(
        queries * (logits.square * query.square * met + logits.positions * lone),
        queries * logits.keys * (query.square + alike * lone),
        depth=logits.depth + widths.total(query),
        kurtosis=shared_tails(width),
        rank=max(queries, 1),
        seen=logits.seen / query.rank,
    )


def contracted(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """Both sides of a product of two tensors."""
    aside = [i for i in step.node.inputs if attention.is_aside(step, i) and i in step.signals]
    layout = step.signals[step.node.index].layout
    for index in aside:
        yield index, unbroadcast(gradient, layout, step.shape(index))
    sides = [i for i in step.node.inputs if i in step.signals and i not in aside]
    if len(sides) == 1:
        yield sides[0], gradient
    if len(sides) != 2:
        return
    yield from _both(step, gradient, sides[0], sides[1])


def _both(step: Step, gradient: GradientSignal, left: int, right: int) -> Iterator[Share]:
    first, second = step.signals[left], step.signals[right]
    rows, columns = step.node.shape[-2:] if len(step.node.shape) > 1 else (1, 1)
    shared = step.shape(left)[-1]
    scaled = gradient.times(step.number("alpha", 1.0) ** 2)
    if first.mix is not None:
        yield left, _weights(step, scaled, second, columns)
        yield right, averaged(scaled, first.mix, rows, shared)
    elif second.mix is not None:
        yield right, _weights(step, scaled, first, rows)
        yield left, averaged(scaled, second.mix, columns, shared)
    else:
        yield left, _queried(scaled, second, columns)
        yield right, _keyed(step, scaled, left, rows)
