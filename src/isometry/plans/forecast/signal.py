"""What is known of a value before a number is drawn: moments, and the meaning of its axes."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from isometry.plans.forecast.textures import SMOOTH, Texture

Letter = Literal["C", "N", "P"]
"""Channel, sample, position."""

Layout = tuple[tuple[tuple[Letter, int], ...], ...]
"""For each axis, the factors that were merged into it, outermost first."""

TINY = 1e-30
"""Keeps quotients of moments finite where a signal has died."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What softmax made of logits: how far it averages.

    Attributes:
        same: ``E Σ a²`` over the keys of one query.
        other: ``E Σ a a'`` over the keys, for two queries of a sample.
    """

    same: float
    other: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What a mask leaves in sight.

    Attributes:
        counts: Numbers of keys that queries see.
        shares: Share of the queries that see so many.
        overlap: ``E |A∩B| / |A||B|`` for the keys ``A``, ``B`` of two queries of a sample.
    """

    counts: tuple[int, ...]
    shares: tuple[float, ...]
    overlap: float


@dataclass(frozen=True, slots=True)
class Signal:
    """Moments of the elements of one value, over draws of the weights, inputs, and places.

    Attributes:
        mean: ``E x``.
        square: ``E x²``.
        positions: ``E x x'`` of one channel at two positions of one sample; ``square`` where there
            is one position only.
        samples: ``E x x'`` of one channel in two samples.
        layout: Meaning of each axis.
        kurtosis: ``E x⁴ / (E x²)²``; 1 where a norm has fixed the mean square of each draw.
        depth: Variance of ``log(mean square)`` over draws, brought along by the layers behind.
        rank: Independent directions that the channels mix: the fan-in of the last map.
        mix: For attention weights, how far they average.
        sight: For logits, what their mask leaves in sight.
        alive: Share of the places that are not zero in all channels, as padding is.
        rows: Tables whose own rows the value still contains, each with its coefficient.
        texture: How uneven the likeness of its positions is.
    """

    mean: float
    square: float
    positions: float
    samples: float
    layout: Layout
    kurtosis: float = 3.0
    depth: float = 0.0
    rank: float = math.inf
    mix: Mix | None = None
    sight: Sight | None = None
    alive: float = 1.0
    rows: tuple[tuple[str, float], ...] = ()
    texture: Texture = SMOOTH

    @property
    def var(self) -> float:
        """``square - mean²``, never negative."""
        return max(self.square - self.mean**2, 0.0)

    @property
    def correlation(self) -> float:
        """``samples / square``: 1 where two samples can no longer be told apart."""
        return self.samples / self.square if self.square > 0 else math.nan

    def scaled(self, factor: float) -> "Signal":
        """The signal times a number."""
        return self.times(factor, factor**2)

    def times(self, mean: float, square: float) -> "Signal":
        """The signal times an independent factor that all places and samples share."""
        return replace(
            self,
            mean=self.mean * mean,
            square=self.square * square,
            positions=self.positions * square,
            samples=self.samples * square,
            rows=tuple((path, kept * mean) for path, kept in self.rows),
        )

    def shifted(self, by: float) -> "Signal":
        """The signal plus a number."""
        more = 2 * self.mean * by + by**2
        return replace(
            self,
            mean=self.mean + by,
            square=self.square + more,
            positions=self.positions + more,
            samples=self.samples + more,
            alive=1.0 if by else self.alive,
        )

    def placed(self, layout: Layout) -> "Signal":
        """The signal with its axes elsewhere."""
        return replace(self, layout=layout)

    def settled(self) -> "Signal":
        """The signal with ``positions`` equal to ``square`` where there is one position only."""
        many = any(letter == "P" and length > 1 for axis in self.layout for letter, length in axis)
        return self if many else replace(self, positions=self.square)


def constant(value: float, layout: Layout) -> Signal:
    """A value that never changes."""
    return Signal(value, value**2, value**2, value**2, layout)


def noise(layout: Layout, square: float = 1.0) -> Signal:
    """White noise: independent at every place."""
    return Signal(0.0, square, 0.0, 0.0, layout)
