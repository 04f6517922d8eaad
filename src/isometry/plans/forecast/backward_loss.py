"""Where gradients start: at the model's outputs."""

import math
from collections.abc import Iterator, Mapping
from typing import Literal

from isometry.graphs import Graph
from isometry.plans.forecast import attention, layouts
from isometry.plans.forecast.backward_state import GradientSignal, Share
from isometry.plans.forecast.signal import Signal

Loss = Literal["cotangent", "cross-entropy"]
"""What meets the outputs: independent noise of unit variance, or the labels of a classifier."""


def started(graph: Graph, signals: Mapping[int, Signal], loss: Loss) -> Iterator[Share]:
    """The gradients of the outputs."""
    for index in dict.fromkeys(graph.outputs):
        if index in signals and graph.nodes[index].signal:
            size = max(math.prod(graph.nodes[index].shape), 1)
            noise = GradientSignal(1.0, depth=2 / size)
            yield index, noise if loss == "cotangent" else classified(signals[index])


def classified(logits: Signal) -> GradientSignal:
    """``(p - 1_y)/M`` of a softmax ``p`` over ``C`` classes, and of the mean over ``M`` places.

    With labels that know nothing of ``p``, ``E (p - 1_y)² = (E Σ p² + 1 - 2/C)/C``, and in two
    places ``(E Σ p p' - 1/C)/C``. Divided by ``log C``, the loss of equal probabilities.
    """
    shape = [math.prod(n for _, n in axis) for axis in logits.layout]
    classes, places = max(shape[-1], 2), max(math.prod(shape[:-1]), 1)
    own = logits.mean**2
    spread = attention.mix(classes, logits.square - own).same
    square = (spread + 1 - 2 / classes) / classes
    many = layouts.count(logits.layout, "P") > 1
    shared = [max(moment - own, 0.0) / classes**2 for moment in (logits.positions, logits.samples)]
    start = GradientSignal(square, shared[0] if many else 0.0, shared[1], cross=min(shared))
    return start.times(1 / (places * math.log(classes)) ** 2)
