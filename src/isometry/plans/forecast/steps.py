"""What a rule is given: one step, what came before it, and the moments of its weights."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from isometry.graphs import Node
from isometry.graphs.labels import Parts
from isometry.plans.forecast.signal import Signal

Weights = Callable[[str], tuple[float, float]]
"""Mean and std of the entries of a parameter, by path."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step with all that its rule may look at.

    Attributes:
        node: The step.
        parts: The graph with what was recognised in it.
        signals: What is known of the values so far, by step.
        weights: Mean and std of a parameter's entries.
    """

    node: Node
    parts: Parts
    signals: Mapping[int, Signal]
    weights: Weights

    def slot(self, *names: str) -> Signal | None:
        """The signal in the first argument of these that holds one."""
        for name in names:
            index = self.parts.links.slot(self.node.index, name)
            if index is not None and index in self.signals:
                return self.signals[index]
        return None

    @property
    def first(self) -> Signal | None:
        """The first signal among the inputs."""
        return next((self.signals[i] for i in self.node.inputs if i in self.signals), None)

    @property
    def known(self) -> list[Signal]:
        """All inputs that something is known of."""
        return [self.signals[i] for i in self.node.inputs if i in self.signals]

    def number(self, name: str, default: float) -> float:
        """A numeric argument."""
        value = self.node.attribute(name)
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if good else default  # type: ignore[arg-type]  # checked by `good`

    def shape_of(self, slot: str) -> tuple[int, ...]:
        """Shape of the tensor in an argument; empty where none is."""
        index = self.parts.links.slot(self.node.index, slot)
        return () if index is None else self.parts.links.node(index).shape

    def squares(self, paths: tuple[str, ...]) -> float:
        """``E w²`` of the first of some parameters, 0 where there is none."""
        if not paths:
            return 0.0
        mean, std = self.weights(paths[0])
        return mean**2 + std**2

    def mean_of(self, paths: tuple[str, ...]) -> float:
        """``E w`` of the first of some parameters."""
        return self.weights(paths[0])[0] if paths else 0.0

    def axes(self, name: str = "dim") -> tuple[int, ...]:
        """The axes that a reduction runs over; all where none are named."""
        value = self.node.attribute(name)
        rank = len(self.parts.links.node(self.node.inputs[0]).shape)
        if isinstance(value, int) and not isinstance(value, bool):
            return (value % rank,)
        if isinstance(value, tuple):
            return tuple(int(v) % rank for v in value if isinstance(v, int))
        return tuple(range(rank))


def size(shape: tuple[int, ...]) -> int:
    """Number of elements."""
    return math.prod(shape)
