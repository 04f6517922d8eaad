"""What is known of the gradient of a value: its mean square, and how alike it is at two places."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from isometry.plans.forecast import layouts
from isometry.plans.forecast.signal import Layout, Letter

Profile = tuple[float, ...]
"""One number a position, of mean 1; empty where all are alike."""


Pull = tuple[float, float, float]
"""Of two positions, of two samples, and of one place."""


def together(one: Pull, other: Pull) -> Pull:
    """What two independent paths pull."""
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


@dataclass(frozen=True, slots=True)
class GradientSignal:
    """Moments of the gradient ``δ`` with respect to the elements of one value.

    Its mean is zero: every path to the loss crosses a weight or a cotangent of mean zero.

    Attributes:
        square: ``E δ²``.
        positions: ``E δ δ'`` of one channel at two positions of one sample.
        samples: ``E δ δ'`` of one channel at one position of two samples; zero unless a norm mixes
            samples.
        cross: The same at different positions of two samples.
        keys: Of attention weights and logits: ``E δ δ'`` at two keys of one query.
        seen: Of logits: how many keys a query averages over; of keys: the same, per other key.
        pull: What ``E δ x δ' x'`` at two positions, in two samples, and at one place has beyond the
            product of what gradients and values share: a slope that grows with the value pulls
            along it, and so does being the largest.
        depth: Variance of ``log(mean square)`` over draws, brought along by the layers ahead.
        hidden: How much of what it has along a constant, and along the value itself, a norm ahead
            took out already, over channels.
        kurtosis: ``E δ⁴ / (E δ²)²`` of one draw.
        rank: Independent directions that the channels mix: the fan of the last map.
        profile: Mean square at each position, divided by their mean; empty where all are alike.
        part: Share of the channels that it is confined to, as one of several maps in one weight.
    """

    square: float
    positions: float = 0.0
    samples: float = 0.0
    keys: float = 0.0
    depth: float = 0.0
    seen: float = 0.0
    pull: Pull = (0.0, 0.0, 0.0)
    profile: Profile = ()
    cross: float = 0.0
    hidden: tuple[float, float] = (0.0, 0.0)
    kurtosis: float = 3.0
    rank: float = math.inf
    part: float = 1.0

    def times(self, square: float) -> "GradientSignal":
        """Times an independent factor that all places share."""
        return self.met(square, square, square, keys=square)

    def met(
        self, square: float, positions: float, samples: float, *, keys: float = 0.0
    ) -> "GradientSignal":
        """Times an independent factor with moments of its own; ``keys`` are those of two keys."""
        return GradientSignal(
            self.square * square,
            self.positions * positions,
            self.samples * samples,
            self.keys * keys,
            self.depth,
            self.seen,
            profile=self.profile,
            cross=self.cross * min(positions, samples),
            kurtosis=self.kurtosis,
            rank=self.rank,
            part=self.part,
        )

    def plus(self, other: "GradientSignal") -> "GradientSignal":
        """Plus what comes along another, independent path."""
        share = self.square / total if (total := self.square + other.square) > 0 else 0.5
        return GradientSignal(
            total,
            self.positions + other.positions,
            self.samples + other.samples,
            self.keys + other.keys,
            share**2 * self.depth + (1 - share) ** 2 * other.depth,
            share * self.seen + (1 - share) * other.seen,
            together(self.pull, other.pull),
            _mixed(self.profile, other.profile, share),
            self.cross + other.cross,
            (_between(self, other, 0, share), _between(self, other, 1, share)),
            _tails(self, other, share),
            max(self.rank, other.rank),
            _covered(self, other),
        )

    def pulled(self, pull: Pull, by: float = 1.0) -> "GradientSignal":
        """With that pull, times a factor."""
        positions, samples, own = pull
        return replace(self, pull=(positions * by, samples * by, own * by))

    def summed(self, over: Mapping[Letter, int]) -> "GradientSignal":
        """Added up over some samples, positions and channels; channels are independent."""
        n, p, c = (over.get(letter, 1) for letter in ("N", "P", "C"))
        places, rest = n * p * c, (n - 1) * (self.samples + (p - 1) * self.cross)
        return GradientSignal(
            places * max(self.square + (p - 1) * self.positions + rest, 0.0),
            places * (p * self.positions + rest),
            places * n * (self.samples + (p - 1) * self.cross),
            places * self.keys,
            self.depth,
            cross=places * n * p * self.cross,
        )


def _tails(first: "GradientSignal", second: "GradientSignal", share: float) -> float:
    """Kurtosis of a sum of independent numbers, or of channels that are one or the other."""
    excess = share**2 * (first.kurtosis - 1) + (1 - share) ** 2 * (second.kurtosis - 1)
    apart = first.part + second.part <= 1 + ROUNDING
    return 1 + excess + (0.0 if apart else 4 * share * (1 - share))


def _covered(first: "GradientSignal", second: "GradientSignal") -> float:
    """Share of the channels that a sum holds: parts lie side by side, while there is room."""
    both = first.part + second.part
    return min(both, 1.0) if both <= 1 + ROUNDING else max(first.part, second.part)


ROUNDING = 1e-9
"""Parts that add up to so little more than one are one."""


def _between(first: "GradientSignal", second: "GradientSignal", part: int, share: float) -> float:
    return share * first.hidden[part] + (1 - share) * second.hidden[part]


def _mixed(first: Profile, second: Profile, share: float) -> Profile:
    """The profile of a sum, of whose mean square the first has a share."""
    if not first and not second:
        return ()
    level = (1.0,) * max(len(first), len(second))
    if first and second and len(first) != len(second):
        return ()
    pairs = zip(first or level, second or level, strict=True)
    return tuple(share * a + (1 - share) * b for a, b in pairs)


Share = tuple[int, GradientSignal]
"""A step, and what arrives there along one path."""

Shares = Iterable[Share]
"""What a rule hands to the steps behind."""


def unbroadcast(gradient: GradientSignal, layout: Layout, shape: tuple[int, ...]) -> GradientSignal:
    """The gradient of a value of that shape that was broadcast to a layout: summed over its copies.

    >>> channels = ((("N", 8),), (("C", 4),))
    >>> unbroadcast(GradientSignal(1.0), channels, (4,)).square
    8.0
    """
    missing = len(layout) - len(shape)
    kept = (1,) * missing + shape if missing >= 0 else shape[-missing:]
    over = [axis for axis, length in enumerate(kept) if length == 1 and _length(layout, axis) > 1]
    return gradient.summed(layouts.letters(layout, over)) if over else gradient


def _length(layout: Layout, axis: int) -> int:
    length = 1
    for _, factor in layout[axis]:
        length *= factor
    return length
