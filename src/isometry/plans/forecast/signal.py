"""What is known of a value before a number is drawn: four moments and the meaning of its axes."""

from dataclasses import dataclass, replace
from typing import Literal

Letter = Literal["C", "N", "P"]
"""Channel, sample, position."""

Layout = tuple[tuple[tuple[Letter, int], ...], ...]
"""For each axis, the factors that were merged into it, outermost first."""


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
class Signal:
    """Moments of the elements of one value, over draws of the weights, inputs, and places.

    Attributes:
        mean: ``E x``.
        square: ``E x²``.
        positions: ``E x x'`` of one channel at two positions of one sample; ``square`` where there is
            one position only.
        samples: ``E x x'`` of one channel in two samples.
        layout: Meaning of each axis.
        mix: For attention weights, how far they average.
        depth: Sum over the layers behind of ``(kurtosis - 1) / width``: the variance of ``log square``
            that a finite width adds.
    """

    mean: float
    square: float
    positions: float
    samples: float
    layout: Layout
    mix: Mix | None = None
    depth: float = 0.0

    @property
    def var(self) -> float:
        """``square - mean²``, never negative."""
        return max(self.square - self.mean**2, 0.0)

    def scaled(self, factor: float) -> "Signal":
        """The signal times a number."""
        f2 = factor**2
        return replace(
            self,
            mean=self.mean * factor,
            square=self.square * f2,
            positions=self.positions * f2,
            samples=self.samples * f2,
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
        )

    def placed(self, layout: Layout) -> "Signal":
        """The signal with its axes elsewhere."""
        return replace(self, layout=layout)


def constant(value: float, layout: Layout) -> Signal:
    """A value that never changes."""
    return Signal(value, value**2, value**2, value**2, layout)


def noise(layout: Layout, square: float = 1.0) -> Signal:
    """White noise: independent at every place."""
    return Signal(0.0, square, 0.0, 0.0, layout)
