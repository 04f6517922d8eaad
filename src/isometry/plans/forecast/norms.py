"""Norms: the mean square becomes one, after the right mean was taken off.

Written for variances ``v = E x² - m²`` with the mean ``m`` taken over what the norm averages: all
channels of a place (layer norm: Ba et al. 2016, eq. 4), one channel of all places (batch norm:
Ioffe and Szegedy 2015, algorithm 1), some channels of one sample (group norm: Wu and He 2018,
eq. 2).
"""

import math
from collections.abc import Callable
from dataclasses import replace

from isometry.plans.forecast import layouts
from isometry.plans.forecast.signal import TINY, Signal
from isometry.plans.forecast.steps import Step

EPS = 1e-5
"""What norms add to the variance unless told otherwise."""

FIXED = 1.0
"""Kurtosis of a value whose mean square a norm has fixed in each draw."""


def normalised(step: Step) -> Signal | None:
    """A norm that is one call, then its learned gain and shift."""
    before = step.first
    return None if before is None else affine(step, NORMS[step.node.op](step, before))


def affine(step: Step, before: Signal) -> Signal:
    """Times a learned gain, plus a learned shift, each shared by all places."""
    gain, shift = step.slot("weight"), step.slot("bias")
    after = before if gain is None else before.times(gain.mean, gain.square)
    return after if shift is None else _plus(after, shift)


def _plus(before: Signal, shift: Signal) -> Signal:
    more = shift.square + 2 * before.mean * shift.mean
    return replace(
        before,
        alive=1.0 if shift.square else before.alive,
        mean=before.mean + shift.mean,
        square=before.square + more,
        positions=before.positions + more,
        samples=before.samples + more,
    )


def layer_norm(before: Signal, eps: float) -> Signal:
    """``(x - m)/√(v + ε)`` over the channels of a place."""
    centred = before.shifted(-before.mean)
    return _fixed(replace(centred, mean=0.0), before.var, eps)


def rms_norm(before: Signal, eps: float) -> Signal:
    """``x/√(E x² + ε)`` over the channels of a place (Zhang and Sennrich 2019, eq. 4)."""
    return _fixed(before, before.square, eps)


def _fixed(before: Signal, level: float, eps: float) -> Signal:
    alive = max(before.alive, TINY)  # a place of zeros stays one
    scale = 1 / math.sqrt(max(level / alive + eps, TINY))
    return replace(before.scaled(scale), depth=0.0, kurtosis=FIXED)


def _batch_norm(step: Step, before: Signal) -> Signal:
    if not step.conditions.batch_statistics:
        return before
    samples = max(layouts.count(before.layout, "N"), 1)
    places = max(layouts.count(before.layout, "P"), 1)
    within = (before.square + (places - 1) * before.positions) / places
    elsewhere = min(before.positions, before.samples)  # shared by other places of other samples
    across = (before.samples + (places - 1) * elsewhere) / places
    level = within / samples + (1 - 1 / samples) * across
    return _less(before, level, level, _eps(step))


def _less(before: Signal, level: float, across: float, eps: float) -> Signal:
    """With a channel's mean, of mean square ``level``, taken off; ``across``: in two samples."""
    apart = Signal(
        0.0,
        max(before.square - level, 0.0),
        before.positions - level,
        before.samples - across,
        before.layout,
        rank=before.rank,
    )
    return _fixed(apart, apart.square, eps)


def _group_norm(step: Step, before: Signal) -> Signal:
    groups = step.number("num_groups", 1.0)
    return _in_group(step, before, max(layouts.count(before.layout, "C") / groups, 1.0))


def _in_group(step: Step, before: Signal, channels: float) -> Signal:
    places = max(layouts.count(before.layout, "P"), 1)
    within = (before.square + (places - 1) * before.positions) / places
    rest = (1 - 1 / channels) * before.mean**2
    return _less(before, within / channels + rest, before.samples / channels + rest, _eps(step))


def _unit_length(step: Step, before: Signal) -> Signal:
    size = math.prod(step.node.shape[i] for i in step.axes())
    return rms_norm(before, 0.0).scaled(1 / math.sqrt(size))


def _eps(step: Step) -> float:
    return step.number("eps", EPS)


NORMS: dict[str, Callable[[Step, Signal], Signal]] = {
    "batch_norm": _batch_norm,
    "group_norm": _group_norm,
    "instance_norm": lambda step, before: _in_group(step, before, 1.0),
    "layer_norm": lambda step, before: layer_norm(before, _eps(step)),
    "local_response_norm": lambda _, before: before,
    "normalize": _unit_length,
    "rms_norm": lambda step, before: rms_norm(before, step.number("eps", 1e-7)),
}
"""The rule of each norm that is one call."""


def by_hand(step: Step, root: int) -> Signal | None:
    """A norm written out: less a mean, a layer norm; over a sum, shares; otherwise an RMS norm."""
    before = step.signals.get(root)
    if before is None:
        return None
    exit_ = step.node.index
    inside = [
        step.parts.links.node(i) for i, end in step.parts.sources.inside.items() if end == exit_
    ]
    ops = {node.op for node in inside}
    small = [node.attribute("other") for node in inside if node.op == "add"]
    eps = sum(float(value) for value in small if isinstance(value, float) and value < 1)
    if "sub" in ops:
        return layer_norm(before, eps)
    if "sum" in ops and not ops & {"square", "pow", "mul", "sqrt", "rsqrt"}:
        return _shares(step, before)
    return rms_norm(before, eps)


def _shares(step: Step, before: Signal) -> Signal:
    """Positive numbers divided by their sum: their mean is one over how many they are."""
    size = max(step.node.shape[-1], 1)
    return before.scaled(1 / (size * before.mean)) if before.mean > 0 else before
