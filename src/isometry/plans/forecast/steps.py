"""What a rule is given: one step, what came before it, and the moments of its weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isometry.graphs import Node
from isometry.graphs.labels import Parts
from isometry.plans.forecast.signal import Sight, Signal
from isometry.plans.forecast.tables import Tables, unknown

Weights = Callable[[str], tuple[float, float]]
"""Mean and std of the entries of a parameter, by path."""


Kurtosis = Callable[[str], float]
"""Fourth moment of the entries of a parameter over their variance squared, by path."""


def normal(_: str) -> float:
    """Of normal entries."""
    return 3.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what the forward is forecast.

    Attributes:
        batch_statistics: Whether batch norms use the statistics of the batch, as in training; else
            they use those they keep, which start at mean 0 and variance 1.
        dropout: Whether the dropout steps of the graph are active; a forward that was recorded in
            evaluation mode has none where the framework leaves them out.
    """

    batch_statistics: bool = True
    dropout: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step with all that its rule may look at.

    Attributes:
        node: The step.
        parts: The graph with what was recognised in it.
        signals: What is known of the values so far, by step; learned and constant ones included.
        weights: Mean and std of a parameter's entries.
        conditions: Under what the forward is forecast.
        tables: What else is known of tables.
        profiles: Of values whose positions differ, how; on the way back alone.
        kurtosis: Of a parameter's entries; on the way back alone.
    """

    node: Node
    parts: Parts
    signals: Mapping[int, Signal]
    weights: Weights
    conditions: Conditions = Conditions()
    tables: Tables = unknown
    profiles: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    kurtosis: Kurtosis = normal

    def index(self, name: str) -> int | None:
        """The step in the argument of that name."""
        return self.parts.links.slot(self.node.index, name)

    def slot(self, *names: str) -> Signal | None:
        """The signal in the first argument of these that holds one."""
        for name in names:
            index = self.index(name)
            if index is not None and index in self.signals:
                return self.signals[index]
        return None

    @property
    def source(self) -> int | None:
        """The first input that carries signal; of a learned step, the first that is known."""
        known = [i for i in self.node.inputs if i in self.signals]
        carrying = [i for i in known if self.parts.links.node(i).signal]
        return next(iter(carrying or known), None)

    @property
    def first(self) -> Signal | None:
        """What is known of that input."""
        return None if self.source is None else self.signals[self.source]

    @property
    def known(self) -> list[int]:
        """All inputs that something is known of."""
        return [i for i in self.node.inputs if i in self.signals]

    def shape(self, index: int) -> tuple[int, ...]:
        """Shape of a step's value."""
        return self.parts.links.node(index).shape

    def number(self, name: str, default: float) -> float:
        """A numeric argument."""
        value = self.node.attribute(name)
        return float(value) if isinstance(value, int | float) else default

    def sight(self) -> Sight | None:
        """What a constant mask that is applied here leaves in sight."""
        counts, shares = self.node.attribute("visible"), self.node.attribute("shares")
        if not isinstance(counts, tuple) or not isinstance(shares, tuple):
            return None
        whole = tuple(int(count) for count in counts)
        return Sight(whole, tuple(map(float, shares)), self.number("overlap", 1 / max(whole)))

    def shape_of(self, slot: str) -> tuple[int, ...]:
        """Shape of the tensor in an argument; empty where none is."""
        index = self.index(slot)
        return () if index is None else self.shape(index)

    def axes(self, name: str = "dim") -> tuple[int, ...]:
        """The axes that a reduction runs over; all where none are named."""
        value = self.node.attribute(name)
        rank = max(len(self.shape(self.node.inputs[0])), 1)
        if isinstance(value, int) and not isinstance(value, bool):
            return (value % rank,)
        if isinstance(value, tuple):
            return tuple(int(v) % rank for v in value if isinstance(v, int))
        return tuple(range(rank))
