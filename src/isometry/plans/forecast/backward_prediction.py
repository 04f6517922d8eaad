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
        output_low: Lower end of the band of the output's.
        output_high: Upper end.
    """

    output: float
    weight: float
    low: float
    high: float
    output_low: float
    output_high: float


Place = tuple[int, str]
"""The step of a use, and its weight's path: a recurrence uses several in one step."""


def gradients_of(
    graph: Graph,
    uses: Iterable[Use],
    signals: Mapping[int, Signal],
    known: Mapping[int, GradientSignal],
) -> dict[Place, Gradients]:
    """The gradients at every use of a weight that one reaches."""
    at = {node.path: node.index for node in graph.nodes if node.family == "parameter"}
    found: dict[Place, Gradients] = {}
    for use in uses:
        path = use.map.weights[0] if use.map.weights else ""
        weight = at.get(path)
        if weight is not None and weight in known and use.map.step in known:
            before = signals.get(use.map.signal) if use.map.signal is not None else None
            found[use.map.step, path] = _gradients(known[use.map.step], known[weight], before)
    return found


def _gradients(output: GradientSignal, weight: GradientSignal, before: Signal | None) -> Gradients:
    """The band of ``Σ δ x``: the logarithms of both factors vary, independently."""
    drawn = weight.depth + (widths.total(before) if before is not None else 0.0)
    made, rms = (math.sqrt(max(one.square, 0.0)) for one in (output, weight))
    half, own = (widths.CHANCE * math.sqrt(one) / 2 + RULE for one in (drawn, output.depth))
    ends = (rms * math.exp(-half), rms * math.exp(half))
    return Gradients(made, rms, *ends, made * math.exp(-own), made * math.exp(own))
