"""What the backward forecast says of each use of a weight, with how far one draw may be off."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from isometry.graphs import Graph, Use
from isometry.plans.forecast import widths
from isometry.plans.forecast.backward_state import GradientSignal
from isometry.plans.forecast.signal import Signal

RULE = 0.08
"""What the backward rules are allowed to be off, relative, beside the draw."""


@dataclass(frozen=True, slots=True)
class Gradients:
    """Root mean squares of the gradients at one use of a weight, for a unit-variance cotangent.

    Attributes:
        output: Of the gradient with respect to the map's output, the preactivation.
        weight: Of the gradient with respect to the weight itself, all its uses together.
        low: Lower end of the band that the weight's gradient of one draw falls into.
        high: Upper end.
    """

    output: float
    weight: float
    low: float
    high: float


def gradients_of(
    graph: Graph,
    uses: Iterable[Use],
    signals: Mapping[int, Signal],
    known: Mapping[int, GradientSignal],
) -> dict[int, Gradients]:
    """The gradients at every use of a weight that one reaches, by the use's step."""
    at = {node.path: node.index for node in graph.nodes if node.family == "parameter"}
    found: dict[int, Gradients] = {}
    for use in uses:
        weight = at.get(use.map.weights[0]) if use.map.weights else None
        if weight is not None and weight in known and use.map.step in known:
            before = signals.get(use.map.signal) if use.map.signal is not None else None
            found[use.map.step] = _gradients(known[use.map.step], known[weight], before)
    return found


def _gradients(output: GradientSignal, weight: GradientSignal, before: Signal | None) -> Gradients:
    """The band of ``Σ δ x``: the logarithms of both factors vary, independently."""
    drawn = weight.depth + (widths.total(before) if before is not None else 0.0)
    half = widths.CHANCE * math.sqrt(drawn) / 2 + RULE
    rms = math.sqrt(max(weight.square, 0.0))
    return Gradients(
        math.sqrt(max(output.square, 0.0)), rms, rms * math.exp(-half), rms * math.exp(half)
    )
