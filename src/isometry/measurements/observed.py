"""What was seen of each step of one forward and backward: plain numbers, from any framework."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from isometry.graphs import Graph

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Values:
    """Moments of all entries of one tensor.

    Attributes:
        count: How many entries.
        mean: Their mean; NaN where an entry is not finite.
        std: Their standard deviation (divided by ``count``).
        low: The least.
        high: The greatest.
        nans: How many are no number.
        infinities: How many are infinite upwards; ``-inf`` is what masks write, and not counted.
    """

    count: int
    mean: float
    std: float
    low: float = math.nan
    high: float = math.nan
    nans: int = 0
    infinities: int = 0

    @property
    def rms(self) -> float:
        """``√(mean² + std²)``."""
        return math.hypot(self.mean, self.std)

    @property
    def norm(self) -> float:
        """Euclidean norm of all entries."""
        return self.rms * math.sqrt(self.count)

    @property
    def broken(self) -> bool:
        """Whether an entry is NaN or infinite upwards."""
        return bool(self.nans or self.infinities)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of a sample of entries in equal bins from ``low`` to ``high``."""

    low: float
    high: float
    counts: tuple[int, ...]

    @property
    def centres(self) -> Array:
        """The middle of each bin."""
        edges = np.linspace(self.low, self.high, len(self.counts) + 1)
        return (edges[1:] + edges[:-1]) / 2


@dataclass(frozen=True, slots=True)
class Step:
    """What was seen of one step of the graph.

    Attributes:
        index: The step.
        values: Moments of what it made.
        gradient: Moments of the gradient there, ``None`` where none arrived.
        histogram: How its entries are spread.
        unit_low: The least entry of each unit over all samples and positions.
        unit_high: The greatest.
        cosines: Cosine of every two samples, shape (samples, samples), a few samples; empty where
            the step has no axis of samples.
        positions: Mean cosine of two positions of one sample; NaN where there are none.
        entropy: For attention, mean entropy of a query over ``log`` of the keys that it sees.
        visible: For attention, how many keys a query sees in the mean.
        logits: For attention, std of the logits, where they were seen.
    """

    index: int
    values: Values
    gradient: Values | None = None
    histogram: Histogram | None = None
    unit_low: Array = field(default_factory=lambda: np.zeros(0))
    unit_high: Array = field(default_factory=lambda: np.zeros(0))
    cosines: Array = field(default_factory=lambda: np.zeros((0, 0)))
    positions: float = math.nan
    entropy: float = math.nan
    visible: float = math.nan
    logits: float = math.nan


@dataclass(frozen=True, slots=True)
class Loss:
    """What the gradient started from.

    Attributes:
        kind: ``"cotangent"`` for independent noise of unit variance at the outputs, ``"model"`` for
            the loss that the model returned, ``"given"`` for the caller's function,
            ``"cross-entropy"`` and ``"mean-square"`` for targets.
        value: Its value; NaN for a cotangent.
        classes: Number of classes, 0 where that is not known.
        uninformed: What a model that knows nothing would have: ``log classes``, or the targets'
            variance; NaN where that is not known.
        logits: Std of the logits over the classes, the mean over all places; NaN where unknown.
    """

    kind: str
    value: float = math.nan
    classes: int = 0
    uninformed: float = math.nan
    logits: float = math.nan


@dataclass(frozen=True, slots=True)
class Observation:
    """One forward and backward.

    Attributes:
        graph: The steps.
        batch: How many samples went in; 0 where that is not known.
        steps: What was seen, by step.
        gradients: Gradient of each parameter by path.
        loss: Where the gradient started.
        raised: The message of what stopped the forward or backward midway; empty if nothing did.
    """

    graph: Graph
    batch: int
    steps: Mapping[int, Step]
    gradients: Mapping[str, Values]
    loss: Loss
    raised: str = ""
