"""Norms, backwards: divided by the norm's level, less what the norm takes out.

A norm of ``x`` hides its mean and its length, so that of the gradient ``δ`` the part along a
constant and the part along ``x̂`` itself vanish: ``δ_x = (δ - mean δ - x̂ mean(δ x̂))/√(v + ε)``
(Ioffe and Szegedy 2015, section 3), which leaves ``1 - 2/n`` of the mean square of a white gradient
over ``n`` values, and less of one that many places share.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from isometry.plans.forecast import layouts, norms, profiles, widths
from isometry.plans.forecast.backward_state import GradientSignal, Share, Shares
from isometry.plans.forecast.signal import TINY, Letter, Signal
from isometry.plans.forecast.steps import Step

EVEN = 1e-6
"""Gains whose relative variance is below this turn no gradient."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a norm averages over.

    Attributes:
        channels: Channels of a group.
        positions: Positions of a group.
        samples: Samples of a group.
        centred: Whether the mean is taken off.
    """

    channels: float
    positions: int = 1
    samples: int = 1
    centred: bool = True

    @property
    def size(self) -> float:
        """Values that share one mean and one length."""
        return self.channels * self.positions * self.samples

    @property
    def single(self) -> bool:
        """Whether it holds channels of one place only."""
        return self.positions == 1 and self.samples == 1


def normalised(step: Step, gradient: GradientSignal) -> Shares:
    """A norm that is one call, then its learned gain and shift."""
    before, source = step.first, step.source
    if before is None or source is None:
        return
    unit = norms.NORMS[step.node.op](step, before)
    before = replace(before, rank=before.rank / _unevenness(step, source))
    gain = step.slot("weight")
    yield from _learned(step, gradient, unit)
    inner = gradient
    if gain is not None:
        even = gain.square <= gain.mean**2 * (1 + EVEN)
        inner = gradient.times(gain.square).pulled(gradient.pull)
        inner = replace(inner, hidden=gradient.hidden if even else (0.0, 0.0))
    group = group_of(step, before)
    if group is None:
        yield source, inner
    else:
        yield source, _before(step, (source, before), inner, unit, group)


def _unevenness(step: Step, source: int) -> float:
    """``(κ - 1)/2`` of the weights that made a value: how much their mean square varies by draw."""
    made = step.parts.maps.get(source)
    paths = made.weights if made is not None and made.kind != "embedding" else ()
    return max((step.kurtosis(paths[0]) - 1) / 2, LEAST) if len(paths) == 1 else 1.0


LEAST = 0.1
"""Weights of fewer different sizes than this still make no two channels alike."""


def _learned(step: Step, gradient: GradientSignal, unit: Signal) -> Iterator[Share]:
    layout = step.signals[step.node.index].layout
    places: dict[Letter, int] = {"N": layouts.count(layout, "N"), "P": layouts.count(layout, "P")}
    gain, shift = step.index("weight"), step.index("bias")
    if gain is not None:
        yield gain, gradient.met(unit.square, unit.positions, unit.samples).summed(places)
    if shift is not None:
        yield shift, gradient.summed(places)


def group_of(step: Step, before: Signal) -> Group | None:
    """What the norm of a step averages over, ``None`` where it changes nothing."""
    channels, positions, samples = (
        max(layouts.count(before.layout, letter), 1) for letter in ("C", "P", "N")
    )
    match step.node.op:
        case "batch_norm":
            active = step.conditions.batch_statistics
            return Group(1.0, positions, samples) if active else None
        case "group_norm":
            groups = step.number("num_groups", 1.0)
            return Group(max(channels / groups, 1.0), positions)
        case "instance_norm":
            return Group(1.0, positions)
        case "layer_norm":
            return Group(channels)
        case "local_response_norm":
            return None
        case _:
            return Group(channels, centred=False)


def by_hand(step: Step, gradient: GradientSignal) -> Shares:
    """A norm written out: less a mean, a layer norm; otherwise an RMS norm."""
    index = step.node.index
    root, found = step.parts.sources.norms[index], step.parts
    if root in step.signals and index in step.signals:
        inside = (i for i, end in found.sources.inside.items() if end == index)
        ops = {found.links.node(i).op for i in inside}
        centred, before = "sub" in ops, step.signals[root]
        if "sum" in ops and not ops & SQUARES:
            yield root, _shared(step, before, gradient)
            return
        channels = max(layouts.count(before.layout, "C"), 1)
        group = Group(channels, centred=centred)
        yield root, _before(step, (root, before), gradient, step.signals[index], group)


def _before(
    step: Step, behind: tuple[int, Signal], gradient: GradientSignal, unit: Signal, group: Group
) -> GradientSignal:
    """The gradient before a norm; each position is divided by its own level, where it has one."""
    source, before = behind
    made = projected(gradient, before, unit, group)
    levels = step.profiles.get(source, ())
    if group.positions > 1 or not levels:
        return replace(made, profile=gradient.profile)
    arriving = gradient.profile or (1.0,) * len(levels)
    if len(arriving) != len(levels):
        return made
    values = np.array(arriving) / profiles.lengths(levels, unit)
    mean = float(values.mean())
    return replace(
        made.times(mean),
        hidden=made.hidden,
        profile=profiles.settled(values),
    )


def projected(
    gradient: GradientSignal, before: Signal, unit: Signal, group: Group
) -> GradientSignal:
    """The gradient before a norm, from the gradient after it and ``x̂``."""
    length = max(unit.square, TINY)
    within, across = unit.positions / length, unit.samples / length
    both = min(within, across)
    many, others = group.positions - 1, group.samples - 1
    level = gradient.square + many * gradient.positions
    level += others * (gradient.samples + many * gradient.cross)
    seen = [1 - done for done in gradient.hidden] if group.single else [1.0, 1.0]
    level = seen[0] * level / group.size if group.centred else 0.0
    radial = gradient.square + many * gradient.positions * within
    radial += others * (gradient.samples * across + many * gradient.cross * both)
    pulls = many * gradient.pull[0] + others * group.positions * gradient.pull[1]
    radial = seen[1] * (radial * length + pulls) / group.size
    scale = _scale(before, unit) * _uneven(before, (within, across), group)
    own = group.positions == 1  # every position has a mean and a length of its own
    alone = 1 - (seen[0] * group.centred + seen[1] * within**2) / group.size
    positions = gradient.positions * alone if own else gradient.positions - level - radial * within
    mixed = group.samples > 1
    return GradientSignal(
        max(gradient.square - level - radial, 0.0) * scale,
        positions * scale,
        (gradient.samples - mixed * (level + radial * across)) * scale,
        depth=gradient.depth + widths.total(before),
        cross=(gradient.cross - mixed * (level + radial * both)) * scale,
        hidden=(float(group.centred), 1.0) if group.single else (0.0, 0.0),
    )


FEWEST = 3.0
"""Degrees of freedom at least: from fewer, rare draws make the mean of ``1/v``, if it has one."""


def _uneven(before: Signal, alike: tuple[float, float], group: Group) -> float:
    """``E (1/v) E v`` of a level over few places: ``k/(k - 2)`` of ``k`` degrees of freedom.

    So it is for ``v`` of a ``χ²`` law. Places that are correlated, by chance too, count for less.
    """
    within, across = (min(c**2 + 1 / before.rank, 1.0) for c in alike)
    pairs = (group.positions - 1) * within + (group.samples - 1) * group.positions * across
    places = (group.size - group.centred) / (1 + pairs)
    spread = max(before.kurtosis - 1, 0.0)
    freedom = max(2 * places / spread, FEWEST) if spread > 0 else math.inf
    return 1 / (1 - 2 / freedom)


def _scale(before: Signal, unit: Signal) -> float:
    """``1/(v + ε)``, from what the norm made of the part of the signal that it cannot take off."""
    free = before.square - before.positions
    if free > 1e-9 * before.square and math.isfinite(free):
        return (unit.square - unit.positions) / free
    free = before.square - before.samples
    if free > 1e-9 * before.square:
        return (unit.square - unit.samples) / free
    return unit.square / max(before.var, TINY)


SQUARES = {"mul", "pow", "rsqrt", "sqrt", "square"}
"""Calls by which a sum becomes one of squares."""


def _shared(step: Step, before: Signal, gradient: GradientSignal) -> GradientSignal:
    """``y = x/Σ x``: ``(δ - Σ y δ)/Σ x``, which leaves ``1 - 2/K + Σ y²`` of a white gradient."""
    made, parts = step.signals[step.node.index], max(layouts.count(before.layout, "C"), 1)
    scale = made.mean**2 / max(before.mean**2, TINY)
    kept = max(1 - 2 / parts + parts * made.square, 0.0)
    after = gradient.times(kept * scale)
    return replace(after, keys=-after.square / (parts - 1) if parts > 1 else 0.0)
